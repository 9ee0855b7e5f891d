"""Proves what the page step-size-schedules.md claims; a test returns the numbers that the page types."""

import math

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from tests.claim import claim

DESCENT, S = gd.rules.gradient_descent, gd.schedules
BOWL = gd.Objective("x**2/2")
STARTS = np.full((200, 1), 4.0)


def noisy(schedule, lr, steps, f=BOWL, noise=1.0, seed=1, **more):
    return gd.descend(f, DESCENT, STARTS, steps=steps, lr=lr, schedule=schedule, noise=noise, seed=seed, **more)


def predicted_rms(schedule, lr, steps, start=4.0):
    """What the recursions of mean and variance give on the bowl with noise 1."""
    mean, variance = start, 0.0
    for t in range(1, steps + 1):
        eta = lr * schedule(t)
        mean, variance = (1 - eta) * mean, (1 - eta) ** 2 * variance + eta**2
    return math.sqrt(mean**2 + variance)


@claim("restless-or-nowhere")
def test_a_constant_step_is_restless_and_a_square_stops_short():
    medians = []
    for schedule in (S.constant(), S.inverse(), S.inverse_square()):
        x = np.abs(noisy(schedule, 0.5, 2000).path[-1, :, 0])
        expected = predicted_rms(schedule, 0.5, 2000)
        assert np.sqrt((x**2).mean()) == pytest.approx(expected, rel=4 / math.sqrt(400))
        medians.append(float(np.median(x)))
    for seed in (2, 3):  # the order is no luck of one seed
        again = [np.median(np.abs(noisy(s, 0.5, 2000, seed=seed).path[-1])) for s in (S.constant(), S.inverse(), S.inverse_square())]  # fmt: skip
        assert again[1] < 0.2 * again[0] < again[0] < again[2]
    where_it_stops = 4 * math.sin(math.pi * math.sqrt(0.5)) / (math.pi * math.sqrt(0.5))
    assert where_it_stops == pytest.approx(1.43, abs=0.005)
    assert medians[2] == pytest.approx(where_it_stops, abs=4 * 0.38 * 1.25 / math.sqrt(200))
    return medians


@claim("half-lives")
def test_two_decays_by_epoch_that_look_alike():
    halves = [math.log(0.5) / math.log(decay) for decay in (0.95, 0.98)]
    left = [S.per_epoch(decay, steps_per_epoch=7)(700 + 1) for decay in (0.95, 0.98)]
    assert left == pytest.approx([0.95**100, 0.98**100], rel=1e-12)
    return [*halves, 100, *left]


def test_the_floor_is_the_fixed_point_of_the_variance():
    v, eta, lam, sigma = sp.symbols("v eta lambda sigma", positive=True)
    (found,) = sp.solve(sp.Eq(v, (1 - eta * lam) ** 2 * v + eta**2 * sigma**2), v)
    assert sp.simplify(found - eta * sigma**2 / (lam * (2 - eta * lam))) == 0
    assert sp.limit(found / eta, eta, 0) == sigma**2 / (2 * lam)


@claim("floor-of-a-constant-step")
def test_a_constant_step_stays_on_its_noise_floor():
    measured, predicted, steps = [], [], (0.1, 0.5, 1.5)
    for lr in steps:
        each = (noisy(None, lr, 500).path[100:, :, 0] ** 2).mean(axis=0)
        floor, error = lr / (2 - lr), each.std() / math.sqrt(200)
        assert abs(each.mean() - floor) < 2 * error
        measured.append(each.mean())
        predicted.append(floor)
    return [100, *measured, *steps, *predicted]


@claim("average-in-disguise")
def test_one_over_t_is_a_running_average():
    run = noisy(S.inverse(), 1.0, 2000)
    rms = math.sqrt((run.path[2000] ** 2).mean())
    predicted = 1 / math.sqrt(2000)
    assert abs(rms - predicted) < 2 * predicted / math.sqrt(400)
    # To the letter: from another start with the same noise the path is the same after one step.
    other = gd.descend(
        BOWL, DESCENT, np.full((200, 1), -9.0), steps=50, lr=1.0, schedule=S.inverse(), noise=1.0, seed=1
    )
    np.testing.assert_allclose(other.path[1:], run.path[1:51], atol=1e-13)
    noise = -np.diff(np.arange(51)[:, None, None] * run.path[:51], axis=0)  # t x_t falls by the noise of step t
    assert abs(noise.mean()) < 4 / math.sqrt(noise.size)
    assert noise.std() == pytest.approx(1, rel=0.03)
    return [2000, 200, rms, predicted, predicted / math.sqrt(400)]


@claim("two-sums")
def test_which_sums_are_finite():
    k = sp.Symbol("k", integer=True, nonnegative=True)

    def sums(eta):
        return [sp.Sum(eta**p, (k, 0, sp.oo)) for p in (1, 2)]

    square, decay = [one.doit() for one in sums(1 / (k + 1) ** 2)], sp.exp(-sp.Rational(1, 20))
    assert square == [sp.pi**2 / 6, sp.pi**4 / 90]
    hyperbola, root, constant = sums(1 / (k + 1)), sums(1 / sp.sqrt(k + 1)), sums(sp.Integer(1))
    assert [one.is_convergent() for one in hyperbola] == [False, True]
    assert [one.is_convergent() for one in root] == [False, False]
    assert [one.doit() for one in constant] == [sp.oo, sp.oo]
    shrinking = [1 / (1 - decay), 1 / (1 - decay**2)]
    epochs = [10 / (1 - sp.Rational(95, 100)), 10 / (1 - sp.Rational(95, 100) ** 2)]
    stairs = [100 / (1 - sp.Rational(1, 10)), 100 / (1 - sp.Rational(1, 100))]
    t = np.arange(1, 20_001)
    for schedule, limits in (
        (S.exponential(0.05), shrinking), (S.per_epoch(0.95, steps_per_epoch=10), epochs), (S.staircase(100, 0.1), stairs),
    ):  # fmt: skip
        assert [schedule(t).sum(), (schedule(t) ** 2).sum()] == pytest.approx([float(one) for one in limits], rel=1e-12)
    np.testing.assert_allclose(S.inverse_square()(t), 1.0 / t**2.0, rtol=1e-15)
    told = [*square, *shrinking, *epochs, *stairs, hyperbola[1].doit()]
    return [float(one) for one in told]


def test_every_schedule_of_the_table_is_named_with_the_sums_of_its_docstring():
    """The library says in each docstring what the page's table says."""
    for name in ("inverse", "inverse_root", "inverse_square", "exponential", "per_epoch", "staircase", "constant"):
        told = " ".join(getattr(S, name).__doc__.split())
        first, second = name not in ("inverse_square", "exponential", "per_epoch", "staircase"), name in ("constant", "inverse_root")  # fmt: skip
        assert f"Ση {'= ∞' if first else '< ∞'} and Ση² {'= ∞' if second else '< ∞'}" in told


@claim("sine-of-the-root")
def test_the_square_leaves_a_sine():
    ratios = {}
    for a in (0.25, 0.5, 1.5, 2.25):
        run = gd.descend(BOWL, DESCENT, start=(1.0,), steps=1000, lr=a, schedule=S.inverse_square())
        limit = math.sin(math.pi * math.sqrt(a)) / (math.pi * math.sqrt(a))
        # what the remaining steps do: a product of 1 - a/j² from 1001 on, 1 - a/1000 to first order
        assert run.path[-1, 0] * (1 - a / 1000.5) == pytest.approx(limit, rel=1e-5)
        ratios[a] = limit, run.path[-1, 0]
    j, n = sp.symbols("j n", integer=True, positive=True)
    partial = sp.Product(1 - 1 / (4 * j**2), (j, 1, n)).doit()  # (1/2)_n (3/2)_n / n!², which tends to this:
    assert sp.simplify(partial - sp.rf(sp.S.Half, n) * sp.rf(sp.S.Half * 3, n) / sp.factorial(n) ** 2) == 0
    assert 1 / (sp.gamma(sp.S.Half) * sp.gamma(sp.S.Half * 3)) == 2 / sp.pi
    assert ratios[0.25][0] == pytest.approx(2 / math.pi, rel=1e-15)
    assert gd.descend(BOWL, DESCENT, (1.0,), steps=9, lr=4.0, schedule=S.inverse_square()).path[-1, 0] == 0
    return [ratios[0.25][0], 1000, ratios[0.25][1], *(ratios[a][0] for a in (0.5, 1.5, 2.25))]


@claim("power-of-the-step")
def test_the_hyperbola_falls_like_a_power_that_the_curvature_sets():
    powers, furthest = [], None
    for a in (0.1, 0.5, 1.5, 20.5):
        x = np.abs(gd.descend(BOWL, DESCENT, (1.0,), steps=2000, lr=a, schedule=S.inverse()).path[:, 0])
        powers.append(np.log10(x[2000] / x[200]))
        furthest = x
    assert furthest.argmax() == np.count_nonzero(20.5 / np.arange(1, 2001) > 2)  # the last step longer than 2/curvature
    assert gd.descend(BOWL, DESCENT, (1.0,), steps=9, lr=3.0, schedule=S.inverse()).path[3, 0] == 0
    assert powers[:3] == pytest.approx([-0.1, -0.5, -1.5], rel=2e-3)
    return [*powers[:3], furthest.max(), int(furthest.argmax())]


@claim("warm-up")
def test_a_warm_up_survives_the_steep_start():
    f = gd.Objective("x**4/4 + x**2/2")
    assert f.hess((3.0,))[0, 0] == 28
    assert f.hess((0.0,))[0, 0] == 1

    def run(lr, schedule):
        return gd.descend(f, DESCENT, start=(3.0,), steps=300, lr=lr, schedule=schedule)

    lost = [run(0.5, S.constant()), run(0.5, S.inverse())]
    assert [one.reason for one in lost] == ["left the finite numbers at step 7"] * 2
    warm, careful = (
        int((np.abs(one.path[:, 0]) < 1e-6).argmax()) for one in (run(0.5, S.warm_up(20)), run(0.07, None))
    )
    assert 0 < warm < careful
    return [7, 20, warm, 0.07, careful]


@claim("restarts-measured")
def test_restarts_are_no_better_than_one_cosine_here():
    wells = gd.Objective("x**4/4 - x**2/2 + x/10")
    shares = []
    for schedule in (S.constant(), S.exponential(0.02), S.cosine(400), S.warm_restarts(100)):
        run = gd.descend(
            wells, DESCENT, np.full((400, 1), 1.2), steps=400, lr=0.2, schedule=schedule, noise=2.0, seed=1, keep=400
        )
        assert (run.reason == "steps").all()
        shares.append(float((run.path[-1] < 0).mean()))
    errors = [math.sqrt(p * (1 - p) / 400) for p in shares]
    assert max(errors) < 0.025
    assert shares[3] < shares[2] + 2 * math.hypot(errors[2], errors[3])
    left, right = sorted(float(p.location[0]) for p in gd.stationary_points(wells) if p.kind == "minimum")
    assert wells((left,)) < wells((right,))
    return [*shares, 0.02]


@claim("two-bowls")
def test_the_right_clock_depends_on_the_curvature():
    plans = (S.inverse(0.05), S.cosine(2000), S.reduce_on_plateau(factor=0.5, patience=100))
    medians = {}
    for curvature in (1, 0.02):
        f = gd.Objective(f"{curvature}*x**2/2")
        runs = [noisy(plan, 0.5, 2000, f, noise=0.1, keep=2000) for plan in plans]
        medians[curvature] = [float(np.median(np.abs(run.path[-1]))) for run in runs]
    ratios = np.array(medians[0.02][0]) / medians[0.02][1:]
    assert max(medians[1]) < 1.5 * min(medians[1])
    return [1, *medians[1], 0.02, *medians[0.02], *ratios]


@claim("minus-in-the-decay")
def test_the_wrong_sign_grows_and_then_climbs():
    runs, factors = {}, {}
    for sign in (-1, 1):

        def factor(t, sign=sign):
            return 1 / (1 + sign * 0.03 * (t - 1))

        runs[sign] = np.abs(gd.descend(BOWL, DESCENT, (4.0,), steps=60, lr=0.5, schedule=factor).path[:, 0])
        factors[sign] = [factor(epoch + 1) for epoch in (0, 30, 33, 34)]
    right = gd.descend(BOWL, DESCENT, (4.0,), steps=60, lr=0.5, schedule=S.inverse(0.03)).path[:, 0]
    np.testing.assert_allclose(runs[1], np.abs(right), rtol=1e-9)
    return [0, 30, 33, 34, *factors[-1], runs[-1][30], 30, runs[-1][60], 60, runs[1][60]]  # fmt: skip


@claim("hyperbola-called-linear")
def test_a_hyperbola_is_no_straight_line():
    hyperbola, line, steps = S.inverse(), S.linear(100), 100
    k = np.arange(50)
    assert np.abs(np.diff(line(k + 1), 2)).max() < 1e-12 < np.abs(np.diff(hyperbola(k + 1), 2)).max()
    assert np.abs(np.diff(1 / hyperbola(k + 1), 2)).max() < 1e-12
    return [steps, 9, hyperbola(10), line(10), 99, hyperbola(100), line(100), 200, hyperbola(201), line(201)]


@claim("root-of-epoch-zero")
def test_the_root_of_the_epoch_fails_the_second_condition():
    with np.errstate(divide="ignore"):
        assert np.isinf(1 / np.sqrt(np.float64(0)))
    epoch = np.arange(1.0, 10**6 + 1)
    sums = np.cumsum(S.inverse_root()(epoch) ** 2)[[10**2 - 1, 10**4 - 1, 10**6 - 1]]
    np.testing.assert_allclose(np.diff(sums), math.log(100), atol=0.01)
    return [0, 0, 1, *sums, math.log(100), 0]


@claim("a-tenth-off")
def test_a_tenth_off_is_not_a_tenth():
    kept = [S.staircase(every=100, factor=factor)(501) for factor in (0.9, 0.1)]
    needed = math.log(0.1) / math.log(0.9)
    assert S.staircase(every=1, factor=0.9)(22 + 1) < 0.1 < S.staircase(every=1, factor=0.9)(21 + 1)
    return [100, *kept, math.ceil(needed), 0.1]


@claim("never-finds-a-solution")
def test_a_long_step_leaves_the_sharp_well_and_settles_in_the_flat_one():
    f = gd.Objective("x**2/20 - 2*exp(-8*(x - 3)**2)")
    ends = {}
    for lr in (0.05, 0.5, 15, 25):
        run = gd.descend(f, DESCENT, start=(3.1,), steps=500, lr=lr)
        ends[lr] = run.path[-1], run.values[-1]
    sharp, flat = f.hess(ends[0.05][0])[0, 0], f.hess(ends[0.5][0])[0, 0]
    assert ends[0.05][0][0] == pytest.approx(3, abs=0.01)
    assert 2 / sharp == pytest.approx(0.0624, abs=5e-5)
    assert abs(ends[0.5][0][0]) < 1e-6
    assert abs(ends[15][0][0]) < 1e-6
    assert abs(ends[25][0][0]) > 1e6
    for lr in (0.05, 0.5, 15):  # wherever it settles the curvature is below 2/lr
        assert f.hess(ends[lr][0])[0, 0] < 2 / lr
    for lr, kept in ((0.06, True), (0.07, False)):  # the limit of the sharp well
        x = gd.descend(f, DESCENT, start=(float(ends[0.05][0][0]) + 1e-3,), steps=500, lr=lr).path[-1]
        assert bool(abs(x[0] - ends[0.05][0][0]) < 1e-6) is kept
    return [sharp, 0, flat, 2 / flat, ends[0.5][1], ends[0.05][1]]


def test_solutions_of_the_exercises():
    for lr, floor in ((0.25, 0.0833), (0.125, 0.0357)):
        measured = (noisy(None, lr, 400, gd.Objective("x**2")).path[100:] ** 2).mean()
        assert lr / (2 * (2 - 2 * lr)) == pytest.approx(floor, abs=5e-5)
        assert measured == pytest.approx(floor, rel=0.05)
    run = gd.descend(gd.objectives.huber, DESCENT, (100.0,), steps=2000, lr=1.0, schedule=S.exponential(0.05))
    assert run.path[-1, 0] == pytest.approx(79.5, abs=0.01)
    a, c, t, eta = sp.symbols("a c t eta", positive=True)  # in units with sigma = lambda = 1, so a = eta
    terms = sp.series(((1 - a / t) ** 2 * c / (t - 1) + eta**2 / t**2 - c / t).subs(t, 1 / eta), eta, 0, 3)
    assert terms is not None
    u = sp.Symbol("u", positive=True)
    order = sp.series((1 - a * u) ** 2 * c * u / (1 - u) + a**2 * u**2 - c * u, u, 0, 3).removeO().coeff(u, 2)
    (best,) = sp.solve(order, c)
    assert sp.simplify(best - a**2 / (2 * a - 1)) == 0
    assert [one for one in sp.solve(sp.diff(best, a), a) if one.is_positive] == [1]
    for one in (0.75, 1.0, 2.0):
        run = gd.descend(
            BOWL,
            DESCENT,
            np.zeros((2000, 1)),
            steps=1000,
            lr=one,
            schedule=S.inverse(),
            noise=1.0,
            seed=1,
            keep=1000,
        )
        found = 1000 * run.path[-1] ** 2
        assert abs(found.mean() - one**2 / (2 * one - 1)) < 3 * found.std() / math.sqrt(2000)


def test_a_gentle_plan_is_ahead_on_one_bowl_and_level_with_the_cosine_on_the_other():
    gentle, medians = S.reduce_on_plateau(factor=0.8, patience=50), {}
    for curvature in (1, 0.02):
        for noise in (0.1, 1.0):
            f = gd.Objective(f"{curvature}*x**2/2")
            medians[curvature, noise] = [
                float(np.median(np.abs(noisy(plan, 0.5, 2000, f, noise=noise, keep=2000).path[-1])))
                for plan in (gentle, S.inverse(0.05), S.cosine(2000))
            ]
    assert medians[1, 0.1][0] == min(medians[1, 0.1])
    typed = [medians[1, 0.1][0], medians[0.02, 0.1][0], medians[0.02, 0.1][2]]
    assert typed == pytest.approx([0.0026, 0.1152, 0.1192], abs=5e-5)
    assert [medians[0.02, 1.0][0], medians[0.02, 1.0][2]] == pytest.approx([1.21, 1.19], abs=5e-3)
    # the median's own uncertainty, by drawing the runs anew
    run = noisy(S.cosine(2000), 0.5, 2000, gd.Objective("0.02*x**2/2"), noise=0.1, keep=2000)
    drawn = np.random.default_rng(0).choice(np.abs(run.path[-1, :, 0]), (500, 200))
    assert np.median(drawn, axis=1).std() / np.median(run.path[-1] ** 2) ** 0.5 == pytest.approx(0.1, abs=0.04)
