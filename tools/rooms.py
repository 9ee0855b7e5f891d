"""Measure in Chromium the room that each explorer takes in a page at each width, into gdlib/widgets/rooms.json.

    .venv/bin/python -m tools.rooms            # all of them, two minutes
    .venv/bin/python -m tools.rooms averages   # those of these names

Between two of the widths at which the style sheet arranges an explorer in another way, its height is a straight line in
its width but for the texts that break. The room is a line above all heights measured there; where most readers are it
lies as near to them as it can.
"""

import json
import math
import sys
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

import gdlib as gd
from gdlib.widgets.kinds import KINDS
from gdlib.widgets.kinds.basin_map import ROOMS as BASIN_ROOMS
from gdlib.widgets.kinds.rate_map import PLANES
from gdlib.widgets.kinds.rate_map import ROOMS as RATE_ROOMS
from gdlib.widgets.page_form import ROOMS, WIDTHS
from tests.explorer_page import shown
from tools import browser as system_browser

SAID: dict[str, Callable[[], list[Any]]] = {
    **{kind: lambda kind=kind: [gd.explore(kind=kind)] for kind in KINDS if kind not in ("race", "rate-map")},
    **{f"rate-map {plane}": lambda plane=plane: [gd.explore(kind="rate-map", plane=plane)] for plane in PLANES},
    **{f"rate-map {' '.join(rules)}": lambda rules=rules, plane=plane: [
        gd.explore(kind="rate-map", plane=plane, rules=rules)
    ] for rules, plane in RATE_ROOMS.items()},
    **{f"basin-map {rule}": lambda rule=rule: [
        gd.explore(kind="basin-map", rules=[rule, "momentum", "newton"])
    ] for rule in BASIN_ROOMS},
    "newton-model map": lambda: [gd.explore("rosenbrock", kind="newton-model")],
    "newton-model axes": lambda: [gd.explore(kind="newton-model", view="axes")],
    "inspector own": lambda: [gd.explore("quadratic", kind="inspector")],
    "step-size": lambda: [gd.explore(kind="step-size"), gd.explore("lopsided_valley", kind="step-size")],
    "coordinates": lambda: [
        gd.explore(kind="coordinates"), gd.explore("ravine", kind="coordinates", rules=["rprop_minus"]),
    ],
    **{f"coordinates {rule}": lambda rule=rule: [
        gd.explore(kind="coordinates", rules=[rule], steps=steps) for steps in (2, 60)
    ] for rule in ("quickprop", "quickprop_secant")},
}  # fmt: skip
"""What is measured for each entry of rooms.json: explorers that it is to serve. A race counts what runs itself."""
NARROWEST, WIDEST = 288, 1100
PHONE = 448  # an explorer that is no wider stands in a window of a phone's width, where controls are larger
COMMON = (328, 343, 358, 380, 398, 736, 1000)  # of a phone's window of 360, 375, 390, 412 and 430 pixels, of the book's
CONTROL, ROW = {False: 30, True: 44}, {False: 32, True: 52}  # --touch and --keep of the style sheet
MARGIN = 2.0  # pixels; fonts differ a little from machine to machine

TOUCH = """gd-explorer, .gd-explorer { --touch: 44px !important; --keep: 52px !important }
  .gd-explorer .gd-small { height: 44px } .gd-rule summary { line-height: 44px }
  .gd-explorer select, .gd-explorer input[type="number"] { font-size: 16px !important }"""
HEIGHTS = """async (widths) => {
  const own = document.querySelector("gd-explorer .gd-explorer"), main = document.querySelector("main");
  Object.assign(main.style, { maxWidth: "none", padding: 0, marginTop: "5000px" });  // out of view nothing is drawn
  const heights = [];
  for (const width of widths) {
    main.style.width = `${width}px`;
    await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
    own.style.minHeight = 0;
    heights.push(own.getBoundingClientRect().height);
    own.style.minHeight = "";
  }
  return heights;
}"""


def heights(page: Page) -> list[tuple[int, bool, float]]:
    """(width, whether by touch, height without the row that keeps the explorer) at many widths."""
    found = []
    wide = {*range(PHONE, WIDEST, 7), *(width for width in WIDTHS if width >= PHONE)}
    by_touch = {*range(NARROWEST, PHONE + 1, 4), *range(470, WIDEST, 60)}
    for touch, widths in ((False, sorted(wide)), (True, sorted(by_touch))):
        if touch:
            page.add_style_tag(content=TOUCH)
        page.evaluate(HEIGHTS, widths[:1] * 2)
        tall = page.evaluate(HEIGHTS, widths)
        found += [(width, touch, height - ROW[touch]) for width, height in zip(widths, tall, strict=True)]
    return found


def line(rows: Iterable[tuple[int, bool, float]]) -> str:
    """A length a + b cqi + k controls that is at least each height; of those the one with the least to spare."""
    widths, touched, tall = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    controls = np.where(touched > 0, CONTROL[True], CONTROL[False])
    common = np.min(np.abs(widths[:, None] - np.array(COMMON)), axis=1) <= 3
    best = (math.inf, "")
    for k in range(15) if len(set(controls)) > 1 else [0]:
        for slope in range(-400, 300):
            rest = tall - slope * widths / 100 - k * controls
            spare = math.ceil(rest.max() + MARGIN) - rest
            cost = spare.max() + 2 * spare[common].max(initial=0)
            if cost < best[0]:
                more = f" + {k} * var(--touch)" if k else ""
                best = cost, f"calc({math.ceil(rest.max() + MARGIN)}px {'+-'[slope < 0]} {abs(slope)}cqi{more})"
    return best[1]


def room(rows: list[tuple[int, bool, float]]) -> dict[str, str]:
    return {str(low): line(row for row in rows if low <= row[0] < high) for low, high in pairwise((*WIDTHS, WIDEST))}


def main(names: list[str]) -> None:
    known = json.loads(ROOMS.read_text(encoding="utf-8")) if ROOMS.exists() else {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_browser.ensure(), args=system_browser.ARGUMENTS)
        for name in names or SAID:
            rows = []
            for explorer in SAID[name]():
                context = browser.new_context(viewport={"width": 1200, "height": 900})
                rows += heights(shown(context, explorer).page)
                context.close()
            known[name] = room(rows)
            print(name, flush=True)
        browser.close()
    kept = {name: known[name] for name in SAID if name in known}
    ROOMS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
