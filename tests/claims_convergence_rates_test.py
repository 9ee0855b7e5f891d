"""Proves what the page convergence-rates.md claims; a test returns the numbers that the page types."""

import math

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from tests.claim import claim

DESCENT = gd.rules.gradient_descent


def largest(run):
    """The largest coordinate of each point: the error, where the minimum is at the origin."""
    return np.abs(run.path).max(axis=-1)


def steps_to_a_millionth(run):
    """The first step after which every coordinate is at most one millionth; -1 if there is none."""
    there = np.flatnonzero(largest(run) <= 1e-6)
    return int(there[0]) if len(there) else -1


def bowl(kappa, lr, steps):
    return gd.descend(gd.Objective(f"x**2/2 + {kappa}*y**2/2"), DESCENT, start=(1.0, 1.0), steps=steps, lr=lr)


@claim("twice-then-never")
def test_a_little_beyond_twice_as_fast_lies_never():
    runs = {lr: bowl(100, lr, steps=2000) for lr in (0.01, 0.0198, 0.0201)}
    steps = {lr: steps_to_a_millionth(run) for lr, run in runs.items()}
    assert steps[0.01] == math.ceil(math.log(1e-6) / math.log(0.99))
    assert steps[0.0201] == -1
    assert (np.diff(largest(runs[0.0201])[100:]) > 0).all()
    return [steps[0.01], steps[0.0198], runs[0.0201].steps, largest(runs[0.0201])[-1]]


@claim("four-speeds")
def test_four_speeds_have_four_orders():
    valley, order_of = gd.objectives.lopsided_valley, gd.rates.order_of
    quartic = gd.descend(gd.Objective("x**4"), DESCENT, (1.0,), steps=30, lr=0.1)
    linear = gd.descend(valley, DESCENT, (1.5,), steps=30, lr=0.5)
    secant = gd.descend(valley, gd.rules.quickprop_secant, (0.5,), steps=7, lr=0.1)
    newton = gd.descend(valley, gd.methods.newton, (1.5,), steps=5)
    q, e, s, n = (np.abs(run.path[:, 0]) for run in (quartic, linear, secant, newton))
    golden = (1 + math.sqrt(5)) / 2
    assert order_of(s[-5:]).order == pytest.approx(golden, abs=0.05)
    ratios = {"sublinear": q[1:] / q[:-1], "superlinear": s[1:] / s[:-1], "quadratic": n[1:] / n[:-1]}
    assert (np.diff(ratios["sublinear"])[1:] > 0).all()  # on its way to 1
    assert (np.diff(ratios["superlinear"])[1:] < 0).all()  # on its way to 0
    assert (np.diff(ratios["quadratic"]) < 0).all()
    assert (n[1:] / n[:-1] ** 2)[-1] == pytest.approx(0.5, abs=0.01)  # f'''/(2 f'') at the minimum
    return [
        order_of(e[-5:]).order, e[-1] / e[-2], order_of(s[-5:]).order, golden, order_of(n[-5:]).order,
        quartic.steps, ratios["sublinear"][-1],
    ]  # fmt: skip


@claim("bounded-means-linear")
def test_every_ratio_below_one_and_still_not_linear():
    run = gd.descend(gd.Objective("x**4"), DESCENT, start=(1.0,), steps=100_000, lr=0.1)
    ratio = run.values[1:] / run.values[:-1]
    assert (ratio < 1).all()
    assert (np.diff(ratio[1:10_000]) > 0).all()  # each step removes a smaller part, so no c < 1 bounds them
    exponent = np.log10(run.values[100_000] / run.values[10_000])
    assert run.values[100_000] * 100_000**2 == pytest.approx(1 / (64 * 0.1**2), rel=1e-3)
    return [ratio[9999], exponent, 10 ** (-1 / round(exponent))]


def test_one_step_on_a_parabola_multiplies_the_error():
    a, b, c, x, eta = sp.symbols("a b c x eta", real=True)
    f = a * x**2 / 2 + b * x + c
    (lowest,) = sp.solve(sp.diff(f, x), x)
    after = x - eta * sp.diff(f, x)
    assert sp.simplify(after - lowest - (1 - eta * a) * (x - lowest)) == 0
    ratio = (f.subs(x, after) - f.subs(x, lowest)) / (f - f.subs(x, lowest))
    assert sp.simplify(ratio - (1 - eta * a) ** 2) == 0
    assert sp.solve(1 - eta * a, eta) == [1 / a]


@claim("four-cases")
def test_four_cases_on_a_parabola():
    f, times = gd.Objective("2*x**2 - 3*x + 1"), (0.5, 1.5, 1.0, 2.0, 2.1)
    ratios, sides = {}, {}
    for m in times:
        run = gd.descend(f, DESCENT, start=(1.75,), steps=6, lr=m / 4)
        gap = run.values + 1 / 8
        ratios[m] = gap[1] / gap[0]
        assert gap[2:] == pytest.approx(gap[1:-1] * (1 - m) ** 2, rel=1e-9, abs=1e-15)
        sides[m] = set(np.sign(run.path[:, 0] - 0.75))
    assert sides == {0.5: {1}, 1.5: {1, -1}, 1.0: {1, 0}, 2.0: {1, -1}, 2.1: {1, -1}}
    assert ratios[0.5] == pytest.approx(ratios[1.5], rel=1e-12)
    return [0.5, 1.5, ratios[0.5], ratios[1.0], ratios[2.0], 2.1, ratios[2.1]]


@claim("jitter")
def test_a_long_step_jitters_between_two_points():
    f = gd.Objective("sqrt(1 + x**2)")
    for start in (0.1, -0.3, 2.0):
        ends = gd.descend(f, DESCENT, start=(start,), steps=60, lr=3.0).path[-2:, 0]
        np.testing.assert_allclose(np.sort(ends), [-math.sqrt(5) / 2, math.sqrt(5) / 2], rtol=1e-12)
    x = sp.Symbol("x", real=True)
    step = x - 3 * sp.diff(sp.sqrt(1 + x**2), x)
    half = sp.sqrt(5) / 2
    assert sp.simplify(step.subs(x, half) + half) == 0
    assert abs(sp.diff(step, x).subs(x, half)) < 1 < abs(sp.diff(step, x).subs(x, 0))  # held there, thrown out of 0
    return [ends.max(), ends.min()]


@claim("two-best-steps")
def test_contractions_with_two_best_steps():
    def measured(second, eta):
        f = gd.Objective(f"x**2/2 + y**2/(2*{second})")
        error = largest(gd.descend(f, DESCENT, start=(1.0, 1.0), steps=800, lr=eta))
        return error[-1] / error[-2]

    def predicted(second, eta):
        return gd.rates.spectral_radius(DESCENT, [1.0, 1 / second], lr=eta)

    best = 2 / (1 + 1 / 0.33)
    assert gd.rates.optimal_step(1.0, 1 / 0.33) == pytest.approx(best, rel=1e-15)
    etas = [*(m * 0.33 for m in (2.1, 2, 1.5, 1, 0.75)), best]
    rates = [predicted(0.33, eta) for eta in etas]
    np.testing.assert_allclose([measured(0.33, eta) for eta in etas], rates, rtol=1e-6)
    others = [predicted(0.33, eta) for eta in np.linspace(0.01, 0.66, 400)]
    assert min(others) >= rates[-1]
    close = predicted(0.91, 1.9 * 0.91)
    assert measured(0.91, 1.9 * 0.91) == pytest.approx(close, rel=1e-6)
    assert close == pytest.approx(abs(1 - 1.9), rel=1e-12)  # the steep direction's factor
    return [*rates[:5], best / 0.33, rates[5], close]


def test_the_best_fixed_step_is_where_two_factors_meet():
    mu, L, eta = sp.symbols("mu L eta", positive=True)
    (best,) = sp.solve(sp.Eq(1 - eta * mu, eta * L - 1), eta)
    assert sp.simplify(best - 2 / (mu + L)) == 0
    kappa = sp.Symbol("kappa", positive=True)
    assert sp.simplify((1 - best * mu).subs(L, kappa * mu) - (kappa - 1) / (kappa + 1)) == 0
    for low, high in ((1.0, 100.0), (0.3, 7.0)):
        curvatures, chosen = np.linspace(low, high, 201), gd.rates.optimal_step(low, high)
        rates = [np.abs(1 - one * curvatures).max() for one in np.linspace(0.5, 1.5, 301) * chosen]
        assert min(rates) == pytest.approx(gd.rates.contraction(low, high), rel=1e-12)
        assert np.argmin(rates) == 150


@claim("steps-from-condition")
def test_the_condition_number_predicts_the_steps():
    predicted, measured = {}, {}
    for kappa in (100, 10, 10_000):
        rho = (kappa - 1) / (kappa + 1)
        predicted[kappa] = math.ceil(math.log(1e-6) / math.log(rho))
        measured[kappa] = steps_to_a_millionth(bowl(kappa, 2 / (1 + kappa), predicted[kappa] + 9))
    assert predicted == measured
    run = bowl(100, 2 / 101, 50)
    np.testing.assert_allclose(largest(run)[1:] / largest(run)[:-1], 99 / 101, rtol=1e-9)
    value = run.values[1:] / run.values[:-1]
    assert value[-1] == pytest.approx((99 / 101) ** 2, rel=1e-9)
    return [99 / 101, value[-1], predicted[100], measured[100], measured[10], measured[10_000]]


def test_about_seven_steps_for_each_unit_of_a_large_condition_number():
    kappa = sp.Symbol("kappa", positive=True)
    steps = sp.log(10**6) / sp.log((kappa + 1) / (kappa - 1))
    assert sp.limit(steps / kappa, kappa, sp.oo).evalf() == pytest.approx(6.9, abs=0.01)


@claim("small-condition-number")
def test_a_large_condition_number_is_slow():
    steps = [steps_to_a_millionth(bowl(kappa, gd.rates.optimal_step(1.0, float(kappa)), 700)) for kappa in (1, 10, 100)]
    assert steps == sorted(steps)
    return steps


@claim("unpredictable-in-many-dimensions")
def test_a_thousand_dimensions_are_as_predictable_as_one():
    n, lr, digits = 1000, 0.0198, 12
    rng = np.random.default_rng(0)
    curvature, u = np.exp(rng.uniform(0, np.log(100), n)), rng.normal(size=n)

    def turned(x):
        return x - 2 * (x @ u)[..., None] * u / (u @ u)

    f = gd.Objective.from_functions(
        lambda x: (curvature * turned(x) ** 2).sum(-1) / 2, lambda x: turned(curvature * turned(x)), n=n
    )
    start = rng.normal(size=n)
    run = gd.descend(f, DESCENT, start, steps=500, lr=lr, keep=100)
    reflected = np.eye(n) - 2 * np.outer(u, u) / (u @ u)
    assert np.abs(turned(np.eye(n)) - reflected).max() < 1e-12
    assert (np.abs(reflected) > 1e-12).any(axis=0).all()
    for t, theta in zip(run.t, run.path, strict=True):
        predicted = (1 - lr * curvature) ** t * (reflected @ start)
        assert np.linalg.norm(theta) == pytest.approx(np.linalg.norm(predicted), rel=10.0**-digits)
        np.testing.assert_allclose(reflected @ theta, predicted, atol=1e-11)
    rho = np.abs(1 - lr * curvature).max()
    lengths = np.linalg.norm(run.path, axis=-1)
    assert lengths[1] / lengths[0] < rho**100 < 1  # early on it goes faster than the slowest direction
    return [n, run.steps, lengths[-1], digits]


@claim("himmelblau-rate")
def test_the_hessian_at_the_minimum_predicts_the_rate_beyond_quadratics():
    f, first, last = gd.objectives.himmelblau, 10, 30
    low, high = np.linalg.eigvalsh(f.hess((3.0, 2.0)))
    run = gd.descend(f, DESCENT, start=(3.1, 2.1), steps=last, lr=gd.rates.optimal_step(low, high))
    error = np.linalg.norm(run.path - (3, 2), axis=-1)
    fitted = np.exp(np.polyfit(np.arange(first, last + 1), np.log(error[first:]), 1)[0])
    assert fitted == pytest.approx(gd.rates.contraction(low, high), abs=1e-4)
    return [low, high, gd.rates.contraction(low, high), first, last, fitted]


def test_solutions_of_the_exercises():
    run = gd.descend(gd.Objective("3*x**2 - 6*x"), DESCENT, start=(3.0,), steps=3, lr=0.25)
    np.testing.assert_allclose((run.values[1:] + 3) / (run.values[:-1] + 3), 0.25)

    careful, best = 1 / 1000, gd.rates.optimal_step(1.0, 1000.0)
    assert [steps_to_a_millionth(bowl(1000, lr, 14_000)) for lr in (careful, best)] == [13_809, 6908]
    assert math.ceil(math.log(1e-6) / math.log(0.999)) == 13_809
    assert math.ceil(math.log(1e-6) / math.log(999 / 1001)) == 6908

    f = gd.Objective("x**2/2 + 5*y**2/2 + 9*z**2/2")
    for start, first in (((0.0, 1.0, 0.0), 0.0), ((1.0, 0.0, 1.0), 0.8)):
        error = np.linalg.norm(gd.descend(f, DESCENT, start, steps=1, lr=0.2).path, axis=-1)
        assert error[1] / error[0] == pytest.approx(first, abs=1e-12)
    error = np.linalg.norm(gd.descend(f, DESCENT, (1.0, 1.0, 1.0), steps=3, lr=0.2).path, axis=-1)
    assert error[1] / error[0] < 0.8
    np.testing.assert_allclose(error[2:] / error[1:-1], 0.8)

    s = sp.Symbol("s", positive=True)
    assert sp.series((1 - s) ** -2, s, 0, 2).removeO() == 1 + 2 * s  # and all further terms are positive
    run = gd.descend(gd.Objective("x**4"), DESCENT, start=(1.0,), steps=10_000, lr=0.1)
    share = run.values[1:] * 64 * 0.1**2 * np.arange(1, 10_001) ** 2.0
    assert (share <= 1).all()
    assert share[-1] > 0.998


def test_two_steps_in_turn_beat_every_fixed_step():
    lam = np.linspace(1, 100, 10_001)
    zeros = 50.5 + np.array([1, -1]) * 49.5 / np.sqrt(2)
    worst = np.abs((1 - lam / zeros[0]) * (1 - lam / zeros[1])).max()
    z = sp.Rational(101, 99)
    assert worst == pytest.approx(float(1 / sp.chebyshevt(2, z)), rel=1e-9)
    assert math.sqrt(worst) == pytest.approx(0.9615, abs=5e-5)
    assert math.log(gd.rates.contraction(1.0, 100.0)) / math.log(math.sqrt(worst)) == pytest.approx(0.5, abs=0.02)
    rng = np.random.default_rng(0)
    for pair in rng.uniform(0.005, 0.09, (2000, 2)):  # no other pair is better
        assert np.abs((1 - lam[::100] * pair[0]) * (1 - lam[::100] * pair[1])).max() > worst - 1e-3
    assert (1 / zeros).max() > 2 / 100
