"""Nothing that a page can do without for a moment stops it from being read, or the explorer in view from answering."""

import re
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from sphinx.builders.html._assets import _JavaScript

from ext import scripts_later
from tests.conftest import HTML, Watch

MATHJAX = "vendor/mathjax/tex-chtml.js"
FILES = {
    "_static/documentation_options.js": {},
    "_static/copybutton.js": {},
    f"_static/{MATHJAX}": {"defer": "defer"},
    "_static/mount.mjs": {"type": "module", "async": "async"},
}


def head(page: str, body: str) -> tuple[dict[str, dict[str, str]], str]:
    """The attributes of the scripts in a page's head after the change, and what it adds to the head."""
    scripts: list[Any] = [_JavaScript(name, priority=500, **held) for name, held in FILES.items()]
    before = [dict(script.attributes) for script in scripts]
    lines = _JavaScript(None, priority=500, body="let hint = 1;")
    app: Any = SimpleNamespace(config=SimpleNamespace(mathjax_path=MATHJAX))
    context: dict[str, Any] = {
        "body": body, "metatags": "<meta>", "script_files": [*scripts, lines],
        "js_tag": lambda script: f'<script src="../{script.filename}?v=1"></script>',
    }  # fmt: skip
    scripts_later.scripts_later(app, page, "page.html", context, None)
    assert [dict(script.attributes) for script in scripts] == before  # the builder gives the next page the same ones
    assert lines in context["script_files"]
    return {str(one.filename): dict(one.attributes) for one in context["script_files"] if one.filename}, context[
        "metatags"
    ]


EXPLORER = '<gd-explorer data-kind="race">'


def test_what_waits_for_the_whole_page_is_deferred_and_the_rest_is_left_alone() -> None:
    scripts, metatags = head("book/page", "<p>Words.</p>")
    assert scripts == {**FILES, "_static/copybutton.js": {"defer": "defer"}}
    assert metatags == "<meta>"


def test_the_search_page_is_left_alone() -> None:
    assert head("search", EXPLORER) == (FILES, "<meta>")


def test_formulas_are_loaded_later_where_there_are_explorers() -> None:
    scripts, metatags = head("book/page", EXPLORER)
    assert list(scripts) == [name for name in FILES if not name.endswith(MATHJAX)]
    assert metatags.startswith("<meta>")
    assert f'<link rel="preload" as="script" href="../_static/{MATHJAX}?v=1"' in metatags
    assert f'script.src = "../_static/{MATHJAX}?v=1";' in metatags


@pytest.mark.site
@pytest.mark.parametrize("name", ["index.html", "book/stationary-points.html", "book/notation.html"])
def test_no_script_stops_the_reading_of_a_built_page_but_the_one_with_its_settings(site: str, name: str) -> None:
    tags = re.findall(r"<script[^>]*\bsrc=[^>]*>", (HTML / name).read_text(encoding="utf-8"))
    stopping = [tag for tag in tags if not re.search(r"\b(async|defer)\b", tag)]
    assert [re.findall(r"([\w.-]+)\?", tag) for tag in stopping] == [["documentation_options.js"]]
    assert not [tag for tag in tags if re.search("fontawesome|searchindex|searchtools", tag)]


@pytest.mark.site
def test_the_search_page_has_all_that_it_calls(site: str) -> None:
    text = (HTML / "search.html").read_text(encoding="utf-8")
    assert all(name in text for name in ("searchtools.js", "language_data.js", "searchindex.js"))


# ------------------------------------------------------------------ formulas after explorers, in the browser

ORDER = """<!doctype html><html><head><meta charset="utf-8"><title>Order</title>
<script>window.said = []; window.MathJax = {{ tex: {{}} }}; window.formulas = new Promise((done) => {{ window.set = done; }});
  addEventListener("gd-ready", () => said.push("explorer"));</script>
<script>{lines}</script></head><body>{above}<gd-explorer style="display: block; height: 300px"></gd-explorer></body></html>"""
STANDS_FOR_MATHJAX = "data:text/javascript,said.push('formulas');set()"
SAY = """async (answers) => {
  const explorer = document.querySelector("gd-explorer");
  if (answers) for (const _ of "ab") explorer.dispatchEvent(new Event("gd-ready", { bubbles: true }));
  await formulas;
  await new Promise((next) => setTimeout(next, 20));
  return said.join();
}"""


@pytest.mark.browser
@pytest.mark.parametrize(
    ("above", "answers", "said"),
    [
        ("", True, "explorer,explorer,formulas"),
        ("<div style='height: 5000px'></div>", False, "formulas"),  # nobody looks at it: no formula waits
        ("", False, "formulas"),  # one that never answers holds nothing up for good
    ],
)
def test_the_explorer_that_a_reader_sees_starts_before_the_formulas_are_set(
    tab: Watch, above: str, answers: bool, said: str
) -> None:
    text = ORDER.format(lines=scripts_later.formulas_later(STANDS_FOR_MATHJAX), above=above)
    tab.page.goto("data:text/html;charset=utf-8," + quote(text))
    assert tab.page.evaluate(SAY, answers) == said
    assert tab.troubles == []
