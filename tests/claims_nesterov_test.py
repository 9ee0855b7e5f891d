"""Proves what the page nesterov.md claims; a test returns the numbers that the page types."""

import math

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from tests.claim import claim
from tests.claims_momentum_test import BEST, below, limits
from tests.discrepancies_test import numbers as of_libraries

DESCENT, MOMENTUM, NESTEROV, AHEAD = (
    gd.rules[name] for name in ("gradient_descent", "momentum", "nesterov", "nesterov_lookahead")
)
TRAP = gd.objectives.heavy_ball_trap
BOWL = gd.Objective("x**2/2 + 50*y**2")
ROOT = math.sqrt(301)
USUAL, TUNED = {"lr": 1 / 100, "beta": 9 / 11}, {"lr": 4 / 301, "beta": (ROOT - 2) / (ROOT + 2)}


def largest(run):
    return np.abs(run.path).max(axis=-1)


@claim("three-cycle")
def test_a_convex_function_keeps_the_best_pair_in_a_circle():
    f, start, pair = TRAP, 3.3, gd.rates.optimal_momentum(1.0, 25.0)
    assert pair == pytest.approx((1 / 9, 4 / 9))
    slopes = f.grad(np.linspace(-5, 5, 1001)[:, None])[:, 0]
    assert (np.diff(slopes) >= 0.01 - 1e-12).all()  # strongly convex with mu = 1
    assert (np.diff(slopes) <= 0.25 + 1e-12).all()  # smooth with L = 25
    run = gd.descend(f, MOMENTUM, (start,), steps=300, lr=1 / 9, beta=4 / 9)
    a, b, c = sp.symbols("a b c")
    ninth = sp.Rational(1, 9)

    def after(x, before, slope):
        return x - ninth * slope + 4 * ninth * (x - before)

    circle = sp.solve([after(a, c, 25 * a - 24) - b, after(b, a, 25 * b) - c, after(c, b, 25 * c) - a], [a, b, c])
    assert circle[a] >= 2
    assert max(circle[b], circle[c]) <= 1
    np.testing.assert_allclose(sorted(run.path[-3:, 0]), sorted(map(float, circle.values())), rtol=1e-9)
    assert gd.rates.spectral_radius(MOMENTUM, 25.0, lr=1 / 9, beta=4 / 9) == pytest.approx(2 / 3, abs=1e-7)
    starts = np.linspace(-6, 6, 241)[:, None]
    caught = gd.descend(f, MOMENTUM, starts, steps=600, keep=600, lr=1 / 9, beta=4 / 9).values[-1] > 1e-9
    for rule, settings in (
        (DESCENT, {"lr": 1 / 13}), (NESTEROV, {"lr": 1 / 25, "beta": 2 / 3}), (AHEAD, {"lr": 1 / 25, "beta": 2 / 3})
    ):  # fmt: skip
        assert (gd.descend(f, rule, starts, steps=600, keep=600, **settings).values[-1] < 1e-9).all()
    points = [circle[one] for one in (a, b, c)]
    return [
        start, *map(float, points), *(int(one * 1225) for one in points), len(starts), -6, 6,
        round(100 * caught.mean()),
    ]  # fmt: skip


def test_the_brake_grows_with_the_curvature():
    beta, a, theta, v = sp.symbols("beta a theta v")  # a is eta lambda
    ahead = a * (theta + beta * v)
    assert sp.expand(beta * v - ahead - (beta * (1 - a) * v - a * theta)) == 0


@claim("one-rule-two-forms")
def test_the_two_forms_are_one_rule():
    slope = sp.Function("slope")
    eta, beta, theta, v = sp.symbols("eta beta theta v")
    phi, w = theta + beta * v, v
    for _ in range(3):
        theta, v = AHEAD(theta, slope(theta + beta * v), v, lr=eta, beta=beta)
        phi, w = NESTEROV(phi, slope(phi), w, lr=eta, beta=beta)
        assert sp.simplify(phi - theta - beta * v) == 0
        assert sp.simplify(w - v) == 0
    steps, f = 300, gd.objectives.himmelblau
    shifted, looking = (gd.descend(f, rule, (-0.75, 1.5), steps=steps, lr=0.005, beta=0.9).path
                        for rule in (NESTEROV, AHEAD))  # fmt: skip
    ahead = looking[1:] + 0.9 * np.diff(looking, axis=0)
    tolerance = 1e-14
    assert np.abs(ahead - shifted[1:]).max() < tolerance
    return [steps, tolerance, np.abs(looking - shifted).max()]


def test_libraries_store_the_shifted_point():
    *libraries, look_ahead = of_libraries("D6")
    assert [f"{one['6']:.5f}" for one in libraries] == ["-0.59255"] * 3
    assert f"{look_ahead['6']:.5f}" == "-0.56394"
    phi = theta = v = w = 0.0
    for g in (1.0, 0.5, -0.3, 0.8, -1.2, 0.05):
        phi, w = NESTEROV(phi, g, w, lr=0.1, beta=0.9)
        theta, v = AHEAD(theta, g, v, lr=0.1, beta=0.9)
    assert phi == pytest.approx(libraries[0]["6"], rel=1e-12)
    assert theta == pytest.approx(look_ahead["6"], rel=1e-12)
    assert theta + 0.9 * v == pytest.approx(phi, rel=1e-12)


def test_the_polynomial_its_limit_and_its_pairs():
    (beta, a), sigma = sp.symbols("beta a", positive=True), sp.Symbol("sigma")
    u = 1 - a
    polynomial = sigma**2 - (1 + beta) * u * sigma + beta * u
    for rule in (NESTEROV, AHEAD):
        matrix = gd.rates.iteration_matrix(rule, 3.0, lr=0.25, beta=0.5)
        exact = sp.Matrix([[sp.Rational(entry) for entry in row] for row in matrix])
        values = {a: sp.Rational(3, 4), beta: sp.Rational(1, 2)}
        assert sp.expand(exact.charpoly(sigma).as_expr() - polynomial.subs(values)) == 0
    edge = (2 + 2 * beta) / (1 + 2 * beta)
    assert sp.simplify(polynomial.subs({a: edge, sigma: -1})) == 0
    decays = np.array([0.0, 0.3, 0.9])
    np.testing.assert_allclose(limits(NESTEROV, decays), (2 + 2 * decays) / (1 + 2 * decays), rtol=1e-6)
    root = sp.Symbol("root", positive=True)  # of kappa
    pair = {beta: (root - 1) / (root + 1), a: 1 / root**2}
    assert sp.simplify(sp.discriminant(polynomial, sigma).subs(pair)) == 0
    assert sp.simplify(polynomial.subs(pair).subs(sigma, 1 - 1 / root)) == 0
    assert sp.simplify(polynomial.subs(a, 1)) == sigma**2
    q = sp.Symbol("q", positive=True)  # the root of 3 kappa + 1
    kappa = (q**2 - 1) / 3
    tuned, step = (q - 2) / (q + 2), 4 / (3 * kappa + 1)  # times L = kappa, mu = 1
    rho = 1 - 2 / q
    low, high = (polynomial.subs({beta: tuned, a: step * one}) for one in (1, kappa))
    assert sp.simplify(low.subs(sigma, rho)) == 0
    assert sp.simplify(sp.diff(low, sigma).subs(sigma, rho)) == 0  # a double root
    assert sp.simplify(high.subs(sigma, -rho)) == 0


@claim("two-rates")
def test_the_rates_and_the_steps():
    curvatures = np.linspace(1, 100, 500)
    usual, tuned = (gd.rates.spectral_radius(NESTEROV, curvatures, **one) for one in (USUAL, TUNED))
    assert usual == pytest.approx(1 - 1 / 10, abs=1e-6)
    assert tuned == pytest.approx(1 - 2 / ROOT, abs=1e-6)
    grid = np.meshgrid(np.linspace(0.0001, 0.02, 300), np.linspace(0, 0.999, 300))
    others = gd.rates.spectral_radius(NESTEROV, [1.0, 100.0], lr=grid[0], beta=grid[1])
    assert 1 - 2 / ROOT < others.min() < 1 - 2 / ROOT + 0.01
    steps = [
        below(largest(gd.descend(BOWL, rule, (1.0, 1.0), steps=900, **settings)))
        for rule, settings in ((NESTEROV, USUAL), (NESTEROV, TUNED), (MOMENTUM, BEST._asdict()), (DESCENT, {"lr": 2 / 101}))
    ]  # fmt: skip
    t = np.arange(300)
    shallow = gd.descend(BOWL, NESTEROV, (1.0, 0.0), steps=299, **USUAL).path[:, 0]
    np.testing.assert_allclose(shallow[:150], ((1 + t / 11) * 0.9**t)[:150], rtol=1e-6)
    assert below(shallow) == steps[0] == 157
    assert below(0.9**t) == 132
    steep = gd.descend(BOWL, NESTEROV, (0.0, 1.0), steps=5, **USUAL).path[:, 1]
    assert np.abs(steep[2:]).max() < 1e-14
    return [usual, tuned, others.size, *steps, *(limits(rule, [0.9])[0] for rule in (NESTEROV, MOMENTUM))]


@claim("promise-kept")
def test_the_promise_for_strongly_convex_functions_is_kept():
    f = gd.Objective("x**2/2 + y**2/2 + 99*sqrt(1 + y**2)")
    starts = np.random.default_rng(0).normal(size=(2000, 2)) * 20
    curvature = f.hess(starts)[:, 1, 1]
    assert curvature.min() >= 1
    assert f.hess((0.0, 0.0))[1, 1] == pytest.approx(100)
    run = gd.descend(f, AHEAD, starts, steps=100, lr=1 / 100, beta=9 / 11)
    error = run.values - 99
    promised = 0.9 ** np.arange(101)[:, None] * (error[0] + (starts**2).sum(axis=-1) / 2)
    part = (error / promised).max(axis=1)
    assert part.max() < 1
    return [len(starts), part[1], 1, part[10], 10, part[100], 100]


def floor(lr, beta, s=0.75):
    return lr * s**2 * (1 + beta) / ((1 - beta) * (2 * (1 + beta) - lr))


def test_the_floor_from_three_moments():
    eta, lam, beta, s = sp.symbols("eta lambda beta s", positive=True)
    x2, xv, v2 = sp.symbols("X C V")
    # E of the squares and the product after a step, from v' = beta v - eta (lambda x + noise) and x' = x + v'
    new_v2 = beta**2 * v2 - 2 * beta * eta * lam * xv + eta**2 * lam**2 * x2 + eta**2 * s**2
    x_new_v = beta * xv - eta * lam * x2
    found = sp.solve([x2 - (x2 + 2 * x_new_v + new_v2), xv - (x_new_v + new_v2), v2 - new_v2], [x2, xv, v2])
    told = eta * s**2 / lam * (1 + beta) / ((1 - beta) * (2 * (1 + beta) - eta * lam))
    assert sp.simplify(found[x2] - told) == 0
    assert sp.simplify(found[xv] - found[v2] / 2) == 0
    assert sp.simplify(told.subs(beta, 0) - eta * s**2 / (lam * (2 - eta * lam))) == 0


@claim("cancels-variance")
def test_momentum_calms_the_direction_and_not_the_point():
    f, eta, s = gd.Objective("x**2/2"), 0.2, 0.75

    def measured(rule, **settings):
        run = gd.descend(
            f, rule, np.zeros((10_000, 1)), steps=300, lr=eta, noise=s, seed=1, keep=25, **settings
        )  # fmt: skip
        return run.path[-9:].var()

    plain, summed, averaged = (
        measured(DESCENT), measured(MOMENTUM, beta=0.9), measured(gd.rules.momentum_ema, beta=0.9)
    )  # fmt: skip
    predicted = floor(eta, 0), floor(eta, 0.9), floor(0.1 * eta, 0.9)
    np.testing.assert_allclose([plain, summed, averaged], predicted, rtol=0.02)
    m = np.zeros(40_000)
    rng = np.random.default_rng(2)
    for _ in range(80):  # the direction, at one point
        m = gd.rules.momentum_ema(0.0, rng.normal(size=m.shape), m, lr=eta, beta=0.9)[1]
    assert m.var() == pytest.approx(0.1 / 1.9, rel=0.03)
    return [
        0.1 / 1.9, predicted[0], plain, predicted[1], summed, predicted[1] / predicted[0], predicted[2], averaged
    ]  # fmt: skip


@claim("demonstrably-superior")
def test_each_is_first_somewhere():
    def steps(f, start, rule, **settings):
        far = np.flatnonzero(largest(gd.descend(f, rule, start, steps=900, **settings)) > 1e-6)[-1]
        return int(far) + 1 if far < 900 else None

    start, wide = (1.0, 1.0), gd.Objective("x**2/2 + y**2")
    best = [
        steps(BOWL, start, rule, **settings)
        for rule, settings in ((MOMENTUM, BEST._asdict()), (NESTEROV, TUNED), (DESCENT, {"lr": 2 / 101}))
    ]
    habit = [steps(wide, start, rule, lr=0.5, beta=0.9) for rule in (NESTEROV, MOMENTUM)]
    habit.append(steps(wide, start, DESCENT, lr=0.5))
    assert steps(TRAP, (3.3,), MOMENTUM, lr=1 / 9, beta=4 / 9) is None
    trap = [steps(TRAP, (3.3,), NESTEROV, lr=1 / 25, beta=2 / 3), steps(TRAP, (3.3,), DESCENT, lr=1 / 13)]
    assert np.argmin(best) == 0  # momentum
    assert np.argmin(habit) == 2  # plain descent
    assert np.argmin(trap) == 0  # Nesterov
    return [*best, *habit, *trap]


def test_what_the_solutions_say():
    a = sp.Symbol("a", positive=True)
    beta, u = (1 - sp.sqrt(a)) / (1 + sp.sqrt(a)), 1 - a
    assert sp.simplify((1 + beta) ** 2 * u - 4 * beta) == 0
    assert sp.simplify((1 + beta) * u / 2 - (1 - sp.sqrt(a))) == 0
    decays = np.linspace(0, 0.99, 991)
    etas = (1 - decays**2) / (5 + 4 * decays)
    np.testing.assert_allclose(floor(etas, decays), floor(0.2, 0), rtol=1e-12)
    rates = gd.rates.spectral_radius(MOMENTUM, 1.0, lr=etas, beta=decays)
    assert (rates[(decays > 0) & (decays < 0.6395)] < 0.8).all()
    assert (rates[decays > 0.6405] > 0.8).all()
    assert (decays[rates.argmin()], rates.min()) == pytest.approx((0.42, 0.65), abs=0.005)
    assert etas[900] == pytest.approx(0.0221, abs=5e-5)
    root = (1 - 1e-3) / (1 + 1e-3)  # for a small step size of plain descent, 1e-3: the critical pair at its floor
    assert floor((1 - root) ** 2, root**2) == pytest.approx(floor(1e-3, 0), rel=1e-3)
    assert 1 - root == pytest.approx(2e-3, rel=2e-3)

    def steps_with(kappa, restart, most):
        theta, v, t, last = np.ones(2), np.zeros(2), 1, 0
        for step in range(1, most):
            g = np.array([1.0, kappa]) * theta
            if restart and g @ v > 0:
                v, t = np.zeros(2), 1
            theta, v = NESTEROV(theta, g, v, lr=1 / kappa, beta=(t - 1) / (t + 2))
            t, last = t + 1, step if np.abs(theta).max() > 1e-6 else last
        return last + 1

    assert [steps_with(kappa, True, 400) for kappa in (100.0, 400.0)] == [105, 227]
    assert [steps_with(*one) for one in ((100.0, False, 1600), (400.0, False, 5400))] == [1373, 4823]
    wide = gd.descend(gd.Objective("x**2/2 + 200*y**2"), NESTEROV, (1.0, 1.0), steps=500, lr=1 / 400, beta=19 / 21)
    assert below(largest(wide)) == 324
