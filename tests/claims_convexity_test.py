"""Proves what the page convexity.md claims; a test returns the numbers that the page types."""

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from tests.claim import claim

DESCENT = gd.rules.gradient_descent


def sigmoid(m):
    return 0.5 * (1 + np.tanh(m / 2))


def signed_rows(images, positive):
    """The page's rows z = y (pixels, 1)."""
    pixels = images.reshape(len(images), -1) / 255
    return np.where(positive, 1, -1)[:, None] * np.column_stack([pixels, np.ones(len(images))])


def logistic_loss(Z):
    return gd.Objective.from_functions(
        lambda w: np.logaddexp(0, -(w @ Z.T)).mean(-1),
        lambda w: -sigmoid(-(w @ Z.T)) @ Z / len(Z),
        n=Z.shape[1],
    )


@pytest.fixture(scope="module")
def zeros_and_ones():
    d = gd.networks.digits()
    train, test = d.y_train < 2, d.y_test < 2
    return signed_rows(d.x_train[train], d.y_train[train] == 1), signed_rows(d.x_test[test], d.y_test[test] == 1)


@pytest.fixture(scope="module")
def long_run(zeros_and_ones):
    """Norm, loss and the errors on both sets after 100, 1,000 and 10,000 steps, and the run's step size."""
    Z, Z_test = zeros_and_ones
    lr = 0.1
    run = gd.descend(logistic_loss(Z), DESCENT, np.zeros(785), steps=10_000, lr=lr, keep=100)
    rows = {}
    for t in (100, 1000, 10_000):
        k = int(np.flatnonzero(run.t == t)[0])
        w = run.path[k]
        rows[t] = (np.linalg.norm(w), run.values[k], int((Z @ w <= 0).sum()), int((Z_test @ w <= 0).sum()))
    return rows, lr


@claim("digits-all-right")
def test_all_digits_are_right_while_the_weights_grow(zeros_and_ones, long_run):
    (Z, Z_test), (rows, _) = zeros_and_ones, long_run
    assert all(rows[t][2:] == (0, 0) for t in rows)
    return [
        rows[100][2], len(Z), rows[100][3], len(Z_test), rows[100][1] / rows[10_000][1], rows[100][0], rows[10_000][0],
    ]  # fmt: skip


@claim("kink-hides")
def test_a_kink_hides_from_the_curvature():
    f = gd.Objective("-abs(x)")
    x = np.random.default_rng(0).uniform(-2, 2, (10_000, 1))
    curvature = f.hess(x)[:, 0, 0]
    s = sp.Symbol("s", real=True)
    assert sp.diff(-sp.Abs(s), s, 2).subs(s, sp.Rational(1, 3)) == 0
    passed = 100 * (curvature >= 0).mean()
    chord, middle = (f([-1.0]) + f([1.0])) / 2, f([0.0])
    assert curvature.min() == curvature.max()
    assert chord < middle
    return [curvature.max(), passed, chord, middle]


def test_the_table_of_chords_and_curvatures():
    """Lines and hinges are convex, kink and all; -|x| and x**3 are not."""
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-2, 2, (2, 10_000, 1))
    s = rng.uniform(0, 1, (10_000, 1))
    convex = {
        "x**2": True,
        "3*x - 1": True,
        "abs(x)": True,
        "(1 - x + abs(1 - x)) / 2": True,
        "-abs(x)": False,
        "x**3": False,
    }
    for text, expected in convex.items():
        f = gd.Objective(text)
        gap = (1 - s[:, 0]) * f(x) + s[:, 0] * f(y) - f((1 - s) * x + s * y)
        assert bool((gap >= -1e-12).all()) is expected, text


@claim("symmetric-part")
def test_only_the_symmetric_part_counts():
    A = sp.Matrix([[1, 4], [0, 1]])
    x, y = sp.symbols("x y", real=True)
    f = gd.Objective((sp.Matrix([[x, y]]) * A * sp.Matrix([x, y]))[0] / 2)
    symmetric = (A + A.T) / 2
    assert f.hessian == symmetric
    assert sp.simplify(f.gradient - symmetric * sp.Matrix([x, y])) == sp.zeros(2, 1)
    own, counting = sorted(A.eigenvals(multiple=True)), sorted(symmetric.eigenvals(multiple=True))
    return [int(value) for value in (*own, *counting)]


@claim("squared-sigmoid")
def test_where_the_squared_error_of_a_sigmoid_curves_down():
    m, s = sp.symbols("m s", real=True)
    sigma = 1 / (1 + sp.exp(-m))
    curvature = sp.diff((1 - sigma) ** 2, m, 2)
    page = 2 * sigma * (1 - sigma) ** 2 * (3 * sigma - 1)
    assert sp.simplify(curvature - page) == 0
    change = sp.solve(sp.Eq(sp.exp(-m), sp.solve(3 / (1 + s) - 1, s)[0]), m)[0]  # 3 sigma = 1, with s = exp(-m)
    assert sp.simplify(change + sp.log(2)) == 0
    assert curvature.subs(m, change - 1).evalf() < 0 < curvature.subs(m, change + 1).evalf()
    return [float(change)]


def test_the_logistic_loss_curves_up_and_its_slope_is_the_pages():
    m = sp.Symbol("m", real=True)
    loss, sigma = sp.log(1 + sp.exp(-m)), 1 / (1 + sp.exp(-m))
    assert sp.simplify(sp.diff(loss, m) + (1 - sigma)) == 0
    assert sp.simplify(sp.diff(loss, m, 2) - sigma * (1 - sigma)) == 0


@claim("poorly-understood")
def test_the_hessian_of_logistic_regression_is_a_gram_matrix(zeros_and_ones):
    Z, _ = zeros_and_ones
    loss = logistic_loss(Z)
    rank = int(np.linalg.matrix_rank(Z))
    for w in (np.zeros(785), np.random.default_rng(1).normal(size=785) / 10):
        p = sigmoid(Z @ w)
        D = p * (1 - p) / len(Z)
        assert (D > 0).all()  # so H has the rank of the data, and no direction curves down
        H = Z.T @ (D[:, None] * Z)
        assert np.linalg.eigvalsh(H).min() > -1e-12
        v = np.random.default_rng(2).normal(size=785)
        h = 1e-5
        np.testing.assert_allclose((loss.grad(w + h * v) - loss.grad(w - h * v)) / (2 * h), H @ v, atol=1e-7)
    flat = np.linalg.svd(Z, full_matrices=True)[2][rank:]
    w = np.random.default_rng(3).normal(size=785)
    assert loss(w + 5 * flat[0]) == pytest.approx(loss(w), rel=1e-12)
    return [rank, Z.shape[1], len(flat)]


def perceptron(rows):
    """Whole-number weights with a positive product with every row, and how many corrections they took."""
    weights, corrections = np.zeros(rows.shape[1], dtype=np.int64), 0
    while True:
        before = corrections
        for row in rows:
            if row @ weights <= 0:
                weights, corrections = weights + row, corrections + 1
        if corrections == before:
            return weights, corrections


@claim("digits-separable")
def test_the_digits_are_linearly_separable_in_whole_numbers():
    d = gd.networks.digits()
    proved = []
    for chosen, positive in ((d.y_train < 2, d.y_train == 1), (d.y_train < 10, d.y_train % 2 == 0)):
        pixels = d.x_train[chosen].reshape(chosen.sum(), -1).astype(np.int64)
        rows = np.column_stack([pixels, np.full(len(pixels), 255)]) * np.where(positive[chosen], 1, -1)[:, None]
        weights, corrections = perceptron(rows)
        assert np.abs(weights).max() * 255 * rows.shape[1] < 2**62  # no sum has wrapped round
        assert (rows @ weights).min() > 0
        proved += [len(rows), corrections]
    return proved


def widest_margin(Z):
    """Bounds (low, high) of the widest margin, by Gilbert's method with away steps: the point of the hull nearest to 0.

    Any point p of the convex hull of the rows gives both: |p| from above, the least margin along p from below.
    """
    shares = np.full(len(Z), 1 / len(Z))
    gram = Z @ Z.T
    for _ in range(200_000):
        products = gram @ shares
        square = shares @ products
        if products.min() > (1 - 1e-13) * square:
            break
        nearest = products.argmin()
        farthest = np.where(shares > 0, products, -np.inf).argmax()
        direction = np.zeros(len(Z))
        direction[nearest], direction[farthest] = 1, -1  # move weight between two rows
        slope, curvature = direction @ products, direction @ gram @ direction
        shares = shares + min(shares[farthest], -slope / curvature) * direction
        shares[shares < 0] = 0
        shares /= shares.sum()
    p = Z.T @ shares
    return (Z @ p).min() / np.linalg.norm(p), np.linalg.norm(p)


@claim("digits-growth")
def test_the_weights_grow_as_the_logarithm_of_the_steps(zeros_and_ones, long_run):
    Z, _ = zeros_and_ones
    rows, lr = long_run
    assert lr < 2 / (np.linalg.eigvalsh(Z @ Z.T)[-1] / (4 * len(Z)))  # p (1 - p) <= 1/4: below two over the curvature
    low, high = widest_margin(Z)
    assert 0 < low <= high < low * (1 + 1e-9)
    decade, limit = np.log(10) / low, 1 / (lr * low**2)
    growth = [rows[1000][0] - rows[100][0], rows[10_000][0] - rows[1000][0]]
    products = [t * rows[t][1] for t in rows]
    assert growth[0] < growth[1] < decade
    assert products[0] < products[1] < products[2] < limit
    return [low, decade, limit, *growth, *products]


@claim("ridge-minimiser")
def test_a_ridge_makes_one_minimiser(zeros_and_ones):
    Z, _ = zeros_and_ones
    loss, lam, tol = logistic_loss(Z), 0.1, 1e-6
    ridge = gd.Objective.from_functions(
        lambda w: loss(w) + lam / 2 * (w**2).sum(-1), lambda w: loss.grad(w) + lam * w, n=785
    )
    runs = [
        gd.descend(ridge, DESCENT, start, steps=5000, lr=0.1, keep=5000, stop=gd.stopping.grad_norm(tol))
        for start in (np.zeros(785), np.random.default_rng(0).normal(size=785))
    ]
    assert all(run.reason == "stopped: grad_norm" for run in runs)
    ends = [run.path[-1] for run in runs]
    norms = [np.linalg.norm(end) for end in ends]
    apart, allowed = np.linalg.norm(ends[0] - ends[1]), 2 * tol / lam
    assert apart <= allowed
    assert round(norms[0], 4) == round(norms[1], 4)
    return [runs[0].steps, runs[1].steps, norms[0], apart, allowed]


@claim("input-twice")
def test_an_input_too_many_runs_off_for_negative_inputs():
    w, x, y, alpha = sp.symbols("w x y alpha", real=True)
    error = w * x - y
    slope = sp.diff(error**2 / 2, w)
    wrong, right = (sp.factor(error.subs(w, w - alpha * step) / error) for step in (slope * x, slope))
    assert sp.expand(wrong - (1 - alpha * x**3)) == 0
    assert sp.expand(right - (1 - alpha * x**2)) == 0
    factors = [float(factor.subs({x: -1, alpha: sp.Rational(1, 100)})) for factor in (wrong, right)]
    errors = []
    for power in (2, 1):  # how often the input stands in the step
        weight = -1.0  # with x = -1 and y = 0 the error is 1
        for _ in range(1000):
            weight -= 0.01 * (weight * -1.0) * (-1.0) ** power
        errors.append(weight * -1.0)
    return [*factors, *errors]


def test_a_constant_step_never_settles_on_a_kink():
    run = gd.descend(gd.Objective("abs(x)"), DESCENT, start=(0.05,), steps=100, lr=0.1)
    np.testing.assert_allclose(np.abs(run.path), 0.05)


def test_solutions_of_the_exercises():
    x = sp.Symbol("x", real=True)
    assert gd.Objective(abs(x)).grad([0.0]) == 0
    assert gd.Objective((1 - x + abs(1 - x)) / 2).grad([1.0]) == -0.5
    assert gd.Objective(sp.Max(0, 1 - x)).grad([1.0]) == 0
    assert not 1 <= gd.Objective(sp.Max(x, 2 * x)).grad([0.0])[0] <= 2

    first, second = (np.array(A) for A in ([[2, 3], [1, 2]], [[2, 5], [0, 2]]))
    np.testing.assert_allclose(np.linalg.eigvalsh((first + first.T) / 2), [0, 4], atol=1e-12)
    assert np.linalg.eigvalsh((second + second.T) / 2)[0] < 0
    hessian = gd.Objective("(x + y)**2 / 2 + x").hessian
    assert sorted(hessian.eigenvals(multiple=True)) == [0, 2]


def test_late_steps_on_even_against_odd_do_not_help_the_test_digits():
    d = gd.networks.digits()
    E, E_test = signed_rows(d.x_train, d.y_train % 2 == 0), signed_rows(d.x_test, d.y_test % 2 == 0)
    run = gd.descend(logistic_loss(E), DESCENT, np.zeros(785), steps=1000, lr=0.1, keep=100)
    wrong = [int((E_test @ w <= 0).sum()) for w in run.path[[1, 10]]]
    training = [int((E @ w <= 0).sum()) for w in run.path[[1, 10]]]
    assert run.values[10] < 0.7 * run.values[1]
    assert training[1] < training[0]
    assert wrong[1] >= wrong[0]
    assert np.linalg.norm(run.path[10]) > 2 * np.linalg.norm(run.path[1])
