"""GLSL as a browser runs it: functions, gradients and steps against float64, within what single precision carries along."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import gdlib as gd
from gdlib.emit import as_glsl
from gdlib.emit.as_numpy import NUMPY
from gdlib.emit.straight_line import print_code
from gdlib.trace import Node, constant, in_order, partials, symbol
from gdlib.trace.graph import ELEMENTARY
from gdlib.trace.powers import carried_powers
from tests.fragments import Fragments
from tests.tables import each_rule

ULP = 2.0**-23
METHODS = [method for method in gd.methods if method.has_components(2)]
STEPS = [*gd.rules, *METHODS]
PLANAR = {f.name: as_glsl.landscape_text(f, held=max(0, f.n - 2)) for f in gd.objectives}


def program(landscape: str, step: Any) -> str:
    return as_glsl.PROGRAM["head"] + landscape + as_glsl.step_text(step) + as_glsl.PROGRAM["loop"]


@pytest.fixture(scope="module")
def fragments(page: Any) -> Fragments:
    return Fragments(page)


# What is promised: + - * within half an ulp, a quotient or root within 2.5, an elementary function of x within
# 2^-20 (1 + |x|) max(1, |its value|). What follows from that is carried to first order through each graph.


def off(node: Node, values: dict[Node, Any]) -> Any:
    """How far one operation may be off."""
    value = np.abs(values[node])
    if node.op in ELEMENTARY:
        return 2.0**-20 * (1.0 + sum(np.abs(values[operand]) for operand in node.args)) * np.maximum(1.0, value)
    return 3 * ULP * value if node.args or node.op == "constant" else 0.0 * value


def bounds(outputs: Sequence[Node], at: dict[str, np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each output its value in double precision, and how far off single precision may be."""
    found = []
    names = {name: f"given_{k}" for k, name in enumerate(at)}
    for output in outputs:
        nodes = in_order([output])
        weight: dict[Node, Any] = dict.fromkeys(nodes, constant(0.0))
        weight[output] = constant(1.0)
        for node in reversed(nodes):
            for operand, slope in zip(node.args, partials(node), strict=True):
                weight[operand] = weight[operand] + weight[node] * np.abs(slope)
        code = print_code([*nodes, *weight.values()], names, NUMPY)
        text = "\n".join([*code.lines, f"found = [{', '.join(code.outputs)}]"])
        scope: dict[str, Any] = {"np": np, **{names[name]: np.asarray(value, float) for name, value in at.items()}}
        with np.errstate(all="ignore"):
            exec(text, scope)
            values = dict(zip(nodes, scope["found"], strict=False))
            weights = dict(zip(nodes, scope["found"][len(nodes) :], strict=True))
            found.append((values[output] + 0.0 * 1.0, sum(weights[node] * off(node, values) for node in nodes)))
    return found


def within(got: np.ndarray, outputs: Sequence[Node], at: dict[str, np.ndarray], share: float) -> None:
    """Asserts that what came is within the bounds, which say something: most are under `share` of the values' size."""
    for place, (value, bound) in enumerate(bounds(outputs, at)):
        value, bound = (np.broadcast_to(one, len(got)) for one in (value, bound))
        known = np.isfinite(value) & np.isfinite(bound) & (np.abs(value) < 1e30)
        assert known.mean() > 0.6
        wrong = np.abs(got[known, place] - value[known]) > bound[known] + 1e-37
        assert not wrong.any(), (place, got[known, place][wrong][:3], value[known][wrong][:3], bound[known][wrong][:3])
        assert np.median(bound[known]) <= share * max(1.0, float(np.abs(value[known]).max())), (
            "this bound allows anything"
        )


WAVES = np.concatenate([np.linspace(-7, 7, 301), np.linspace(-3000, 3000, 300)])
FUNCTIONS = {
    "sine(x[0])": (np.sin, WAVES), "cosine(x[0])": (np.cos, WAVES), "tangent(x[0])": (np.tan, np.linspace(-1.4, 1.4, 301)),
    "exp(x[0])": (np.exp, np.linspace(-30, 30, 301)), "logarithm(x[0])": (np.log, np.geomspace(1e-9, 1e9, 301)),
    "sinh(x[0])": (np.sinh, np.linspace(-20, 20, 301)), "cosh(x[0])": (np.cosh, np.linspace(-20, 20, 301)),
    "tangent_hyperbolic(x[0])": (np.tanh, np.linspace(-100, 100, 301)), "atan(x[0])": (np.arctan, np.linspace(-50, 50, 301)),
    "power(x[0], 0.3)": (lambda x: x ** np.float64(np.float32(0.3)), np.geomspace(1e-9, 1e9, 301)),
}  # fmt: skip


def test_every_elementary_function_is_tried():
    tried = {re.match(r"\w+", text)[0] for text in FUNCTIONS}
    assert tried == {as_glsl.GLSL.operations[name].partition("(")[0] for name in ELEMENTARY}


@pytest.mark.browser
@pytest.mark.parametrize("text", FUNCTIONS)
def test_elementary_functions_are_off_by_no_more_than_is_promised(fragments, text):
    function, xs = FUNCTIONS[text]
    xs = xs.astype(np.float32).astype(float)
    (got,) = fragments.run(as_glsl.FUNCTIONS, [text], [xs]).T
    wanted = function(xs)
    assert (np.abs(got - wanted) <= 2.0**-20 * (1 + np.abs(xs)) * np.maximum(1, np.abs(wanted))).all()


def test_what_glsl_leaves_undefined_is_what_numpy_says(fragments):
    cases = {
        "power(x[0], 3.0)": [(-2.0, -8.0), (0.0, 0.0)], "power(x[0], 2.0)": [(-3.0, 9.0)],
        "power(x[0], 0.5)": [(-1.0, np.nan), (0.0, 0.0)], "power(x[0], -1.0)": [(0.0, np.inf), (-2.0, -0.5)],
        "power(x[0], 0.0)": [(0.0, 1.0), (-5.0, 1.0)], "root(x[0])": [(-1.0, np.nan), (0.0, 0.0), (4.0, 2.0)],
        "logarithm(x[0])": [(0.0, -np.inf), (-1.0, np.nan)], "tangent_hyperbolic(x[0])": [(200.0, 1.0), (-1e30, -1.0)],
        "larger(root(x[0]), 1.0)": [(-1.0, np.nan), (4.0, 2.0)], "larger(1.0, root(x[0]))": [(-1.0, np.nan)],
        "smaller(root(x[0]), 1.0)": [(-1.0, np.nan), (4.0, 1.0)], "smaller(1.0, root(x[0]))": [(-1.0, np.nan)],
        "signum(x[0])": [(-3.0, -1.0), (0.0, 0.0), (2.0, 1.0)],
    }  # fmt: skip
    for text, pairs in cases.items():
        xs, wanted = np.array(pairs).T
        (got,) = fragments.run(as_glsl.FUNCTIONS, [text], [xs]).T
        np.testing.assert_allclose(got, wanted, rtol=1e-5, err_msg=text)


@pytest.mark.parametrize("objective", list(gd.objectives), ids=gd.objectives.names)
def test_values_gradients_and_hessians_are_within_what_single_precision_carries(fragments, objective):
    f, names = objective, [str(v) for v in objective.variables]
    rng = np.random.default_rng(1)
    points = rng.uniform(*np.array(f.window).T, (200, f.n)).astype(np.float32).astype(float)
    arguments = ", ".join(f"x[{k}]" for k in range(f.n))
    entries = [f.hessian_graph[i][j] for i in range(min(f.n, 2)) for j in range(i, min(f.n, 2))]
    nodes = [f.graphs.value, *f.graphs.gradient[: min(f.n, 2)], *entries]
    parts = [[""]] if f.n == 1 else [[".x", ".y"], [".x", ".y", ".z"]]
    texts = [f"value({arguments})"]
    texts += [f"gradient({arguments}){part}" for part in parts[0]] + [
        f"hessian({arguments}){part}" for part in parts[-1]
    ]
    got = fragments.run(as_glsl.FUNCTIONS + PLANAR[f.name], texts, list(points.T))
    within(got, nodes, dict(zip(names, points.T, strict=True)), 1e-4)


@each_rule
def test_a_rules_step_is_within_what_single_precision_carries(fragments, rule):
    """One coordinate from random moments, with hyperparameters near the defaults; memory as large as the gradient."""
    rng = np.random.default_rng(2)
    step = as_glsl.InSingle(rule)
    _, once, powers = carried_powers(rule.trace.outputs, rule.defaults)
    given: dict[str, Any] = {
        name: rng.uniform(0.1, 2.0, 300) * rng.choice((-1, 1), 300) for name in ("theta", "g", "f")
    }
    given |= {name: rng.uniform(0.05, 1.0, 300) for name in rule.state}
    given |= {"t": np.full(300, 7.0)} | {name: np.full(300, value) for name, value in rule.defaults.items()}
    given = {name: value.astype(np.float32).astype(float) for name, value in given.items()}
    hyper = {name: given[name] for name in rule.defaults}
    made = {name: value for name, (value, _) in zip(once, bounds(list(once.values()), hyper), strict=True)}
    made = {name: np.broadcast_to(value, 300).astype(np.float32).astype(float) for name, value in made.items()}
    factors = {**given, **made}
    carried = {power: factors[factor] ** 7 for power, factor in powers.items()}
    rests = {name: 1 - factors[factor] ** 7 for name, factor in step.rests.items()}
    single = {name: np.float32(value).astype(float) for name, value in {**carried, **rests}.items()}
    taken = [*rule.takes, *rule.defaults, *once, *step.powers, *step.rests]
    inputs = [{**factors, **single}[name] for name in taken]
    changed = {name: f"x[{taken.index(name)}]" for name in rule.trace.outputs_named}
    call = f"take_step({', '.join(f'x[{k}]' for k in range(len(taken)))});"
    got = fragments.run(as_glsl.rule_text(rule), list(changed.values()), inputs, call)
    within(got, step.outputs, {**factors, **single}, 1e-4)


def test_programs_of_every_rule_and_on_every_landscape_compile(fragments):
    """Each step on one landscape, and on each landscape two that ask for all it has; all of them in `make test-all`."""
    texts = {(step.name, "himmelblau"): program(PLANAR["himmelblau"], step) for step in STEPS}
    demanding = [gd.rules.irprop_plus, gd.methods.saddle_free_newton]
    texts |= {(step.name, name): program(text, step) for name, text in PLANAR.items() for step in demanding}
    said = fragments.compiled(list(texts.values()))
    assert {pair: one for pair, one in zip(texts, said, strict=True) if one} == {}


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_programs_of_each_rule_and_method_on_every_landscape_compile(fragments, step):
    said = fragments.compiled([program(text, step) for text in PLANAR.values()])
    assert {name: one for name, one in zip(PLANAR, said, strict=True) if one} == {}


def test_a_pairs_text_is_a_whole_program_with_no_function_that_it_does_not_call(fragments):
    text = gd.emit.glsl((gd.objectives.rastrigin, gd.rules.adam))
    assert "cosine(" in text
    assert "tangent(" not in text
    said = fragments.compiled(
        [text, gd.emit.glsl((gd.objectives.quintic, gd.methods.newton)), text.replace("theta;", "theta")]
    )
    assert said[:2] == [None, None]
    assert "syntax error" in said[2]


def test_names_that_glsl_keeps_for_itself_are_renamed(fragments):
    @gd.rule
    def own(theta, g, sample, gl_v, a__b, step, *, lr=0.1, precise=2.0):
        sample = sample + g
        gl_v = gl_v + sample
        a__b = np.where(g > 0, a__b, gl_v) * (sample > 0)
        step = np.maximum(step, np.where(sample, a__b, 1.0))
        return theta - lr * precise * step, sample, gl_v, a__b, step

    f = gd.Objective("vec2**2 + texture**2 * vec2")
    other = gd.Objective("value**2 + gradient**2 * value + p", variables=["value", "gradient", "p"])
    assert fragments.compiled([gd.emit.glsl((f, own)), program(as_glsl.landscape_text(other, held=1), own)]) == [
        None,
        None,
    ]


def test_numbers_are_single_precision_and_no_integers():
    assert [as_glsl.number(x) for x in (2.0, 0.1, -3.0, 1e-8, 1e16)] == ["2.0", "0.1", "(-3.0)", "1e-08", "1e+16"]
    assert [as_glsl.number(x) for x in (1e300, -np.inf, np.nan)] == [
        f"uintBitsToFloat({bits}u)" for bits in ("0x7f800000", "0xff800000", "0x7fc00000")
    ]
    f = gd.Objective("x**2 + x**3")
    assert "pow(" not in gd.emit.glsl(f)


def test_what_has_no_program_is_refused():
    with pytest.raises(ValueError, match=r"needs 1 or 2 variables .* got 4"):
        gd.emit.glsl((gd.objectives.powell_singular, gd.rules.adam))
    with pytest.raises(ValueError, match="vectors of up to 4 numbers, got 5"):
        gd.emit.glsl(gd.objectives.rosenbrock.with_n(5))
    with pytest.raises(TypeError, match="emit: needs an objective"):
        gd.emit.glsl(gd.methods.bfgs)


def test_an_objective_may_hold_variables():
    f = gd.Objective("(x**2/kappa + y**2)/2", variables=["x", "y", "kappa"])
    text = as_glsl.landscape_text(f, held=1)
    assert "vec2 gradient(float x, float y, float kappa)" in text
    assert "value(p.x, p.y, held[0])" in text
    assert any(node is symbol("kappa") for node in in_order(f.graphs.gradient))
