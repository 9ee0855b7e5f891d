"""What explorers of one page have in common stands there once, and each has its description whole again in the browser."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page

import gdlib as gd
from ext.shared_descriptions import LEAST, shared
from tests.conftest import Watch
from tests.explorer_page import READY, html_of, shown, state

LONG = "a sentence that is long enough to be worth its place in a list, with < and </script> and é in it" * 2
RULE = {"name": "adam", "knobs": [{"name": "lr", "value": 0.1, "meaning": LONG}], "null": None, "none": []}
DESCRIPTION = re.compile(r'<script type="application/json">(.*?)</script>', re.DOTALL)
LIST = re.compile(r'<script type="application/json" data-shared>(.*?)</script>', re.DOTALL)


def page_of(*wholes: Any) -> str:
    texts = [json.dumps(whole).replace("<", "\\u003c") for whole in wholes]
    return "<p>before</p>".join(
        f'<gd-explorer data-kind="race" style="--room-0: 0"><script type="application/json">{text}</script></gd-explorer>'
        for text in texts
    )


def whole_again(html: str) -> list[Any]:
    """The descriptions as parts/description.mjs puts them together."""
    known = [json.loads(text) for text in LIST.findall(html)]

    def whole(part: Any) -> Any:
        if isinstance(part, list):
            return [whole(one) for one in part]
        if not isinstance(part, dict):
            return part
        return whole(known[0][part["$"]]) if "$" in part else {name: whole(one) for name, one in part.items()}

    return [whole(json.loads(text)) for text in DESCRIPTION.findall(html)]


def test_what_two_say_stands_in_the_first_one_s_list_and_both_are_whole_again() -> None:
    one = {"kind": "race", "rules": [RULE, RULE], "steps": 3}
    other = {"kind": "schedule", "rules": [{**RULE, "name": "momentum"}], "said": LONG, "small": 1e-05}
    html = shared(page_of(one, other))
    assert whole_again(html) == [one, other]
    assert html.count("long enough") == 2  # LONG says it twice
    assert html.count("data-shared") == 1
    assert html.index("data-shared") < html.index("before")  # in the first explorer
    assert html.count("</script>") == 3
    assert "</gd-explorer><p>before</p><gd-explorer" in html


def test_what_is_said_once_or_is_short_stays_where_it_is() -> None:
    alone = page_of({"kind": "race", "said": LONG}, {"kind": "race", "state": {"short": "x" * (LEAST - 20)}})
    assert whole_again(shared(alone)) == whole_again(alone)
    assert "data-shared" not in shared(alone)
    assert shared("<p>$</p>") == "<p>$</p>"


def test_a_key_that_a_reference_has_is_refused() -> None:
    with pytest.raises(ValueError, match="a description: needed keys other than"):
        shared(page_of({"kind": "race", "odd": {"$": 1}}))


def test_the_library_s_own_explorers_are_whole_again() -> None:
    html = html_of(gd.explore("beale", rules=["adam", "momentum"])) + html_of(gd.explore("beale", kind="schedule"))
    assert whole_again(shared(html)) == whole_again(html)
    assert len(shared(html)) < len(html) - 10_000  # the schedules, which both offer


STATES = """() => [...document.querySelectorAll("gd-explorer")].map(({ state }) => state)"""


@pytest.mark.browser
def test_in_a_page_each_works_as_alone(tab: Watch) -> None:
    explorers = [
        gd.explore("beale", rules=["adam", "momentum"], steps=40),
        gd.explore("bowl", rules=["adam", "nesterov"], steps=40),
        gd.explore("beale", kind="schedule"),
    ]
    alone = [state(shown(tab, one).page) for one in explorers]
    html = shared("".join(html_of(one) for one in explorers))
    known = json.loads(LIST.findall(html)[0])
    assert any('{"$":' in json.dumps(one, separators=(",", ":")) for one in known)  # parts of parts
    page = of_text(tab, html)
    assert page.evaluate(STATES) == alone
    page.evaluate('document.querySelector("gd-explorer").state = { objective: "bowl", steps: 7 }')
    assert page.evaluate(STATES)[1:] == alone[1:]
    assert tab.troubles == []


def of_text(tab: Watch, html: str) -> Page:
    """A page with these explorers, all of them ready."""
    page = shown(tab, above=html).page
    for one in page.locator("gd-explorer").all():
        one.scroll_into_view_if_needed()
        one.and_(page.locator(READY)).wait_for()
    return page
