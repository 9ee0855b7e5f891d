"""Frames kept while a hand drags: for three seconds a pointer moves a slider of an explorer, sixty times a second."""

import math
import statistics
import time
from dataclasses import dataclass

from playwright.sync_api import Browser, Locator, Page

from benchmarks.explorers import Amount, Tell, opened, started
from benchmarks.rows import NO_PEER, Row, digits, rounded

FRAME, KEPT = 33.0, 0.95  # ms, and the share of frames that must stay within it: the design's goal
RATE = 60  # moves a second

FRAMES = """(kind) => {
  window.gdFrames = [];
  window.gdDrawn = [];
  window.gdWatch?.disconnect();  // of the drag before
  window.gdWatch = new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) if (name === `gd-${kind}`) gdDrawn.push(duration);
  });
  window.gdWatch.observe({ entryTypes: ["measure"] });
  const keep = (now) => {
    gdFrames.push(now);
    window.gdNext = requestAnimationFrame(keep);
  };
  window.gdNext = requestAnimationFrame(keep);
}"""
SPACINGS = """() => {
  cancelAnimationFrame(window.gdNext);
  return [gdFrames.slice(1).map((now, k) => now - gdFrames[k]), gdDrawn];
}"""
STATE = "(one) => { const { paths, ...state } = one.state; return JSON.stringify(state); }"


def held_thing(page: Page, explorer: Locator) -> tuple[str, Locator]:
    """What is dragged: a slider that changes the state, else any slider, else the largest picture."""
    sliders = [one for one in explorer.locator('input[type="range"]').all() if one.is_visible() and one.is_enabled()]
    chosen = next((one for one in sliders if _changes_state(page, explorer, one)), None)
    chosen = chosen or (sliders[0] if sliders else None)
    if chosen:
        name = str(chosen.evaluate("(one) => one.ariaLabel ?? one.labels?.[0]?.textContent ?? 'unnamed'"))
        return f"slider “{name.strip()}”", chosen
    pictures = explorer.locator("svg:visible, canvas:visible").all()
    return "the picture", max(pictures, key=lambda one: math.prod(_box(one)[2:]))


def places_on(held: Locator) -> list[tuple[float, float]]:
    """From where to where it is dragged, as it stands now, in the window's middle: what starts above it moves it."""
    held.evaluate("(one) => one.scrollIntoView({ block: 'center', behavior: 'instant' })")  # clear of the page's header
    x, y, width, height = _box(held)
    if held.evaluate("(one) => one.localName") == "input":
        return [(x + part * width, y + height / 2) for part in (0.1, 0.9)]
    return [(x + part * width, y + part * height) for part in (0.3, 0.7)]


def _box(one: Locator) -> tuple[float, float, float, float]:
    box = one.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"], box["height"]


def _changes_state(page: Page, explorer: Locator, slider: Locator) -> bool:
    """Tried with the keys, there and back."""
    before = explorer.evaluate(STATE)
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    changed = bool(explorer.evaluate(STATE) != before)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    return changed


@dataclass(frozen=True)
class Drag:
    """What happened during one: the frames' spacings, how long each redraw computed, how many moves there were."""

    spacings: list[float]
    redraws: list[float]
    moves: int

    @property
    def kept(self) -> float:
        return sum(one <= FRAME for one in self.spacings) / len(self.spacings)


def drag(page: Page, kind: str, places: list[tuple[float, float]], seconds: float) -> Drag:
    """The pointer goes there and back, twice."""
    (x0, y0), (x1, y1) = places
    page.mouse.move(x0, y0)
    page.mouse.down()
    page.evaluate(FRAMES, kind)
    began, moves = time.perf_counter(), 0
    while (now := time.perf_counter() - began) < seconds:
        share = 0.5 - 0.5 * math.cos(2 * math.pi * now / seconds * 2)  # there and back twice, slow at the ends
        page.mouse.move(x0 + share * (x1 - x0), y0 + share * (y1 - y0))
        moves += 1
        time.sleep(max(0.0, began + moves / RATE - time.perf_counter()))
    spacings, redraws = page.evaluate(SPACINGS)
    page.mouse.up()
    return Drag(spacings, redraws, moves)


def dragged(browser: Browser, site: str, page_name: str, kind: str, amount: Amount, tell: Tell) -> list[Row]:
    """The row of one kind: the share of frames within 33 ms, the median of some drags."""
    drags = []
    with opened(browser, site + page_name) as page:
        page.wait_for_load_state("networkidle")
        explorer = started(page, kind)
        name, held = held_thing(page, explorer)
        for run in range(amount.runs):
            tell(f"drag of {kind}, {digits(amount.seconds)} s, run {run + 1} of {amount.runs}")
            drags.append(drag(page, kind, places_on(held), amount.seconds))
    return [_row(kind, page_name, name, drags, amount)]


def _row(kind: str, page_name: str, held: str, drags: list[Drag], amount: Amount) -> Row:
    shares = [one.kept for one in drags]
    middle = statistics.median(shares)
    redraws = [time for one in drags for time in one.redraws]
    if not all(one.redraws for one in drags):
        raise ValueError(f"{held} of {kind} on {page_name}: needs to be drawn anew in each drag, was not")
    drawn = (
        f"{len(redraws) / len(drags):.0f} redraws each, script {digits(statistics.median(redraws))} ms in the middle"
    )
    return Row(
        work=f"{digits(amount.seconds)} s drag: {kind}",
        peer=NO_PEER,
        ratio=rounded(middle / KEPT),
        goal=f"at least {digits(100 * KEPT)} % of frames within {digits(FRAME)} ms",
        met=middle >= KEPT,
        spread=(rounded(min(shares) / KEPT), rounded(max(shares) / KEPT)),
        note=f"{held} on {page_name}: {digits(100 * middle)} % of frames, {digits(100 * min(shares))} to "
        f"{digits(100 * max(shares))} in {len(shares)} drags; {drawn}; longest "
        f"frame {digits(statistics.median(max(one.spacings) for one in drags))} ms; "
        f"{digits(statistics.median(one.moves for one in drags) / amount.seconds)} moves a second",
    )
