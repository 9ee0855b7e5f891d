"""The engine of maps: every way of running the pixels gives, pixel by pixel, what `descend` gives from the same numbers."""

import base64
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

import gdlib as gd
from gdlib.emit.as_javascript import curvature_text
from tests.explorer_page import _address, _Shelf

SIZE = 48
BLANK = b'<!doctype html><title>A map</title><link rel="icon" href="data:,"><canvas></canvas>'
SET_UP = """async () => {
  const { map, paint } = await import("/gd/map_engine.mjs");
  const known = new Map();
  const load = (text) => {
    const address = () => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    if (!known.has(text)) known.set(text, import(address()));
    return known.get(text);
  };
  const packed = (numbers) => btoa(Array.from(new Uint8Array(numbers.buffer), (b) => String.fromCharCode(b)).join(""));
  window.engine = { map, paint, packed, asked: async ({ objective, rule, withText = true, ...rest }) => {
    const entry = async ({ text, glsl }) => ({ module: await load(text), text: withText ? text : null, glsl });
    return { objective: await entry(objective), rule: await entry(rule), ...rest };
  } };
}"""
ANSWERS = """async (question) => {
  const calls = [];
  const { answers, finished } = engine.map(await engine.asked(question), (_, box, done) => calls.push({ ...box, done }));
  const whole = await finished;
  const { across, up } = answers.question;
  const each = (of) => Array.from({ length: answers.width * answers.height }, (_, k) => of(k));
  return { whole, calls, by: answers.by, numbers: engine.packed(answers.numbers), across: [...across], up: [...up],
    rate: engine.packed(Float64Array.from(each((k) => answers.rate(k)))), minimum: each((k) => answers.minimum(k)) };
}"""


@pytest.fixture
def page(tab: Any) -> Page:
    """A page that can load the engine."""
    _address()
    _Shelf.files["/map.html"] = BLANK
    tab.page.goto(_address() + "/map.html")
    tab.page.evaluate(SET_UP)
    yield tab.page
    assert not tab.troubles


def asked(f: gd.Objective, rule: Any, **more: Any) -> dict[str, Any]:
    """A question as the page has it: a map of the starts of the landscape's window."""
    window = more.pop("window", f.window)
    along = [{"of": "start", "name": k, "low": low, "high": high} for k, (low, high) in enumerate(window)]
    texts = {
        "objective": {"text": gd.emit.javascript(f) + curvature_text(f)},
        "rule": {"text": gd.emit.javascript(rule)},
    }
    minima = [] if f.minima is None else f.minima.tolist()
    return {**texts, "start": [0.0] * f.n, "axes": along, "minima": minima, "width": SIZE, "height": SIZE, **more}


def answered(page: Page, question: dict[str, Any]) -> dict[str, Any]:
    """What the engine says; `numbers` (height, width, 4), the highest row first."""
    said = page.evaluate(ANSWERS, question)
    shape = (question["height"], question["width"])
    said["numbers"] = np.frombuffer(base64.b64decode(said["numbers"]), "<f4").reshape(*shape, 4)
    said["rate"] = np.frombuffer(base64.b64decode(said["rate"]), "<f8").reshape(shape)
    said["minimum"] = np.reshape(said["minimum"], shape)
    return said


def by_descend(
    f: gd.Objective, rule: Any, starts: np.ndarray, steps: int, tolerance: float, far: float, **numbers: Any
):
    """The four numbers of a pixel for each start, from the paths of `descend`."""
    run = gd.descend(f, rule, starts, steps=steps, **numbers)
    with np.errstate(all="ignore"):
        away = ~(np.abs(run.path) <= far).all(axis=-1)
        away |= np.arange(len(run.path))[:, None] > run.steps  # not finite: the last point is repeated
        size = run.grad_norms
    found = np.zeros((len(starts), 4))
    for k in range(len(starts)):
        left = int(np.argmax(away[:, k])) if away[:, k].any() else steps + 1
        arrived = np.flatnonzero(size[:left, k] <= tolerance)
        last = int(arrived[0]) if len(arrived) else min(left - 1, steps)
        code = last if len(arrived) else -1 if left > steps else -1 - left
        found[k] = [*run.path[last, k], code, size[last, k] / size[0, k]]
    return found


@pytest.mark.parametrize("with_text", [True, False], ids=["workers", "slices"])
@pytest.mark.parametrize(
    ("name", "lr", "tolerance"),
    [("gradient_descent", 0.02, 2**-10), ("adam", 0.5, 8.0), ("nesterov_lookahead", 0.02, 0.5)],
)
def test_the_page_runs_each_pixel_as_descend_does(
    page: Page, name: str, lr: float, tolerance: float, with_text: bool
) -> None:
    f, rule = gd.objectives.himmelblau, gd.rules[name]
    question = asked(f, rule, settings={"lr": lr}, steps=60, tolerance=tolerance, withText=with_text)
    said = answered(page, question)
    assert said["whole"]
    starts = np.stack(np.meshgrid(said["across"], said["up"]), axis=-1).reshape(-1, 2)
    single = {key: float(np.float32(value)) for key, value in {**rule.defaults, "lr": lr}.items()}
    expected = by_descend(f, rule, starts, 60, tolerance, 1e6, **single)
    assert len(set(expected[:, 2])) > 20, "all outcomes are there"
    assert np.array_equal(said["numbers"].reshape(-1, 4), expected.astype(np.float32), equal_nan=True)
