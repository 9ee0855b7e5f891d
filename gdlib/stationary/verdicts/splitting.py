"""The splitting lemma: where the Hessian is singular, f is a square form plus a function on the kernel only.

Solving the slopes across the kernel for the coordinates across it gives b = phi(a), and f behaves like its reduced
function g(a) = f(a, phi(a)): least at the point, strictly or not, exactly if g is (given that the square form is
positive). Both phi and g are worked out as Taylor polynomials with exact coefficients.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from gdlib.stationary.algebra.fields import Field
from gdlib.stationary.algebra.series import Series, Terms, derivative
from gdlib.stationary.budget import Budget

Matrix = list[list[Any]]


@dataclass
class Inertia:
    """Of a symmetric matrix: numbers of positive and negative eigenvalues, a basis of the kernel, and coordinates
    (`pivots`) that span the rest."""

    positive: int
    negative: int
    kernel: list[list[Any]]
    pivots: list[int]


@dataclass
class Reduced:
    """g in the kernel's coordinates, known up to degree `order` (None: all), and the way back: u = A a + phi(a)."""

    terms: Terms
    order: int | None
    back: list[Terms]


def hessian_of(terms: Terms, field: Field, n: int) -> Matrix:
    """The Hessian at the origin."""
    zero = field.domain.zero
    matrix = [[zero] * n for _ in range(n)]
    for powers, c in terms.items():
        if sum(powers) == 2:
            i, j = (k for k in range(n) for _ in range(powers[k]))
            matrix[i][j] = matrix[j][i] = c * 2 if i == j else c
    return matrix


def inertia(matrix: Matrix, field: Field) -> Inertia:
    """By exact elimination and, on the part that is regular, by Descartes' rule for the characteristic polynomial."""
    n = len(matrix)
    rows = [list(row) for row in matrix]
    pivots: list[int] = []
    for column in range(n):
        place = len(pivots)
        found = next((r for r in range(place, n) if field.sign(rows[r][column]) != 0), None)
        if found is None:
            continue
        rows[place], rows[found] = rows[found], rows[place]
        scale = rows[place][column]
        rows[place] = [c / scale for c in rows[place]]
        for r in range(n):
            if r != place and field.sign(rows[r][column]) != 0:
                factor = rows[r][column]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[place], strict=True)]
        pivots.append(column)
    kernel = []
    for free in (c for c in range(n) if c not in pivots):
        vector = [field.domain.zero] * n
        vector[free] = field.domain.one
        for place, column in enumerate(pivots):
            vector[column] = -rows[place][free]
        kernel.append(vector)
    coefficients = _characteristic([[matrix[i][j] for j in pivots] for i in pivots], field)
    signs = [field.sign(c) for c in coefficients]
    positive = _changes(signs)
    return Inertia(positive, len(pivots) - positive, kernel, pivots)


def _changes(signs: list[int]) -> int:
    signs = [s for s in signs if s]
    return sum(a != b for a, b in pairwise(signs))


def _characteristic(matrix: Matrix, field: Field) -> list[Any]:
    """The coefficients of det(x I - M), highest first (Faddeev and LeVerrier). All roots are real, M being symmetric,
    so that the number of positive ones is the number of sign changes."""
    n = len(matrix)
    result = [field.domain.one]
    current = [[field.domain.zero] * n for _ in range(n)]
    for k in range(1, n + 1):
        for i in range(n):
            current[i][i] = current[i][i] + result[-1]
        current = _product(matrix, current, field)
        trace = sum((current[i][i] for i in range(n)), field.domain.zero)
        result.append(-trace / field(k))
    return result


def _product(a: Matrix, b: Matrix, field: Field) -> Matrix:
    columns = list(zip(*b, strict=True))
    return [
        [sum((x * y for x, y in zip(row, column, strict=True)), field.domain.zero) for column in columns] for row in a
    ]


def solve(matrix: Matrix, right: list[Any], field: Field) -> list[Any]:
    """The solution of a regular system, exactly."""
    n = len(matrix)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for k in range(n):
        found = next(r for r in range(k, n) if field.sign(rows[r][k]) != 0)
        rows[k], rows[found] = rows[found], rows[k]
        scale = rows[k][k]
        rows[k] = [c / scale for c in rows[k]]
        for r in range(n):
            if r != k:
                factor = rows[r][k]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[k], strict=True)]
    return [row[n] for row in rows]


def reduced(terms: Terms, of: Inertia, field: Field, n: int, order: int | None, upto: int, budget: Budget) -> Reduced:
    """The reduced function, at least up to degree `upto` where `order` (what is known of f) allows it."""
    k = len(of.kernel)
    series = Series(field, k, None, budget)
    columns = {p: place for place, p in enumerate(of.pivots)}

    def point(phi: list[Terms]) -> list[Terms]:
        result: list[Terms] = []
        for i in range(n):
            part: Terms = dict(phi[columns[i]]) if i in columns else {}
            for place, vector in enumerate(of.kernel):
                part = series.add(part, series.scale(series.variable(place), vector[i]))
            result.append(part)
        return result

    slopes = [derivative(terms, p) for p in of.pivots]
    matrix = hessian_of(terms, field, n)
    square = [[matrix[i][j] for j in of.pivots] for i in of.pivots]
    inverse = [solve(square, [field(int(i == j)) for i in range(len(square))], field) for j in range(len(square))]
    phi: list[Terms] = [{} for _ in of.pivots]
    # With phi right up to degree r, g is right up to degree 2 r + 1: across the kernel f is stationary at phi.
    top = (upto if order is None else min(upto, order)) // 2
    exact = False
    for degree in range(2, max(top, 1) + 2):
        budget.check()
        cut = Series(field, k, degree, budget)
        values = [series.cleaned(cut.substitute(slope, point(phi))) for slope in slopes]
        if not any(values) and order is None:
            full = [series.cleaned(series.substitute(slope, point(phi))) for slope in slopes]
            exact = not any(full)
            if exact:
                break
        if degree > top:
            break
        for i in range(len(phi)):
            for j, value in enumerate(values):
                phi[i] = series.add(phi[i], series.scale(value, -inverse[j][i]))
        phi = [series.cleaned(part) for part in phi]
    back = point(phi)
    if exact:
        return Reduced(series.cleaned(series.substitute(terms, back)), None, back)
    known = 2 * max(top, 1) + 1 if order is None else min(order, 2 * max(top, 1) + 1)
    g = Series(field, k, known, budget).substitute(terms, back)
    return Reduced(series.cleaned(g), known, back)
