"""Plain functions as JavaScript: what they may return, which arguments they may take, and what cannot be traced."""

import inspect
import math

import numpy as np
import pytest

import gdlib as gd
from gdlib.emit.as_javascript import function_text
from gdlib.second_order import by_component
from tests.javascript_test import in_browser, same_bits

r = gd.rates
H = (("a", "b"), ("b", "d"))


def momentum_radius(lr, beta, curvature):
    return r.spectral_radius(gd.rules.momentum, curvature, lr=lr, beta=beta)


def momentum_matrix(lr, beta, curvature):
    return r.iteration_matrix(gd.rules.momentum, curvature, lr=lr, beta=beta)


def of_all_kinds(x, eval=2, flag=True):
    return (x if flag else 0) * eval, [[x > 1, 2], np.array([3.0, 4.0])], np.floor(x)


def step_of(method, *settings):
    """The method written out by component, as a function of its numbers; its text takes arrays."""
    arguments = (("x", "y"), ("gx", "gy"), H, *settings)

    def with_numbers(x, y, gx, gy, a, b, d, *values):
        named = dict(zip(settings, values, strict=True))
        return method((x, y), (gx, gy), ((a, b), (b, d)), **named)

    return function_text(method.__name__, method, arguments), with_numbers


def test_the_text_names_its_arguments_and_nests_its_answer():
    text = gd.emit.javascript(of_all_kinds)
    assert text.startswith("export function of_all_kinds(x, eval_ = 2.0) {")  # what JavaScript forbids gets a tail
    assert "return [x * eval_, [[x > 1.0, 2.0], [3.0, 4.0]], Math.floor(x)];" in text
    text = function_text("newton", by_component.newton, (("x", "y"), ("gx", "gy"), H))
    assert text.startswith("export function newton([x, y], [gx, gy], [[a, b], [, d]]) {")


PLAIN = {
    "optimal_step": (gd.emit.javascript(r.optimal_step), r.optimal_step, 2),
    "contraction": (gd.emit.javascript(r.contraction), r.contraction, 2),
    "optimal_momentum": (gd.emit.javascript(r.optimal_momentum), r.optimal_momentum, 2),
    "momentum_radius": (gd.emit.javascript(momentum_radius), momentum_radius, 3),
    "momentum_matrix": (gd.emit.javascript(momentum_matrix), momentum_matrix, 3),
    "of_all_kinds": (gd.emit.javascript(of_all_kinds), of_all_kinds, 2),
}


@pytest.mark.browser
@pytest.mark.parametrize("name", PLAIN)
def test_in_the_page_it_is_the_function_to_the_bit(page, name):
    text, function, count = PLAIN[name]
    points = np.sort(np.random.default_rng(3).uniform(0.05, 4.0, (60, count)))
    body = f"{points.tolist()}.map((p) => [module.{name}(...p)].flat(9).map(Number))"
    theirs = in_browser(page, text, body)
    ours = [np.hstack([np.ravel(part) for part in flat(function(*map(float, p)))]) for p in points]
    assert same_bits(theirs, ours)


def flat(answer):
    return (
        [leaf for part in answer for leaf in flat(part)]
        if isinstance(answer, tuple | list)
        else [np.asarray(answer, float)]
    )


def choices(x, y):
    chosen = np.where((x < y) | (x != x), x, np.where((y > 0) & np.logical_not(x == y), y, 0.0))
    return np.maximum(x, y), np.minimum(x, y), np.sign(x), np.abs(x), np.clip(x, -1.5, 1.5), np.floor(y), chosen


@pytest.mark.browser
def test_infinities_and_what_is_no_number_are_chosen_between_as_numpy_does(page):
    special = [math.nan, math.inf, -math.inf, 0.0, 1.5, -1.5, -2.75, 5e-324]
    body = "[NaN, Infinity, -Infinity, 0, 1.5, -1.5, -2.75, 5e-324]"
    body = f"{body}.map((x, _, all) => all.map((y) => module.choices(x, y)))"
    with np.errstate(invalid="ignore"):
        ours = [[choices(np.float64(x), np.float64(y)) for y in special] for x in special]
    np.testing.assert_array_equal(in_browser(page, gd.emit.javascript(choices), body), ours)


STEPS = {
    "newton": (), "damped_newton": ("lr",), "diagonal_scaling": ("lr",), "saddle_free_newton": ("lr", "damping"),
}  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize("name", STEPS)
def test_a_step_by_component_takes_arrays_and_is_the_same_to_the_bit(page, name):
    text, function = step_of(getattr(by_component, name), *STEPS[name])
    points = np.random.default_rng(4).normal(size=(60, 7 + len(STEPS[name])))
    spelt = "([x, y, u, v, a, b, d, ...rest])"
    body = f"{points.tolist()}.map({spelt} => module.{name}([x, y], [u, v], [[a, b], [b, d]], ...rest))"
    assert same_bits(in_browser(page, text, body), [function(*p) for p in points])


def test_all_steps_by_component_are_here():
    own = {name for name, thing in vars(by_component).items() if inspect.isfunction(thing) and name[0] != "_"}
    assert own == set(STEPS)


def branching(x):
    if x > 0:
        return x
    return -x


def with_math(x):
    import math

    return math.sin(x)


def reducing(x):
    return np.sum(x)


def restless(x, rng=np.random.default_rng(0)):  # noqa: B008
    return x * rng.uniform()


CANNOT = {
    "branching": (branching, TypeError, "(`if x > 0:`): a traced function cannot branch on a value; write np.where"),
    "with_math": (with_math, TypeError, "a traced value is no Python number; use np.sqrt"),
    "reducing": (reducing, TypeError, "np.sum is not known to the trace"),
    "restless": (restless, ValueError, "function restless: must give the same for the same input"),
    "nothing": (lambda x: None, TypeError, "must return a number, or tuples or lists of numbers; got NoneType"),
    "text": (lambda x: (x, "y"), TypeError, "must return a number, or tuples or lists of numbers; got str"),
    "another function": (lambda x: unknown(x) + x, TypeError, "NameError: name 'unknown' is not defined"),  # noqa: F821
    "unlisted": (lambda *x: x[0], TypeError, "does not list its parameters one by one; name its arguments"),
    "no function": (3, TypeError, "needs a plain function of numbers, got int"),
}


@pytest.mark.parametrize("case", CANNOT)
def test_what_cannot_be_traced_says_where_and_what_to_write(case):
    function, kind, words = CANNOT[case]
    with pytest.raises(kind) as caught:
        function_text("answer", function)
    assert words in str(caught.value)
    if hasattr(function, "__name__"):
        assert str(caught.value).startswith(f"function {function.__name__}")


def test_bad_names_are_refused():
    with pytest.raises(ValueError, match="name: needs one that JavaScript allows, such as 'step', got 'new'"):
        function_text("new", r.optimal_step)
    with pytest.raises(ValueError, match="got '<lambda>'"):
        gd.emit.javascript(lambda x: x)
    with pytest.raises(TypeError, match="arguments: needs names, or tuples of names, got 'a-b'"):
        function_text("f", r.optimal_step, ("a-b", "c"))
    with pytest.raises(ValueError, match="arguments: needs each name once, got a, a"):
        function_text("f", r.optimal_step, ("a", "a"))
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        function_text("f", r.optimal_step, ("a",))
    with pytest.raises(TypeError, match=r"emit: needs an objective with a formula, a rule.*got a plain function"):
        gd.emit.python(r.optimal_step)
