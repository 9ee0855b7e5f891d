"""The page's reading of formulas against Python's: the same verdicts, values to the bit, derivatives, stationary points."""

import json
from functools import reduce

import numpy as np
import pytest

import gdlib as gd
from gdlib.emit.as_javascript import curvature_text
from gdlib.formulas.grammar import FormulaError, parse
from gdlib.trace import in_order
from gdlib.trace.graph import ELEMENTARY, Node, constant, partials
from gdlib.widgets.plain_signs import formula
from tests.conftest import Watch
from tests.emit_test import error_bound
from tests.explorer_page import shown
from tests.formula_texts import TEXTS, whole

pytestmark = pytest.mark.browser

READ = """async ([texts, most]) => {
  const { read } = await import("/gd/typed_landscape.mjs");
  return texts.map((text) => {
    try {
      return { variables: read(text, most).variables };
    } catch (error) {
      if (error.constructor.name !== "FormulaError") throw error;
      return { sentence: error.message, place: error.place };
    }
  });
}"""
DUALS = """async ([text, variables, points]) => {
  const { parse } = await import("/gd/formula.mjs");
  const { landscapeOf } = await import("/gd/duals.mjs");
  const f = landscapeOf(parse(text), variables);
  return points.map((point) => [f.valueAt(point), ...f.slopeAt(point), ...f.curvatureAt(point).flat()].map(String));
}"""
SEARCH = """async ([text, window]) => {
  const { searched } = await import("/gd/level_points.mjs");
  return searched(await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" }))), window);
}"""


def is_typed(f: gd.Objective) -> bool:
    """Whether the page can read the landscape's text."""
    try:
        return bool(parse(f.text).names) and f.n <= 2
    except FormulaError:
        return False


TYPED = [f for f in gd.objectives if is_typed(f)]
OWN = [
    gd.Objective(text, ("x", "y"), window=((0.2, 2.0), (0.3, 1.7)))
    for text in (
        "x*y/(1 + x**2 + sqrt(y**2 + 1))", "x**y + exp(sin(x)*y)*atan(y/x)", "tan(x/2)*cosh(y) - sinh(x*y)/log(3 + x**2)",
        "abs(x - y)**1.5 + x**-3*y - 2**x", "x**0.3 + tanh(x*y)*cos(x)", "(x + 2*y)**7/(x*y) - 1/x**0.5", "x*x*x - 3*x*y**2/2",
    )
]  # fmt: skip
"""Every operation and function, where all of them are defined."""


def numbers(watch: Watch, f: gd.Objective, points: np.ndarray) -> np.ndarray:
    """Value, gradient and Hessian by rows at each point, as the page has them."""
    given = [f.text, [str(one) for one in f.variables], points.tolist()]
    return np.array([[float(number) for number in row] for row in watch.page.evaluate(DUALS, given)])


def test_the_page_gives_the_verdicts_of_the_shared_table(tab: Watch) -> None:
    watch = shown(tab)
    rows = [row for rows in TEXTS.values() for row in rows]
    found = watch.page.evaluate(READ, [[whole(row["text"]) for row in rows], 2])
    # The page fills up what a formula leaves out: a landscape has two variables.
    for row, got in zip(rows, found, strict=True):
        wanted = {key: value for key, value in row.items() if key != "text"}
        if "variables" in row and "variables" in got:
            assert set(wanted["variables"]) <= set(got["variables"]), row
        else:
            assert got == wanted, row


PRINTED = {
    "x**12 + 3*y": "x¹² + 3 y", "x**2.5": "x^2.5", "x**1e1": "x^1e1", "x**2**3": "x^2³", "x**-2": "x^−2", "x*-y": "x · −y",
    "2*3*x": "2 · 3 x", "x*.5": "x · .5", "x/2*y": "x/2 · y", "1/(x + 1)*y": "1/(x + 1) · y", "y / x**2 * x": "y / x² · x",
    "1/exp(x)*sqrt(y)": "1/exp(x) · √(y)", "(x + 2)/3": "(x + 2)/3", "5*x/2": "5 x/2",
}  # fmt: skip


def test_a_formula_in_print_says_what_was_typed(tab: Watch) -> None:
    assert {text: formula(text) for text in PRINTED} == PRINTED
    texts = [*PRINTED, *(f.text for f in gd.objectives)]
    printed = """async (texts) => {
      const { inPrint } = await import("/gd/typed_landscape.mjs");
      return texts.map(inPrint);
    }"""
    assert shown(tab).page.evaluate(printed, texts) == [formula(text) for text in texts]


def test_the_order_of_variables_is_pythons(tab: Watch) -> None:
    texts = ["x10 + x2", "b*a", "x2 + x10", "y + x", "x01 - x1", "a2b*a10b", "y**2", "w**2"]
    found = shown(tab).page.evaluate(READ, [texts, 2])
    for text, got in zip(texts, found, strict=True):
        names = [str(one) for one in gd.Objective(text).variables]
        assert [name for name in got["variables"] if name in names] == names


def test_what_a_page_alone_refuses(tab: Watch) -> None:
    heavy = "+".join(f"sin({k}*x)" for k in range(200))
    many, much = shown(tab).page.evaluate(READ, [["a + b*c", heavy], 2])
    assert many["sentence"] == "needs at most two variables here, got a, b, c"
    assert much["sentence"].startswith("needs at most 400 operations in a page, got 80")


def test_values_are_the_objectives_to_the_bit(tab: Watch) -> None:
    watch = shown(tab)
    for f in (*TYPED, *OWN):
        if not any(node.op in ELEMENTARY for node in in_order([f.graphs.value])):
            points = np.random.default_rng(1).uniform(*np.array(f.window).T, (200, f.n))
            np.testing.assert_array_equal(numbers(watch, f, points)[:, 0], f(points), f.text)


def along(output: Node, name: str) -> Node:
    """The derivative by the chain rule, operation after operation: what a dual number carries."""
    slopes: dict[Node, Node] = {}
    for node in in_order([output]):
        if node.op == "symbol":
            slopes[node] = constant(float(node.payload == name))
        else:
            parts = zip(partials(node), node.args, strict=True)
            terms = [outer * slopes[inner] for outer, inner in parts if slopes[inner] is not constant(0.0)]
            slopes[node] = reduce(lambda one, other: one + other, terms) if terms else constant(0.0)
    return slopes[output]


def test_derivatives_agree_within_the_rounding_of_both_ways_to_them(tab: Watch) -> None:
    """SymPy's formula and the chain rule round in different places; each error is carried through its own graph."""
    watch = shown(tab)
    for f in (*TYPED, *OWN):
        points = np.random.default_rng(2).uniform(*np.array(f.window).T, (8, f.n))
        found = numbers(watch, f, points)
        names = [str(one) for one in f.variables]
        first = [along(f.graphs.value, name) for name in names]
        carried = [f.graphs.value, *first, *(along(one, name) for one in first for name in names)]
        derived = [f.graphs.value, *f.graphs.gradient, *(entry for row in f.hessian_graph for entry in row)]
        exact = np.column_stack([f(points), f.grad(points), f.hess(points).reshape(len(points), -1)])
        for point, row, stated in zip(points.tolist(), found, exact, strict=True):
            at = dict(zip(names, point, strict=True))
            for got, wanted, one, other in zip(row, stated, carried, derived, strict=True):
                assert abs(got - wanted) <= error_bound(one, at) + error_bound(other, at), (f.text, point)


def test_derivatives_are_to_the_bit_where_both_ways_do_the_same(tab: Watch) -> None:
    watch = shown(tab)
    for text in ("x**2 + y**2", "x*y", "x**3/2 + y**4", "4*x**2 - 2*x*y + y**2/2", "exp(x) + y**2", "(x + y)**2"):
        f = gd.Objective(text)
        points = np.random.default_rng(3).uniform(-3, 3, (100, 2))
        found = numbers(watch, f, points)
        stated = np.column_stack([f.grad(points), f.hess(points).reshape(-1, 4)])
        if "exp" not in text:
            np.testing.assert_array_equal(found[:, 1:], stated)
        else:
            np.testing.assert_allclose(found[:, 1:], stated, rtol=4e-16)


def test_the_points_of_the_catalogue_are_found(tab: Watch) -> None:
    """All but one, of which the page says so: exp(-1/x**2) is 0 in doubles, and so level, all around its minimum."""
    watch = shown(tab)
    known = found = decided = 0
    for f in gd.objectives:
        if f.n > 2 or f.stationary is None:
            continue
        text = gd.emit.javascript(f) + curvature_text(f)
        answer = watch.page.evaluate(SEARCH, [text, [list(side) for side in f.window]])
        points = answer["points"]
        reach = 1e-6 * max(high - low for low, high in f.window)
        left = list(points)
        for one in f.stationary:
            known += 1
            near = [
                other for other in left if np.hypot(*np.subtract([*other["at"], 0][:2], [*one.point, 0][:2])) < reach
            ]
            if not near:
                assert f.name == "flat_well"
                continue
            (other,) = near  # once only
            left.remove(other)
            found += 1
            if one.reason:  # the Hessian does not decide, and the page does not pretend
                assert other["kind"] == "undecided", (f.name, one.point)
            else:
                assert (other["kind"], other["strict"]) == (one.kind, one.strict), (f.name, one.point)
                decided += 1
        assert not left, f"{f.name}: found {left} too"
        level = bool(f.stationary_sets) or f.name == "flat_well"
        assert (answer["sets"] > 0) == level, f.name
    assert (known, found, decided) == (128, 127, 121)


def test_kinks_poles_and_slopes_that_fade_are_no_stationary_points(tab: Watch) -> None:
    watch = shown(tab)
    for text, points in {"abs(x) + abs(y)": 0, "1/x + 1/y": 0, "exp(-x)*(2 + sin(y))": 0, "sqrt(x**2 + y**2)": 0,
                         "abs(x)*x + y**2": 1, "x*exp(-x**2 - y**2)": 2, "atan(5*x) + atan(5*y)": 0}.items():  # fmt: skip
        f = gd.Objective(text)
        answer = watch.page.evaluate(SEARCH, [gd.emit.javascript(f) + curvature_text(f), [[-3, 3.1], [-3, 3.2]]])
        assert len(answer["points"]) == points, (text, json.dumps(answer["points"]))
