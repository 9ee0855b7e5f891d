"""Proves what the page errata.md claims; a test returns the numbers that the page types."""

import importlib
import math
import warnings

import numpy as np
import pytest
import sympy as sp
from scipy import differentiate

import gdlib as gd
from tests.claim import claim

DESCENT = gd.rules.gradient_descent


@claim("rows-counted-to-the-last-index")
def test_a_table_with_the_indices_to_1152_has_a_row_more():
    def batches(count):
        rows = np.arange(count)
        return [len(rows[first : first + 128]) for first in range(0, count, 128)]

    sizes = batches(1152 + 1)
    assert sum(sizes) == 1153
    assert len(sizes) == math.ceil(1153 / 128)
    assert set(sizes[:-1]) == {128}
    return [sum(sizes), len(sizes), sizes[-1], sizes[0], len(batches(1152))]


def linear_model():
    rng, m = np.random.default_rng(0), 1152
    X = rng.normal(size=(m, 3))
    return X, X @ [1.0, -2.0, 0.5] + 0.1 * rng.normal(size=m)


@claim("stochastic-is-expensive")
def test_the_same_gradients_buy_more_as_single_examples():
    X, y = linear_model()
    m, best = len(X), np.linalg.lstsq(X, y, rcond=None)[0]
    mean = gd.Objective.from_functions(
        lambda w: ((w @ X.T - y) ** 2).sum(-1) / (2 * m), lambda w: (w @ X.T - y) @ X / m, n=3
    )
    curvatures = np.linalg.eigvalsh(X.T @ X / m)
    lr = gd.rates.optimal_step(curvatures[0], curvatures[-1])
    batch = gd.descend(mean, DESCENT, np.zeros(3), steps=1, lr=lr)
    single = np.zeros(3)
    for x, label in zip(X, y, strict=True):
        single = single - 0.05 * (x @ single - label) * x
    left = [100 * np.linalg.norm(w - best) / np.linalg.norm(best) for w in (batch.path[-1], single)]
    others = [  # no other step size would have helped the batch
        np.linalg.norm(gd.descend(mean, DESCENT, np.zeros(3), steps=1, lr=one).path[-1] - best)
        for one in np.linspace(0.2, 2, 50) * lr
    ]
    assert 100 * min(others) / np.linalg.norm(best) > 3 * left[1]
    return [m, batch.steps, left[0], m, left[1]]


@claim("stochastic-still-converges")
def test_a_constant_step_size_settles_into_a_noise_floor():
    eta, lam, sigma, variance = sp.symbols("eta lambda sigma V", positive=True)
    (floor,) = sp.solve(sp.Eq((1 - eta * lam) ** 2 * variance + eta**2 * sigma**2, variance), variance)
    assert sp.simplify(floor - eta * sigma**2 / (lam * (2 - eta * lam))) == 0
    f, runs = gd.Objective("x**2/2"), np.ones((4000, 1))
    asked = {"steps": 1000, "lr": 0.1, "noise": 1.0, "seed": 1, "keep": 500}
    constant = gd.descend(f, DESCENT, runs, **asked).path.var(axis=(1, 2))
    falling = gd.descend(f, DESCENT, runs, schedule=gd.schedules.inverse(rate=0.1), **asked).path.var(axis=(1, 2))
    predicted = float(floor.subs({eta: 0.1, lam: 1, sigma: 1}))
    spread = predicted * math.sqrt(2 / len(runs))
    assert np.abs(constant[1:] - predicted).max() < 4 * spread
    assert falling[2] < 0.6 * falling[1]
    return [1, len(runs), predicted, constant[1], 500, constant[2], 1000, spread, falling[1], falling[2]]


@claim("stuck-or-easily-escaped")
def test_how_near_the_way_in_decides_how_long_it_takes():
    f, steps = gd.Objective("x**2/2 - y**2/2"), {}
    for y in (1e-2, 1e-5, 1e-10):
        path = gd.descend(f, DESCENT, (1.0, y), steps=1000, lr=0.1).path
        steps[y] = int(np.flatnonzero(np.abs(path[:, 1]) >= 1)[0])
        assert steps[y] == math.ceil(math.log(1 / y) / math.log(1.1))
    stays = gd.descend(f, DESCENT, (1.0, 0.0), steps=1000, lr=0.1).path
    assert (stays[:, 1] == 0).all()
    assert stays[-1, 0] < 1e-9
    return [1.1, *steps.values(), math.log(1e10) / math.log(1.1)]


@claim("cliffs-are-ill-conditioned")
def test_the_hessian_does_not_see_the_cliff():
    f = gd.Objective("x**2/10 + (20*x - 20)/sqrt((20*x - 20)**2 + 1)")
    slope, before = f.grad((1.0,))[0], f.grad((0.8,))[0]
    at_the_edge, curvature = np.linalg.eigvalsh(f.hess((1.0,))), gd.Objective("x**2/10").hess((0.0,))[0, 0]
    assert at_the_edge == pytest.approx([curvature], rel=1e-12)
    run = gd.descend(f, DESCENT, (1.0,), steps=60, lr=0.5)
    clipped = gd.descend(f, DESCENT, (1.0,), steps=60, lr=0.5, transform=gd.clip_norm(1.0))
    assert abs(clipped.path[1, 0] - clipped.path[0, 0]) == pytest.approx(0.5)
    assert abs(clipped.path[-1, 0]) < 0.1
    return [at_the_edge.max() / at_the_edge.min(), slope, before, at_the_edge[0], 1, run.path[1, 0]]


@claim("one-hidden-layer-no-local-minima")
def test_a_small_network_has_two_minima_and_the_linear_one_has_one_height():
    points = ((sp.Rational(1, 4), 2), (sp.Rational(3, 2), 1), (10, 4))
    v, w = sp.symbols("v w", real=True)
    fit = gd.Objective(sum((v * sp.tanh(w * x) - y) ** 2 for x, y in points))
    # For each w the best v is known, so every minimum of the loss is one of this function of w alone.
    grid = np.geomspace(1e-3, 30, 200_001)
    T, y = np.tanh(np.outer(grid, [0.25, 1.5, 10.0])), np.array([2.0, 1.0, 4.0])
    best = (y**2).sum() - (T @ y) ** 2 / (T**2).sum(-1)
    low = np.flatnonzero((best[1:-1] < best[:-2] - 1e-14) & (best[1:-1] < best[2:] - 1e-14) & (grid[1:-1] < 8)) + 1
    found = [gd.classify(fit, at=((T[k] @ y) / (T[k] @ T[k]), grid[k])) for k in low]
    assert len(found) == 2
    for one in found:
        assert one.kind == "minimum"
        assert one.strict
    heights = [fit(np.array(one.location, dtype=float)) for one in found]
    ends = [gd.descend(fit, DESCENT, start, steps=300, lr=0.02).values[-1] for start in ((4.0, 0.2), (2.5, 4.0))]
    assert ends == pytest.approx(heights, abs=0.01)
    linear = gd.stationary_points(gd.Objective(sum((v * w * x - y) ** 2 for x, y in points)))
    assert linear.complete
    assert [(one.kind, tuple(one.location)) for one in linear] == [("saddle", (0, 0))]
    ((curve_v, curve_w),) = linear.curves
    assert not sp.simplify(curve_v * curve_w).free_symbols  # so the loss has one height along it
    weights = [float(one.location[1]) for one in found]
    return [len(found), heights[0], weights[0], heights[1], weights[1]]


def unit(t):
    X = np.array([(1, 0, 1), (0, 1, 1), (-1, 0, 1), (0, -t, 1)])
    y = np.array([0.99, 0.99, 0.01, 0.99])

    def p(w):
        return 1 / (1 + np.exp(-w @ X.T))

    loss = gd.Objective.from_functions(
        lambda w: ((p(w) - y) ** 2).sum(-1), lambda w: (2 * (p(w) - y) * p(w) * (1 - p(w))) @ X, n=3
    )
    return loss, lambda w: ((w @ X.T > 0) == (y > 0.5)).all(-1)


@claim("only-unbounded-weights-separate")
def test_finite_weights_separate():
    u = math.log(99)
    for t in (3, 10, 1000):
        loss, separates = unit(t)
        assert separates(np.array((9.19, 0.0, 4.59)))
        assert not separates(np.array((u, u, 0.0)))
    loss, _ = unit(10)
    parts = [f"(1/(1 + exp(-({z}))) - {y})**2"
             for z, y in (("w1 + b", 0.99), ("w2 + b", 0.99), ("b - w1", 0.01), ("b - 10*w2", 0.99))]  # fmt: skip
    point = gd.classify(gd.Objective(" + ".join(parts), ("w1", "w2", "b")), at=(u, u, 0.0))
    assert point.kind == "minimum"
    assert np.array(point.location, dtype=float) == pytest.approx([u, u, 0], abs=1e-6)
    return [loss(np.array((9.19, 0.0, 4.59))), loss(np.array((u, u, 0.0)))]


@claim("nearly-always-the-bad-minimum")
def test_start_and_step_decide_which_minimum_is_found():
    starts, separated = np.random.default_rng(0).normal(0, 0.1, (500, 3)), []
    for t in (10, 30, 100):
        loss, separates = unit(t)
        end = gd.descend(loss, DESCENT, starts, steps=500, lr=1.0, keep=500).path[-1]
        separated.append(int(separates(end).sum()))
    loss, separates = unit(100)
    for weights, lr in ((0.1, 0.1), (0.1, 1.0), (1.0, 0.1)):
        end = gd.descend(loss, DESCENT, weights * starts, steps=500, lr=lr, keep=500).path[-1]
        assert separates(end).all() == (weights < 1 and lr < 1)  # both were too large
    assert 0.6 < separated[1] / 500 < 0.73  # two thirds
    assert 0.07 < separated[2] / 500 < 0.13  # a tenth
    return [len(starts), separated[0], 500]


@claim("bias-slope-with-a-factor-t")
def test_the_slope_along_the_bias_has_no_factor_t():
    w2, b, t = sp.symbols("w2 b t", positive=True)
    loss = (1 / (1 + sp.exp(-(b - t * w2))) - sp.Rational(99, 100)) ** 2
    assert sp.simplify(sp.diff(loss, w2) + t * sp.diff(loss, b)) == 0
    one = gd.Objective(loss.subs(t, 10), (w2, b))
    at, h = np.array([0.1, 0.3]), np.array([0.0, 1e-6])
    along_b = one.grad(at)[1]
    assert (one(at + h) - one(at - h)) / 2e-6 == pytest.approx(along_b, rel=1e-6)
    return [along_b, -10 * along_b]


def test_calls_that_are_gone_are_gone():
    assert not hasattr(np, "float")
    assert not hasattr(np, "int")
    assert np.bool is np.bool_
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the module is still there, and empty
        misc = importlib.import_module("scipy.misc")
    assert not hasattr(misc, "derivative")
    assert differentiate.derivative(np.sin, 0.0).df == pytest.approx(1)
