"""What holds for every kind of explorer: each control answers, nobody is barred, nothing jumps, nothing breaks it."""

import functools
import inspect
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page

import gdlib as gd
from gdlib.widgets.kinds import KINDS
from tests.conftest import ROOT, Watch
from tests.explorer_page import READY, drawn, html_of, picture, readout, set_state, settled, shown, state
from tests.jupyter_lab import jupyter_lab, run_cell

each_kind = pytest.mark.parametrize("kind", list(KINDS))
# What hangs on the shell that all kinds stand in is tried on three of them in `make test`, and on all in `make test-all`.
SAMPLE = [
    pytest.param(kind, marks=() if kind in ("race", "inspector", "averages") else pytest.mark.slow) for kind in KINDS
]
some_kinds = pytest.mark.parametrize("kind", SAMPLE)
WIDTHS = (1280, 390)
THEMES = ("light", "dark")
PHONES = (288, 308, 320, 328, 340, 343, 358, 380, 398, 430, 448)
WIDER = (460, 500, 560, 600, 620, 640, 680, 700, 736, 760, 800, 900, 920, 1000, 1100)
COMMON = (328, 358, 736, 1000)  # of a phone's window of 360 and 390 pixels, of the book's pages
ROOM_TO_SPARE = (110, 66)  # pixels; elsewhere, and at the common widths: texts break differently at each


@functools.cache
def explorer(kind: str) -> Any:
    """The explorer that a reader gets who names the kind alone; made once, for it takes a second."""
    return gd.explore(kind=kind)


@pytest.fixture(params=SAMPLE)
def sampled(request: pytest.FixtureRequest, tab: Watch) -> Iterator[Watch]:
    """As `watch`, of some kinds."""
    found = shown(tab, explorer(request.param))
    yield found
    assert found.troubles == []


@pytest.fixture(params=list(KINDS))
def watch(request: pytest.FixtureRequest, tab: Watch) -> Iterator[Watch]:
    """A page with one explorer of each kind in turn; whatever went wrong on it by the end fails the test."""
    found = shown(tab, explorer(request.param))
    yield found
    assert found.troubles == []


# ------------------------------------------------------------------ as described in Python


@each_kind
def test_a_kind_says_what_to_try_and_how_it_is_moved(kind: str) -> None:
    spec = explorer(kind).spec
    assert spec["kind"] == kind
    assert 1 <= len(spec["tries"]) <= 4
    assert all(one.endswith((".", "?")) for one in spec["tries"])
    json.dumps(spec, allow_nan=False)


WITHOUT = {
    "momentum-dial": "one eigenmode",
    "averages": "a signal in time",
    "rate-map": "the quadratic that theory is of",
}
"""Kinds with no choice of landscape, and what they show instead."""


@each_kind
def test_a_choice_of_landscape_takes_a_formula_of_the_reader_s_own(kind: str) -> None:
    formulas = [one["formula"] for one in explorer(kind).spec["fields"] if one["name"] == "objective"]
    assert formulas == ([] if kind in WITHOUT else [1 if kind in ("step-size", "newton-model") else 2])


@each_kind
def test_the_still_picture_says_in_words_what_it_shows(kind: str) -> None:
    html = html_of(explorer(kind))
    still = html[html.index('class="gd-still"') :]
    assert "<svg" in still
    assert 'role="img"' in still
    assert "aria-label" in still or "<desc" in still or "<title" in still


@each_kind
def test_a_state_is_taken_whole_or_refused_in_a_sentence(kind: str) -> None:
    widget = explorer(kind)
    before = widget.state
    widget.state = before
    assert widget.state == before
    for wrong in ({"nothing": 1}, {"kind": "another"}, {name: object() for name in list(before)[1:2]}):
        with pytest.raises((TypeError, ValueError), match="state"):
            widget.state = wrong
        assert widget.state == before


@each_kind
def test_an_argument_that_a_kind_has_no_use_for_is_refused(kind: str) -> None:
    with pytest.raises((TypeError, ValueError), match="colour"):
        gd.explore(kind=kind, colour="red")


# ------------------------------------------------------------------ controls

SELECTOR = ", ".join(
    f".gd-explorer {one}" for one in ("input", "select", "button", "[tabindex='0']:not(input):not(button)")
)


def opened(page: Page) -> None:
    page.evaluate('document.querySelectorAll(".gd-explorer details").forEach((one) => { one.open = true; })')


# One message to the page and a digest back, not megabytes of pictures: every control of every kind is looked at so.
SEEN = """async ([selector, place]) => {
  await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
  const all = (chosen) => [...document.querySelectorAll(chosen)];
  const parts = all(".gd-explorer .gd-plot svg, .gd-explorer canvas")
    .map((one) => (one instanceof HTMLCanvasElement ? one.toDataURL() : one.innerHTML));
  parts.push(...all('.gd-explorer [role="status"]').map((one) => one.innerText));
  if (document.querySelectorAll(selector)[place]?.tagName === "BUTTON") {  // some unfold more to choose from
    parts.push(...all(".gd-explorer, .gd-explorer input, .gd-explorer select").map((one) => one.value ?? one.innerText));
  }
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(parts.join("|")));
  return new Uint8Array(bytes).join();
}"""
READIED = """([selector, place]) => {
  const own = document.querySelector("gd-explorer");
  own.state = window.gdFirst;
  for (const one of own.querySelectorAll("details")) one.open = true;
  const one = document.querySelectorAll(selector)[place];
  if (!one?.checkVisibility({ visibilityProperty: true }) || one.disabled || one.ariaDisabled === "true"
    || !one.getClientRects().length) return null;
  return (one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent).trim();
}"""


def answers(page: Page, place: int, move: Any) -> bool:
    """Whether moving the control changes picture or readout, or for a button also what there is to choose from."""
    before = page.evaluate(SEEN, [SELECTOR, place])
    move(page.locator(SELECTOR).nth(place))
    if page.evaluate(SEEN, [SELECTOR, place]) != before:
        return True
    settled(page)
    return bool(page.evaluate(SEEN, [SELECTOR, place]) != before)


FACTS = """(one) => ({
  kind: one.type || one.tagName, value: one.value, whole: one.step === "1", handle: one.classList.contains("gd-handle"),
  upper: Number(one.value) - Number(one.min) >= Number(one.max) - Number(one.value),
  others: [...(one.options ?? [])].map(({ value }) => value).filter((value) => value !== one.value),
})"""


def by_keys(control: Locator) -> None:
    """Moves a control as who has no pointer does."""
    control.focus()
    facts, press = control.evaluate(FACTS), control.page.keyboard.press
    kind = facts["kind"]
    if kind == "range":
        for _ in range(3):
            press("ArrowLeft" if facts["upper"] else "ArrowRight")
    elif kind == "number":
        value = float(facts["value"])
        # A map whose runs have all arrived shows nothing of a few steps more or less.
        whole = 1 if value >= 100 else int(value) // 2 if value >= 4 else int(value) + 1
        control.fill(str(whole if facts["whole"] else 0.9 * value if value else 0.01))
        press("Enter")
    elif kind.startswith("select"):
        control.select_option(facts["others"][0])
    elif kind == "checkbox":
        press("Space")
    elif kind == "radio":
        press("ArrowDown")
    elif kind in ("button", "submit") and not facts["handle"]:
        press("Enter")
    else:
        press("ArrowLeft")


def by_hand(control: Locator, touch: bool) -> None:
    """Moves a control with a mouse or a finger; what is neither input nor plain button is dragged."""
    facts = control.evaluate(FACTS)
    kind = facts["kind"]
    if kind in ("number", "text") or kind.startswith("select"):
        return by_keys(control)  # a pointer only chooses where to type
    if facts["handle"] or kind not in ("range", "checkbox", "radio", "button", "submit"):
        return dragged(control, touch)
    press = control.tap if touch else control.click
    if kind != "range":
        return press(force=True)
    box = control.bounding_box()
    assert box
    share = 0.3 if facts["upper"] else 0.7
    return press(position={"x": share * box["width"], "y": box["height"] / 2}, force=True)


def dragged(control: Locator, touch: bool) -> None:
    """Takes hold in the middle and moves 30 pixels to the left: that way a finger does not scroll the page."""
    control.scroll_into_view_if_needed()
    box, page = control.bounding_box(), control.page
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    if not touch:
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 30, y + 3, steps=3)
        page.mouse.up()
        return
    session = page.context.new_cdp_session(page)
    for kind, points in (("Start", [(x, y)]), ("Move", [(x - 15, y)]), ("Move", [(x - 30, y + 3)]), ("End", [])):
        places = [{"x": across, "y": along} for across, along in points]
        session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": places})
    session.detach()


GUARDS = ("eps of", "step_min of", "step_max of")
"""Knobs of limits that a run may never meet: the state must follow, the picture need not."""


def unmoved(page: Page, first: Any, move: Any) -> list[str]:
    """The names of the controls that change nothing that can be seen."""
    still = []
    opened(page)
    page.evaluate("(first) => { window.gdFirst = first; }", first)
    for place in range(page.locator(SELECTOR).count()):
        name = page.evaluate(READIED, [SELECTOR, place])
        if name is None:
            continue
        settled(page)  # what the readout still has to say of the first state is no answer
        if name.startswith(GUARDS):
            move(page.locator(SELECTOR).nth(place))
            if state(page)["rules"] == first["rules"]:
                still.append(name)
        elif not answers(page, place, move):
            unsettle(page)  # what is at its end, or as it was, cannot go further: once more from elsewhere
            settled(page)
            if not answers(page, place, move):
                still.append(name)
    return still


def unsettle(page: Page) -> None:
    """Brings an explorer out of its first state: a step back, some sliders and a number moved."""
    for one in page.get_by_label("One step back").all():
        one.click()
    for selector, most in (('input[type="range"]', 6), ('input[type="number"]', 1)):
        visible = [one for one in page.locator(f".gd-explorer {selector}").all() if one.is_visible()]
        for one in visible[:most]:
            by_keys(one)


def test_a_control_that_does_nothing_is_noticed(tab: Watch) -> None:
    page = shown(tab, explorer("step-size")).page
    first = state(page)
    page.evaluate(
        """() => {
          const idle = document.createElement("input");
          Object.assign(idle, { type: "range", ariaLabel: "Idle" });
          document.querySelector(".gd-explorer").prepend(idle);  // not after the buttons that save, which speak late
        }"""
    )
    assert unmoved(page, first, by_keys) == ["Idle"]


def test_every_control_answers_to_keys(watch: Watch) -> None:
    first = state(watch.page)
    assert unmoved(watch.page, first, by_keys) == []


@pytest.mark.slow  # the same controls a second and third time; what a press does differs little from what a key does
@pytest.mark.parametrize("touch", [False, True], ids=["pointer", "touch"])
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
@each_kind
def test_every_control_answers_to_a_hand(chromium: Browser, kind: str, width: int, theme: Any, touch: bool) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, has_touch=touch, color_scheme=theme)
    found = shown(context, explorer(kind))
    found.page.evaluate(f'document.documentElement.dataset.theme = "{theme}"')
    assert unmoved(found.page, state(found.page), lambda control: by_hand(control, touch)) == []
    assert found.troubles == []
    context.close()


def test_reset_brings_the_first_state_back(sampled: Watch) -> None:
    page = sampled.page
    first = state(page)
    unsettle(page)
    drawn(page)
    assert state(page) != first
    page.get_by_role("button", name="Reset", exact=True).click()
    drawn(page)
    assert state(page) == first


SPOKEN = """() => {
  window.spoken = [];
  const line = document.querySelector(".gd-headline");
  new MutationObserver(() => spoken.push(line.textContent)).observe(line, { childList: true, characterData: true, subtree: true });
}"""


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["race", "schedule", "averages", "step-size"])
def test_reset_speaks_of_no_run_that_is_over(tab: Watch, kind: str) -> None:
    page = shown(tab, explorer(kind)).page
    first = readout(page)
    set_state(page, {"steps": state(page)["steps"] // 5})
    assert readout(page) != first
    page.evaluate(SPOKEN)
    page.get_by_role("button", name="Reset", exact=True).click()
    assert readout(page) == first
    assert set(page.evaluate("spoken")) == {first.split("\n")[0]}


PLAYED = {
    "race": {},
    "step-size": {},
    "coordinates": {},
    "clipping": {},
    "newton-model": {},
    "newton-model in two variables": {"f": "himmelblau"},
    "newton-model in its axes": {"view": "axes"},
}


@pytest.mark.browser
@pytest.mark.parametrize("played", PLAYED)
def test_a_run_that_plays_is_not_spoken_when_a_hand_lets_go(tab: Watch, played: str) -> None:
    page = shown(tab, gd.explore(kind=played.split()[0], **PLAYED[played])).page
    page.get_by_role("button", name="Play", exact=True).press("Enter")
    page.locator(".gd-handle").last.hover()
    live = "[...document.querySelectorAll('.gd-readout')].map((one) => one.getAttribute('aria-live'))"
    assert set(page.evaluate(live)) == {"off"}
    page.mouse.down()
    page.mouse.up()
    assert page.get_by_role("button", name="Pause", exact=True).is_visible()
    assert set(page.evaluate(live)) == {"off"}
    page.mouse.down()
    page.get_by_role("button", name="Pause", exact=True).press("Enter")
    assert set(page.evaluate(live)) == {"off"}
    page.mouse.up()
    assert set(page.evaluate(live)) == {"polite"}
    assert tab.troubles == []


def test_a_state_survives_the_way_out_and_back(sampled: Watch) -> None:
    page = sampled.page
    unsettle(page)
    drawn(page)
    moved = state(page)
    page.get_by_role("button", name="Reset", exact=True).click()
    assert set_state(page, json.loads(json.dumps(moved))) == moved


# ------------------------------------------------------------------ for everyone, everywhere


# Both themes take their colours from one list and both widths their shape from one style sheet, so `make test` looks at
# each width in one theme, and `make test-all` at the other two as well: axe takes most of the time.
@pytest.mark.parametrize("themes", [THEMES, pytest.param(THEMES[::-1], marks=pytest.mark.slow)], ids="-".join)
def test_it_bars_nobody_and_does_not_scroll_sideways(watch: Watch, themes: tuple[str, ...]) -> None:
    page = watch.page
    for width, theme in zip(WIDTHS, themes, strict=True):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(f'document.documentElement.dataset.theme = "{theme}"')
        drawn(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == [], (width, theme)


@some_kinds
def test_its_sliders_are_seen_in_forced_colours(tab: Watch, kind: str) -> None:
    page = shown(tab, explorer(kind)).page
    page.emulate_media(forced_colors="active")
    slider = page.locator('.gd-explorer input[type="range"]:visible').first
    seen = Image.open(io.BytesIO(slider.screenshot())).convert("RGB").getcolors(1 << 16)
    assert len(seen or []) > 2  # ground, track and thumb


HEIGHTS = """async (widths) => {  // out of view nothing is drawn, only laid out
  const own = document.querySelector("gd-explorer .gd-explorer");
  const still = document.querySelector(".gd-still");
  Object.assign(document.querySelector("main").style, { maxWidth: "none", margin: "5000px 0 0", padding: 0 });
  const found = [];
  for (const width of widths) {
    document.querySelector("main").style.width = `${width}px`;
    await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
    const room = parseFloat(getComputedStyle(own).minHeight);
    own.style.minHeight = 0;
    const need = own.getBoundingClientRect().height;
    own.style.minHeight = "";
    still.style = "display: flow-root !important; min-height: 0";  // as before the start
    found.push([width, room, need, still.getBoundingClientRect().height]);
    still.style = "";
  }
  return found;
}"""
SHIFTS = """() => new Promise((resolve) => {
  let sum = 0;  // of what moves outside the still picture, which grows while the page is being read
  const outside = ({ node }) => !node?.closest?.(".gd-still");
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (one.sources.some(outside)) sum += one.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 200);
})"""


@each_kind
def test_its_place_is_kept_before_it_starts(chromium: Browser, kind: str) -> None:
    """Where this fails after a change of what a kind shows, `python -m tools.rooms` measures anew."""
    for window, widths in ((448, PHONES), (1280, WIDER)):  # a narrow window has larger controls
        context = chromium.new_context(viewport={"width": window, "height": 900})
        page = shown(context, explorer(kind)).page
        assert page.evaluate(SHIFTS) < 0.001, window
        for width, room, need, still in page.evaluate(HEIGHTS, [widths[0], *widths])[1:]:
            assert need <= room + 1, (width, need, room)
            assert 0 < still <= room + 1, (width, still, room)
            assert need >= room - ROOM_TO_SPARE[width in COMMON], (width, need, room)
        context.close()


def test_it_is_drawn_anew_at_every_width(sampled: Watch) -> None:
    page = sampled.page
    pictures = set()
    for width in (1280, 700, 320, 1000):
        page.set_viewport_size({"width": width, "height": 700})
        drawn(page)
        pictures.add(picture(page))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    assert len(pictures) >= 3


FRAMES = """() => new Promise((resolve) => {
  const own = window.requestAnimationFrame;
  let asked = 0;
  window.requestAnimationFrame = (next) => { asked += 1; return own.call(window, next); };
  setTimeout(() => { window.requestAnimationFrame = own; resolve(asked); }, 300);
})"""


@some_kinds
def test_nothing_runs_while_it_is_off_screen(context: BrowserContext, kind: str) -> None:
    page = shown(context, explorer(kind)).page
    page.evaluate('document.querySelector("main").insertAdjacentHTML("beforeend", "<div style=height:5000px></div>")')
    for play in page.get_by_role("button", name="Play").all():
        play.click()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(150)
    before = picture(page)
    assert page.evaluate(FRAMES) == 0
    first = state(page)
    moved = first | ({"steps": first["steps"] + 1} if "steps" in first else {})
    set_state(page, moved)
    assert page.evaluate(FRAMES) == 0
    assert picture(page) == before
    page.evaluate("scrollTo(0, 0)")
    drawn(page)
    assert state(page)["kind"] == kind


@some_kinds
def test_print_and_a_page_without_scripts_have_the_picture(chromium: Browser, kind: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = shown(context, explorer(kind), above=" ").page
    assert page.locator(".gd-still svg").first.is_visible()
    context.close()
    context = chromium.new_context()
    page = shown(context, explorer(kind)).page
    page.emulate_media(media="print")
    assert page.locator(".gd-plot, canvas").first.is_visible()
    for button in page.locator(".gd-explorer button:not(.gd-handle)").all():
        assert not button.is_visible() or button.evaluate("(one) => one.closest('.gd-panel') !== null")
    context.close()


# ------------------------------------------------------------------ what must not break it


def test_twenty_on_one_page_start_and_keep_apart(context: BrowserContext) -> None:
    kinds = (list(KINDS) * 20)[:20]
    found = shown(context, *(explorer(kind) for kind in kinds))
    page = found.page
    for one in page.locator("gd-explorer").all():
        one.scroll_into_view_if_needed()
        one.and_(page.locator(READY)).wait_for(timeout=5000)
    ids = page.evaluate('[...document.querySelectorAll("[id]")].map((one) => one.id)')
    assert len(ids) == len(set(ids))
    states = page.evaluate('[...document.querySelectorAll("gd-explorer")].map((one) => JSON.stringify(one.state))')
    assert [json.loads(one)["kind"] for one in states] == kinds
    page.locator("gd-explorer").first.get_by_role("button", name="Reset", exact=True).click()
    slider = page.locator('gd-explorer >> nth=0 >> input[type="range"]').first
    slider.scroll_into_view_if_needed()
    by_keys(slider)
    drawn(page)
    after = page.evaluate('[...document.querySelectorAll("gd-explorer")].map((one) => JSON.stringify(one.state))')
    assert after[1:] == states[1:]
    assert found.troubles == []


@some_kinds
def test_a_broken_description_leaves_the_still_picture_and_says_so(context: BrowserContext, kind: str) -> None:
    whole = html_of(explorer(kind))
    begin, end = whole.index('json">') + 6, whole.index("</script>")
    for text in ("{", f'{{"kind": "{kind}"}}', whole[begin : end - 200]):
        broken = whole[:begin] + text + whole[end:]
        page = shown(context, above=broken).page
        page.wait_for_selector('gd-explorer[data-ready="error"]')
        assert page.locator(".gd-still svg").first.is_visible()
        context.unroute_all()


HOSTILE = {
    kind: "log(x)*y**2 + exp(900*x)" for kind, made in KINDS.items() if "f" in inspect.signature(made).parameters
}
HOSTILE["step-size"] = "log(x)*x**2 + exp(900*x)"
"""A landscape that has no value over half of its window, and walls beyond the range of doubles, for kinds that take one."""


@pytest.mark.parametrize("kind", [one for one in SAMPLE if one.values[0] in HOSTILE])
def test_numbers_that_are_none_survive(context: BrowserContext, kind: str) -> None:
    widget = gd.explore(gd.Objective(HOSTILE[kind]), kind=kind)
    found = shown(context, widget)
    before = state(found.page)
    for name in ("start", "at"):
        if name in before:
            for place in ([-1.0, 1.0], [1.5, -2.0], [1e300, -1e300], [0.0, 0.0]):
                wanted = place[: len(before[name])]
                set_state(found.page, {name: wanted})
                drawn(found.page)
                assert state(found.page)[name] == wanted
    assert readout(found.page).strip()
    assert found.troubles == []


TYPED = """async (text) => {
  const own = document.querySelector("gd-explorer");
  const boxes = () => [...own.querySelectorAll('.gd-explorer input[type="number"]')];
  const first = own.state, silent = [];
  for (let place = 0; place < boxes().length; place++) {
    boxes()[place].value = text;
    boxes()[place].dispatchEvent(new Event("change", { bubbles: true }));
    await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
    if (!own.querySelector('[role="status"]').textContent.trim()) silent.push(place);
    own.state = first;
  }
  return silent;
}"""


def test_the_hugest_number_in_any_box_breaks_nothing(sampled: Watch) -> None:
    """A number that cannot be drawn is an error in the console: the page's watch fails the test."""
    assert sampled.page.evaluate(TYPED, "1e308") == []


# ------------------------------------------------------------------ the gallery and Jupyter


def test_the_gallery_shows_every_kind() -> None:
    text = (ROOT / "book" / "gallery.md").read_text(encoding="utf-8")
    assert set(re.findall(r'^gd\.explore\(.*kind="([a-z-]+)"', text, re.M)) == set(KINDS)


SHADES_OF = """(one) => new Set(new Uint32Array(
  one.getContext("2d").getImageData(0, 0, one.width, one.height).data.buffer)).size"""


@pytest.mark.slow  # a JupyterLab takes half a minute to start
def test_in_jupyterlab_every_kind_shows_and_a_slider_moves_python_and_back(tmp_path: Path, chromium: Browser) -> None:
    texts = ["import gdlib as gd"]
    for kind in KINDS:
        texts += [
            f"w = gd.explore(kind={kind!r})\nfirst = w.state\nw",
            "print('moved:', w.state != first)\nw.state = first",
        ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in texts])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, tmp_path / "all.ipynb")
    with jupyter_lab(tmp_path, home=tmp_path) as address:
        context = chromium.new_context(viewport={"width": 1400, "height": 1600})
        page = context.new_page()
        page.goto(f"{address}/tree/all.ipynb")
        page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=120_000)
        run_cell(page, 0)
        for place, kind in enumerate(KINDS):
            run_cell(page, 1 + 2 * place)
            here = page.locator(f".jp-OutputArea .gd-explorer.gd-{kind}")
            here.wait_for(timeout=60_000)
            if kind.endswith("-map"):
                here.locator(".gd-map:not([aria-busy])").wait_for(timeout=60_000)
                assert here.locator(".gd-map canvas").evaluate(SHADES_OF) > 2, kind
            first = here.evaluate("(one) => JSON.stringify({ ...one.state, paths: 0 })")
            slider = here.locator('input[type="range"]:not([aria-label="Step shown"]):visible').first
            slider.scroll_into_view_if_needed()
            by_keys(slider)
            page.wait_for_timeout(300)
            assert here.evaluate("(one) => JSON.stringify({ ...one.state, paths: 0 })") != first, kind
            run_cell(page, 2 + 2 * place)
            said = page.locator(".jp-Notebook .jp-Cell").nth(2 + 2 * place).locator(".jp-OutputArea-output pre")
            said.wait_for(timeout=60_000)
            assert said.inner_text().strip() == "moved: True", kind
            page.wait_for_function(
                "([one, first]) => JSON.stringify({ ...one.state, paths: 0 }) === first",
                arg=[here.element_handle(), first],
            )
        context.close()
