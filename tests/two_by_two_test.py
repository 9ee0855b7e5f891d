"""Matrices of two rows by component: against 60 digits, on the hostile ones, and to the bit in the page."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import gdlib as gd
from gdlib.second_order.two_by_two import eigenvalues, inverse_root, square_root, symmetric_eigen
from tests.javascript_test import in_browser, same_bits
from tests.plain_functions_test import flat

EPS = 2.0**-52
entries = st.floats(-1e150, 1e150).filter(lambda x: x == 0 or abs(x) > 1e-150)
HOSTILE = [
    (0.0, 0.0, 0.0), (3.0, 0.0, 3.0), (1.0, 1e-300, 1.0), (1.0, 1e-17, 1.0 + EPS), (1e150, 1.0, -1e150),
    (1.0, 1e-160, 2.0), (2.0, 1e-160, 1.0), (1e-150, 1e-150, 1e-150), (-0.0, 0.0, -0.0), (0.1, 0.0, 0.3),
    (1.0, 1e-8, 1e-10), (1e-10, 1e-8, 1.0), (-1.0, 2.0, 1.0), (1.0, -2.0, -1.0), (1.0, 1.0 - EPS, 1.0),
]  # fmt: skip


def hostile(test):
    for one in HOSTILE:
        test = example(one)(test)
    return test


def exact_eigenvalues(a, b, d):
    with mpmath.workdps(700):  # squares of entries 300 digits apart are added
        a, b, d = map(mpmath.mpf, (a, b, d))
        middle, root = (a + d) / 2, mpmath.sqrt(((a - d) / 2) ** 2 + b * b)
        return middle - root, middle + root


@settings(deadline=None, max_examples=300)
@hostile
@given(st.tuples(entries, entries, entries))
def test_eigenvalues_of_a_symmetric_matrix_are_as_good_as_its_entries(matrix):
    """Within what a relative error of a few ulps in each entry does: 8 eps (|ad| + b²)/|the other eigenvalue|."""
    a, b, d = matrix
    low, high, _, _ = symmetric_eigen(a, b, d)
    exact = exact_eigenvalues(a, b, d)
    assert low <= high
    with mpmath.workdps(700):
        size = abs(mpmath.mpf(a) * d) + mpmath.mpf(b) ** 2
        for ours, true, other in ((low, exact[0], exact[1]), (high, exact[1], exact[0])):
            largest = max(abs(true), abs(other))
            # the eigenvalue of the greater size is good to ulps, the other one as the determinant's terms allow
            bound = 8 * EPS * (largest if abs(true) == largest else size / largest)
            assert abs(mpmath.mpf(ours) - true) <= bound


@settings(deadline=None, max_examples=300)
@hostile
@given(st.tuples(entries, entries, entries))
def test_eigenvectors_are_orthonormal_and_diagonalise(matrix):
    a, b, d = matrix
    low, high, of_low, of_high = symmetric_eigen(a, b, d)
    for x, y in (of_low, of_high):
        assert math.hypot(x, y) == pytest.approx(1.0, abs=4 * EPS)
    assert of_low[0] * of_high[0] + of_low[1] * of_high[1] == 0  # the same two numbers, crossed
    largest = max(abs(low), abs(high))
    for value, (x, y) in ((low, of_low), (high, of_high)):
        assert abs(a * x + b * y - value * x) <= 16 * EPS * largest
        assert abs(b * x + d * y - value * y) <= 16 * EPS * largest


def test_a_diagonal_matrix_keeps_its_entries_and_its_axes():
    for a, d in ((0.1, 0.3), (0.3, 0.1), (-5.0, 7.0), (1e-300, 1e300)):
        found = symmetric_eigen(a, 0.0, d)
        assert (found.low, found.high) == (min(a, d), max(a, d))
        axes = ((1.0, 0.0), (0.0, 1.0)) if a < d else ((0.0, 1.0), (1.0, 0.0))
        assert (found.of_low, found.of_high) == axes
    assert symmetric_eigen(3.0, 0.0, 3.0) == (3.0, 3.0, (0.0, 1.0), (1.0, 0.0))
    assert "-0.0" not in repr([symmetric_eigen(1.0, 0.0, 2.0), symmetric_eigen(2.0, 0.0, 1.0)])


def test_arrays_of_matrices():
    a, b, d = np.random.default_rng(1).normal(size=(3, 5, 4))
    found = symmetric_eigen(a, b, d)
    one = symmetric_eigen(a[2, 3], b[2, 3], d[2, 3])
    assert found.low.shape == (5, 4)
    assert flat([part[2, 3] for part in flat_arrays(found)]) == flat(one)
    assert [part.tolist() for part in eigenvalues(a, b, b, d)][1] == np.zeros((5, 4)).tolist()


def flat_arrays(found):
    return [found.low, found.high, *found.of_low, *found.of_high]


@settings(deadline=None, max_examples=300)
@given(st.tuples(*[st.floats(-1e3, 1e3).filter(lambda x: x == 0 or abs(x) > 1e-3)] * 4))
@example((1.0, 1.0, 0.0, 1.0))
@example((0.1, 5.0, 0.0, 0.3))
@example((0.3, 0.0, 5.0, 0.1))
@example((0.0, 1.0, -1.0, 0.0))
@example((0.0, 0.0, 0.0, 0.0))
def test_eigenvalues_of_any_matrix(matrix):
    """Backward stable: the eigenvalues' sum and product are the trace and the determinant to the entries' size."""
    a, b, c, d = matrix
    re1, im1, re2, im2 = eigenvalues(a, b, c, d)
    size = max(map(abs, matrix))
    assert im1 >= 0
    assert im2 == -im1
    assert (re1 == re2) if im1 else (re1 >= re2)
    assert re1 + re2 == pytest.approx(a + d, abs=8 * EPS * size)
    assert complex(re1, im1) * complex(re2, im2) == pytest.approx(a * d - b * c, abs=32 * EPS * size * size)
    if b == 0 or c == 0:
        assert (re1, im1, re2, im2) == (max(a, d), 0, min(a, d), 0)


def test_the_eigenvalues_of_momentums_matrix_are_those_of_the_theory():
    """x² - (1 + β - ηλ)x + β: under, over and at the critical damping β = (1 - √(ηλ))²."""

    def of(lr, beta):
        (a, b), (c, d) = gd.rates.iteration_matrix(gd.rules.momentum, 1.0, lr=lr, beta=beta)
        return eigenvalues(a, b, c, d)

    re, im, re2, im2 = of(1.0, 0.25)
    assert (re, re2) == (0.125, 0.125)
    assert im == pytest.approx(math.sqrt(0.25 - 0.125**2), rel=1e-15)
    assert im2 == -im
    fast, still, slow, _ = of(0.25, 0.0)
    assert (fast, still, slow) == (0.75, 0.0, 0.0)
    assert of(0.25, 0.25) == (0.5, 0.0, 0.5, 0.0)


positive = st.floats(1e-100, 1e100)


@settings(deadline=None, max_examples=300)
@given(st.tuples(positive, positive, st.floats(-0.999999, 0.999999).filter(lambda x: x == 0 or abs(x) > 1e-9)))
@example((1.0, 1e-20, 0.0))
@example((1e100, 1e-100, 0.5))
def test_roots_of_a_positive_definite_matrix(matrix):
    a, d, share = matrix
    b = share * math.sqrt(a) * math.sqrt(d)
    p, q, s = square_root(a, b, d)
    assert p * p + q * q == pytest.approx(a, rel=32 * EPS)
    assert q * q + s * s == pytest.approx(d, rel=32 * EPS)
    assert q * (p + s) == pytest.approx(b, rel=32 * EPS)
    # the root and its inverse, each entry against the size that its terms have
    i, j, k = inverse_root(a, b, d)
    sharp = 64 * EPS / (1 - share * share)
    assert p * i + q * j == pytest.approx(1.0, abs=sharp)
    assert q * j + s * k == pytest.approx(1.0, abs=sharp)
    assert p * j + q * k == pytest.approx(0.0, abs=sharp * (abs(p * j) + abs(q * k)))


def test_the_ellipse_becomes_a_circle():
    a, b, d = 5.0, 2.0, 3.0
    i, j, k = inverse_root(a, b, d)
    for angle in np.linspace(0, 2 * np.pi, 9):
        x, y = np.cos(angle), np.sin(angle)
        u, v = i * x + j * y, j * x + k * y
        assert a * u * u + 2 * b * u * v + d * v * v == pytest.approx(1.0, rel=1e-14)


@pytest.mark.parametrize("function", [square_root, inverse_root])
def test_what_has_no_root_is_refused(function):
    for matrix in ((1.0, 2.0, 1.0), (-1.0, 0.0, -1.0), (0.0, 0.0, 1.0), (math.nan, 0.0, 1.0), (math.inf, 0.0, 1.0)):
        with pytest.raises(ValueError, match="a, b, d: needs a positive definite matrix, got"):
            function(*matrix)


@pytest.mark.browser
def test_in_the_page_they_are_the_same_to_the_bit(page):
    rng = np.random.default_rng(6)
    matrices = [*HOSTILE, *rng.normal(size=(100, 3)), *10.0 ** rng.uniform(-9, 9, (100, 3))]
    general = [*rng.normal(size=(100, 4)), *([a, b, c, a] for a, b, c in HOSTILE), (1.0, 1.0, -1.0, 1.0)]
    definite = [
        (a, 0.9 * math.sqrt(a * d) * math.sin(k), d) for k, (a, _, d) in enumerate(10.0 ** rng.uniform(-5, 5, (50, 3)))
    ]
    for function, points in (
        (symmetric_eigen, matrices), (eigenvalues, general), (square_root, definite), (inverse_root, definite),
    ):  # fmt: skip
        listed = [list(map(float, one)) for one in points]
        body = f"{listed}.map((p) => module.{function.__name__}(...p).flat())"
        theirs = in_browser(page, gd.emit.javascript(function), body)
        assert same_bits(theirs, [np.ravel(flat(function(*one))) for one in listed]), function.__name__
