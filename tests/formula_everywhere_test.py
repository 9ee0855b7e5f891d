"""What is promised of the field for a formula, in every kind that has it."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from gdlib.widgets.kinds import KINDS
from tests import own_formula_explorer_test as own
from tests.conftest import Watch
from tests.explorer_page import drawn, readout, set_state, shown, state
from tests.explorers_test import THEMES, WIDTHS, WITHOUT

FIELD = [*own.PLANES, *own.LINES]
QUICK = ("step-size",)
each_kind = pytest.mark.parametrize(  # the field is one part; what differs is what a kind makes of its landscape
    "kind", [pytest.param(kind, marks=() if kind in QUICK else pytest.mark.slow) for kind in FIELD]
)

REFUSED = {
    "x**x**x": "is a tower of powers",
    "1/0": "divides by zero",
    "x \u2212 1": "a minus is written -",
    "x\u00a0+ 1": "type an ordinary blank",
    "__proto__ + x": "cannot be a variable",
    "constructor": "alone is read as the name of a landscape",
    "eval(x)": "The function 'eval' is unknown",
    "x.constructor": "has no meaning in a formula",
    "sqrt(-1 - x**2)": "needs to be finite somewhere",
    "x*1e301": "up to 1e+300",
    "(" * 3000 + "x": "nested deeper",
    own.HUGE: "at most 4000 characters",
}
ODD = ("x**0.5", "x**2.5", "log(x - 100)", "1/x", "abs(x)**0.3", "x**-1000", "1e300*x**4", "1e-300*x**2", "exp(exp(exp(x)))",
       "constructor*constructor", "0*x", "x**2/1e-320")  # fmt: skip
TRY = """async (text) => {
  const field = document.querySelector(".gd-typed input"), began = performance.now();
  field.value = text;
  field.dispatchEvent(new Event("change"));
  const took = performance.now() - began;
  await new Promise((next) => setTimeout(next));
  return [document.querySelector(".gd-told").textContent, took];
}"""
PASTE = """(text) => {
  const clipboardData = new DataTransfer(), field = document.querySelector(".gd-typed input");
  clipboardData.setData("text/plain", text);
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, cancelable: true, bubbles: true }));
  return document.querySelector(".gd-told").textContent;
}"""
AWRY = """() => [...document.querySelectorAll(".gd-explorer svg *")].filter((one) =>
  [...one.attributes].some(({ value }) => /NaN|Infinity|undefined/.test(value))).map((one) => one.outerHTML.slice(0, 120))"""


def pressed(page: Page) -> None:
    """Every ring of the pictures takes arrow keys."""
    for ring in page.locator(".gd-handle").all():
        if ring.is_visible():
            ring.press("ArrowLeft")
            ring.press("Shift+ArrowUp")
    drawn(page)


def test_every_kind_that_has_the_field_is_tried_here() -> None:
    assert {*own.PLANES, *own.LINES.values()} == set(KINDS) - set(WITHOUT)


@pytest.mark.browser
@each_kind
def test_a_hostile_formula_is_refused_in_a_sentence_and_an_odd_one_is_drawn(tab: Watch, kind: str) -> None:
    page = shown(tab, own.explorer(kind)).page
    own.opened(page)
    before = state(page)
    for text, words in REFUSED.items():
        said, took = page.evaluate(TRY, text)
        assert words in said, text[:50]
        assert said.strip().endswith(".") or text.strip()[:9] in said
        assert took < 300, text[:50]
        assert state(page) == before, text[:50]
    assert page.evaluate(PASTE, own.HUGE).startswith("The formula needs at most 4000 characters, got 1200001.")
    assert state(page) == before
    for text in ODD:
        assert page.evaluate(TRY, text)[0] == "", text
        pressed(page)
        assert page.evaluate(AWRY) == [], text
        assert not {"NaN", "undefined", "Infinity"} & set(readout(page).replace("\u00a0", " ").split()), text
    page.get_by_role("button", name="Reset", exact=True).click()
    assert state(page)["objective"] != before["objective"]
    assert tab.troubles == []


WINDOWS: dict[str, Any] = {
    "tiny": [-1e-12, 1e-12],
    "tinier": [0, 1e-99],
    "narrow": [1e9, 1e9 + 0.01],
    "far": [1e99, 1.1e99],
    "huge": [-1e100, 1e100],
}


@pytest.mark.browser
@each_kind
def test_in_a_window_of_any_size_it_is_drawn_and_moved(tab: Watch, kind: str) -> None:
    page = shown(tab, own.explorer(kind)).page
    n = 1 if kind in own.LINES else 2
    for name, side in WINDOWS.items():
        now = set_state(page, {"objective": "x**2 + 3*x" if n == 1 else "x**2 + 3*y**2", "within": [side] * n})
        drawn(page)
        assert now["within"] == [side] * n
        pressed(page)
        assert page.evaluate(AWRY) == [], name
    for side in ([1, 1 + 1e-15], [0, 1e-101], [0, 2e100]):
        with pytest.raises(Exception, match="within: needed"):
            set_state(page, {"within": [side] * n})
    assert tab.troubles == []


@pytest.mark.browser
@each_kind
def test_what_is_undecided_is_asked_of_python(tab: Watch, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = shown(tab, own.explorer(kind)).page
    field = own.opened(page)
    field.fill("(x - 1)**4" if kind in own.LINES else "x**4 + (y - 1)**4 + x**2*y**2")
    found = page.locator(".gd-own")
    assert "1 undecided" in found.inner_text()
    assert "undecided here: run gd.classify" in found.inner_text()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the cell that asks gdlib").click()
    page.wait_for_function('document.querySelector(".gd-asked").textContent')
    exec(page.evaluate("navigator.clipboard.readText()"), {})
    assert "minimum" in capsys.readouterr().out
    assert tab.troubles == []


@pytest.mark.browser
@each_kind
def test_the_open_field_bars_nobody(tab: Watch, kind: str) -> None:
    """The rest of the explorer is looked at by explorers_test.py; here what the field adds to it, told and untold."""
    page = shown(tab, own.explorer(kind)).page
    field = own.opened(page)
    for text in ("x**4", "x**4 + 3y"):
        field.fill(text)
        field.press("Enter")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for theme in THEMES:
                page.evaluate(f'document.documentElement.dataset.theme = "{theme}"')
                drawn(page)
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
                found = Axe().run(page, context=".gd-own", options={"resultTypes": ["violations"]})
                rows = [(one["id"], one["nodes"][0]["html"][:200]) for one in found.response["violations"]]
                assert rows == [], (text, width, theme)
    assert own.told(page)
    assert tab.troubles == []
