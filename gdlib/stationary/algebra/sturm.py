"""Real roots of a polynomial over any field with signs: Sturm's chain, isolation, multiplicities."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

import sympy as sp

from gdlib.stationary.algebra.fields import Field

_C = sp.Dummy("c", real=True)


class Place(NamedTuple):
    """A real root: rational ends around it (others of the polynomial lie outside), how often, and itself if known."""

    low: Fraction
    high: Fraction
    multiplicity: int
    value: Any


def real_places(coefficients: dict[int, Any], field: Field) -> list[Place]:
    """The real roots of sum c_k x^k, rising, no ends in common.

    `value` is a SymPy number where the root is one of the field or a square root over the rationals, else None.
    """
    poly = sp.Poly({(k,): c for k, c in coefficients.items()}, _C, domain=field.domain)
    found: list[tuple[list[Any], list[Fraction], int, Any]] = []
    for factor, multiplicity in poly.sqf_list()[1]:
        parts = [factor] if field.domain.is_EX else [part for part, _ in factor.factor_list()[1]]
        for part in parts:
            if part.degree() == 0:
                continue
            chain = _chain(part, field)
            found += [(chain, list(ends), multiplicity, part) for ends in _isolated(chain, field)]
    _set_apart(found, field)
    found.sort(key=lambda one: one[1][0])
    return [Place(ends[0], ends[1], m, _value(part, ends, field)) for _, ends, m, part in found]


def _chain(poly: Any, field: Field) -> list[list[Any]]:
    chain = [poly, poly.diff()]
    while not chain[-1].is_zero and chain[-1].degree() > 0:
        chain.append(-chain[-2].rem(chain[-1]))
    return [link.rep.to_list() for link in chain if not link.is_zero]


def _sign_at(link: list[Any], x: Fraction, field: Field) -> int:
    place = field(sp.Rational(x.numerator, x.denominator))
    result = field.domain.zero
    for c in link:
        result = result * place + c
    return field.sign(result)


def _changes(chain: list[list[Any]], x: Fraction, field: Field) -> int:
    signs = [s for s in (_sign_at(link, x, field) for link in chain) if s]
    return sum(a != b for a, b in pairwise(signs))


def _isolated(chain: list[list[Any]], field: Field) -> list[tuple[Fraction, Fraction]]:
    leading = abs(float(sp.N(field.expression(chain[0][0]))))
    size = max(abs(float(sp.N(field.expression(c)))) for c in chain[0])
    bound = Fraction(int(2 + 2 * size / leading))  # Cauchy's bound, rounded up
    waiting = [(-bound, bound)]
    found = []
    while waiting:
        low, high = waiting.pop()
        number = _changes(chain, low, field) - _changes(chain, high, field)  # roots in (low, high]
        if number == 1:
            found.append((low, high))
        elif number > 1:
            middle = (low + high) / 2
            waiting += [(low, middle), (middle, high)]
    return found


def _set_apart(found: list[tuple[list[Any], list[Fraction], int, Any]], field: Field) -> None:
    """Halves the intervals until they lie apart from each other and from 0 (unless 0 is the root)."""
    for _ in range(400):
        order = sorted(found, key=lambda one: one[1][0])
        near = [one for one in order if one[1][0] <= 0 <= one[1][1] and one[1][0] != one[1][1]]
        for a, b in pairwise(order):
            if a[1][1] >= b[1][0]:
                near += [a, b]
        if not near:
            return
        for chain, ends, _, _ in near:
            _halve(chain, ends, field)


def _halve(chain: list[list[Any]], ends: list[Fraction], field: Field) -> None:
    low, high = ends
    if low == high:
        return
    if _sign_at(chain[0], high, field) == 0:
        ends[0] = high
        return
    middle = (low + high) / 2
    if low < 0 < high and _sign_at(chain[0], Fraction(0), field) == 0:
        ends[:] = [Fraction(0), Fraction(0)]
    elif _sign_at(chain[0], middle, field) == 0:
        ends[:] = [middle, middle]
    elif _changes(chain, low, field) - _changes(chain, middle, field) == 1:
        ends[1] = middle
    else:
        ends[0] = middle


def _value(part: Any, ends: list[Fraction], field: Field) -> Any:
    coefficients = [field.expression(c) for c in part.rep.to_list()]
    if len(coefficients) == 2:
        return -coefficients[1] / coefficients[0]
    if len(coefficients) == 3 and field.rational:
        a, b, c = coefficients
        for sign in (-1, 1):
            value = sp.expand((-b + sign * sp.sqrt(b**2 - 4 * a * c)) / (2 * a))
            if ends[0] <= Fraction(str(sp.N(value, 50))) <= ends[1]:
                return value
    return None
