"""Signs of a polynomial in two variables near its zero at the origin, by Newton's polygon.

Each edge of the polygon gives weights (q, p): along x = t^q, y = c t^p the polynomial is t^d (E(c) + ...), so the sign
of E(c) is its sign there. Near a real root of E of even multiplicity the same is done again, as Newton did for
branches of curves. What is found is a certificate: curves on which the sign is +, curves on which it is -, or that
every curve through the origin was covered and only one sign occurs.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from itertools import pairwise
from math import gcd
from typing import Any

import sympy as sp

from gdlib.stationary.algebra.fields import Field
from gdlib.stationary.algebra.series import Series, Terms, along
from gdlib.stationary.algebra.sturm import Place, real_places
from gdlib.stationary.budget import Budget, Undecided

DEEPEST = 8


@dataclass
class Signs:
    """What is known near the origin: a curve for each sign that occurs, and whether other points have the value 0."""

    field: Field
    curves: dict[int, list[Terms]] = dataclasses.field(default_factory=dict)
    zeros: bool = False
    certain: bool = True
    """Whether every curve through the origin was covered."""
    order: int | None = None

    @property
    def both(self) -> bool:
        return len(self.curves) == 2


@dataclass
class _Chart:
    """The half plane t > 0 and how it lies in the plane: x = side * t**q, y = shift(t) + y' * t**p."""

    side: int
    q: int
    shift: Terms
    p: int


def signs_near(terms: Terms, numbers: Field, order: int | None, budget: Budget) -> Signs:
    """The signs near the origin of a polynomial in two variables without constant term.

    `order`: the degree up to which the terms are known (None: all). Curves are checked before they are given.
    """
    try:
        return _signs(terms, numbers, order, budget)
    except _WiderError as error:  # a branch of the curve has an irrational slope: once more, with that number
        wider = Field([error.number])
        return _signs({p: wider(numbers.expression(c)) for p, c in terms.items()}, wider, order, budget)


class _WiderError(Exception):
    def __init__(self, number: Any) -> None:
        super().__init__(str(number))
        self.number = number


def _signs(terms: Terms, numbers: Field, order: int | None, budget: Budget) -> Signs:
    found = Signs(numbers, order=order)
    if not terms:
        found.zeros = True
        found.certain = order is None
        return found
    series = Series(numbers, 1, None, budget)
    one = numbers.domain.one
    axis = {powers[1]: c for powers, c in terms.items() if powers[0] == 0}
    if axis:
        low = min(axis)
        for side in (1, -1):
            sign = numbers.sign(axis[low]) * (side**low)
            found.curves.setdefault(sign, [{}, {(1,): one * side}])
    else:
        found.zeros = True
        if order is not None:
            found.certain = False
    for side in (1, -1):
        if not found.both:
            flipped = {p: c * (side ** p[0]) for p, c in terms.items()}
            _half(flipped, _Chart(side, 1, {}, 0), found, series, budget, 0)
    if order is not None:
        pure = all(any(p[i] == 0 for p in terms) for i in (0, 1))
        if not pure or found.zeros:
            found.certain = False
        if found.both:
            checked = [along(terms, curve, series, order) for curve in found.curves.values()]
            if any(one is None for one in checked):
                found.curves.clear()
                found.certain = False
    return found


def _half(terms: Terms, chart: _Chart, found: Signs, series: Series, budget: Budget, depth: int) -> None:
    """Adds what happens for t > 0, all small y'."""
    budget.check()
    if min(j for _, j in terms) > 0:
        found.zeros = True
    corners = _hull(terms)
    numbers = found.field
    edges = list(pairwise(corners))
    if not edges:  # one corner: it is the first term along y' = c t for every c but 0
        for c in (1, -1):
            sign = numbers.sign(terms[corners[0]]) * (c ** corners[0][1])
            found.curves.setdefault(sign, _curve(chart, 1, 1, numbers(c), series))
        return
    for (i0, j0), (i1, j1) in edges:
        shrink = gcd(i1 - i0, j0 - j1)
        q, p = (j0 - j1) // shrink, (i1 - i0) // shrink
        weight = q * i0 + p * j0
        edge = {j: c for (i, j), c in terms.items() if q * i + p * j == weight}
        places = real_places(edge, numbers)
        for sample in _between(places):
            value = sum((c * numbers(sample) ** j for j, c in edge.items()), numbers.domain.zero)
            sign = numbers.sign(value)
            if sign and sign not in found.curves:
                found.curves[sign] = _curve(chart, q, p, numbers(sample), series)
        if found.both:
            return
        for place in places:
            if place.value != 0:
                _deeper(terms, chart, (q, p, weight), place, found, series, budget, depth)
            if found.both:
                return


def _deeper(
    terms: Terms,
    chart: _Chart,
    weights: tuple[int, int, int],
    place: Place,
    found: Signs,
    series: Series,
    budget: Budget,
    depth: int,
) -> None:
    if depth >= DEEPEST or place.value is None or not sp.sympify(place.value).is_number:
        found.certain = False
        return
    if found.order is not None:  # the terms that are left out may matter there; curves are checked
        found.certain = False
    try:
        root = found.field(place.value)
    except Undecided:
        if found.field.rational:
            raise _WiderError(place.value) from None
        found.certain = False
        return
    q, p, weight = weights
    plane = Series(found.field, 2, None, budget)
    height: Terms = {(0, 0): root, (0, 1): found.field.domain.one}
    result: Terms = {}
    for (i, j), c in terms.items():
        part = plane.scale(plane.power(height, j), c)
        moved: Terms = {(q * i + p * j - weight, k): d for (_, k), d in part.items()}
        result = plane.add(result, moved)
    result = plane.cleaned(result)
    shift: Terms = {(k * q,): c for (k,), c in chart.shift.items()}
    shift = series.add(shift, {(chart.p * q + p,): root})
    if not result:
        found.zeros = True
        return
    _half(result, _Chart(chart.side, chart.q * q, shift, chart.p * q + p), found, series, budget, depth + 1)


def _curve(chart: _Chart, q: int, p: int, c: Any, series: Series) -> list[Terms]:
    """The curve t -> (tau, c tau^p) with tau = t^q of a chart, in the plane."""
    x: Terms = {(chart.q * q,): series.field(chart.side)}
    y: Terms = {(k * q,): d for (k,), d in chart.shift.items()}
    return [x, series.add(y, {(chart.p * q + p,): c} if c else {})]


def _hull(terms: Terms) -> list[tuple[int, int]]:
    """The corners of Newton's polygon that face the origin, from the highest power of y to the highest of x."""
    lowest: dict[int, int] = {}
    for i, j in terms:
        lowest[i] = min(j, lowest.get(i, j))
    corners: list[tuple[int, int]] = []
    least = None
    for i in sorted(lowest):
        j = lowest[i]
        if least is not None and j >= least:
            continue
        least = j
        while len(corners) > 1 and _turns_out(corners[-2], corners[-1], (i, j)):
            corners.pop()
        corners.append((i, j))
    return corners


def _turns_out(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    """Whether b lies on or above the line from a to c."""
    return (b[1] - a[1]) * (c[0] - a[0]) >= (c[1] - a[1]) * (b[0] - a[0])


def _between(places: list[Place]) -> list[Any]:
    """Rational numbers, none a root and none 0: beyond the outer roots and between neighbours, short ones."""
    if not places:
        return [sp.Integer(1), sp.Integer(-1)]
    ends = [(place.low, place.high) for place in places]
    if not any(low <= 0 <= high for low, high in ends):
        ends = sorted([*ends, (type(ends[0][0])(0),) * 2])
    samples = [_short(ends[0][0] - 2, ends[0][0])]
    samples += [_short(a[1], b[0]) for a, b in pairwise(ends)]
    samples.append(_short(ends[-1][1], ends[-1][1] + 2))
    return samples


def _short(low: Any, high: Any) -> Any:
    """A fraction with a small denominator strictly between two numbers."""
    denominator = 1
    while True:
        numerator = int((low * denominator) // 1) + 1
        if low * denominator < numerator < high * denominator:
            return sp.Rational(numerator, denominator)
        denominator += 1
