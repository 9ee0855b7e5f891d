"""Proves what the page quickprop.md claims; a test returns the numbers that the page types."""

import math

import mpmath
import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from tests.claim import claim

SECANT, QUICKPROP, DESCENT = gd.rules.quickprop_secant, gd.rules.quickprop, gd.rules.gradient_descent
PARABOLA, VALLEY = gd.Objective("x**2/2"), gd.objectives.lopsided_valley
GOLDEN = (1 + math.sqrt(5)) / 2


@gd.rule
def limited(theta, g, g_prev, move, *, lr=0.01, growth=1.75):
    """The growth limit alone, without the extra gradient step."""
    same = np.sign(g) * np.sign(g_prev) > 0
    steep = same & (np.abs(g) >= growth / (1 + growth) * np.abs(g_prev))
    fall = np.where(steep | (g == g_prev), 1.0, g_prev - g)
    move = np.where(move == 0, -lr * g, np.where(steep, growth * move, move * g / fall))
    return theta + move, g, move


@gd.rule
def turned_sign(theta, g, g_prev, move, t, *, lr=0.1):
    """The wrong form: the newer slope stands first."""
    difference = np.where(g == g_prev, 1.0, g - g_prev)
    move = np.where(t == 1, lr * g, move * g / difference)
    return theta - move, g, move


def logarithms_of_errors(rule, steps, slope=mpmath.expm1, digits=1500):
    """The errors of a run on exp(x) - x from 1/2, too small for floats."""
    logs, signs = [], []
    with mpmath.workdps(digits):
        x, g_prev, move = (np.array([mpmath.mpf(number)]) for number in ("0.5", 0, 0))
        for _ in range(steps):
            x, g_prev, move = rule(x, np.array([slope(x[0])]), g_prev, move, lr=mpmath.mpf("0.1"))
            logs.append(float(mpmath.log(abs(x[0]))))
            signs.append(int(mpmath.sign(x[0])))
    return np.array(logs), np.array(signs)


@claim("two-steps")
def test_two_steps_or_seventy_thousand():
    f, start = gd.Objective("x**2/2 + 50*y**2 + z**2/200"), (1.0, 1.0, 1.0)
    descent = gd.descend(f, DESCENT, start, steps=2000, lr=gd.rates.optimal_step(0.01, 100.0))
    largest = np.abs(descent.path[-1]).max()
    assert largest == pytest.approx(gd.rates.contraction(0.01, 100.0) ** 2000, rel=1e-6)
    assert math.ceil(math.log(1e-6) / math.log(gd.rates.contraction(0.01, 100.0))) == 69_078
    secant = gd.descend(f, SECANT, start, steps=2, lr=0.005)
    assert np.abs(secant.path[1]).max() > 0.4
    assert np.abs(secant.path[2]).max() < 1e-11
    return [descent.steps, largest, secant.steps, 1e-11]


def test_step_two_lands_on_every_separable_quadratic():
    a, b, theta, eta = sp.symbols("a b theta eta", nonzero=True)
    slope = a * theta + b
    move = -eta * slope
    after = slope.subs(theta, theta + move)
    landed = theta + move + move * after / (slope - after)
    assert sp.simplify(slope.subs(theta, landed)) == 0
    rng = np.random.default_rng(0)
    for _ in range(6):
        curvatures, lowest = rng.uniform(0.1, 10, 4) * rng.choice([1, -1], 4), rng.normal(size=4)
        text = " + ".join(f"{a}*(x{k} - {c})**2/2" for k, (a, c) in enumerate(zip(curvatures, lowest, strict=True)))
        run = gd.descend(gd.Objective(text), SECANT, rng.normal(size=4), steps=2, lr=rng.uniform(0.01, 0.09))
        np.testing.assert_allclose(run.path[2], lowest, atol=1e-9)


@claim("secant-and-axes")
def test_the_secant_needs_its_axes():
    starts, numbers = np.random.default_rng(0).uniform(-5, 5, size=(1000, 2)), []
    for c, s in ((1.0, 0.0), (24 / 25, 7 / 25), (np.sqrt(0.5), np.sqrt(0.5))):
        f = gd.Objective(f"{c * c + 25 * s * s}*x**2/2 - {24 * c * s}*x*y + {s * s + 25 * c * c}*y**2/2")
        np.testing.assert_allclose(np.linalg.eigvalsh(f.hess((0.0, 0.0))), [1, 25])
        there = np.linalg.norm(gd.descend(f, SECANT, starts, steps=300, lr=0.02).path, axis=-1) <= 1e-6
        numbers.append((math.degrees(math.asin(s)), there[-1].mean() * 100, there[2].mean() * 100))
    assert numbers[0][1:] == (100, 100)
    descent = gd.descend(f, DESCENT, starts, steps=300, lr=2 / 26)
    assert (np.linalg.norm(descent.path[-1], axis=-1) < 1e-6).all()
    return [len(starts), 2, numbers[1][0], numbers[1][1], 300, numbers[2][0], numbers[2][1]]


def test_the_error_of_a_secant_step():
    e, before, a, b, s = sp.symbols("e before a b s")

    def slope(error):
        return a * error + b * error**2 / 2

    after = e - slope(e) * (e - before) / (slope(e) - slope(before))
    assert sp.simplify(after - (b / 2 * e * before) / (a + b / 2 * (e + before))) == 0
    leading = s**2 * sp.cancel(after.subs({e: s * e, before: s * before}) / s**2).subs(s, 0)
    assert sp.simplify(leading - s**2 * b / (2 * a) * e * before) == 0
    assert sp.solve(s**2 - s - 1, s)[-1] in ((1 + sp.sqrt(5)) / 2, (1 - sp.sqrt(5)) / 2)


@claim("when-step-two-lands")
def test_when_step_two_lands():
    def second(rule, eta):
        return gd.descend(PARABOLA, rule, (1.0,), steps=2, lr=eta).path[-1, 0]

    x, mu = sp.symbols("x mu", positive=True)
    left = ((1 - x) - mu * x - x * (1 - x)).subs(mu, sp.Rational(7, 4))  # by the limited jump and the extra step
    (accident,) = [float(root) for root in sp.solve(left, x) if root < sp.Rational(4, 11)]
    assert accident == pytest.approx((15 - math.sqrt(161)) / 8, rel=1e-15)
    limit = {eta: second(limited, eta) for eta in (0.35, 4 / 11, 0.9, 1.0, 1.5, accident)}
    extra = {eta: second(QUICKPROP, eta) for eta in limit}
    for eta in np.linspace(0.02, 1.9, 95):
        assert (abs(second(limited, eta)) < 1e-12) == (eta >= 4 / 11)
        assert (abs(second(QUICKPROP, eta)) < 1e-12) == (eta >= 1)
        assert abs(second(SECANT, eta)) < 1e-12
    assert sp.solve(sp.Eq((1 - x) / x, mu), x) == [1 / (mu + 1)]
    assert 1 / (1 + sp.Rational(7, 4)) == sp.Rational(4, 11)
    return [
        2, 1, limit[0.35], extra[0.35], limit[4 / 11], extra[4 / 11], limit[0.9], extra[0.9],
        max(abs(ends[eta]) for ends in (limit, extra) for eta in (1.0, 1.5)),
        accident, limit[accident], extra[accident],
    ]  # fmt: skip


@claim("two-orders")
def test_two_orders():
    secant, _ = logarithms_of_errors(SECANT, 17)
    guarded, signs = logarithms_of_errors(QUICKPROP, 22)
    last = secant[-1] / secant[-2]
    assert last == pytest.approx(GOLDEN, abs=5e-4)
    factors = guarded[1:] / guarded[:-1]
    np.testing.assert_allclose(factors[-9:].reshape(3, 3), factors[-3:][None].repeat(3, axis=0), atol=0.02)
    kept = int(np.argmin(factors[-3:]))  # the step that gains nothing; the cycle is read from there
    cycle = np.roll(factors[-3:], -kept)
    np.testing.assert_allclose(cycle, [1, 2, 1.5], atol=5e-3)
    np.testing.assert_array_equal(np.roll(signs[-3:], -kept), [1, -1, -1])  # it crosses, and two steps stay there
    per_step = (guarded[-1] / guarded[-4]) ** (1 / 3)
    return [GOLDEN, last, *cycle, 3 ** (1 / 3), per_step]


def test_the_cycle_of_three_in_the_mirror():
    guarded, signs = logarithms_of_errors(QUICKPROP, 22, slope=lambda x: -mpmath.expm1(-x))  # exp(-x) + x
    assert (guarded[-1] / guarded[-4]) ** (1 / 3) == pytest.approx(3 ** (1 / 3), abs=1e-3)
    kept = int(np.argmin((guarded[1:] / guarded[:-1])[-3:]))
    np.testing.assert_array_equal(np.roll(signs[-3:], -kept), [-1, 1, 1])


@claim("flat-slope-blows-up")
def test_a_flat_slope_blows_the_secant_up():
    starts = (-4.0, -6.0, -8.0)
    plain = [gd.descend(VALLEY, SECANT, (start,), steps=60, lr=0.01) for start in starts]
    jumps = [run.path[2, 0] - run.path[1, 0] for run in plain]
    guarded = [gd.descend(VALLEY, QUICKPROP, (start,), steps=60, lr=0.01).path[:, 0] for start in starts]
    there = [int((np.abs(path) < 1e-8).argmax()) for path in guarded]
    assert all((np.abs(path[first:]) < 1e-8).all() for path, first in zip(guarded, there, strict=True))
    assert plain[2].reason == "left the finite numbers at step 3"
    assert plain[1].reason == "steps"
    return [
        *starts, *(math.exp(-start) for start in starts), *jumps, starts[1], plain[1].steps, plain[1].path[-1, 0],
        starts[2], 3, 1e-8, *there,
    ]  # fmt: skip


@claim("drawn-to-maxima")
def test_the_plain_secant_is_drawn_to_saddles_and_maxima():
    f, starts = gd.objectives.himmelblau, np.random.default_rng(0).uniform(-5, 5, size=(500, 2))
    wrong = []
    for rule in (SECANT, QUICKPROP):
        run = gd.descend(f, rule, starts, steps=100, lr=0.01, keep=100)
        assert (run.grad_norms[-1] < 1e-6).all()
        wrong.append(int((np.linalg.eigvalsh(f.hess(run.path[-1]))[:, 0] < 0).sum()))
    return [len(starts), 100, wrong[0], wrong[1]]


@claim("quickprop-sign")
def test_the_turned_sign_doubles_the_distance():
    before, now, a = sp.symbols("before now a")
    subtracted = before - now  # w was changed by subtracting this
    wrong = now - subtracted * (a * now) / (a * now - a * before)
    right = now - subtracted * (a * now) / (a * before - a * now)
    assert sp.simplify(wrong - 2 * now) == 0
    assert sp.simplify(right) == 0
    path = gd.descend(PARABOLA, turned_sign, (1.0,), steps=4).path[:, 0]
    assert gd.descend(PARABOLA, SECANT, (1.0,), steps=2, lr=0.1).path[-1, 0] == pytest.approx(0, abs=1e-14)
    return [path[0], *path[1:]]


@claim("eta-still-counts")
def test_the_step_size_still_counts():
    f, starts = gd.objectives.beale, np.random.default_rng(0).uniform(-4.5, 4.5, size=(300, 2))
    numbers = []
    for rule, setting in ((QUICKPROP, {"lr": 1e-5}), (QUICKPROP, {"lr": 1e-2}), (gd.rules.irprop_plus, {})):
        end = gd.descend(f, rule, starts, steps=500, keep=500, **setting).path[-1]
        there = np.abs(end - f.minima[0]).max(axis=-1) < 1e-3
        numbers.append((int(there.sum()), int((~(np.abs(end).max(axis=-1) < 1000)).sum())))
    (slow, none), (fast, lost), (signs, neither) = numbers
    assert fast < signs <= slow
    return [slow, len(starts), none, fast, lost, signs, neither, 1000]


def test_solutions_of_the_exercises():
    f = gd.Objective("x**2")
    ends = [gd.descend(f, rule, (1.0,), steps=2, lr=0.1).path[-1, 0] for rule in (SECANT, limited, QUICKPROP)]
    assert ends == pytest.approx([0, 0.45, 0.29], abs=1e-12)
    for growth, lands in ((8.9, False), (9.0, True)):
        end = gd.descend(PARABOLA, limited, (1.0,), steps=2, lr=0.1, growth=growth).path[-1, 0]
        assert (abs(end) < 1e-9) == lands
    hill = gd.Objective("-x**2/2")
    assert gd.descend(hill, SECANT, (0.5,), steps=2, lr=0.1).path[-1, 0] == pytest.approx(0, abs=1e-12)
    away = gd.descend(hill, QUICKPROP, (0.5,), steps=20, lr=0.1).path[:, 0]
    assert (np.diff(away)[1:] > 1.75 * np.diff(away)[:-1]).all()
    logs, _ = logarithms_of_errors(limited, 17)
    assert logs[-1] / logs[-2] == pytest.approx(GOLDEN, abs=5e-4)
