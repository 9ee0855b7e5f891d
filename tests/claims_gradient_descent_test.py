"""Proves what the page gradient-descent.md claims; a test returns the numbers that the page types."""

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from tests.claim import claim

DESCENT = gd.rules.gradient_descent


@claim("parabola-step-sizes")
def test_twenty_steps_on_a_parabola():
    parabola = gd.Objective("x**2 / 2")
    ends = {}
    for lr in (0.1, 1.0, 1.9, 2.0, 2.1):
        run = gd.descend(parabola, DESCENT, start=(1.0,), steps=20, lr=lr)
        np.testing.assert_allclose(run.path[:, 0], (1 - lr) ** np.arange(21), rtol=1e-12)
        ends[lr] = run.path[:, 0]
    assert ends[0.1][-1] == pytest.approx(ends[1.9][-1], rel=1e-12)
    assert ends[1.0][1] == 0
    assert set(ends[2.0]) == {1.0, -1.0}
    return [ends[0.1][-1], min(ends[2.0]), ends[2.1][-1]]


@pytest.fixture(scope="module")
def himmelblau_runs():
    f = gd.objectives.himmelblau
    axis = np.linspace(-5, 5, 21)
    starts = np.stack(np.meshgrid(axis, axis), axis=-1)
    ends = {lr: gd.descend(f, DESCENT, start=starts, steps=1000, lr=lr, keep=1000).path[-1] for lr in (0.01, 0.02)}
    return f, ends


@claim("himmelblau-starts")
def test_where_a_grid_of_starts_ends(himmelblau_runs):
    f, ends = himmelblau_runs
    held = {}
    for lr, points in ends.items():
        assert np.isfinite(points).all()
        distance = np.linalg.norm(points[..., None, :] - f.minima, axis=-1)
        held[lr] = [int((distance[..., k] < 1e-3).sum()) for k in range(4)]
    first, second, third, fourth = held[0.02]
    assert (first, third) == (second, fourth)
    count = ends[0.01][..., 0].size
    assert sum(held[0.01]) == count
    loose = (np.linalg.norm(ends[0.02][..., None, :] - f.minima, axis=-1) >= 1e-3).all(axis=-1)
    assert (0.02 * np.linalg.norm(f.grad(ends[0.02][loose]), axis=-1) > 0.1).all()  # jumping about, not near a saddle
    return [count, *held[0.01], first, third, count - sum(held[0.02])]


@claim("himmelblau-curvature")
def test_the_curvature_decides_which_minimum_holds():
    x, y = sp.symbols("x y", real=True)
    hessian = sp.hessian((x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2, (x, y))
    largest = []
    for minimum in gd.objectives.himmelblau.minima:
        matrix = np.array(hessian.subs({x: minimum[0], y: minimum[1]}), dtype=float)
        largest.append(np.linalg.eigvalsh(matrix)[-1])
    limits = [2 / lr for lr in (0.02, 0.01)]
    assert [curvature < limits[0] for curvature in largest] == [True, True, False, False]
    assert max(largest) < limits[1]
    return [*largest, *limits]


def stopped(text, stop, lr=0.1, steps=20_000):
    return gd.descend(gd.Objective(text), DESCENT, start=(1.0,), steps=steps, lr=lr, stop=stop)


@pytest.mark.parametrize("text", ["x**2 / 2", "log(exp(x) + exp(-x))", "sqrt(1 + x**2)"])  # no curvature above 1
@pytest.mark.parametrize("lr", [0.05, 0.5, 1.0])
def test_the_value_test_bounds_the_gradient_before_the_last_step(text, lr):
    tol = 1e-5
    run = stopped(text, gd.stopping.value_change(tol), lr=lr)
    assert run.reason == "stopped: value_change"
    bound = np.sqrt(2 * tol / lr)
    assert run.grad_norms[-2] <= bound
    if text == "x**2 / 2" and lr < 1:  # and it is no idle bound
        assert run.grad_norms[-2] > 0.5 * bound


@claim("stopping-table")
def test_what_the_stopping_tests_promise_and_keep():
    tol, lr, mu = 1e-3, 0.1, 1.0
    q = 1 - lr * mu
    tests = [gd.stopping.grad_norm(tol), gd.stopping.value_change(tol), gd.stopping.step_change(tol)]
    parabola, quartic, slope = ([stopped(text, stop) for stop in tests] for text in ("x**2 / 2", "x**4", "exp(-x)"))
    assert all(run.reason.startswith("stopped") for run in (*parabola, *quartic, *slope))
    ends = [[run.path[-1, 0] for run in runs] for runs in (parabola, quartic, slope)]
    promised = [tol / mu, tol * q / (1 - q)]
    assert 0 < ends[0][0] <= promised[0]
    assert 0 < ends[0][2] <= promised[1]
    assert ends[0][0] ** 2 / 2 <= tol**2 / (2 * mu)
    return [promised[0], ends[0][0], promised[1], ends[0][2], ends[1][0], ends[1][1], *ends[2]]


@claim("small-steps-look-converged")
def test_small_steps_and_bounces_look_converged():
    tol = 1e-3
    creeping = stopped("x**2 / 2", gd.stopping.value_change(tol), lr=1e-3)
    bouncing = stopped("x**2 / 2", gd.stopping.value_change(tol), lr=2.0)
    change = abs(bouncing.values[1] - bouncing.values[0])
    return [creeping.steps, creeping.path[-1, 0], bouncing.steps, bouncing.path[-1, 0], change]


@claim("stop-without-bars")
def test_without_the_bars_an_uphill_step_counts_as_converged():
    f, lr, eps = gd.objectives.rosenbrock, 0.002, 1e-6
    x = np.array([-1.2, 1.0])
    first, steps = float(f(x)), 0
    while True:
        new = x - lr * f.grad(x)
        steps += 1
        fell = f(x) - f(new)
        x = new
        if not fell > eps:
            break
    run = gd.descend(f, DESCENT, start=(-1.2, 1.0), steps=10_000, lr=lr)
    assert run.values[steps] == pytest.approx(float(f(x)), rel=1e-12)
    with_bars = gd.descend(f, DESCENT, start=(-1.2, 1.0), steps=10_000, lr=lr, stop=gd.stopping.value_change(eps))
    assert with_bars.steps > 1000  # the library's test goes on where this one stops
    assert with_bars.values[-1] < 1e-3
    return [first, float(f(x)), steps, run.values[-1]]


def test_equation_of_one_step_on_a_quadratic():
    """The page's f(theta - eta g) - f(theta), multiplied out for a general symmetric matrix."""
    a, b, c, x, y, eta = sp.symbols("a b c x y eta", real=True)
    matrix, theta = sp.Matrix([[a, b], [b, c]]), sp.Matrix([x, y])
    g = matrix * theta

    def value(point):
        return (point.T * matrix * point)[0] / 2

    change = value(theta - eta * g) - value(theta)
    page = -eta * (g.T * g)[0] + eta**2 / 2 * (g.T * matrix * g)[0]
    assert sp.expand(change - page) == 0


def test_descent_on_a_falling_exponential_passes_every_bound():
    run = gd.descend(gd.Objective("exp(-x)"), DESCENT, start=(1.0,), steps=2000, lr=0.1)
    bound = np.log(np.e + 0.1 * run.t)
    assert (run.path[:, 0] >= bound - 1e-12).all()
    assert not run.reason.startswith("stopped")


def test_a_saddle_keeps_a_start_on_its_ridge():
    run = gd.descend(gd.objectives.saddle, DESCENT, start=(1.0, 0.0), steps=200, lr=0.1)
    assert run.path[-1, 1] == 0
    assert run.grad_norms[-1] < 1e-12


def test_solutions_of_the_exercises():
    f = gd.Objective("x**2 - x*y + y**2")
    path = gd.descend(f, DESCENT, start=(1.0, 0.0), steps=2, lr=0.25).path
    np.testing.assert_array_equal(path, [[1, 0], [0.5, 0.25], [5 / 16, 0.25]])

    thousand = gd.Objective("1000 * (x**2 - x*y + y**2)")
    for test, same in (("step_change", True), ("grad_norm", False), ("value_change", False)):
        stop = getattr(gd.stopping, test)(1e-4)
        short = gd.descend(f, DESCENT, start=(1.0, 0.0), steps=5000, lr=0.1, stop=stop).steps
        long = gd.descend(thousand, DESCENT, start=(1.0, 0.0), steps=5000, lr=1e-4, stop=stop).steps
        assert (short == long) is same
        assert short <= long

    run = stopped("x**2 / 2", gd.stopping.step_change(1e-6), lr=0.01)
    assert 0.98 * 99e-6 < run.path[-1, 0] <= 99e-6

    rosenbrock = gd.objectives.rosenbrock
    curvature = np.linalg.eigvalsh(rosenbrock.hess(np.array([1.0, 1.0])))[-1]
    run = gd.descend(rosenbrock, DESCENT, start=(-1.2, 1.0), steps=20_000, lr=0.002)
    assert curvature > 1000
    assert run.values.min() < 1e-9
    assert run.values[-1] > 1e-5
    valley = [np.linalg.eigvalsh(rosenbrock.hess(np.array([x, x**2])))[-1] for x in (0.9, 0.99, 0.998)]
    assert valley == sorted(valley)
    assert valley[-1] < 1000  # on the way the curvature was smaller
    assert run.path[5000, 0] < 0.998
