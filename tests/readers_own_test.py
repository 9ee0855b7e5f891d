"""What readers write themselves: rules, schedules and objectives that are plain Python, in whatever form they come."""

import copy
import math
import warnings

import numpy as np
import pytest
import sympy as sp

import gdlib as gd

bowl, descent = gd.objectives.bowl, gd.rules.gradient_descent
x = sp.Symbol("x", real=True)


def both_loops(rule, **hyper):
    one = gd.descend(bowl, rule, (1.0, 2.0), steps=4, **hyper)
    many = gd.descend(bowl, rule, [(1.0, 2.0)], steps=4, **hyper)
    np.testing.assert_array_equal(one.path, many.path[:, 0])
    return one.path


@gd.rule
def chooses_a_number(theta, g, *, lr=0.1, up=1.2, down=0.5):
    return theta - lr * np.where(g > 0, up, down) * g


@gd.rule
def uses_a_truth(theta, g, *, lr=0.1):
    return theta - lr * (g > 0)


@pytest.mark.parametrize("rule", [chooses_a_number, uses_a_truth])
def test_a_choice_between_plain_numbers_leaves_float32_what_it_is(rule):
    run = gd.descend(bowl, rule, np.array([1.0, 2.0], np.float32), steps=3)
    assert run.path.dtype == run.values.dtype == np.float32


@pytest.mark.parametrize("formula", [sp.Max(x, 0), sp.Piecewise((1, x > 0), (0, True)) + 0 * x, abs(x - 1) * x])
def test_a_formula_with_a_kink_keeps_float32_and_gives_numbers(formula):
    f = gd.Objective(formula, variables=["x"])
    point = np.array([0.5], np.float32)
    assert f(point).dtype == f.grad(point).dtype == f.hess(point).dtype == np.float32
    assert isinstance(f([0.5]), float)  # a number, no array of no axes


def test_a_schedule_by_the_values_of_float32_runs_leaves_them_float32():
    start = np.array([(1, 2), (2, 3)], np.float32)
    run = gd.descend(bowl, gd.rules.adam, start, steps=5, schedule=lambda t, f: 1 / (1 + f))
    assert run.path.dtype == np.float32


@pytest.mark.parametrize("schedule", [lambda t: np.where(t < 3, 1.0, 0.5), lambda t: np.array(1.0 if t < 3 else 0.5)])
def test_a_schedule_may_choose_as_numpy_does(schedule):
    path = gd.descend(bowl, descent, (1.0, 2.0), steps=4, schedule=schedule).path
    plain = gd.descend(bowl, descent, (1.0, 2.0), steps=4, schedule=lambda t: 1.0 if t < 3 else 0.5).path
    np.testing.assert_array_equal(path, plain)


def test_a_schedule_of_the_wrong_shape_is_refused():
    with pytest.raises(ValueError, match="schedule: needs one factor, or one for each run"):
        gd.descend(bowl, descent, np.ones((3, 2)), steps=4, schedule=lambda t: np.ones(2))


class OfPlainPython:
    n = 2

    def __call__(self, points):
        points = np.asarray(points)
        return (points**2).sum(-1).tolist()

    def grad(self, points):
        return (2 * np.asarray(points)).tolist()


@gd.rule
def wants_the_value(theta, g, f, *, lr=0.1):
    return theta - lr * f * g


@pytest.mark.parametrize("rule", [descent, gd.rules.adam, wants_the_value])
@pytest.mark.parametrize("start", [(1.0, 2.0), [(1.0, 2.0), (0.5, 0.1)]])
def test_an_objective_may_answer_in_plain_numbers_and_lists(rule, start):
    run = gd.descend(OfPlainPython(), rule, start, steps=5, lr=0.01)
    np.testing.assert_allclose(run.path, gd.descend(bowl, rule, start, steps=5, lr=0.01).path, rtol=1e-12)
    assert run.values.shape == run.grad_norms.shape == run.path.shape[:-1]


def test_a_gradient_of_the_wrong_shape_is_refused():
    f = OfPlainPython()
    f.grad = lambda points: 1.0
    with pytest.raises(ValueError, match=r"f.grad: needs shape \(2,\)"):
        gd.descend(f, descent, (1.0, 2.0), steps=2)


def test_functions_of_rows_are_called_with_rows_along_a_path_of_a_batch():
    f = gd.Objective.from_functions(lambda p: (p**2).sum() if p.ndim == 1 else (p**2).sum(1), lambda p: 2 * p, 2)
    run = gd.descend(f, descent, np.ones((3, 2)), steps=4)
    np.testing.assert_array_equal(run.values, bowl(run.path))
    assert (f.start, f.window, f.minima, f.source) == (None, None, None, None)


def test_a_run_that_diverges_never_warns():
    functions = gd.Objective.from_functions(lambda p: (p**2).sum(-1), lambda p: 2 * p, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for f in (bowl, functions):
            run = gd.descend(f, descent, (1.0, 2.0), steps=2000, lr=3.0)
            assert run.reason.startswith("left the finite numbers")
            assert run.values[-1] == run.grad_norms[-1] == np.inf


@pytest.mark.parametrize("title", [r"$\xi^2$", 'a """quoted""" title', "\\N"])
def test_a_title_may_hold_anything(title):
    f = gd.Objective("x**2", title=title)
    assert gd.descend(f, descent, (1.0,), steps=2).steps == 2


def test_names_that_the_printed_code_uses_itself():
    @gd.rule
    def named(theta, g, numbers, *, lr=0.1, theta_1=0.25, numbers_0=0.5, new=0.9, power=0.8, last=0.7):
        numbers = numbers_0 * numbers - lr * g * theta_1
        return theta + numbers * new * power * last, numbers

    assert not np.array_equal(both_loops(named), both_loops(named, theta_1=0.5))
    namespace = {}
    exec(gd.emit.python(named), namespace)
    given = {"lr": 0.2, "theta_1": 0.5, "numbers_0": 0.3, "new": 0.2, "power": 0.4, "last": 0.6}
    assert namespace["step"](1.0, 2.0, 3.0, **given) == pytest.approx(named(1.0, 2.0, 3.0, **given), rel=1e-14)
    assert "new: new_ = 0.9" in gd.emit.javascript(named)  # `new` is no variable there, but callers say it


def test_a_memory_that_starts_at_infinity_has_an_equation():
    @gd.rule
    def lowest(theta, g, f, best, t, *, lr=0.1):
        best = np.minimum(np.where(t == 1, np.inf, best), f)
        return theta - lr * g, best

    assert r"\infty" in lowest.equations[0]
    both_loops(lowest)


def test_a_rule_that_differs_from_call_to_call_is_refused():
    with pytest.raises(ValueError, match="must give the same for the same input"):
        gd.rule(lambda theta, g, *, lr=0.1: theta - lr * g * np.random.default_rng().random())


def test_the_step_number_is_no_hyperparameter():
    with pytest.raises(ValueError, match="t is the number of the step"):
        gd.rule(lambda theta, g, *, lr=0.1, t=1: theta - lr * g * t)


def test_gradient_at_says_what_it_needs():
    @gd.rule(gradient_at=lambda theta, v, *, beta: theta + beta * v)
    def ahead(theta, g, v, *, lr=0.1, beta=0.9):
        v = beta * v - lr * g
        return theta + v, v

    assert ahead.gradient_at(1.0, 2.0, beta=0.5) == 2.0
    for state in ((), (1.0, 2.0)):
        with pytest.raises(TypeError, match=r"ahead\.gradient_at: needs theta, v"):
            ahead.gradient_at(1.0, *state)
    with pytest.raises(TypeError, match="Did you mean 'beta'"):
        ahead.gradient_at(1.0, 2.0, bta=0.5)
    for wrong in ("theta", lambda theta: theta.shape):
        with pytest.raises(TypeError, match="gradient_at"):
            gd.rule(gradient_at=wrong)(lambda theta, g, *, lr=0.1: theta - lr * g)


def test_copies_of_an_objective_and_a_rule_run_like_themselves():
    bowl.graphs  # noqa: B018  # derived once, so that the copy has to copy it
    run = gd.descend(copy.deepcopy(bowl), copy.deepcopy(descent), (1.0, 2.0), steps=3)
    np.testing.assert_array_equal(run.path, gd.descend(bowl, descent, (1.0, 2.0), steps=3).path)


@pytest.mark.parametrize(
    "text", ["log(x - 2000)", "+".join(f"log(x{i} - 1)" for i in range(12)), "+".join(f"log(-x{i})" for i in range(20))]
)
def test_a_formula_finite_far_from_the_origin_or_in_one_corner_is_accepted(text):
    assert gd.Objective(text).text


@pytest.mark.parametrize("name", ["infty", "PI", "arcsinh", "arctan2", "log1p", "hypot"])
def test_names_with_a_meaning_are_no_variables(name):
    with pytest.raises(ValueError, match=f"{name!r} cannot be a variable"):
        gd.Objective(f"x*{name}")


def test_points_may_be_exact_numbers():
    assert bowl((sp.Rational(1, 2), sp.sqrt(4))) == 4.25
    with pytest.raises(TypeError, match="points: needs real numbers"):
        bowl((sp.I, 1))


def test_a_seed_below_zero_has_the_wrong_value():
    with pytest.raises(ValueError, match="seed: needs a whole number >= 0"):
        gd.descend(bowl, descent, (1.0, 2.0), steps=3, noise=0.1, seed=-1)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"rules": None}, "state.rules: needed a list"),
        ({"rules": [{"name": "adam", "hyperparameters": None}]}, "needed a mapping of hyperparameters"),
        ({"rules": [{"name": ["adam"]}]}, "state.rules: needed entries with a name"),
        ({"objective": ["bowl"]}, "state.objective: needed one of"),
    ],
)
def test_a_state_that_will_not_do_gets_a_sentence(state, words):
    explorer = gd.explore("bowl", rules=["adam"], steps=np.int64(20), objectives=["bowl"])
    assert explorer.state["steps"] == 20
    with pytest.raises((TypeError, ValueError), match=words):
        explorer.state = state


def test_a_slope_that_is_a_constant_with_a_name_has_the_points_shape():
    f = gd.Objective("(3 - 3*y)*exp(cos(1))", variables=["x", "y"])
    expected = -3 * math.exp(math.cos(1))
    np.testing.assert_allclose(f.grad([[1.0, 2.0], [0.0, 0.0]]), [[0, expected], [0, expected]], rtol=1e-15)
    assert f.hess([[1.0, 2.0]]).shape == (1, 2, 2)
    assert gd.Objective("exp(cos(1))", variables=["x"])([[1.0], [2.0]]).shape == (2,)
    assert gd.descend(f, gd.rules.adam, [[1.0, 2.0], [0.0, 1.0]], steps=3).path.shape == (4, 2, 2)


def test_a_factor_beyond_the_range_of_doubles_is_refused_in_a_sentence():
    y = sp.Symbol("y", real=True)
    with pytest.raises(ValueError, match="finite somewhere"):
        gd.Objective(x**4 - 10**400 * y**4)
    assert gd.Objective(x**2 + x / sp.Integer(10) ** 400)([1.0]) == 1.0
