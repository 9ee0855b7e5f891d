"""Proves what the page smooth-and-strongly-convex.md claims; a test returns the numbers that the page types."""

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from tests.claim import claim

DESCENT = gd.rules.gradient_descent


def ratios(run, least=0.0):
    """What each step leaves of the error of the value."""
    gap = run.values - least
    return gap[1:] / gap[:-1]


@claim("enclosing-quadratic")
def test_strong_convexity_alone_promises_nothing():
    bowl = gd.objectives.steepening_bowl
    away = gd.descend(bowl, DESCENT, start=(1.0,), steps=20, lr=1.0)
    assert away.reason.startswith("left the finite numbers")
    x = sp.Symbol("x", real=True)
    curvature = sp.diff(x**2 / 2 + x**4, x, 2)
    assert sp.minimum(curvature, x) == 1  # strongly convex with 1
    highest = sp.maximum(curvature, x, sp.Interval(-1, 1))
    assert sp.limit(curvature, x, sp.oo) == sp.oo
    run = gd.descend(bowl, DESCENT, start=(1.0,), steps=100, lr=1 / 13)
    assert (np.abs(run.path) <= 1).all()
    promise = 1 - 1 / 13
    assert ratios(run).max() < promise
    return [*away.path[:3, 0], int(highest), ratios(run).max(), promise]


def test_any_fixed_step_runs_off_from_far_enough_on_the_steepening_bowl():
    for lr in (0.1, 0.01, 0.001):
        start = 1.0 / lr
        assert gd.descend(gd.objectives.steepening_bowl, DESCENT, (start,), steps=50, lr=lr).reason != "steps"


def test_the_three_pictures_hold_from_every_point():
    x, y = np.random.default_rng(0).uniform(-4, 4, (2, 5000, 1))
    huber, wavy = gd.objectives.huber, gd.Objective("x**2/2 + cos(x)/2")
    apart = np.abs(y - x)[:, 0]
    assert huber((0.5,)) == 0.125  # the tip of the cone that the figure draws
    assert (np.abs(huber(x) - huber(y)) <= apart + 1e-12).all()
    above_tangent = wavy(y) - wavy(x) - wavy.grad(x)[:, 0] * (y - x)[:, 0]
    assert (above_tangent <= 1.5 / 2 * apart**2 + 1e-12).all()
    assert (above_tangent >= 0.5 / 2 * apart**2 - 1e-12).all()


@claim("smooth-without-derivative")
def test_what_need_not_exist_is_the_second_derivative():
    huber, kinked = gd.objectives.huber, gd.Objective("abs(x)")
    x, y = np.random.default_rng(0).uniform(-3, 3, (2, 10_000, 1))
    quotients = np.abs(huber.grad(x) - huber.grad(y)) / np.abs(x - y)
    assert quotients.max() <= 1 + 1e-12
    inside, outside = huber.hess((1 - 1e-9,))[0, 0], huber.hess((1 + 1e-9,))[0, 0]
    across = {h: (kinked.grad((h / 2,)) - kinked.grad((-h / 2,)))[0] / h for h in (0.001, 1e-6)}
    assert across[1e-6] == pytest.approx(1000 * across[0.001])
    return [quotients.max(), inside, outside, across[0.001], 0.001]


def test_a_short_step_pays():
    """f(x+) <= f(x) - eta (1 - eta L / 2) |grad|^2, on a smooth function that is not convex too."""
    for text, L in (("x**2/2 + cos(x)/2", 1.5), ("x**2 + 3*sin(x)**2", 8.0), ("cos(x)", 1.0)):
        f = gd.Objective(text)
        x = np.random.default_rng(1).uniform(-8, 8, (2000, 1))
        for eta in (0.5 / L, 1 / L, 1.9 / L):
            paid = eta * (1 - eta * L / 2) * f.grad(x)[:, 0] ** 2
            assert (f(x - eta * f.grad(x)) <= f(x) - paid + 1e-12).all()


@pytest.mark.parametrize("text", ["log(exp(x) + exp(-x))", "sqrt(1 + x**2)", "x**2 / 2"])  # convex, L = 1
@pytest.mark.parametrize("eta", [0.2, 1.0])
def test_one_over_k(text, eta):
    f = gd.Objective(text)
    run = gd.descend(f, DESCENT, start=(6.0,), steps=200, lr=eta)
    k = np.arange(1, 201)
    assert (run.values[1:] - f((0.0,)) <= 36 / (2 * eta * k) + 1e-12).all()
    if eta == 1.0:
        assert (run.values[1:] - f((0.0,)) <= 36 / (4 * k + 2) + 1e-12).all()


def test_the_identity_in_the_proof():
    x, g, eta, lowest = sp.symbols("x g eta lowest", real=True)
    before, after = (x - lowest) ** 2, (x - eta * g - lowest) ** 2
    assert sp.simplify((before - after) / (2 * eta) - (g * (x - lowest) - eta * g**2 / 2)) == 0


@claim("huber-attains")
def test_hubers_function_attains_the_exact_bound():
    for k in (1, 10, 50):
        run = gd.descend(gd.objectives.huber, DESCENT, start=(2.0 * k + 1,), steps=k, lr=1.0)
        assert run.values[-1] / (2 * k + 1) ** 2 == pytest.approx(1 / (4 * k + 2), abs=1e-16)
    k = 10
    run = gd.descend(gd.objectives.huber, DESCENT, start=(2.0 * k + 1,), steps=k, lr=1.0)
    assert run.path[-1, 0] == k + 1
    return [run.steps, run.values[-1] / (2 * k + 1) ** 2]


@claim("gap-over-k")
def test_the_distance_counts_and_not_the_first_gap():
    told = []
    for distance in (1000, 100):
        k = distance // 2
        values = gd.descend(gd.objectives.huber, DESCENT, start=(float(distance),), steps=k, lr=1.0).values
        told.append((k, values[-1], values[-1] / (values[0] / k), distance**2 / (2 * k)))
        assert values[-1] <= told[-1][3]
    (k, error, times, right), (other_k, _, other_times, _) = told
    assert times / other_times == pytest.approx(10, rel=0.01)  # no constant holds for all
    return [1000, k, error, times, 100, other_k, other_times, right]


@claim("between-two-bowls")
def test_between_two_bowls_every_step_contracts():
    f, promises, worst = gd.Objective("x**2/2 + cos(x)/2"), [], []
    curvature = f.hess(np.linspace(-10, 10, 20_001)[:, None])
    assert (curvature.min(), curvature.max()) == (pytest.approx(0.5), pytest.approx(1.5))
    for lr in (0.3, gd.rates.optimal_step(0.5, 1.5), 1.2):
        e = np.abs(gd.descend(f, DESCENT, start=(6.0,), steps=40, lr=lr).path[:, 0])
        promises.append(max(abs(1 - lr * 0.5), abs(1 - lr * 1.5)))
        worst.append((e[1:] / e[:-1])[e[:-1] > 1e-9].max())
        assert worst[-1] <= promises[-1] + 1e-9
    return [*promises, *worst]


def test_two_variables_between_two_bowls():
    """The theorem with a mean Hessian that turns on the way."""
    f = gd.Objective("x**2 + y**2 + cos(x + 2*y)/5 + sin(x - y)/5")
    points = np.random.default_rng(0).uniform(-6, 6, (4000, 2))
    mu, L = 2 - 7 / 5, 2 + 7 / 5  # the two waves add at most 5/5 and 2/5
    eigenvalues = np.linalg.eigvalsh(f.hess(points))
    assert mu <= eigenvalues.min() < 1 < 3 < eigenvalues.max() <= L
    lowest = gd.descend(f, DESCENT, (0.0, 0.0), steps=2000, lr=0.3).path[-1]
    for eta in (0.1, 2 / (mu + L), 0.55):
        rho = max(abs(1 - eta * mu), abs(1 - eta * L))
        before = np.linalg.norm(points - lowest, axis=-1)
        after = np.linalg.norm(points - eta * f.grad(points) - lowest, axis=-1)
        assert (after <= rho * before + 1e-9).all()


@claim("rank-deficient")
def test_least_squares_of_deficient_rank_is_linear():
    rng = np.random.default_rng(0)
    M, b = rng.normal(size=(20, 30)), rng.normal(size=20)
    f = gd.Objective.from_functions(lambda w: ((w @ M.T - b) ** 2).sum(-1) / 2, lambda w: (w @ M.T - b) @ M, n=30)
    eigenvalues = np.linalg.eigvalsh(M.T @ M)
    zero = int((eigenvalues < 1e-9).sum())
    mu, L = eigenvalues[zero], eigenvalues[-1]
    points = rng.normal(size=(200, 30))
    assert ((f.grad(points) ** 2).sum(-1) / 2 >= mu * f(points) * (1 - 1e-9)).all()  # Polyak-Lojasiewicz
    run = gd.descend(f, DESCENT, np.zeros(30), steps=1000, lr=1 / L)
    assert (ratios(run) <= 1 - mu / L).all()
    measured = (run.values[1000] / run.values[900]) ** (1 / 100)
    assert measured == pytest.approx((1 - mu / L) ** 2, abs=1e-5)
    return [zero, len(eigenvalues), 1 - mu / L, 100, run.steps, measured]


@claim("at-best-linear")
def test_one_step_on_a_trough_arrives():
    trough = gd.objectives.trough
    run = gd.descend(trough, DESCENT, start=(1.8, 0.6), steps=1, lr=0.5)
    assert min(trough.hessian.eigenvals(multiple=True)) == 0  # not strongly convex
    x, y = sp.symbols("x y", real=True)
    f = (x + y - 1) ** 2 / 2
    after = {v: v - sp.diff(f, v) / 2 for v in (x, y)}
    assert sp.expand(f.subs(after, simultaneous=True)) == 0  # from anywhere
    return [run.steps, run.values[0], abs(round(run.values[-1], 15))]


def chain(n):
    T = 2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)
    first = np.eye(n)[0]
    return gd.Objective.from_functions(lambda x: (x * (x @ T)).sum(-1) / 2 - x[..., 0], lambda x: x @ T - first, n=n)


def test_the_chain_is_what_the_page_says():
    k, n = sp.symbols("k n", positive=True, integer=True)
    f = chain(21)
    x = np.random.default_rng(0).normal(size=21)
    ties = x[0] ** 2 + (np.diff(x) ** 2).sum() + x[-1] ** 2
    assert f(x) == pytest.approx(ties / 2 - x[0])
    exact = 1 - np.arange(1, 22) / 22
    np.testing.assert_allclose(f.grad(exact), 0, atol=1e-14)
    i = sp.Symbol("i", positive=True, integer=True)
    distance = sp.simplify(sp.summation((1 - i / (n + 1)) ** 2, (i, 1, n)))
    error = (1 / (k + 1) - 1 / (n + 1)) / 2
    assert f(np.zeros(21)) - f(exact) == pytest.approx(float(error.subs({k: 0, n: 21})))
    bound = 3 * 4 * distance / (32 * (k + 1) ** 2)
    gap = sp.factor(sp.simplify((error - bound).subs(n, 2 * k + 1)))
    assert all(gap.subs(k, value) > 0 for value in range(1, 60))
    assert sp.limit((error / bound).subs(n, 2 * k + 1), k, sp.oo) >= 1
    seen = np.zeros(21)
    for j in range(1, 6):  # each gradient reaches one link further
        seen = seen - 0.3 * f.grad(seen)
        assert np.flatnonzero(seen).tolist() == list(range(j))


@claim("chain-of-bounds")
def test_lower_bound_best_point_accelerated_and_plain():
    k, n, L = 10, 21, 4
    f, exact = chain(n), 1 - np.arange(1, n + 1) / (n + 1)
    links = 2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)
    assert np.linalg.eigvalsh(links)[-1] < L
    R2, least = exact @ exact, f(exact)
    best = np.zeros(n)
    best[:k] = np.linalg.solve(links[:k, :k], np.eye(k)[0])
    conjugate = gd.descend(f, gd.methods.conjugate_gradients, np.zeros(n), steps=k).values[-1] - least
    assert conjugate == pytest.approx(f(best) - least, rel=1e-9)
    x = y = np.zeros(n)
    t, accelerated = 1.0, []
    for _ in range(200):
        old, x = x, y - f.grad(y) / L
        before, t = t, (1 + np.sqrt(1 + 4 * t * t)) / 2
        y = x + (before - 1) / t * (x - old)
        accelerated.append(f(x) - least)
    assert (np.array(accelerated) <= 2 * L * R2 / np.arange(2, 202) ** 2).all()
    plain = gd.descend(f, DESCENT, np.zeros(n), steps=k, lr=1 / L).values[-1] - least
    row = [3 * L * R2 / 32 / (k + 1) ** 2, conjugate, accelerated[k - 1], 2 * L * R2 / (k + 1) ** 2,
           plain, L * R2 / (4 * k + 2)]  # fmt: skip
    assert row[0] < row[1] < row[2] < row[4] < row[3] < row[5]
    return row


@claim("limit-at-condition-100")
def test_what_no_method_within_its_gradients_can_beat():
    n, mu, L, seen = 400, 1.0, 100.0, 69
    q = (np.sqrt(L / mu) - 1) / (np.sqrt(L / mu) + 1)
    A = (L - mu) / 4 * (2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)) + mu * np.eye(n)
    eigenvalues = np.linalg.eigvalsh(A)
    assert mu < eigenvalues[0] < eigenvalues[-1] < L
    b = (L - mu) / 4 * np.eye(n)[0]
    exact = np.linalg.solve(A, b)
    np.testing.assert_allclose(exact[:100], q ** np.arange(1, 101), rtol=1e-9)
    f = gd.Objective.from_functions(lambda x: (x * (x @ A)).sum(-1) / 2 - x @ b, lambda x: x @ A - b, n=n)
    unseen = np.linalg.norm(exact[seen:]) / np.linalg.norm(exact)
    assert unseen == pytest.approx(q**seen, rel=1e-9)
    run = gd.descend(f, DESCENT, np.zeros(n), steps=700, lr=gd.rates.optimal_step(mu, L))
    left = np.linalg.norm(run.path - exact, axis=-1) / np.linalg.norm(exact)
    assert (left[: seen + 1] >= q ** np.arange(seen + 1) * (1 - 1e-12)).all()
    fast = gd.descend(f, gd.methods.conjugate_gradients, np.zeros(n), steps=seen).path[-1]
    assert np.linalg.norm(fast - exact) / np.linalg.norm(exact) >= unseen * (1 - 1e-6)
    return [q, gd.rates.contraction(mu, L), seen, unseen, int((left <= unseen).argmax())]


def test_solutions_of_the_exercises():
    x = np.linspace(-1, 1, 2001)[:, None]
    e = np.e
    expected = {
        "x**2": (2, 2, 2),
        "exp(x)": (e, e, 1 / e),
        "sqrt(1 + x**2)": (2**-0.5, 1, 2**-1.5),
        "x**4": (4, 12, 0),
    }
    for text, constants in expected.items():
        f = gd.Objective(text)
        curvature = f.hess(x)[:, 0, 0]
        found = (np.abs(f.grad(x)).max(), curvature.max(), curvature.min())
        np.testing.assert_allclose(found, constants, atol=1e-9)

    f = gd.Objective("x**2/2 + cos(x)/2")  # mu = 1/2, L = 3/2, lowest at 0
    points = np.random.default_rng(0).uniform(-9, 9, (3000, 1))
    square, gap = f.grad(points)[:, 0] ** 2, f(points) - f((0.0,))
    assert (square <= 2 * 1.5 * gap + 1e-12).all()
    assert (square >= 2 * 0.5 * gap - 1e-12).all()

    run = gd.descend(gd.objectives.steepening_bowl, DESCENT, start=(2.0,), steps=300, lr=1 / 49)
    assert (run.path > 0).all()
    assert ratios(run).max() < 1 - 1 / 49
    assert ratios(run)[-1] == pytest.approx((48 / 49) ** 2, abs=1e-6)


def test_linear_without_convexity():
    f = gd.Objective("x**2 + 3*sin(x)**2")
    x = np.linspace(0.001, 30, 300_000)[:, None]
    curvature = f.hess(x)[:, 0, 0]
    assert curvature.min() == pytest.approx(-4, abs=1e-6)
    assert curvature.max() == pytest.approx(8, abs=1e-4)
    quotient = f.grad(x)[:, 0] ** 2 / 2 / f(x)
    mu = quotient.min()
    assert round(mu, 4) == 0.1755
    assert mu > 1 / 32
    run = gd.descend(f, DESCENT, start=(3.0,), steps=8, lr=1 / 8)
    assert ratios(run).max() < 1 - mu / 8
    assert round(1 - mu / 8, 4) == 0.9781
