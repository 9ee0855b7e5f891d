"""The engine of maps: every way of running the pixels gives, pixel by pixel, what `descend` gives from the same numbers."""

import base64
import functools
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

import gdlib as gd
from gdlib.emit import as_glsl
from gdlib.emit.as_javascript import curvature_text
from gdlib.widgets.module_files import single_module
from tests.explorer_page import _address, _Shelf

SQUARE = {"width": 48, "height": 40}
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
  const { answers, finished } = engine.map(await engine.asked(question), ({ stride }, rows, done) => calls.push({ stride, ...rows, done }));
  const whole = await finished;
  const { question: { across, up }, pictures: [finest] } = answers;
  const each = (of) => Array.from({ length: finest.cells }, (_, k) => of(k));
  return { whole, calls, by: answers.by, numbers: engine.packed(finest.numbers), across: [...across], up: [...up],
    rate: engine.packed(Float64Array.from(each((k) => finest.rate(k)))), minimum: each((k) => finest.minimum(k)) };
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
    return {**texts, "start": [0.0] * f.n, "axes": along, "minima": minima} | SQUARE | more


def answered(page: Page, question: dict[str, Any]) -> dict[str, Any]:
    """What the engine says; `numbers` (height, width, 4), the highest row first."""
    said = page.evaluate(ANSWERS, question)
    shape = (question["height"], question["width"])
    said["numbers"] = np.frombuffer(base64.b64decode(said["numbers"]), "<f4").reshape(*shape, 4)
    said["rate"] = np.frombuffer(base64.b64decode(said["rate"]), "<f8").reshape(shape)
    said["minimum"] = np.reshape(said["minimum"], shape)
    return said


def told(f: gd.Objective, rule: Any, question: dict[str, Any]) -> dict[str, Any]:
    """The question with what a graphics processor needs, and without what workers do, so that no other way takes its place."""
    question["objective"]["glsl"] = as_glsl.landscape_text(f, held=len(question.get("held", [])))
    question["rule"]["glsl"] = as_glsl.step_text(rule)
    return {**question, "glsl": as_glsl.PROGRAM, "withText": False}


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


@pytest.mark.parametrize("with_text", [True, False], ids=["workers", "page"])
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
    assert (said["whole"], said["by"]) == (True, "workers" if with_text else "page")
    starts = np.stack(np.meshgrid(said["across"], said["up"]), axis=-1).reshape(-1, 2)
    single = {key: float(np.float32(value)) for key, value in {**rule.defaults, "lr": lr}.items()}
    expected = by_descend(f, rule, starts, 60, tolerance, 1e6, **single)
    assert len(set(expected[:, 2])) > 20, "all outcomes are there"
    assert np.array_equal(said["numbers"].reshape(-1, 4), expected.astype(np.float32), equal_nan=True)


# What is promised of single precision: a pixel's last point is that of `descend` within 2^-18 of the window's size, or
# within some times what single precision does to `descend` itself, whose runs from float32 points (an ulp apart, since one
# may be lucky) say how much the rounding of each step grows there. Where that is a part of the window, the pixel lies on an
# edge, where any rounding decides. A run arrives where the size is the tolerance within what rounding makes of a gradient.


def spread(f: gd.Objective, rule: Any, starts: np.ndarray, steps: int, **numbers: float) -> Any:
    """The run of each start in double precision, and how far single precision moves its points, step by step."""
    run = gd.descend(f, rule, starts, steps=steps, **numbers)
    moved = np.zeros(run.path.shape[:2])
    rng = np.random.default_rng(5)
    for _ in range(4):
        near = np.nextafter(starts.astype(np.float32), rng.choice((-9, 9), starts.shape).astype(np.float32))
        with np.errstate(all="ignore"):
            other = gd.descend(f, rule, near, steps=steps, **numbers)
            assert other.path.dtype == np.float32
            path = np.concatenate([other.path, np.repeat(other.path[-1:], len(run.path), axis=0)])[: len(run.path)]
            far = np.abs(path.astype(float) - run.path).max(axis=-1)
        moved = np.maximum(moved, far)
    return run, np.maximum.accumulate(moved)


SINGLE = [
    ("himmelblau", "gradient_descent", 0.01), ("himmelblau", "momentum", 0.005), ("himmelblau", "nesterov_lookahead", 0.005),
    ("himmelblau", "adam", 0.25), ("himmelblau", "rprop_plus", None), ("himmelblau", "lion", 0.125), ("himmelblau", "newton", None),
    ("twin_wells", "saddle_free_newton", 0.5), ("rastrigin", "momentum", 0.0005), ("rosenbrock", "amsgrad", 0.125),
    ("six_hump_camel", "damped_newton", 0.5), ("goldstein_price", "adagrad", 0.125), ("twin_wells", "quickprop", 0.02),
]  # fmt: skip


def in_single_precision(page: Page, name: str, step: str, lr: float | None) -> None:
    """Asserts what is promised, and prints how many pixels lie on edges and how far off the others are."""
    f, rule = gd.objectives[name], gd.rules[step] if step in gd.rules else gd.methods[step]
    steps, tolerance, size = 60, 2.0**-7, float(np.abs(f.window).max())
    settings = {} if lr is None else {"lr": lr}
    more = {"settings": settings, "steps": steps, "tolerance": tolerance, "width": 32, "height": 32}
    said = answered(page, told(f, rule, asked(f, rule, **more)))
    assert (said["whole"], said["by"]) == (True, "WebGL2")
    numbers = {key: float(np.float32(value)) for key, value in {**rule.defaults, **settings}.items()}
    starts = np.stack(np.meshgrid(said["across"], said["up"]), axis=-1).reshape(-1, 2)
    curvature = float(np.median(np.abs(f.hess(starts)).max(axis=(1, 2))))
    run, moved = spread(f, rule, starts, steps, **numbers)
    got, pixels = said["numbers"].reshape(-1, 4).astype(float), np.arange(len(starts))
    code = got[:, 2].astype(int)
    taken = np.where(code >= 0, code, np.where(code == -1, steps, -2 - code))  # steps to the last point
    at = np.minimum(taken, len(run.path) - 1)
    difference = np.abs(got[:, :2] - run.path[at, pixels]).max(axis=-1)
    bound = size * 2.0**-18 + 8 * moved[at, pixels]
    assert np.isfinite(got[:, :2]).all()
    edges = ~(bound <= (size + np.abs(run.path[at, pixels]).max(axis=-1)) / 64)
    assert edges.mean() < 0.15, "where all are edges nothing is proved"
    # four runs may all be luckier than the fifth where a step is decided by a comparison: such pixels are edges too
    unlucky = ~edges & (difference > bound)
    assert unlucky.mean() < 0.005
    edges |= unlucky
    # arrived where double precision does, but for sizes that rounding brings to either side of the tolerance
    calm = ~edges
    with np.errstate(all="ignore"):
        slack = 4 * curvature * bound
        sizes = run.grad_norms
        before = np.where(np.arange(len(sizes))[:, None] < at, sizes, np.inf).min(axis=0)
    arrived = code >= 0
    assert (sizes[at, pixels] <= tolerance + slack)[arrived & calm].all()
    assert (before >= tolerance - slack)[calm].all()
    assert (sizes[at, pixels] >= tolerance - slack)[(code == -1) & calm].all()
    print(
        f"{name} {step}: {edges.sum()} of {len(edges)} on edges, else off by {difference[~edges].max() / size:.1e} of the window"
    )


@pytest.mark.parametrize(("name", "step", "lr"), SINGLE, ids=str)
def test_in_single_precision_a_pixel_is_descends_within_its_bound(
    page: Page, name: str, step: str, lr: float | None
) -> None:
    in_single_precision(page, name, step, lr)


@pytest.mark.slow
@pytest.mark.parametrize("rule", [*gd.rules, *(m for m in gd.methods if m.has_components(2))], ids=lambda one: one.name)
def test_so_it_is_with_every_rule_and_method(page: Page, rule: Any) -> None:
    in_single_precision(
        page, "himmelblau", rule.name, 0.005 if "lr" in rule.defaults and rule in list(gd.rules) else None
    )


@pytest.mark.slow
@pytest.mark.parametrize("f", [f for f in gd.objectives if f.n == 2], ids=lambda one: one.name)
def test_and_on_every_landscape_of_two_variables(page: Page, f: Any) -> None:
    in_single_precision(page, f.name, "adam", 0.02)


BOWL = gd.Objective("(x**2/kappa + y**2)/2", variables=["x", "y", "kappa"])
LR = {"of": "settings", "name": "lr", "low": 0.0, "high": 4.0}
BETA = {"of": "settings", "name": "beta", "low": 0.0, "high": 0.999, "scale": "rest"}
KAPPA = {"of": "held", "name": 0, "low": 1.0, "high": 1000.0, "scale": "log"}
PLANES = {
    "lr and beta": {"axes": [LR, BETA], "held": [16.0], "lasting": True},
    "kappa and lr": {"axes": [KAPPA, LR], "held": [1.0], "settings": {"beta": 0.5}},
    "start and kappa": {
        "axes": [{"of": "start", "name": 1, "low": -1, "high": 1}, KAPPA],
        "held": [1.0],
        "lasting": True,
    },
}


@pytest.mark.parametrize("way", ["WebGL2", "workers", "page"])
@pytest.mark.parametrize("plane", PLANES)
def test_any_two_numbers_run_along_the_axes(page: Page, plane: str, way: str) -> None:
    """Momentum on a quadratic, whose error a matrix multiplies: the rate of the pixel is what the runs of `descend` show."""
    rule = gd.rules.momentum
    texts = {"objective": {"text": gd.emit.javascript(BOWL)}, "rule": {"text": gd.emit.javascript(rule)}}
    question: dict[str, Any] = {
        "start": [1.0, 0.5],
        "minima": [[0, 0]],
        "size": "distance",
        "tolerance": 1e-9,
        "steps": 150,
    }
    question |= {**texts, "width": 12, "height": 10, **PLANES[plane]}
    said = answered(page, told(BOWL, rule, question) if way == "WebGL2" else question | {"withText": way == "workers"})
    assert said["by"] == way
    first = [valueless(axis, count) for axis, count in zip(question["axes"], (12, 10), strict=True)]
    np.testing.assert_allclose(said["across"], first[0], rtol=1e-6)
    np.testing.assert_allclose(said["up"], first[1][::-1], rtol=1e-6)
    for j, up in enumerate(said["up"]):
        for i, across in enumerate(said["across"]):
            given = {"start": [1.0, 0.5], "held": [question["held"][0]], "settings": dict(question.get("settings", {}))}
            for axis, value in zip(question["axes"], (across, up), strict=True):
                given[axis["of"]][axis["name"]] = value
            numbers = {key: float(np.float32(value)) for key, value in {**rule.defaults, **given["settings"]}.items()}
            f = bowl_of(*given["held"])
            run = gd.descend(f, rule, given["start"], steps=150, **numbers)
            sizes = np.linalg.norm(run.path, axis=-1)
            counted = np.maximum(sizes, np.append(sizes[:1], sizes[:-1])) if question.get("lasting") else sizes
            *_, code, ratio = said["numbers"][j, i].astype(float)
            last = int(code if code >= 0 else 150 if code == -1 else -2 - code)
            if code >= 0:
                assert counted[last] <= 1e-9 * 1.001
                assert (counted[:last] > 1e-9 * 0.999).all()
            assert (sizes[:last] <= 2e6).all()
            expected = (counted if code >= -1 else sizes)[last] / sizes[0]
            assert abs(ratio - expected) <= 1e-3 * expected + 1e-6 * (way == "WebGL2") * max(
                1.0, sizes[: last + 1].max()
            )
            taken = max(last, 1)
            assert code < -1 or abs(said["rate"][j, i] - ratio ** (1 / taken)) < 1e-6


def valueless(axis: dict[str, Any], count: int) -> np.ndarray:
    """The numbers along an axis, worked out here."""
    share = (np.arange(count) + 0.5) / count
    low, high, scale = axis["low"], axis["high"], axis.get("scale")
    if scale == "log":
        return low * (high / low) ** share
    return 1 - (1 - low) * ((1 - high) / (1 - low)) ** share if scale == "rest" else low + (high - low) * share


@functools.cache
def bowl_of(kappa: float) -> gd.Objective:
    return gd.Objective(f"(x**2/{kappa!r} + y**2)/2")


@pytest.mark.parametrize("way", ["WebGL2", "page"])
def test_maps_of_one_variable(page: Page, way: str) -> None:
    f, rule = gd.objectives.steepening_bowl, gd.rules.gradient_descent
    along = [{"of": "start", "name": 0, "low": -2, "high": 2}, LR | {"low": 1e-3, "high": 1.0, "scale": "log"}]
    question = asked(
        f, rule, axes=along, window=f.window, steps=40, tolerance=2**-10, withText=False, width=9, height=9
    )
    said = answered(page, told(f, rule, question) if way == "WebGL2" else question)
    for j, lr in enumerate(said["up"]):
        starts = np.array(said["across"])[:, None]
        run = gd.descend(f, rule, starts, steps=40, lr=lr, stop=gd.stopping.grad_norm(2**-10))
        codes = said["numbers"][j, :, 2]
        agree = np.where(codes >= 0, codes == run.steps, codes < 0)
        assert agree.mean() > (0.8 if way == "WebGL2" else 0.99)
        assert (said["numbers"][j, :, 1] == 0).all()


def test_pictures_come_coarse_first_and_whole_and_none_after_cancel(page: Page) -> None:
    f, rule = gd.objectives.himmelblau, gd.rules.momentum
    question = asked(f, rule, steps=20, width=100, height=70, withText=False)
    said = answered(page, question)
    assert [call["done"] for call in said["calls"]] == [False] * (len(said["calls"]) - 1) + [True]
    assert sorted({call["stride"] for call in said["calls"]}, reverse=True) == [32, 8, 1]
    for stride in (32, 8, 1):
        rows = [(call["top"], call["top"] + call["height"]) for call in said["calls"] if call["stride"] == stride]
        assert [top for top, _ in rows] == [0, *(bottom for _, bottom in rows[:-1])], "each row once"
        assert rows[-1][1] == 70, "down to the last row"
    coarse = page.evaluate(
        """async (question) => {
          let first = null;
          const running = engine.map(await engine.asked(question), ({ numbers }, { top, height }) => {
            if (top + height < 70) return;
            first = [...numbers];
            running.cancel();
            setTimeout(() => { first.push(0); }, 50);
          });
          const whole = await running.finished;
          await new Promise((next) => setTimeout(next, 300));
          return [whole, first];
        }""",
        question,
    )
    assert coarse[0] is False
    assert len(coarse[1]) == 4 * 4 * 3 + 1, "no call after cancel"
    squares = np.reshape(coarse[1][:-1], (3, 4, 4))
    middles = said["numbers"][np.ix_([16, 48, 69], [16, 48, 80, 99])]
    assert np.array_equal(squares, middles, equal_nan=True), "a square shows the pixel in its middle"


PAINTED = """async (question) => {
  const canvas = Object.assign(document.querySelector("canvas"), question), pictures = {};
  let asked = 0;
  const shadeOf = (picture, k) => (asked++, picture.steps(k));
  const fill = (pixels, from, count, shade, i, j) => { // where it is painted is seen in red and green
    for (let k = 0; k < count; k++) pixels[from + k] = 0xff000000 | (shade << 16) | (j << 8) | (i + k);
  };
  const { finished } = engine.map(await engine.asked(question), (picture, rows) => {
    engine.paint(canvas, picture, rows, shadeOf, { fill });
    if (rows.top + rows.height < question.height) return;
    const { data } = canvas.getContext("2d").getImageData(0, 0, question.width, question.height);
    const steps = Array.from({ length: picture.cells }, (_, k) => picture.steps(k));
    pictures[picture.stride] = { asked, image: engine.packed(data), steps };
    asked = 0;
  });
  await finished;
  return pictures;
}"""


def test_a_cell_s_shade_is_asked_once_and_fills_its_square(page: Page) -> None:
    f, rule = gd.objectives.himmelblau, gd.rules.momentum
    question = asked(f, rule, settings={"lr": 0.005}, steps=200, tolerance=0.5, width=100, height=70, withText=False)
    for stride, found in page.evaluate(PAINTED, question).items():
        size = int(stride)
        columns = -(-100 // size)
        assert found["asked"] == len(found["steps"]) == columns * -(-70 // size)
        image = np.frombuffer(base64.b64decode(found["image"]), np.uint8).reshape(70, 100, 4)
        j, i = np.indices((70, 100))
        shade = np.array(found["steps"])[j // size * columns + i // size]
        assert len(np.unique(shade)) > 4
        assert np.array_equal(image, np.stack([i, j, shade, np.full_like(i, 255)], axis=-1))


MADE = """async (question) => {
  const made = [];
  const noting = (own, word) => new Proxy(own, {
    apply: (...given) => (made.push(word), Reflect.apply(...given)),
    construct: (...given) => (made.push(word), Reflect.construct(...given)),
  });
  window.Worker = noting(Worker, "worker");
  WebGL2RenderingContext.prototype.linkProgram = noting(WebGL2RenderingContext.prototype.linkProgram, "program");
  const { finished } = engine.map(await engine.asked(question), ({ stride }, { top, height }) => {
    if (top + height === question.height) made.push(stride);
  });
  await finished;
  return made;
}"""


@pytest.mark.parametrize("made", ["program", "worker"])
def test_a_page_s_first_picture_waits_for_no_program_and_no_worker(page: Page, made: str) -> None:
    f, rule = gd.objectives.himmelblau, gd.rules.momentum
    question = asked(f, rule, steps=20)
    found = page.evaluate(MADE, told(f, rule, question) if made == "program" else question)
    assert found[0] == 32, "a coarse picture first"
    assert found[1] == made
    assert [one for one in found if one != made] == [32, 8, 1]


MOVING = """async ({ question, rests }) => {
  const own = window.setTimeout, strides = [];
  const resting = new Promise((have) => {
    window.setTimeout = (work, time, ...rest) => (time === 4321 ? have(work) : own(work, time, ...rest));
  });
  const running = engine.map(await engine.asked(question), ({ stride }) => strides.push(stride), { seen: true, pause: 4321 });
  const rested = await resting;
  await new Promise((next) => own(next, 100));
  const moving = [...strides];
  if (!rests) running.cancel();
  rested();
  return { moving, whole: await running.finished, strides };
}"""


@pytest.mark.parametrize("rests", [True, False])
def test_while_a_hand_moves_only_a_coarse_picture_is_run(page: Page, rests: bool) -> None:
    f, rule = gd.objectives.himmelblau, gd.rules.momentum
    found = page.evaluate(MOVING, {"question": asked(f, rule, steps=20, withText=False), "rests": rests})
    assert set(found["moving"]) == {8}, "neither the coarsest, for as much is seen already, nor the finest"
    assert found["whole"] is rests
    assert (found["strides"][-1] == 1) is rests, "what is out of date is not begun"


DROPPED = """async (question) => {
  const { prototype } = WebGL2RenderingContext, counts = { drawn: 0, read: 0 };
  const counting = (own, name) => new Proxy(own, { apply: (...given) => (counts[name]++, Reflect.apply(...given)) });
  const { readPixels, getBufferSubData } = prototype;
  const ready = engine.map(await engine.asked(question), () => {});
  await ready.finished;
  prototype.getBufferSubData = counting(getBufferSubData, "read");
  const running = engine.map(await engine.asked(question), () => {});
  prototype.readPixels = function (...given) { // drawn and on its way; then the hand asks something else
    readPixels.apply(this, given);
    counts.drawn++;
    running.cancel();
  };
  const whole = await running.finished;
  await new Promise((next) => setTimeout(next, 100));
  return { whole, ...counts };
}"""


HEAPED = """async (question) => {
  const { prototype } = WebGL2RenderingContext, { readPixels, getSyncParameter } = prototype;
  await engine.map(await engine.asked(question), () => {}).finished;
  let drawn = 0, slow = true;
  prototype.getSyncParameter = function (...given) { return slow ? this.UNSIGNALED : getSyncParameter.apply(this, given); };
  prototype.readPixels = function (...given) {
    drawn++;
    readPixels.apply(this, given);
  };
  const next = () => new Promise((done) => setTimeout(done, 20));
  let running = null;
  for (let k = 0; k < 6; k++) { // a hand that moves, and a processor that does not keep up
    running?.cancel();
    running = engine.map(await engine.asked(question), () => {});
    await next();
  }
  const waiting = drawn;
  slow = false;
  return { waiting, whole: await running.finished };
}"""


def test_questions_out_of_date_do_not_heap_up(page: Page) -> None:
    f, rule = gd.objectives.himmelblau, gd.rules.momentum
    assert page.evaluate(HEAPED, told(f, rule, asked(f, rule, steps=20))) == {"waiting": 2, "whole": True}


def test_what_is_drawn_for_a_question_out_of_date_is_not_read(page: Page) -> None:
    f, rule = gd.objectives.himmelblau, gd.rules.momentum
    found = page.evaluate(DROPPED, told(f, rule, asked(f, rule, steps=20)))
    assert found == {"whole": False, "drawn": 1, "read": 0}


def test_a_lost_context_recovers(page: Page) -> None:
    f, rule = gd.objectives.himmelblau, gd.rules.momentum
    question = told(f, rule, asked(f, rule, settings={"lr": 0.005}, steps=300, width=128, height=128))
    before = answered(page, question)
    assert before["by"] == "WebGL2"
    lost = page.evaluate(
        """async (question) => {
          const { gl } = globalThis[Symbol.for("gdlib.map.webgl")], lose = gl.getExtension("WEBGL_lose_context");
          window.comeBack = () => lose.restoreContext();
          const running = engine.map(await engine.asked(question), () => {
            if (running.answers.by === "WebGL2" && !gl.isContextLost()) lose.loseContext();
          });
          const whole = await running.finished, { by, pictures: [{ numbers }] } = running.answers;
          return { whole, by, numbers: engine.packed(numbers), lost: gl.isContextLost() };
        }""",
        question,
    )
    assert (lost["whole"], lost["by"], lost["lost"]) == (True, "page", True)
    other = np.frombuffer(base64.b64decode(lost["numbers"]), "<f4").reshape(before["numbers"].shape)
    assert (np.abs(other - before["numbers"])[..., :2].max(axis=-1) < 1e-3).mean() > 0.97, "double precision now"
    assert answered(page, question)["by"] == "page", "as long as it is lost"
    page.evaluate("() => comeBack()")
    page.wait_for_function('() => globalThis[Symbol.for("gdlib.map.webgl")].lost === false')
    after = answered(page, question)
    assert after["by"] == "WebGL2"
    assert np.array_equal(after["numbers"], before["numbers"], equal_nan=True)


RENEWED = """async (question) => {
  const { prototype } = WebGL2RenderingContext, { linkProgram, getProgramParameter, getExtension } = prototype;
  const COMPLETED = 0x91B1; // asked of a browser that compiles beside the page, as this one then seems to
  let first = null;
  prototype.getExtension = function (name) {
    return /parallel/.test(name) ? { COMPLETION_STATUS_KHR: COMPLETED } : getExtension.call(this, name);
  };
  prototype.linkProgram = function (program) {
    linkProgram.call(this, program);
    if (first) return;
    first = program; // while it is compiled the context goes and comes back, so quickly that nobody sees it lost
    setTimeout(() => ["lost", "restored"].forEach((what) => this.canvas.dispatchEvent(new Event(`webglcontext${what}`))));
  };
  prototype.getProgramParameter = function (program, name) {
    return program === first ? null : name === COMPLETED || getProgramParameter.call(this, program, name);
  };
  const ways = {};
  const running = engine.map(await engine.asked(question), ({ stride }) => { ways[stride] = running.answers.by; });
  const never = new Promise((next) => setTimeout(() => next("never"), 20_000));
  return { whole: await Promise.race([running.finished, never]), ways };
}"""


def test_a_program_of_a_context_that_is_gone_is_not_waited_for(page: Page) -> None:
    f, rule = gd.objectives.himmelblau, gd.rules.momentum
    found = page.evaluate(RENEWED, told(f, rule, asked(f, rule, steps=20)))
    assert found == {"whole": True, "ways": {"32": "page", "8": "page", "1": "WebGL2"}}


def test_twenty_maps_share_one_context(page: Page) -> None:
    f, rule = gd.objectives.himmelblau, gd.rules.momentum
    question = told(f, rule, asked(f, rule, settings={"lr": 0.005}, steps=50))
    made = page.evaluate(
        """async (question) => {
          const own = HTMLCanvasElement.prototype.getContext;
          let contexts = 0;
          HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
            contexts += kind === "webgl2";
            return own.call(this, kind, ...rest);
          };
          const maps = await Promise.all(Array.from({ length: 20 }, async () => engine.map(await engine.asked(question), () => {})));
          const whole = await Promise.all(maps.map(({ finished }) => finished));
          const texts = maps.map(({ answers }) => engine.packed(answers.pictures[0].numbers)), same = texts.every((one) => one === texts[0]);
          return { whole: whole.every(Boolean), by: maps.map(({ answers }) => answers.by), same, contexts };
        }""",
        question,
    )
    assert made == {"whole": True, "by": ["WebGL2"] * 20, "same": True, "contexts": made["contexts"]}
    assert made["contexts"] <= 1


@pytest.mark.parametrize("missing", ["WebGL2", "WebGL2 and workers"])
def test_pages_without_webgl2_or_workers_draw_the_same_map(context: Any, missing: str) -> None:
    page = context.new_page()
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    if missing == "WebGL2 and workers":
        page.add_init_script(
            "window.Worker = class { constructor() { setTimeout(() => this.onerror(new Event('error', {})), 9); } postMessage() {} };"
        )
    _Shelf.files["/map.html"] = BLANK
    page.goto(_address() + "/map.html")
    page.evaluate(SET_UP)
    f, rule = gd.objectives.himmelblau, gd.rules.momentum
    question = told(f, rule, asked(f, rule, settings={"lr": 0.005}, steps=40)) | {"withText": True}
    said = answered(page, question)
    assert said["by"] == ("workers" if missing == "WebGL2" else "page")
    assert said["whole"]
    starts = np.stack(np.meshgrid(said["across"], said["up"]), axis=-1).reshape(-1, 2)
    single = {"lr": float(np.float32(0.005)), "beta": float(np.float32(0.9))}
    expected = by_descend(f, rule, starts, 40, float(np.float32(1e-6)), 1e6, **single)
    assert np.array_equal(said["numbers"].reshape(-1, 4), expected.astype(np.float32), equal_nan=True)


def test_where_single_precision_cannot_tell_pixels_apart_the_page_runs_them_in_double(page: Page) -> None:
    f, rule = gd.objectives.himmelblau, gd.methods.newton
    window = ((3.0, 3.0 + 1e-7), (2.0, 2.0 + 1e-7))
    said = answered(page, told(f, rule, asked(f, rule, window=window, steps=1, tolerance=0.0)))
    assert said["by"] == "page"
    assert len(set(said["across"])) == SQUARE["width"]
    assert np.allclose(np.diff(said["across"]), 1e-7 / SQUARE["width"], rtol=1e-3)


def test_a_distance_needs_minima(page: Page) -> None:
    f, rule = gd.objectives.saddle, gd.rules.momentum
    with pytest.raises(Exception, match="a distance needs minima"):
        answered(page, asked(f, rule, size="distance", steps=5))


@pytest.mark.parametrize("address", ["file", "about"])
def test_maps_are_drawn_from_a_file_and_where_modules_are_blobs(chromium: Any, tmp_path: Any, address: str) -> None:
    """As in a notebook: no module has an address that a worker or another module could reach."""
    context = chromium.new_context()
    page = context.new_page()
    (tmp_path / "map.html").write_bytes(BLANK)
    page.goto((tmp_path / "map.html").as_uri() if address == "file" else "about:blank")
    whole = single_module("map_engine.mjs")
    loader, _, _ = whole.rpartition("const { default: widget }")
    module = f'{loader}export const engine = await import(address["map_engine.mjs"]);\n'
    page.evaluate("(text) => { window.moduleText = text; }", module)
    blob = 'const { engine: { map, paint } } = await import(URL.createObjectURL(new Blob([moduleText], { type: "text/javascript" })));'
    page.evaluate(SET_UP.replace('const { map, paint } = await import("/gd/map_engine.mjs");', blob))
    f, rule = gd.objectives.himmelblau, gd.rules.momentum
    question = told(f, rule, asked(f, rule, settings={"lr": 0.005}, steps=40))
    found = {}
    for by, more in (("WebGL2", {}), ("workers", {"glsl": None, "withText": True}), ("page", {"glsl": None})):
        said = answered(page, {**question, **more})
        assert (said["whole"], said["by"]) == (True, by)
        found[by] = said["numbers"]
    assert np.array_equal(found["workers"], found["page"], equal_nan=True)
    assert (np.abs(found["WebGL2"] - found["page"])[..., :2].max(axis=-1) < 1e-3).mean() > 0.97
    context.close()
