"""Live maps as a page computes them, pixel by pixel: the first picture, the whole one, a pointer moved meanwhile."""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, Route

import gdlib as gd
from benchmarks.explorers import WINDOW, Amount, Tell
from benchmarks.rows import Row, against_limit, digits
from gdlib.emit import as_glsl
from gdlib.widgets.module_files import modules

SIZE, STEPS, RULE, LANDSCAPE = 512, 200, "momentum", "himmelblau"
FIRST_WITHIN, MOVED_WITHIN = 100.0, 50.0  # ms: the design's goal; within the second a hand sees no delay
WAYS = {"WebGL2": "drawn by WebGL2", "workers": "where WebGL2 is missing, in workers", "page": "in the page alone"}

BLANK = """<!doctype html><title>A map</title><link rel="icon" href="data:,">
<style>canvas { --paper: #fff; --faint: #888; --a: #842; --b: #284; --c: #248; --d: #882 }</style>
<canvas width="512" height="512"></canvas>"""
# The page's first map, then some whose start is moved by a little each time, so that nothing is known of them before;
# the canvas is coloured by their minima. A first picture is there once each pixel has a colour.
RUN = """async ({ question, times }) => {
  const { map, paint } = await import("./gd/map_engine.mjs");
  const { Shades } = await import("./gd/shades.mjs");
  const load = (text) => import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  for (const part of ["objective", "rule"]) question[part].module = await load(question[part].source);
  const canvas = document.querySelector("canvas"), found = { first: [], whole: [], lag: [], by: [] };
  const inks = ["a", "b", "c", "d"].map((ink) => ({ ink, depth: 0.8 }));
  inks.push({ ink: "faint", depth: 0, hatch: "crossed" });
  const shades = new Shades(canvas.getContext("2d"), inks, 1), shadeOf = (picture, k) => (picture.minimum(k) + 5) % 5;
  let asked = 0;
  addEventListener("pointermove", (event) => { if (asked) found.lag.push(performance.now() - event.timeStamp); });
  window.found = null;
  for (let k = 0; k <= times; k++) {
    const axes = question.axes.map((axis) => ({ ...axis, low: axis.low + k / 1024 }));
    let first = 0;
    asked = k && performance.now();
    const began = performance.now();
    const { answers, finished } = map({ ...question, axes }, (picture, rows) => {
      paint(canvas, picture, rows, shadeOf, shades);
      if (rows.top + rows.height === picture.height) first ||= performance.now() - began;
    });
    await finished;
    found.by.push(answers.by);
    if (!k) found.cold = first;
    else found.first.push(first), found.whole.push(performance.now() - began);
  }
  window.found = found;
}"""


def question(way: str) -> dict[str, Any]:
    """What the engine is asked, so that it goes this way."""
    f, rule = gd.objectives[LANDSCAPE], gd.rules[RULE]
    texts = {"objective": gd.emit.javascript(f), "rule": gd.emit.javascript(rule)}
    glsl = {"objective": as_glsl.landscape_text(f), "rule": as_glsl.step_text(rule)} if way == "WebGL2" else {}
    entries = {
        part: {"source": text, "text": None if way == "page" else text, "glsl": glsl.get(part)}
        for part, text in texts.items()
    }
    axes = [{"of": "start", "name": k, "low": low, "high": high} for k, (low, high) in enumerate(f.window)]
    return {
        **entries,
        "glsl": as_glsl.PROGRAM, "start": [0.0, 0.0], "settings": {"lr": 0.005}, "axes": axes, "steps": STEPS,
        "tolerance": 0.0, "minima": np.asarray(f.minima).tolist(), "width": SIZE, "height": SIZE,
    }  # fmt: skip


@contextmanager
def blank(browser: Browser, site: str) -> Iterator[Page]:
    """An empty page of the site, with the engine's modules as they are."""
    files = modules()

    def answer(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name in files:
            route.fulfill(body=files[name].read_bytes(), content_type="text/javascript")
        else:
            route.fulfill(body=BLANK, content_type="text/html")

    context = browser.new_context(viewport={"width": WINDOW["width"], "height": WINDOW["height"]})
    try:
        page = context.new_page()
        page.route("**/maps-alone/**", answer)
        page.goto(f"{site}maps-alone/")
        yield page
    finally:
        context.close()


def pictures(browser: Browser, site: str, way: str, amount: Amount, tell: Tell) -> list[Row]:
    """The first picture of fresh pages' first map, that of a map after a change, and a pointer that moves meanwhile."""
    tell(f"map of {SIZE} × {SIZE} pixels, {WAYS[way]}")
    cold = []
    for _ in range(amount.runs):
        with blank(browser, site) as page:
            page.evaluate(f"(asked) => ({RUN})(asked)", {"question": question(way), "times": 0})
            cold.append(page.evaluate("() => window.found.cold"))
    with blank(browser, site) as page:
        page.evaluate(f"(asked) => {{ ({RUN})(asked); }}", {"question": question(way), "times": amount.runs})
        for k in range(100_000):
            page.mouse.move(20 + k * 7 % 400, 20 + k * 3 % 400)
            if k % 20 == 0 and page.evaluate("() => Boolean(window.found)"):
                break
        found = page.evaluate("() => window.found")
    if set(found["by"]) != {way}:
        raise RuntimeError(f"map: needed {way}, got {json.dumps(found['by'])}")
    lag = sorted(found["lag"])
    late = lag[math.ceil(0.95 * len(lag)) - 1] if lag else math.inf
    work = f"live map, {SIZE} × {SIZE} pixels × {STEPS} steps, {WAYS[way]}"
    whole = f"the whole in {digits(min(found['whole']))} to {digits(max(found['whole']))} ms"
    fresh = "the first map of a page, which has compiled and started nothing before"
    moved = f"from a move until the page hears it, {len(lag)} moves; the longest {digits(lag[-1] if lag else 0.0)} ms"
    return [
        against_limit(f"{work}: first picture on a fresh page", FIRST_WITHIN, "ms", cold, fresh),
        against_limit(f"{work}: first picture after a change", FIRST_WITHIN, "ms", found["first"], whole),
        against_limit(f"{work}: 95 of 100 moves meanwhile", MOVED_WITHIN, "ms", [late], moved),
    ]
