"""What methods say to bad input: singular and indefinite Hessians, zero curvature, NaN, searches that cannot descend."""

import numpy as np
import pytest

import gdlib as gd
from tests.duck_array import DeviceArray

m = gd.methods
EVERY = list(gd.methods)
SQUARES = {"gauss_newton", "levenberg_marquardt", "hessian_free_gauss_newton"}


def reason(text, method, start, **more):
    return gd.descend(gd.Objective(text), method, start, steps=50, **more).reason


@pytest.mark.parametrize(
    ("method", "text", "start", "words"),
    [
        (m.newton, "x**2 + y", (1.0, 1.0), "singular Hessian"),
        (m.newton, "x**2 + y + z**2", (1.0, 1.0, 1.0), "singular Hessian"),
        (m.newton, "x**3", (0.0,), "singular Hessian"),
        (m.damped_newton, "x**2 + 0*y + y", (1.0, 1.0), "singular Hessian"),
        (m.damped_newton_armijo, "x**2 + y", (1.0, 1.0), "singular Hessian"),
        (m.saddle_free_newton, "x**2 + y", (1.0, 1.0), "singular Hessian"),
        (m.saddle_free_newton, "x**2 + y + z**2", (1.0, 1.0, 1.0), "singular Hessian"),
        (m.full_scaling, "x**2 + y", (1.0, 1.0), "singular Hessian"),
        (m.diagonal_scaling, "x*y", (1.0, 1.0), "a zero on the Hessian's diagonal"),
        (m.gauss_newton, "(x + y)**2", (1.0, 1.0), "singular Gauss-Newton matrix"),
        (m.damped_newton_armijo, "x**2 - y**2 + y**4/4", (1.0, 0.3), "the direction does not lead downhill"),
        (m.damped_newton_wolfe, "x**2 - y**2 + y**4/4", (1.0, 0.3), "the direction does not lead downhill"),
        (m.conjugate_gradients, "x**2 - y**2", (1.0, 2.0), "no positive curvature along the direction"),
        (m.conjugate_gradients, "x + y", (1.0, 2.0), "no positive curvature along the direction"),
        (m.conjugate_gradients, "x**4 + y**2", (1.0, 2.0), "not a quadratic"),
        (m.bfgs, "x + y", (1.0, 2.0), "the value falls without end along the direction"),
        (m.lbfgs, "x - y**3", (1.0, 2.0), "the value falls without end along the direction"),
        (m.polak_ribiere, "x + 2*y", (1.0, 2.0), "the value falls without end along the direction"),
        (m.damped_newton_wolfe, "sqrt(x)", (-1.0,), "the Hessian is not finite"),
    ],
)  # fmt: skip
def test_the_reason_names_what_is_wrong(method, text, start, words):
    assert reason(text, method, start) == f"stopped: {words}"


def square(n=1):
    """The sum of squares as functions, which a test then breaks."""
    return gd.Objective.from_functions(lambda x: (x * x).sum(), lambda x: 2 * x, n, lambda x: 2 * np.eye(n))


@pytest.mark.parametrize("method", [m.bfgs, m.lbfgs, m.fletcher_reeves, m.polak_ribiere, m.damped_newton_wolfe])
def test_values_that_are_no_numbers_beyond_a_point_shorten_the_step(method):
    """x² that cannot be had below 0.9: each run comes closer to that edge, and ends there."""
    f = square()
    f._value = lambda x: (x * x).sum() if x[0] > 0.9 else np.nan
    f._grad = lambda x: 2 * x if x[0] > 0.9 else x * np.nan
    run = gd.descend(f, method, (1.0,), steps=400)
    assert run.reason == "stopped: the line search finds no value low enough"
    assert np.isfinite(run.path).all()
    assert (np.diff(run.values) <= 0).all()
    assert run.path[-1, 0] > 0.9


@pytest.mark.parametrize("method", [m.regularized_newton, m.hessian_free])
def test_a_value_that_is_no_number_is_no_lower_value(method):
    f = square()
    f._value = lambda x: (x * x).sum() if x[0] == 1.0 else np.nan
    run = gd.descend(f, method, (1.0,), steps=100)
    assert (run.reason, run.steps) == ("stopped: no damping leads to a lower value", 0)


@pytest.mark.parametrize("method", [m.bfgs, m.lbfgs, m.polak_ribiere, m.damped_newton_wolfe])
def test_a_gradient_that_turns_to_nan_where_the_value_falls(method):
    f = square()
    f._grad = lambda x: 2 * x if x[0] > 0.9 else x * np.nan
    run = gd.descend(f, method, (1.0,), steps=400)
    assert run.reason.startswith("stopped: ")
    assert np.isfinite(run.path).all()


def test_an_uphill_gradient_finds_no_lower_value():
    """A gradient with the wrong sign: every search must end, with a reason."""
    f = square(2)
    f._grad = lambda x: -2 * x
    for method, words in [
        (m.damped_newton_armijo, "the line search finds no value low enough"),
        (m.damped_newton_wolfe, "the line search finds no value low enough"),
        (m.bfgs, "the line search finds no value low enough"),
        (m.polak_ribiere, "the line search finds no value low enough"),
        (m.regularized_newton, "no damping leads to a lower value"),
        (m.hessian_free, "no damping leads to a lower value"),
    ]:
        run = gd.descend(f, method, (1.0, 2.0), steps=5)
        assert (run.reason, run.steps) == (f"stopped: {words}", 0)


@pytest.mark.parametrize("method", [m.fletcher_reeves, m.polak_ribiere])
@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("1e-170*(x**2 + y**2)", (1.0, 0.7)),
        ("1e-170*(x**2 + y**2 + z**2)", (1.0, 0.7, 0.3)),
        ("x**4 + 2*y**4 + x**2*y**2", (1.0, 0.7)),
        ("x**4 + y**4", (1.0, 0.7)),
    ],
)
def test_a_gradient_whose_square_is_too_small_for_a_float_ends_the_run(method, text, start):
    """As it ends that of BFGS: the slope along the direction is zero, though the gradient is not."""
    f = gd.Objective(text)
    run = gd.descend(f, method, start, steps=900)
    g = f.grad(run.path[-1])
    assert run.reason in (
        "steps",
        "stopped: the direction does not lead downhill",
        "stopped: the direction is not finite",
    )
    assert run.reason == "steps" or (g.any() and g @ g < np.finfo(float).tiny)
    assert np.isfinite(run.path).all()


@pytest.mark.parametrize("method", [m.conjugate_gradients, m.fletcher_reeves, m.polak_ribiere])
def test_a_remembered_gradient_whose_square_is_zero_starts_anew(method):
    """No factor can be had from it, so the step goes along -g."""
    g, p, lost = np.array([2.0]), np.array([-1e170]), np.array([1e-170])
    if method is m.conjugate_gradients:
        with np.errstate(divide="raise", invalid="raise"):
            made = method(np.array([1.0]), np.array([1e-170]), lambda v: 1e200 * v, p, lost, g)
        assert made[1] == -1e-170
    else:
        made = method(np.array([1.0]), g, 1.0, lambda x: x @ x, lambda x: 2 * x, p, lost, 1.0)
        assert made[1] == -2.0


@pytest.mark.parametrize("method", EVERY, ids=gd.methods.names)
def test_no_numbers_and_no_hang_where_f_is_not_finite(method):
    """Starts where value, gradient or Hessian are not finite, in a batch with one that is well."""
    f = (
        gd.Objective("(sqrt(x) - 1)**2 + (y - 1)**2")
        if method.name in SQUARES
        else gd.Objective("x*log(x) + (y - 1)**2")
    )
    run = gd.descend(f, method, [(-1.0, 2.0), (0.0, 1.0), (2.0, 2.0)], steps=20)
    assert np.isfinite(run.path).all()
    assert run.steps[0] == 0
    assert run.reason[0].startswith(("stopped: ", "left the finite numbers at step 1"))
    assert run.steps[2] >= 1


def test_one_run_that_halts_leaves_the_others():
    run = gd.descend(gd.Objective("x**3 + y**2"), m.newton, [(0.0, 1.0), (1.0, 1.0)], steps=5)
    assert run.reason.tolist() == ["stopped: singular Hessian", "steps"]
    assert run.steps.tolist() == [0, 5]
    assert (run.path[:, 0] == [0.0, 1.0]).all()
    assert run.path[:, 1, 0] == pytest.approx(0.5 ** np.arange(6))


@pytest.mark.parametrize("method", EVERY, ids=gd.methods.names)
def test_gradients_that_are_not_the_objectives_are_refused(method):
    f = gd.objectives.rosenbrock
    with pytest.raises(ValueError, match=rf"noise: needs a rule; {method.name} is a method"):
        gd.descend(f, method, f.start, steps=5, noise=0.1, seed=1)
    with pytest.raises(ValueError, match=rf"transform: needs a rule; {method.name} is a method"):
        gd.descend(f, method, f.start, steps=5, transform=gd.clip_norm(1.0))


def test_a_schedule_works_where_there_is_a_step_size():
    f = gd.Objective("3*x**2")
    run = gd.descend(
        f, m.damped_newton, (1.0,), steps=3, lr=1.0, schedule=gd.schedules.piecewise((1, 2), (0.5, 0.25, 0.5))
    )
    assert run.path[:, 0] == pytest.approx(np.array([1.0, 0.5, 0.375, 0.1875]))
    watched = gd.descend(f, m.full_scaling, [(1.0,), (2.0,)], steps=2, schedule=lambda t, f: 1 / (1 + f))
    assert watched.path[1, :, 0] == pytest.approx(np.array([1 - 1 / 4, 2 - 2 / 13]))
    with pytest.raises(ValueError, match="schedule: is a factor on lr, and bfgs has no lr"):
        gd.descend(f, m.bfgs, (1.0,), steps=3, schedule=gd.schedules.cosine(steps=3))


@pytest.mark.parametrize(
    ("method", "hyper", "words"),
    [
        (m.lbfgs, {"memory": 0}, "memory: needs a whole number, memory >= 1, got 0"),
        (m.lbfgs, {"memory": 2.5}, "memory: needs a whole number, memory >= 1, got 2.5"),
        (m.bfgs, {"c1": 0.0}, "c1: needs 0 < c1 < 1, got 0.0"),
        (m.damped_newton, {"lr": -1.0}, "lr: needs lr > 0, got -1.0"),
        (m.levenberg_marquardt, {"factor": 1.0}, "factor: needs factor > 1, got 1.0"),
        (m.regularized_newton, {"damping": np.nan}, "damping: needs a finite number, damping >= 0, got nan"),
    ],
)
def test_hyperparameters_have_ranges(method, hyper, words):
    with pytest.raises(ValueError, match=words):
        gd.descend(gd.objectives.rosenbrock, method, (1.0, 1.0), steps=1, **hyper)


def test_a_hyperparameter_that_is_not_there():
    with pytest.raises(TypeError, match="lr: no hyperparameter of newton"):
        gd.descend(gd.objectives.bowl, m.newton, (1.0, 1.0), steps=1, lr=0.5)


@pytest.mark.parametrize("name", sorted(SQUARES))
def test_what_is_no_sum_of_squares_is_refused_before_any_work(name):
    with pytest.raises(ValueError, match=r"f: needs a sum of squares .* got x\*\*2 - y\*\*2"):
        gd.descend(gd.objectives.saddle, gd.methods[name], (1.0, 1.0), steps=1)
    f = gd.Objective.from_functions(lambda x: x @ x, lambda x: 2 * x, 2)
    with pytest.raises(ValueError, match="f: needs a sum of squares"):
        gd.descend(f, gd.methods[name], (1.0, 1.0), steps=1)


def test_an_objective_may_bring_its_own_gauss_newton_matrix():
    """A curve fitted to data, given as functions: its matrix is all that Gauss-Newton needs beside the gradient."""
    times = np.linspace(0.0, 2.0, 9)
    seen = 3.0 * np.exp(-1.5 * times)

    def slopes(x):
        return np.stack([np.exp(x[1] * times), x[0] * times * np.exp(x[1] * times)], axis=-1)

    def gap(x):
        return x[0] * np.exp(x[1] * times) - seen

    f = gd.Objective.from_functions(lambda x: gap(x) @ gap(x), lambda x: 2 * slopes(x).T @ gap(x), 2)
    f.gauss_newton = lambda points: 2 * slopes(points).T @ slopes(points)
    for method in (m.gauss_newton, m.levenberg_marquardt, m.hessian_free_gauss_newton):
        run = gd.descend(f, method, (2.0, -1.0), steps=60, stop=gd.stopping.grad_norm(1e-8))
        assert run.path[-1] == pytest.approx(np.array([3.0, -1.5]), abs=1e-6)


@pytest.mark.parametrize("method", [one for one in EVERY if "H" in one.takes], ids=lambda one: one.name)
def test_an_objective_without_second_derivatives_is_refused_where_they_are_needed(method):
    f = gd.Objective.from_functions(lambda x: x @ x, lambda x: 2 * x, 3)
    with pytest.raises(TypeError, match=rf"f: {method.name} needs second derivatives"):
        gd.descend(f, method, (1.0, 1.0, 1.0), steps=1)


@pytest.mark.parametrize("method", [m.hessian_free, m.conjugate_gradients], ids=lambda one: one.name)
def test_products_with_the_hessian_are_taken_from_gradients_where_there_is_none(method):
    """So Hessian-free runs on what has no Hessian, and steps to the same points but for the difference's error."""
    A = np.diag([1.0, 3.0, 10.0])
    with_hessian, without = (
        gd.Objective.from_functions(lambda x: 0.5 * x @ A @ x, lambda x: A @ x, 3, hess)
        for hess in (lambda x: A, None)
    )  # fmt: skip
    one, other = (gd.descend(f, method, (1.0, -2.0, 0.5), steps=3).path for f in (with_hessian, without))
    assert np.abs(one - other).max() < 1e-7


def test_a_start_on_another_device():
    """By component a method runs on any arrays; what solves systems run by run says that it wants NumPy's."""
    f = gd.objectives.rosenbrock
    start = DeviceArray(np.array([[-1.2, 1.0], [0.5, 0.5]]))
    run = gd.descend(f, m.newton, start, steps=3)
    assert isinstance(run.path, DeviceArray)
    with pytest.raises(TypeError, match="start: bfgs works on NumPy's arrays, got DeviceArray"):
        gd.descend(f, m.bfgs, start, steps=3)


def test_a_method_that_is_written_wrongly():
    from gdlib.second_order import method

    with pytest.raises(TypeError, match="method lost: needs theta"):

        @method()
        def lost(g, *, lr=0.1):
            return g

    with pytest.raises(ValueError, match="method taken: a hyperparameter may not be called 'steps'"):

        @method()
        def taken(theta, g, *, steps=1.0):
            return theta

    with pytest.raises(TypeError, match="method vague: hyperparameter lr needs a number"):

        @method()
        def vague(theta, g, *, lr=None):
            return theta
