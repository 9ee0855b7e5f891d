"""Proves what the page momentum.md claims; a test returns the numbers that the page types."""

import math

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from tests.claim import claim
from tests.discrepancies_test import numbers as of_libraries

MOMENTUM, DESCENT = gd.rules.momentum, gd.rules.gradient_descent
BOWL = gd.Objective("x**2/2 + 50*y**2")
BEST = gd.rates.optimal_momentum(1.0, 100.0)
RHO = math.sqrt(BEST.beta)


def below(errors, tolerance=1e-6):
    """The first step from which the error stays at most the tolerance."""
    return int(np.flatnonzero(errors > tolerance)[-1]) + 1


@claim("memory-pays")
def test_a_memory_pays_though_the_first_steps_go_wrong():
    plain = gd.descend(BOWL, DESCENT, (1.0, 1.0), steps=700, lr=2 / 101)
    heavy = gd.descend(BOWL, MOMENTUM, (1.0, 1.0), steps=700, lr=BEST.lr, beta=BEST.beta)
    errors = [np.abs(run.path).max(axis=-1) for run in (plain, heavy)]
    assert gd.rates.spectral_radius(DESCENT, [1.0, 100.0], lr=BEST.lr) > 2  # plain descent would not survive it
    return [below(errors[0]), below(errors[1]), errors[1].max(), int(errors[1].argmax())]


def moves(rule, slopes, **settings):
    theta, state, lengths = 0.0, 0.0, []
    for g in slopes:
        after, state = rule(theta, g, state, **settings)
        lengths.append(abs(after - theta))
        theta = after
    return np.array(lengths)


@claim("along-and-across")
def test_moves_grow_along_a_slope_and_shrink_across():
    along = moves(MOMENTUM, np.ones(400), lr=0.1, beta=0.9)[-1]
    across = moves(MOMENTUM, (-1.0) ** np.arange(400), lr=0.1, beta=0.9)[-1]
    beta = sp.Symbol("beta")
    weights = [beta**age for age in range(8)]
    assert sp.expand((1 - beta) * sum(weights)) == 1 - beta**8  # so the sum tends to 1/(1 - beta)
    assert across / along == pytest.approx(0.1 / 1.9, rel=1e-9)
    assert round(along / across) == 19
    return [along, along / 0.1, across, across / 0.1]


def test_the_velocity_is_the_fading_sum_of_all_gradients():
    beta, eta = sp.symbols("beta eta")
    g = sp.symbols("g1:7")
    v = sp.Integer(0)
    for one in g:
        v = beta * v - eta * one
    assert sp.expand(v + eta * sum(beta**age * one for age, one in enumerate(reversed(g)))) == 0


@claim("faster-and-faster")
def test_the_speed_has_a_limit():
    speed = moves(MOMENTUM, np.ones(400), lr=0.1, beta=0.9)
    averaged = moves(gd.rules.momentum_ema, np.ones(400), lr=0.1, beta=0.9)
    assert speed.max() <= 1 + 1e-12
    assert averaged.max() <= 0.1 + 1e-12
    return [speed[9], 10, speed[99], 100, round(speed.max(), 9), round(averaged.max(), 9)]


@claim("three-conventions")
def test_three_conventions_make_one_path():
    f, start = gd.objectives.himmelblau, (-0.75, 1.5)

    def paths(lr, beta):
        settings = {"momentum": lr, "momentum_accumulate": lr, "momentum_ema": lr / (1 - beta)}
        return [gd.descend(f, gd.rules[name], start, steps=300, lr=one, beta=beta) for name, one in settings.items()]

    exact = paths(1 / 256, 0.75)
    assert all((run.path == exact[0].path).all() for run in exact)
    assert all(np.abs(run.path - paths(0.005, 0.9)[0].path).max() < 1e-12 for run in paths(0.005, 0.9))
    beta, eta, g, s = sp.symbols("beta eta g s")
    sums = beta * s + g
    assert sp.expand(beta * (-eta * s) - eta * g + eta * sums) == 0  # v = -eta s
    assert sp.expand(beta * ((1 - beta) * s) + (1 - beta) * g - (1 - beta) * sums) == 0  # m = (1 - beta) s
    return [exact[0].steps]


@claim("one-momentum")
def test_a_falling_step_size_and_dampening_tell_the_forms_apart():
    f, cut = gd.Objective("x**2/2"), 10
    ends = {}
    for name in ("momentum", "momentum_accumulate"):
        run = gd.descend(
            f, gd.rules[name], (1.0,), steps=30, lr=0.1, beta=0.9, schedule=lambda t: 1.0 if t <= cut else 0.1
        )
        ends[name] = run.path[:, 0]
    np.testing.assert_allclose(ends["momentum"][: cut + 1], ends["momentum_accumulate"][: cut + 1], rtol=1e-12)
    assert abs(ends["momentum"][cut + 1] - ends["momentum_accumulate"][cut + 1]) > 0.01
    average, torch = of_libraries("D8")
    assert gd.rules.momentum_ema(0.0, 1.0, 0.0, lr=0.1, beta=0.9)[0] == pytest.approx(average["1"], rel=1e-12)
    return [1, cut, 30, ends["momentum"][30], ends["momentum_accumulate"][30], torch["1"], average["1"]]


@claim("sum-called-average")
def test_the_weights_of_a_sum_do_not_sum_to_one():
    sums = {}
    for beta in (0.9, 0.99):
        s = m = 0.0
        for _ in range(4000):
            s, m = beta * s + 1.0, beta * m + (1 - beta) * 1.0
        sums[beta] = s
        assert m == pytest.approx(1)
        window = round(1 / (1 - beta))
        assert beta**window == pytest.approx(math.exp(-1), rel=0.06)
        assert 1 - beta**window == pytest.approx({0.9: 0.651, 0.99: 0.634}[beta], abs=5e-4)
    return [1, sums[0.9], sums[0.99]]


@claim("three-averages")
def test_three_averages_of_noisy_slopes():
    rng, window, beta, rise = np.random.default_rng(0), 19, 0.9, 0.1
    g = rise * np.arange(400) + rng.normal(size=(4000, 400))
    m = np.zeros(4000)
    for t in range(400):
        m = beta * m + (1 - beta) * g[:, t]
    batches = rise * 399 + rng.normal(size=(4000, window)).mean(axis=1)
    found = [batches, g[:, -window:].mean(axis=1), m]
    chance = math.sqrt(2 / len(m)) / window  # the standard error of a variance
    late = [(rise * 399 - one.mean()) / rise for one in found]
    np.testing.assert_allclose(late, [0, 9, 9], atol=0.05)
    assert window == round((1 + beta) / (1 - beta))
    beta, n = sp.Symbol("beta"), 9
    noise, age = (sum(one(k) for k in range(n)) for one in (lambda k: beta ** (2 * k), lambda k: k * beta**k))
    # cut off after n terms: what is beside the limit carries a power beta**n, which tends to 0
    assert sp.expand((1 - beta**2) * noise - (1 - beta ** (2 * n))) == 0
    assert sp.expand((1 - beta) ** 2 * age - beta + beta**n * (n - (n - 1) * beta)) == 0
    size = sp.Symbol("M")
    (same,) = sp.solve(sp.Eq(1 / size, (1 - beta) / (1 + beta)), size)
    assert sp.simplify((same - 1) / 2 - beta / (1 - beta)) == 0  # the same age as well
    assert all(abs(one.var() - 1 / window) < 3 * chance for one in found)
    return [1 / window, *(one.var() for one in found), len(m), chance, abs(round(late[0])), round(late[1])]


@claim("small-bumps")
def test_a_ball_with_speed_crosses_small_bumps():
    f, starts = gd.Objective("x**2/8 - cos(4*x)/3"), np.linspace(-7, 7, 141)[:, None]
    ends = {}
    for beta in (0.0, 0.5, 0.8, 0.9):
        ends[beta] = gd.descend(f, MOMENTUM, starts, steps=600, keep=600, lr=0.05, beta=beta).path[-1, :, 0]
        assert np.abs(f.grad(ends[beta][:, None])).max() < 1e-6  # all have come to rest
    from_5 = {beta: end[120] for beta, end in ends.items()}
    assert starts[120, 0] == pytest.approx(5)
    assert from_5[0.0] == pytest.approx(from_5[0.5])
    assert abs(from_5[0.9]) < 1e-6
    shares = {beta: 100 * (np.abs(end) < 0.1).mean() for beta, end in ends.items()}
    assert shares[0.8] == shares[0.0]  # the page: not one start more
    return [5, from_5[0.0], from_5[0.8], len(starts), -7, 7, round(shares[0.0]), round(shares[0.8]), round(shares[0.9])]


def test_one_curvature_gives_the_polynomial():
    beta, a, x, before, sigma = sp.symbols("beta a x before sigma")  # a is eta lambda
    after = x + beta * (x - before) - a * x
    assert sp.expand(after - ((1 + beta - a) * x - beta * before)) == 0
    polynomial = sigma**2 - (1 + beta - a) * sigma + beta
    critical = sp.discriminant(polynomial, sigma)
    for sign in (1, -1):
        assert sp.expand(critical.subs(a, (1 + sign * sp.sqrt(beta)) ** 2)) == 0
    matrix = gd.rates.iteration_matrix(MOMENTUM, 3.0, lr=0.25, beta=0.5)
    assert sp.expand(sp.Matrix(matrix).charpoly(sigma).as_expr() - polynomial.subs({a: 0.75, beta: 0.5})) == 0


def limits(rule, betas):
    """The largest step sizes that settle on x²/2, one for each decay."""
    betas = np.array(betas)
    low, high = np.full(betas.shape, 1e-9), np.full(betas.shape, 100.0)
    for _ in range(36):
        middle = (low + high) / 2
        settles = gd.rates.spectral_radius(rule, 1.0, lr=middle, beta=betas) < 1
        low, high = np.where(settles, middle, low), np.where(settles, high, middle)
    return low


@claim("damping-and-limits")
def test_critical_damping_and_the_limits():
    betas = np.linspace(0.5, 0.95, 901)
    rates = gd.rates.spectral_radius(MOMENTUM, 1.0, lr=0.01, beta=betas)
    critical = betas[rates.argmin()]
    assert rates.min() == pytest.approx(math.sqrt(critical), abs=1e-4)
    decays = np.array([0.0, 0.3, 0.9])
    summed, averaged = (limits(rule, decays) for rule in (MOMENTUM, gd.rules.momentum_ema))
    np.testing.assert_allclose(summed, 2 + 2 * decays, rtol=1e-6)
    np.testing.assert_allclose(averaged, 2 * (1 + decays) / (1 - decays), rtol=1e-6)
    return [critical, summed[-1], averaged[-1]]


def test_what_fits_in_a_disk():
    """The range of eta lambda whose roots have modulus at most rho, and that its quotient grows with beta."""
    rho, beta = sp.symbols("rho beta", positive=True)
    low, high = (1 - rho) * (1 - beta / rho), (1 + rho) * (1 + beta / rho)
    assert sp.expand(low - (1 + beta - rho - beta / rho)) == 0
    assert sp.expand(high - (1 + beta + rho + beta / rho)) == 0
    quotient = sp.simplify((high / low).subs(beta, rho**2) - ((1 + rho) / (1 - rho)) ** 2)
    assert quotient == 0
    growth = sp.factor(sp.diff(high / low, beta))
    assert sp.simplify(growth * (rho - beta) ** 2 * (1 - rho) / (2 * rho * (1 + rho))) == 1  # positive
    kappa = sp.Symbol("kappa", positive=True)
    best = (sp.sqrt(kappa) - 1) / (sp.sqrt(kappa) + 1)
    assert sp.simplify(((1 + best) / (1 - best)) ** 2 - kappa) == 0
    rng = np.random.default_rng(1)
    radius, decay = rng.uniform(0.5, 1, 200), rng.uniform(0, 1, 200) ** 2
    decay = np.minimum(decay, radius**2)
    for a in (0.9, 0.99, 1.01, 1.1):
        edge = (1 + radius) * (1 + decay / radius) * a
        found = gd.rates.spectral_radius(MOMENTUM, 1.0, lr=edge, beta=decay)
        assert ((found <= radius + 1e-9) == (a < 1)).all()


@claim("best-pair")
def test_no_other_pair_is_better():
    curvatures = [1.0, 100.0]
    rate = gd.rates.spectral_radius(MOMENTUM, np.linspace(1, 100, 400), lr=BEST.lr, beta=BEST.beta)
    assert rate == pytest.approx(9 / 11, abs=1e-6)
    grid = np.meshgrid(np.linspace(0.0001, 0.04, 300), np.linspace(0, 0.999, 300))
    others = gd.rates.spectral_radius(MOMENTUM, curvatures, lr=grid[0], beta=grid[1])
    assert others.min() >= 9 / 11
    assert others.min() < 9 / 11 + 0.02  # the grid comes close
    return [RHO, gd.rates.contraction(1.0, 100.0), BEST.beta, others.size]


@claim("sixty-nine-and-more")
def test_a_double_root_costs_steps():
    t = np.arange(250)
    alone = below(RHO**t)
    counts = []
    for start, slowing, sign in (((1.0, 0.0), 1 - RHO, 1), ((0.0, 1.0), 1 + RHO, -1)):
        run = gd.descend(BOWL, MOMENTUM, start, steps=249, lr=BEST.lr, beta=BEST.beta)
        predicted = (1 + slowing * t) * (sign * RHO) ** t
        np.testing.assert_allclose(run.path.sum(axis=-1)[:100], predicted[:100], atol=1e-6 * 1e-6)
        counts.append((below(np.abs(predicted)), below(np.linalg.norm(run.path, axis=-1))))
    assert all(predicted == measured for predicted, measured in counts)
    both = gd.descend(BOWL, MOMENTUM, (1.0, 1.0), steps=249, lr=BEST.lr, beta=BEST.beta)
    error = np.linalg.norm(both.path, axis=-1)
    n, rho = sp.symbols("n rho", positive=True)
    for slowing, root in ((1 - rho, rho), (1 + rho, -rho)):  # the closed form obeys the recursion and its start
        x = [1 + slowing * (n + k) for k in range(3)]  # without the power root**n
        assert sp.expand(x[2] * root**2 - 2 * root * x[1] * root + rho**2 * x[0]) == 0
        assert sp.expand((1 + slowing) * root - (2 * root - rho**2)) == 0  # x1 = 1 - eta lambda = 2 sigma - beta
    return [alone, counts[0][0], counts[1][0], below(error / error[0])]


@claim("early-and-late")
def test_momentum_tuned_for_the_end_is_slow_at_first():
    runs = [
        gd.descend(BOWL, DESCENT, (1.0, 1.0), steps=100, lr=2 / 101),
        gd.descend(BOWL, MOMENTUM, (1.0, 1.0), steps=100, lr=BEST.lr, beta=BEST.beta),
    ]
    left = [np.linalg.norm(run.path, axis=-1) / math.sqrt(2) for run in runs]
    assert (left[1] > left[0])[1:18].all()  # the page: the first 17 steps
    assert (left[1] < left[0])[18:].all()
    return [number for t in (4, 16, 24, 100) for number in (t, left[0][t], left[1][t])]


def test_what_the_solutions_say():
    careful = gd.rates.spectral_radius(MOMENTUM, np.linspace(1, 100, 200), lr=0.01, beta=0.81)
    assert careful == pytest.approx(0.9, abs=1e-6)
    betas = np.linspace(0, 0.999, 1000)
    assert gd.rates.spectral_radius(MOMENTUM, [1.0, 100.0], lr=0.01, beta=betas).min() == pytest.approx(0.9, abs=1e-6)
    r, theta, v, omega, errors = 99 / 101, np.ones(2), np.zeros(2), 1.0, [1.0]
    for t in range(1, 90):
        theta, v = MOMENTUM(theta, [1.0, 100.0] * theta, v, lr=omega * 2 / 101, beta=omega - 1)
        errors.append(np.abs(theta).max())
        promised = 2 * RHO**t / (1 + RHO ** (2 * t))
        np.testing.assert_allclose(np.abs(theta), promised, rtol=1e-6)
        omega = 1 / (1 - r**2 / 2) if t == 1 else 1 / (1 - r**2 * omega / 4)
    assert below(np.array(errors)) == 73
    assert (omega * 2 / 101, omega - 1) == pytest.approx(BEST)
