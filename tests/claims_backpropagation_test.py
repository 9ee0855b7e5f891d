"""Proves what the page backpropagation.md claims; a test returns the numbers that the page types."""

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from tests.claim import claim

DESCENT = gd.rules.gradient_descent
SHAPES = ((8, 5), (5,), (5, 1), (1,))


def sigmoid(m):
    return 0.5 * (1 + np.tanh(m / 2))


def unpack(w):
    W1, b1, W2, b2 = np.split(w, [40, 45, 50], axis=-1)
    return W1.reshape(*w.shape[:-1], 8, 5), b1[..., None, :], W2[..., :, None], b2[..., None, :]


def forward(w, X):
    W1, b1, W2, b2 = unpack(w)
    h = sigmoid(X @ W1 + b1)
    return h, h @ W2 + b2


class DigitNet:
    """The page's network on threes against eights."""

    def __init__(self):
        d = gd.networks.digits()
        self.X, self.y = self.eight_inputs(d.x_train, d.y_train)
        self.X_test, self.y_test = self.eight_inputs(d.x_test, d.y_test)
        self.objective = gd.Objective.from_functions(self.value, self.gradient, n=51)

    @staticmethod
    def eight_inputs(images, labels):
        chosen = (labels == 3) | (labels == 8)
        blocks = images[chosen].reshape(-1, 4, 7, 2, 14) / 255
        return blocks.mean((2, 4)).reshape(-1, 8), np.where(labels[chosen] == 8, 1.0, -1.0)[:, None]

    def value(self, w):
        return np.logaddexp(0, -self.y * forward(w, self.X)[1]).mean((-2, -1))

    def gradient(self, w):
        _, _, W2, _ = unpack(w)
        h, out = forward(w, self.X)
        d2 = -self.y * sigmoid(-self.y * out) / len(self.y)
        d1 = d2 @ W2.mT * h * (1 - h)
        parts = self.X.T @ d1, d1.sum(-2), h.mT @ d2, d2.sum(-2)
        return np.concatenate([p.reshape(*w.shape[:-1], -1) for p in parts], axis=-1)

    def trained(self, start):
        return gd.descend(self.objective, DESCENT, start, steps=2000, lr=1.0, keep=2000)

    def wrong(self, w):
        return [int((forward(w, A)[1] * b <= 0).sum()) for A, b in ((self.X, self.y), (self.X_test, self.y_test))]


@pytest.fixture(scope="module")
def net():
    return DigitNet()


@pytest.fixture(scope="module")
def runs(net):
    return [net.trained(np.random.default_rng(seed).normal(size=51)) for seed in range(5)]


@claim("unit-96")
def test_one_unit_with_three_inputs():
    x, w = sp.symbols("x1:4", real=True), sp.symbols("w1:4", real=True)
    total = sum(a * b for a, b in zip(x, w, strict=True))
    output = 3 * total
    here = dict(zip((*x, *w), (1, 2, 3, 4, 5, 6), strict=True))
    return [int(term.subs(here)) for term in (total, output, *(sp.diff(output, s) for s in (*w, *x)))]


@claim("net-size")
def test_the_size_of_the_network():
    sizes = [int(np.prod(shape)) for shape in SHAPES]
    w = np.zeros(sum(sizes))
    W1, b1, W2, b2 = unpack(w)
    assert (W1.shape, b1.shape[1:], W2.shape, b2.shape[1:]) == SHAPES
    assert forward(w, np.zeros((7, 8)))[1].shape == (7, 1)
    return [len(w), *sizes]


def test_both_layouts_compute_the_same():
    rng = np.random.default_rng(0)
    X, W1, W2 = rng.normal(size=(7, 8)), rng.normal(size=(8, 5)), rng.normal(size=(5, 1))
    rows = sigmoid(X @ W1) @ W2
    columns = W2.T @ sigmoid(W1.T @ X.T)
    assert columns.shape == (1, 7)
    np.testing.assert_allclose(columns, rows.T, rtol=1e-14)


@claim("by-hand-net")
def test_the_network_worked_by_hand():
    weights = sp.symbols("a b c d p q", real=True)
    X, W1, W2 = sp.Matrix([[1, 2]]), sp.Matrix(2, 2, weights[:4]), sp.Matrix(weights[4:])
    h = (X * W1).applyfunc(lambda z: 1 / (1 + sp.exp(-z)))
    output = (h * W2)[0]
    J = (output - 1) ** 2 / 2
    here = dict(zip(weights, (2, sp.log(3), -1, 0, 4, -4), strict=True))
    exact = [sp.simplify(J.diff(s).subs(here)) for s in weights]

    # The page's formulas, in fractions.
    h_here = h.subs(here).applyfunc(sp.simplify)
    assert list(h_here) == [sp.Rational(1, 2), sp.Rational(3, 4)]
    delta2 = sp.simplify(output.subs(here)) - 1
    W2_here = W2.subs(here)
    delta1 = (delta2 * W2_here.T).multiply_elementwise(h_here.applyfunc(lambda a: a * (1 - a)))
    by_hand = [*(X.T * delta1), *(h_here.T * delta2)]
    assert by_hand == exact

    f, at, step = sp.lambdify([weights], J), np.array([2, np.log(3), -1, 0, 4, -4]), 1e-5
    differences = [(f(at + step * e) - f(at - step * e)) / (2 * step) for e in np.eye(6)]
    worst = np.abs(np.array(differences) - np.array(exact, dtype=float)).max()
    assert worst < 0.5e-9  # nine places
    digits = 9
    return [
        float(n) for n in (sp.simplify(output.subs(here)), sp.simplify(J.subs(here)), *exact[4:], *exact[:4], digits)
    ]


@claim("net-on-digits")
def test_the_network_on_threes_and_eights(net, runs):
    losses = [run.values[-1] for run in runs]
    training, test = zip(*(net.wrong(run.path[-1]) for run in runs), strict=True)
    on_training, on_test = (
        [min(wrong), max(wrong), count] for wrong, count in ((training, len(net.y)), (test, len(net.y_test)))
    )
    return [len(runs), min(losses), max(losses), *on_training, *on_test]


@claim("best-difference-step")
def test_the_error_of_central_differences(net):
    w = np.random.default_rng(0).normal(size=51)
    steps = 10.0 ** -np.arange(1, 12)
    errors = np.array(
        [
            abs((net.value(w + s * np.eye(51)) - net.value(w - s * np.eye(51))) / (2 * s) - net.gradient(w)).max()
            for s in steps
        ]
    )
    falls = errors[0] / errors[2]
    assert falls == pytest.approx((steps[0] / steps[2]) ** 2, rel=0.01)
    best = int(errors.argmin())
    bound = 10.0 ** np.ceil(np.log10(errors[best]))
    assert errors[best] < bound
    assert errors[-1] > 1e4 * errors[best]
    return [round(falls, -2), steps[best], bound]


class Counting(float):
    """A number that counts the multiplications it takes part in."""

    count = 0

    def __mul__(self, other):
        Counting.count += 1
        return Counting(float(self) * float(other))

    def __add__(self, other):
        return Counting(float(self) + float(other))

    __radd__ = __add__


def products_counted(*pairs):
    Counting.count = 0
    for left, right in pairs:
        for row in left:
            for column in zip(*right, strict=True):
                sum((a * b for a, b in zip(row, column, strict=True)), Counting(0))
    return Counting.count


@claim("price-of-a-gradient")
def test_the_price_of_a_gradient():
    def matrix(rows, columns):
        return [[Counting(1)] * columns for _ in range(rows)]

    x, W1, h, W2, d2, d1 = (matrix(*shape) for shape in ((1, 8), (8, 5), (1, 5), (5, 1), (1, 1), (1, 5)))
    ahead = products_counted((x, W1), (h, W2))
    back = products_counted((matrix(5, 1), d2), (d2, matrix(1, 5)), (matrix(8, 1), d1))
    passes = 2 * sum(int(np.prod(shape)) for shape in SHAPES)
    return [ahead, back, passes, passes * ahead]


@claim("not-convex")
def test_equal_units_stay_equal_and_the_loss_is_not_convex(net, runs):
    equal = net.trained(np.full(51, 0.5))
    assert np.ptp(unpack(equal.path[-1])[0], axis=1).max() < 1e-12
    assert all(equal.values[-1] > run.values[-1] for run in runs)
    assert np.abs(net.gradient(np.zeros(51))).max() < 1e-15  # nothing moves at zero

    w = runs[0].path[-1]
    W1, b1, W2, b2 = unpack(w)
    turn = [1, 2, 3, 4, 0]
    same = np.concatenate([W1[:, turn].ravel(), b1[0, turn], W2[turn, 0], b2.ravel()])
    ends, halfway = (net.value(w), net.value(same)), net.value((w + same) / 2)
    assert ends[0] == pytest.approx(ends[1], rel=1e-12)
    assert halfway > max(ends)
    return [equal.values[-1], len(runs), ends[0], halfway]


def test_a_wrong_gradient_is_refused(net):
    with pytest.raises(ValueError, match=r"^grad: "):
        gd.Objective.from_functions(net.value, lambda w: net.gradient(w) * len(net.y), n=51)


def test_the_answer_of_the_exercise_on_shapes():
    X, W1, b1, W2, b2, delta2 = (
        np.ones(shape) for shape in ((128, 784), (784, 100), (1, 100), (100, 10), (1, 10), (128, 10))
    )
    H = X @ W1 + b1
    delta1 = delta2 @ W2.T * H
    assert (H.shape, (H @ W2 + b2).shape) == ((128, 100), delta2.shape)
    assert ((X.T @ delta1).shape, (H.T @ delta2).shape) == (W1.shape, W2.shape)
    assert (delta1.T @ X).shape == W1.T.shape  # as columns: delta1 X^T, every array transposed
    assert (delta2.T @ H).shape == W2.T.shape
    assert sum(a.size for a in (W1, b1, W2, b2)) == 79510
