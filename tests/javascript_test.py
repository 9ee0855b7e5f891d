"""JavaScript as a browser runs it: emitted modules in Chromium against `descend`, to the bit where that is promised."""

import json
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

import gdlib as gd
from tests.emit_test import ELEMENTARY_FORMULAS, ahead, compare_within_bounds, error_bound, reciprocal, root
from tests.tables import each_exact_objective, each_inexact_objective

pytestmark = pytest.mark.browser
STEPS = 300


IMPORT = """async ([text, body]) => {
  const module = await import(URL.createObjectURL(new Blob([text], {type: "text/javascript"})));
  // JSON has no infinities and no -0, so numbers travel as their 16 hexadecimal digits
  const view = new DataView(new ArrayBuffer(8));
  const hex = (x) => { view.setFloat64(0, x); return view.getBigUint64(0).toString(16).padStart(16, "0"); };
  const sent = (x) => Array.isArray(x) ? x.map(sent) : hex(x);
  return sent(new Function("module", "return " + body)(module));
}"""


def in_browser(page: Page, text: str, body: str) -> Any:
    def number(sent: Any) -> Any:
        if isinstance(sent, list):
            return [number(one) for one in sent]
        return np.frombuffer(bytes.fromhex(sent), dtype=">f8")[0]

    return number(page.evaluate(IMPORT, [text, body]))


def same_bits(one: Any, other: Any) -> bool:
    return np.asarray(one, dtype=float).tobytes() == np.asarray(other, dtype=float).tobytes()


@pytest.mark.parametrize("rule", list(gd.rules), ids=gd.rules.names)
def test_a_pairs_own_text_walks_descends_path_to_the_bit(page, rule):
    """The text for one pair, all in one; page_paths_test takes every rule to every landscape by their modules."""
    for objective in (gd.objectives.himmelblau, gd.objectives.heavy_ball_trap):
        body = f"module.run({list(objective.start)}, {STEPS})"
        path = in_browser(page, gd.emit.javascript((objective, rule)), body)
        assert same_bits(path, gd.descend(objective, rule, objective.start, steps=STEPS).path), objective.name


def test_a_pairs_run_takes_the_options_of_descend(page):
    f, rule = gd.objectives.himmelblau, gd.rules.adam
    text = gd.emit.javascript((f, rule))
    noisy = "module.run([0, 0.5], 20, {}, {noise: {sigma: 0.1, seed: 7}})"
    one, again = in_browser(page, text, noisy), in_browser(page, text, noisy)
    assert same_bits(one, again)
    assert not same_bits(one, in_browser(page, text, "module.run([0, 0.5], 20)"))


def numbers_in_browser(page, objective, points):
    """Values and gradients at the points by the emitted module."""
    listed = f"{points.tolist()}.map((point) => [module.value(...point), ...[module.gradient(...point)].flat()])"
    rows = np.array(in_browser(page, gd.emit.javascript(objective), listed))
    return rows[:, 0], rows[:, 1:]


@each_exact_objective
def test_value_and_gradient_are_the_objectives_to_the_bit(page, objective):
    points = np.random.default_rng(1).uniform(-3, 3, (100, objective.n))
    values, slopes = numbers_in_browser(page, objective, points)
    assert same_bits(values, objective(points))
    assert same_bits(slopes, objective.grad(points))


@each_inexact_objective
def test_value_and_gradient_agree_within_4_ulp_carried_through_the_graph(page, objective):
    points = np.random.default_rng(1).uniform(*np.array(objective.window).T, (40, objective.n))
    compare_within_bounds(objective, points, *numbers_in_browser(page, objective, points))


def test_hyperparameters_look_ahead_and_the_value_reach_the_page(page):
    f = gd.objectives.himmelblau
    settings = {"lr": 0.03, "beta": 0.7}
    path = in_browser(page, gd.emit.javascript((f, ahead)), f"module.run([0, 0.5], 200, {json.dumps(settings)})")
    assert same_bits(path, gd.descend(f, ahead, (0.0, 0.5), steps=200, **settings).path)


@pytest.mark.parametrize(
    ("formula", "rule", "start", "lr"),
    [
        ("x**2", reciprocal, (0.0,), 1.0),
        ("x**2", reciprocal, (1.0,), 2.0),
        ("x**4", gd.rules.gradient_descent, (1e3,), 1.0),
        ("x**2 - y", root, (-1.0, 2.0), 1.0),
    ],
)
def test_runs_that_meet_a_division_by_zero_or_overflow_end_alike(page, formula, rule, start, lr):
    f = gd.Objective(formula)
    path = in_browser(page, gd.emit.javascript((f, rule)), f"module.run({list(start)}, 40, {{lr: {lr}}})")
    assert same_bits(path, gd.descend(f, rule, start, steps=40, lr=lr).path)


@pytest.mark.parametrize("name", ELEMENTARY_FORMULAS)
def test_elementary_functions_agree_within_4_ulp_carried_through_the_graph(page, name):
    f = gd.Objective(ELEMENTARY_FORMULAS[name])
    points = np.linspace(-2.9, 2.9, 101)
    text = gd.emit.javascript(f)
    values = in_browser(page, text, f"{points.tolist()}.map((x) => module.value(x))")
    slopes = in_browser(page, text, f"{points.tolist()}.map((x) => module.gradient(x)[0])")
    for x, value, slope in zip(points, values, slopes, strict=True):
        assert abs(value - f([x])) <= error_bound(f.graphs.value, {"x": float(x)})
        assert abs(slope - f.grad([x])[0]) <= error_bound(f.graphs.gradient[0], {"x": float(x)})


def test_a_step_of_one_coordinate_is_the_rules(page):
    text = gd.emit.javascript(gd.rules.adam)
    step = in_browser(page, text, "module.step(0.7, -1.3, 0.25, 0.5, 4, {lr: 0.1})")
    np.testing.assert_allclose(step, gd.rules.adam(0.7, -1.3, 0.25, 0.5, 4, lr=0.1), rtol=4e-16)
    assert in_browser(page, gd.emit.javascript(gd.rules.gradient_descent), "module.step(1, 2, {lr: 0.1})") == 0.8


def test_kinks_signs_and_choices_mean_the_same_in_the_page(page):
    import sympy as sp

    x, y = sp.symbols("x y", real=True)
    f = gd.Objective(
        sp.Max(0, x) ** 3 + sp.Abs(y) * sp.sign(x) + sp.Piecewise((x * y, x > y), (y**2, True)) + sp.Min(x, y, 2)
    )
    points = np.random.default_rng(0).integers(-3, 4, (60, 2)).astype(float)
    body = f"{points.tolist()}.map(([x, y]) => [module.value(x, y), ...module.gradient(x, y)])"
    expected = np.column_stack([f(points), f.grad(points)])
    np.testing.assert_array_equal(in_browser(page, gd.emit.javascript(f), body), expected)
