"""Equality of the printed forms: emitted Python, NumPy blocks and `descend`, to the bit wherever that is promised."""

import math

import numpy as np
import pytest

import gdlib as gd
from gdlib.emit.straight_line import unwrap
from gdlib.loops.on_arrays import array_loop
from gdlib.loops.on_floats import float_loop
from gdlib.loops.plan import plan_of
from gdlib.trace import Node, constant, in_order, partials, substitute, symbol
from gdlib.trace.graph import ELEMENTARY
from tests.tables import EXACT, each_exact_objective, each_inexact_objective, each_rule

STEPS = 500
FEWER = 60  # for the whole table: a bit that differs shows in the first steps, and the array loop is slow


def bits(path) -> tuple:
    path = np.asarray(path, dtype=float)
    return path.shape, path.tobytes()


def both_loops(f, rule, start, steps=STEPS, **hyper):
    plan = plan_of(f, rule, start, steps, None, None, None, 0.0, None, 1, hyper)
    return float_loop(f, rule, plan), array_loop(f, rule, plan)


def emitted(objective, rule) -> dict:
    namespace = {}
    exec(gd.emit.python((objective, rule)), namespace)
    return namespace


def walk_the_same_path(objective, rule, steps):
    on_floats, on_arrays = both_loops(objective, rule, objective.start, steps)
    path = emitted(objective, rule)["run"](objective.start, steps)
    assert bits(on_floats.path) == bits(on_arrays.path) == bits(path)
    assert (on_floats.steps, on_floats.ended) == (int(on_arrays.steps), int(on_arrays.ended))


@each_exact_objective
@each_rule
def test_floats_arrays_and_emitted_text_walk_the_same_path_to_the_bit(rule, objective):
    walk_the_same_path(objective, rule, FEWER)


@pytest.mark.parametrize("objective", [gd.objectives.himmelblau, gd.objectives.heavy_ball_trap], ids=lambda f: f.name)
@each_rule
def test_and_a_long_one(rule, objective):
    walk_the_same_path(objective, rule, STEPS)


@each_inexact_objective
@each_rule
def test_given_the_same_elementary_functions_text_and_arrays_walk_the_same_path_to_the_bit(rule, objective):
    """exp and cos differ by ulps between libm and NumPy, and a path may be chaotic; all else is the same to the bit."""
    _, on_arrays = both_loops(objective, rule, objective.start, FEWER)
    namespace = emitted(objective, rule)
    namespace["advance"] = namespace["advance_numpy"]
    with np.errstate(all="ignore"):
        assert bits(namespace["run"](objective.start, FEWER)) == bits(on_arrays.path)


def test_most_landscapes_are_exact_and_some_are_not():
    assert len(EXACT) >= 24
    assert not {"flat_well", "lopsided_valley", "rastrigin", "ackley"} & {f.name for f in EXACT}


def emitted_numbers(objective, points) -> tuple:
    """Values and gradients at the points by the emitted text."""
    namespace = {}
    exec(gd.emit.python(objective), namespace)
    values = [namespace["value"](*point) for point in points.tolist()]
    slopes = [np.ravel(namespace["gradient"](*point)) for point in points.tolist()]
    return np.array(values), np.array(slopes)


@each_exact_objective
def test_emitted_value_and_gradient_are_the_objectives_to_the_bit(objective):
    points = np.random.default_rng(1).uniform(-3, 3, (200, objective.n))
    values, slopes = emitted_numbers(objective, points)
    assert values.tobytes() == objective(points).tobytes()
    assert slopes.tobytes() == objective.grad(points).tobytes()


@each_inexact_objective
def test_emitted_value_and_gradient_agree_within_4_ulp_carried_through_the_graph(objective):
    points = np.random.default_rng(1).uniform(*np.array(objective.window).T, (40, objective.n))
    values, slopes = emitted_numbers(objective, points)
    compare_within_bounds(objective, points, values, slopes)


def compare_within_bounds(objective, points, values, slopes):
    """Numbers of an objective from elsewhere against its own, within the error that each function may have."""
    names = [v.name for v in objective.variables]
    outputs = (objective.graphs.value, *objective.graphs.gradient)
    ours = np.column_stack([objective(points), objective.grad(points)])
    theirs = np.column_stack([values, slopes])
    for point, one, other in zip(points.tolist(), ours, theirs, strict=True):
        bounds = np.array([error_bound(output, dict(zip(names, point, strict=True))) for output in outputs])
        assert (np.abs(one - other) <= bounds).all()
        assert (bounds <= 1e-11 * np.maximum(1.0, np.abs(one))).all(), "a bound that allows anything proves nothing"


@gd.rule
def reciprocal(theta, g, *, lr=1.0):
    """Divide by the gradient: 1/0 where it vanishes."""
    return theta - lr / g


@gd.rule
def root(theta, g, s, *, lr=1.0):
    """Take the root of the gradient, which is no number where it is negative, but use it only where it is one."""
    s = np.sqrt(g)
    return np.where(g > 0, theta - lr * s, theta - lr * g), s


@pytest.mark.parametrize(
    ("formula", "rule", "start", "lr", "reason"),
    [
        ("x**2", reciprocal, (0.0,), 1.0, "left the finite numbers at step 1"),
        ("x**2", reciprocal, (1.0,), 2.0, "left the finite numbers at step 2"),
        ("exp(x)", gd.rules.gradient_descent, (800.0,), 1.0, "left the finite numbers at step 1"),
        ("x**4", gd.rules.gradient_descent, (1e3,), 1.0, "left the finite numbers at step 5"),
        ("log(x)", gd.rules.gradient_descent, (0.5,), 0.25, "left the finite numbers at step 2"),
        ("x**2 - y", root, (-1.0, 2.0), 1.0, "steps"),
    ],
)
def test_where_pythons_floats_raise_the_step_is_numpys(formula, rule, start, lr, reason):
    f = gd.Objective(formula)
    on_floats, on_arrays = both_loops(f, rule, start, steps=40, lr=lr)
    assert bits(on_floats.path) == bits(on_arrays.path)
    run = gd.descend(f, rule, start, steps=40, lr=lr)
    assert run.reason == reason
    assert np.isfinite(run.path).all()
    namespace = {}
    exec(gd.emit.python((f, rule)), namespace)
    assert bits(namespace["run"](start, 40, {"lr": lr})) == bits(run.path)


@gd.rule(gradient_at=lambda theta, v, *, beta: theta + beta * v)
def ahead(theta, g, f, v, t, *, lr=0.01, beta=0.9):
    """Look ahead for the gradient, and step the shorter the higher theta itself lies."""
    damped = lr / (1 + f) / t
    v = beta * v - damped * g
    return theta + v, v


def test_the_value_is_taken_at_theta_and_the_gradient_where_the_rule_says():
    f = gd.objectives.himmelblau
    on_floats, on_arrays = both_loops(f, ahead, (0.0, 0.5), steps=200, lr=0.03)
    assert bits(on_floats.path) == bits(on_arrays.path)
    (theta, v), beta, lr = (np.array([0.0, 0.5]), np.zeros(2)), 0.9, 0.03
    for t in range(1, 4):
        v = beta * v - lr / (1 + f(theta)) / t * f.grad(theta + beta * v)
        theta = theta + v
    np.testing.assert_allclose(on_floats.path[3], theta, rtol=1e-13)


ELEMENTARY_FORMULAS = {
    "exp": "exp(x)", "log": "log(1 + x**2)", "sin": "sin(x)", "cos": "cos(x)", "tan": "tan(x/3)", "sinh": "sinh(x)",
    "cosh": "cosh(x)", "tanh": "tanh(x)", "atan": "atan(x)", "pow": "(1 + x**2)**0.3",
}  # fmt: skip


def test_every_elementary_function_has_its_formula_here():
    assert set(ELEMENTARY_FORMULAS) == ELEMENTARY


@pytest.mark.parametrize("name", ELEMENTARY_FORMULAS)
def test_elementary_functions_agree_within_4_ulp_carried_through_the_graph(name):
    """Python's libm against NumPy: each elementary function may be 4 ulp off, and no more than that can add up."""
    f = gd.Objective(ELEMENTARY_FORMULAS[name])
    namespace = {}
    exec(gd.emit.python(f), namespace)
    points = np.linspace(-2.9, 2.9, 101)[:, None]
    for kind, numeric in (("value", f), ("gradient", f.grad)):
        ours = np.ravel(numeric(points))
        theirs = np.ravel([namespace[kind](float(x)) for x in points[:, 0]])
        output = f.graphs.value if kind == "value" else f.graphs.gradient[0]
        bound = np.array([error_bound(output, {"x": float(x)}) for x in points[:, 0]])
        assert (np.abs(ours - theirs) <= bound).all()
        assert (bound <= 1e-13 * np.maximum(1.0, np.abs(ours))).all(), "a bound that allows anything proves nothing"


def error_bound(output: Node, at: dict[str, float], ulps: float = 4.0) -> float:
    """The error of `output` to first order if each elementary function is `ulps` off, by each node's own derivative."""
    values = {}
    nodes = in_order([output])
    derivatives = {node: partials(node) for node in nodes}
    extra = in_order([d for row in derivatives.values() for d in row] + nodes)
    for node in extra:
        values[node] = number(node, values, at)
    total = dict.fromkeys(nodes, 0.0)
    total[output] = 1.0
    error = 0.0
    for node in reversed(nodes):
        if node.op in ELEMENTARY:
            error += abs(total[node]) * ulps * math.ulp(values[node])
        else:  # exact operations repeat the same rounding of slightly different operands: half an ulp each way
            error += abs(total[node]) * math.ulp(values[node]) if node.args else 0.0
        for operand, slope in zip(node.args, derivatives[node], strict=True):
            total[operand] += abs(total[node]) * abs(values[slope])
    return error


def number(node: Node, values: dict, at: dict[str, float]) -> float:
    if node.op == "symbol":
        return at[node.payload]
    if node.op == "constant":
        return node.payload
    operands = [values[a] for a in node.args]
    functions = {
        "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b,
        "neg": lambda a: -a, "pow": lambda a, b: a**b, "sqrt": math.sqrt, "abs": abs, "max": max, "min": min,
        "log": lambda a: math.log(a) if a else -math.inf, "where": lambda c, a, b: a if c else b,
        "le": lambda a, b: a <= b, "ge": lambda a, b: a >= b, "eq": lambda a, b: a == b,
        "sign": np.sign,
    }  # fmt: skip
    return float(functions.get(node.op, getattr(math, node.op, None))(*operands))


SLOPE_FORMULAS = [*ELEMENTARY_FORMULAS.values(), "sqrt(1 + x**2)", "abs(x - 1)", "x/(1 + x**2)", "-x*(x - 2)"]


@pytest.mark.parametrize("formula", SLOPE_FORMULAS)
def test_every_node_knows_its_derivative(formula):
    """The graph's own derivatives, chained from the output down, are SymPy's gradient."""
    f = gd.Objective(formula)
    nodes = in_order([f.graphs.value])
    weight = {node: constant(0.0) for node in nodes}
    weight[f.graphs.value] = constant(1.0)
    for node in reversed(nodes):
        for operand, slope in zip(node.args, partials(node), strict=True):
            weight[operand] = weight[operand] + weight[node] * slope
    for x in (-1.7, 0.3, 2.2):
        values = {}
        for node in in_order([weight[symbol("x")]]):
            values[node] = number_or_sign(node, values, {"x": x})
        np.testing.assert_allclose(values[weight[symbol("x")]], f.grad([x])[0], rtol=1e-12)


def number_or_sign(node: Node, values: dict, at: dict[str, float]) -> float:
    return float(np.sign(values[node.args[0]])) if node.op == "sign" else number(node, values, at)


def test_names_that_clash_with_the_languages_or_with_the_rule_are_renamed():
    f = gd.Objective("new**2 + lr**2 + t*theta + m**2 + n0**2 + now**2 + append**2 + _x**2 + var_**2")
    start = tuple(0.1 * k for k in range(1, f.n + 1))
    on_floats, on_arrays = both_loops(f, gd.rules.adam, start, steps=30)
    assert bits(on_floats.path) == bits(on_arrays.path)
    assert "new," not in gd.emit.javascript(f).split("value(")[1].split(")")[0]


def test_pairs_refuse_what_cannot_be_printed():
    given = gd.Objective.from_functions(lambda x: (x**2).sum(-1), lambda x: 2 * x, n=2)
    for what in (given, (given, gd.rules.adam), (gd.rules.adam, gd.objectives.bowl), 3, (gd.objectives.bowl,)):
        with pytest.raises(TypeError, match="emit: needs an objective"):
            gd.emit.python(what)


def test_brackets_are_taken_off_only_in_pairs():
    assert unwrap("(a + b)") == "a + b"
    assert unwrap("(a) + (b)") == "(a) + (b)"


def test_substitution_shares_and_leaves_the_rest():
    x, y = symbol("x"), symbol("y")
    both = x * y + x
    assert substitute([both], {x: y})[0] is y * y + y
    assert substitute([both], {})[0] is both
