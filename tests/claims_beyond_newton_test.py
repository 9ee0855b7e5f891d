"""Proves what the page beyond-newton.md claims; a test returns the numbers that the page types."""

import math
from collections import Counter
from itertools import pairwise

import mpmath
import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from gdlib.second_order.quasi_newton import two_loops, updated
from tests.claim import claim

METHODS = gd.methods


def quadratic(eigenvalues, seed=0):
    """A quadratic with these eigenvalues, its axes turned at random: the matrix and the objective."""
    n = len(eigenvalues)
    q = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))[0]
    A = q * eigenvalues @ q.T
    A = (A + A.T) / 2
    return A, gd.Objective.from_functions(
        lambda x: (x @ A * x).sum(-1) / 2, lambda x: x @ A, n, lambda x: np.broadcast_to(A, (*x.shape, n))
    )


@claim("newton-price")
def test_the_price_of_newtons_step():
    n, m, single = 100_000, 10, np.dtype(np.float32).itemsize
    assert len({frozenset(place) for place in np.ndindex(6, 6)}) == 6 * 7 // 2  # different entries, counted
    whole, kept = single * n * n, single * 2 * m * n
    multiplications = sum(k * k for k in range(1000)) / 1000**3  # elimination: k² below each pivot
    assert multiplications == pytest.approx(1 / 3, rel=2e-3)
    return [n * n, n * (n + 1) // 2, whole / 1e9, n**3 / 3, kept / 1e6, whole // kept]


@claim("hyperbola-line-search")
def test_line_searches_on_the_hyperbola():
    f = gd.Objective("sqrt(1 + x**2)")
    plain, armijo, wolfe = (
        gd.descend(f, METHODS[name], (2.0,), steps=4).path[:, 0]
        for name in ("newton", "damped_newton_armijo", "damped_newton_wolfe")
    )
    for path, c2 in ((armijo, math.inf), (wolfe, 0.9)):
        for x, after in pairwise(path):
            slope, p = f.grad((x,))[0], -f.grad((x,))[0] / f.hess((x,))[0, 0]
            if abs(x) > 1e-12:
                assert f((after,)) <= f((x,)) + 1e-4 * (after - x) * slope
                assert abs(f.grad((after,))[0] * p) <= c2 * abs(slope * p)
    return [*plain[:3], armijo[1], abs(armijo[4]), 4, abs(wolfe[2]), 2]


@claim("off-the-saddle")
def test_three_ways_at_a_saddle():
    f, stop = gd.objectives.double_well, gd.stopping.grad_norm(1e-9)
    runs = {
        name: gd.descend(f, METHODS[name], (1.0, 0.3), steps=30, stop=stop)
        for name in ("newton", "damped_newton_armijo", "regularized_newton", "saddle_free_newton")
    }
    assert np.abs(runs["newton"].path[-1]).max() < 1e-9
    assert runs["damped_newton_armijo"].reason == "stopped: the direction does not lead downhill"
    for name in ("regularized_newton", "saddle_free_newton"):
        np.testing.assert_allclose(runs[name].path[-1], (0, math.sqrt(2)), atol=1e-9)
    return [runs[name].steps for name in ("newton", "regularized_newton", "saddle_free_newton")]


@claim("saddle-free-starts")
def test_saddle_free_newton_from_all_over_himmelblau():
    f, axis = gd.objectives.himmelblau, -5 + 10 * (np.arange(120) + 0.5) / 120
    starts = np.stack(np.meshgrid(axis, axis), axis=-1)
    assert starts[..., 0].size == 14_400
    run = gd.descend(f, METHODS.saddle_free_newton, starts, steps=40, keep=40)
    far = np.linalg.norm(run.path[-1][..., None, :] - f.minima, axis=-1).min(axis=-1)
    return [100 * (far < 1e-6).mean(), 40]


def test_the_absolute_hessian_walks_down_negative_curvature():
    rng = np.random.default_rng(0)
    for H in rng.normal(size=(20, 2, 2)):
        H = H + H.T
        lam, q = np.linalg.eigh(H)
        g = rng.normal(size=2)
        p = METHODS.saddle_free_newton(np.zeros(2), g, H)
        np.testing.assert_allclose(p, -(q * (1 / np.abs(lam))) @ q.T @ g, rtol=1e-9)
        assert g @ p < 0


@claim("gauss-newton-factor")
def test_what_gauss_newton_leaves_out_is_its_factor():
    x, b = sp.symbols("x b", real=True)
    residuals = (x, x**2 - b)
    f = sum(r**2 for r in residuals)
    G = 2 * sum(sp.diff(r, x) ** 2 for r in residuals)
    assert sp.expand(sp.diff(f, x, 2) - G - 2 * sum(r * sp.diff(r, x, 2) for r in residuals)) == 0
    assert sp.expand((1 - sp.diff(f, x, 2) / G).subs(x, 0)) == 2 * b
    factors = {}
    for value in (0.25, 0.0, -0.25, -1.0):
        objective = gd.Objective(f"x**2 + (x**2 - ({value}))**2")
        path = gd.descend(objective, METHODS.gauss_newton, (1e-4,), steps=1).path[:, 0]
        factors[value] = path[1] / path[0]
        assert factors[value] == pytest.approx(2 * value, abs=1e-6)
    return [factors[0.25], factors[-0.25], factors[-1.0]]


@claim("bfgs-secant")
def test_the_secant_condition_holds_and_b_is_right_where_it_goes():
    f, theta, bound = gd.objectives.rosenbrock, np.array([-1.2, 1.0]), 1e-9
    B = s = old = None
    count = 0
    for _ in range(39):
        g, H, last = f.grad(theta), f.hess(theta), s
        theta, B, s, _ = METHODS.bfgs(theta, g, f(theta), f, f.grad, B, last, old)
        if last is not None:
            count += 1
            assert last @ (g - old) > 0
            assert np.abs(B @ (g - old) - last).max() < bound * np.abs(last).max()
            assert np.linalg.eigvalsh((B + B.T) / 2)[0] > 0
        old = g
    newton = -np.linalg.solve(H, g)
    apart = np.linalg.norm(-B @ g - newton) / np.linalg.norm(newton)
    errors = np.linalg.norm(gd.descend(f, METHODS.bfgs, (-1.2, 1.0), steps=40).path - 1, axis=-1)
    assert errors[-1] / errors[-2] < errors[-3] / errors[-4] < 0.5  # superlinear in the end
    return [count, bound, *np.diag(B @ H), apart]


def test_bfgs_by_symbols():
    s, y, B = (sp.Matrix(2, k, sp.symbols(f"{name}:{2 * k}")) for name, k in (("s", 1), ("y", 1), ("b", 2)))
    rho = 1 / (s.T * y)[0]
    V = sp.eye(2) - rho * y * s.T
    assert sp.simplify(V * y) == sp.zeros(2, 1)
    assert sp.simplify((V.T * B * V + rho * s * s.T) * y - s) == sp.zeros(2, 1)


def heavy_ball_at_its_best(A, theta, steps):
    """Each step minimises the quadratic over η and β of -η g + β (θ - θ₋)."""
    ball = [theta]
    for t in range(steps):
        moves = [-A @ ball[-1]] + ([ball[-1] - ball[-2]] if t else [])
        M = np.stack(moves, axis=-1)
        ball.append(ball[-1] + M @ np.linalg.solve(M.T @ A @ M, -M.T @ A @ ball[-1]))
    return np.array(ball)


@claim("cg-is-heavy-ball")
def test_conjugate_gradients_are_the_heavy_ball_at_its_best():
    n, small, close = 6, 1e-12, 1e-13
    A, f = quadratic(np.linspace(1, 100, n))
    run = gd.descend(f, METHODS.conjugate_gradients, np.ones(n), steps=n)
    assert np.abs(run.path - heavy_ball_at_its_best(A, np.ones(n), n)).max() < close
    length = np.linalg.norm(run.path, axis=-1)
    assert length[-1] < small < 0.1 < length[-2]
    gradients = run.path[:-1] @ A
    gram = gradients @ gradients.T
    scale = np.sqrt(np.diag(gram))
    assert np.abs(gram / np.outer(scale, scale) - np.eye(n)).max() < 1e-10
    moves = np.diff(run.path, axis=0)
    conjugate = moves @ A @ moves.T
    scale = np.sqrt(np.diag(conjugate))
    assert np.abs(conjugate / np.outer(scale, scale) - np.eye(n)).max() < 1e-10
    for seed in range(5):
        A, f = quadratic(np.geomspace(1, 30, 8), seed)
        path = gd.descend(f, METHODS.conjugate_gradients, np.ones(8), steps=8).path
        assert np.abs(path - heavy_ball_at_its_best(A, np.ones(8), 8)).max() < 1e-9
    return [n, small, n, close]


def conjugate_steps(mu, L, n, digits):
    """Steps to a millionth of the value's root, by numbers of so many digits, with the axes along the eigenvectors."""
    with mpmath.workdps(digits):
        lam = [mu * mpmath.mpf(L / mu) ** (mpmath.mpf(k) / (n - 1)) for k in range(n)]
        x, steps = [mpmath.mpf(1)] * n, 0
        g = [a * b for a, b in zip(lam, x, strict=True)]
        p, first = [-one for one in g], mpmath.fdot(lam, [1] * n)
        while mpmath.fdot(g, x) > first * mpmath.mpf(10) ** -12:
            square, bent = mpmath.fdot(g, g), [a * b for a, b in zip(lam, p, strict=True)]
            step = square / mpmath.fdot(p, bent)
            x = [a + step * b for a, b in zip(x, p, strict=True)]
            g = [a + step * b for a, b in zip(g, bent, strict=True)]
            beta = mpmath.fdot(g, g) / square
            p = [beta * a - b for a, b in zip(p, g, strict=True)]
            steps += 1
    return steps


@claim("cg-race")
def test_conjugate_gradients_keep_to_the_chebyshev_bound():
    mu, L, rho, n = 1.0, 100.0, 9 / 11, 100
    assert rho == (math.sqrt(L / mu) - 1) / (math.sqrt(L / mu) + 1)
    A, f = quadratic(np.geomspace(mu, L, n))
    start, tiny = np.linalg.eigh(A)[1].sum(axis=-1), math.log(1e-6)

    def left(way, steps, **settings):
        run = gd.descend(f, way, start, steps=steps, **settings)
        return np.sqrt(run.values / run.values[0])

    descent = left(gd.rules.gradient_descent, 700, lr=gd.rates.optimal_step(mu, L))
    ball = left(gd.rules.momentum, 120, **gd.rates.optimal_momentum(mu, L)._asdict())
    conjugate = left(METHODS.conjugate_gradients, 90)
    assert (conjugate <= 2 * rho ** np.arange(91) * (1 + 1e-9)).all()
    assert (descent <= (99 / 101) ** np.arange(701) * (1 + 1e-9)).all()
    told = [tiny / math.log(99 / 101), tiny / math.log(rho), (tiny - math.log(2)) / math.log(rho)]
    steps = [int((one <= 1e-6).argmax()) for one in (descent, ball, conjugate)]
    digits = 60
    return [n, steps[0], told[0], steps[1], told[1], steps[2], told[2], digits, conjugate_steps(mu, L, n, digits)]


def test_k_different_eigenvalues_take_k_steps():
    three = np.repeat([1.0, 10.0, 100.0], [17, 17, 16])
    values = gd.descend(quadratic(three)[1], METHODS.conjugate_gradients, np.ones(50), steps=3).values
    assert math.sqrt(values[3] / values[0]) < 1e-10 < 0.01 < math.sqrt(values[2] / values[0])
    cubic = sp.prod(1 - sp.Rational(101) / root for root in (1, 10, 100))
    assert float(cubic) == pytest.approx(-9.1)
    spread = three * (1 + 0.01 * np.random.default_rng(2).uniform(-1, 1, 50))
    values = gd.descend(quadratic(spread)[1], METHODS.conjugate_gradients, np.ones(50), steps=9).values
    assert 0.01 < math.sqrt(values[3] / values[0]) < 0.1
    assert math.sqrt(values[6] / values[0]) < 0.001


def digits_loss(calls):
    """Threes against eights: logistic loss with a ridge of 0.01, its calls counted; and a bound on its curvature."""
    digits = gd.networks.digits()
    chosen = np.isin(digits.y_train, (3, 8))
    X = digits.x_train[chosen].reshape(-1, 784) / 255
    Z = np.where(digits.y_train[chosen] == 8, 1, -1)[:, None] * np.column_stack([X, np.ones(len(X))])

    def value(w):
        calls["value"] += 1
        return np.logaddexp(0, -w @ Z.T).mean(-1) + 0.005 * (w * w).sum(-1)

    def gradient(w):
        calls["gradient"] += 1
        return -0.5 * (1 - np.tanh(w @ Z.T / 2)) @ Z / len(Z) + 0.01 * w

    return gd.Objective.from_functions(value, gradient, 785), 0.01 + np.linalg.norm(Z, 2) ** 2 / len(Z) / 4


@claim("hessian-free-digits")
def test_passes_over_real_digits():
    calls, tol, steps, gradients = Counter(), 1e-5, {}, {}
    loss, L = digits_loss(calls)
    tried = {
        "hessian_free": {"damping": 0.001}, "lbfgs": {}, "polak_ribiere": {},
        "momentum": gd.rates.optimal_momentum(0.01, L)._asdict(),
        "gradient_descent": {"lr": gd.rates.optimal_step(0.01, L)},
    }  # fmt: skip
    for name, settings in tried.items():
        way = METHODS[name] if name in METHODS else gd.rules[name]
        calls.clear()
        run = gd.descend(loss, way, np.zeros(785), steps=500, stop=gd.stopping.grad_norm(tol), **settings)
        steps[name], gradients[name] = run.steps, calls["gradient"]
        assert (run.reason == "stopped: grad_norm") == (name != "gradient_descent")
    most = {"hessian_free": 100, "lbfgs": 80, "polak_ribiere": 160}  # bounds: rounding may change a count by a few
    for name, bound in most.items():
        assert 0.8 * bound < gradients[name] <= bound
    return [tol, steps["hessian_free"], *most.values(), steps["momentum"], steps["gradient_descent"]]


@claim("second-order-on-rosenbrock")
def test_the_table_on_rosenbrock():
    names = (
        "newton", "damped_newton_armijo", "regularized_newton", "saddle_free_newton", "gauss_newton",
        "levenberg_marquardt", "bfgs", "lbfgs", "polak_ribiere", "hessian_free",
    )  # fmt: skip
    f, stop = gd.objectives.rosenbrock, gd.stopping.grad_norm(1e-8)
    runs = {name: gd.descend(f, METHODS[name], (-1.2, 1.0), steps=100, stop=stop) for name in names}
    assert all(run.reason == "stopped: grad_norm" for run in runs.values())
    highest = {name: run.values.max() for name, run in runs.items()}
    assert highest["newton"] == pytest.approx(highest["saddle_free_newton"], rel=1e-9)
    others = [highest[name] for name in names if name not in ("newton", "saddle_free_newton", "gauss_newton")]
    assert max(others) == runs["bfgs"].values[0]
    return [*(run.steps for run in runs.values()), highest["newton"], highest["gauss_newton"], max(others)]


def test_gauss_newton_on_rosenbrock_takes_two_steps_by_algebra():
    x, y = sp.symbols("x y", real=True)
    r = sp.Matrix([1 - x, 10 * (y - x**2)])
    J = r.jacobian([x, y])
    step = sp.Matrix([x, y]) - J.inv() * r
    once = sp.simplify(step)
    assert once[0] == 1  # the straight residual is solved at once
    again = step.subs({x: 1}, simultaneous=True)
    assert sp.simplify(again) == sp.Matrix([1, 1])


def test_noise_in_a_secant_pair():
    """The curvature measured over a step s errs by √2 σ/s."""
    rng = np.random.default_rng(0)
    for s in (1.0, 0.1, 0.01):
        noise = 0.1 * rng.normal(size=(2, 10_000))
        measured = (s + noise[1] - noise[0]) / s
        assert measured.std() == pytest.approx(math.sqrt(2) * 0.1 / s, rel=0.03)
    with pytest.raises(ValueError, match="noise: needs a rule"):
        gd.descend(gd.objectives.bowl, METHODS.bfgs, (1.0, 1.0), steps=1, noise=0.1, seed=0)


def test_solutions_of_the_exercises():
    f, w = gd.objectives.rosenbrock, (-1.2, 1.0)
    g, H = f.grad(w), f.hess(w)
    lengths, angles = [], []
    for lam in (0, 1, 10, 100, 1000, 100_000):
        p = -np.linalg.solve(H + lam * np.eye(2), g)
        lengths.append(np.linalg.norm(p))
        angles.append(math.acos(min(1, -(p @ g) / lengths[-1] / np.linalg.norm(g))))
        turned = np.linspace(0, 2 * np.pi, 2001)
        ring = lengths[-1] * np.stack([np.cos(turned), np.sin(turned)], axis=-1)
        model = ring @ g + 0.5 * (ring @ H * ring).sum(-1)
        assert model.min() >= p @ g + 0.5 * p @ H @ p - 1e-9
    assert (np.diff(lengths) < 0).all()
    assert (np.diff(angles) < 0).all()

    rng = np.random.default_rng(1)
    A, _ = quadratic(np.linspace(1, 20, 8))
    pairs = tuple((s, A @ s) for s in rng.normal(size=(5, 8)))
    s, y = pairs[-1]
    B = np.eye(8) * (s @ y) / (y @ y)
    for s, y in pairs:
        B = updated(B, s, y)
    g = rng.normal(size=8)
    np.testing.assert_allclose(two_loops(pairs, g), B @ g, atol=1e-14)


def test_gauss_newton_is_caught_where_a_step_only_changes_the_sign():
    f = gd.Objective("x**2 + (x**2 + 1)**2")
    run = gd.descend(f, METHODS.gauss_newton, (0.01,), steps=60)
    np.testing.assert_allclose(np.sort(run.path[-2:, 0]), [-(6**-0.5), 6**-0.5], atol=1e-6)
    x, lam = sp.symbols("x lambda", positive=True)
    G, slope = 2 * (1 + 4 * x**2), sp.diff(x**2 + (x**2 + 1) ** 2, x)
    assert sp.simplify(x - slope / G - (2 * x**3 - 2 * x) / (1 + 4 * x**2)) == 0
    assert sp.simplify(sp.limit((x - slope / (G + lam)) / x, x, 0) - (1 - 6 / (2 + lam))) == 0
    bouncing, arriving = (
        gd.descend(f, METHODS.levenberg_marquardt, (0.01,), steps=20, damping=damping).path[:, 0]
        for damping in (0.01, 0.02)
    )
    assert abs(bouncing[-1]) > 0.0099
    np.testing.assert_allclose(arriving[-5:] / arriving[-6:-1], -0.5, rtol=1e-6)


def test_more_memory_takes_fewer_steps():
    def value(x):
        return (100 * (x[..., 1:] - x[..., :-1] ** 2) ** 2 + (1 - x[..., :-1]) ** 2).sum(-1)

    def slope(x):
        g, gap = np.zeros_like(x), x[..., 1:] - x[..., :-1] ** 2
        g[..., :-1] = -400 * x[..., :-1] * gap - 2 * (1 - x[..., :-1])
        g[..., 1:] += 200 * gap
        return g

    f, stop = gd.Objective.from_functions(value, slope, 50), gd.stopping.grad_norm(1e-6)
    start = np.tile([-1.2, 1.0], 25)
    for begin in (start, -start):
        steps = [gd.descend(f, METHODS.lbfgs, begin, steps=2000, memory=m, stop=stop).steps for m in (1, 5, 30)]
        assert steps[0] > steps[1] > steps[2] > 0.4 * steps[0]
        assert steps[0] - steps[1] > steps[1] - steps[2]  # most of the gain comes from the first few pairs
