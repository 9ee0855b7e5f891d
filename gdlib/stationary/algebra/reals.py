"""Real algebraic numbers, each a root of an irreducible polynomial: coordinates of stationary points of polynomials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any

import sympy as sp

from gdlib.stationary.budget import Undecided

T = sp.Dummy("t")
LARGEST_DEGREE = 8
"""A root of a higher degree is printed as a decimal number: its polynomial would help nobody."""


@dataclass(frozen=True)
class Root:
    """A real root of `poly`, irreducible with whole coefficients, between `low` and `high` (equal if it is rational).

    `index` counts the real roots of `poly` from the left.
    """

    poly: Any
    index: int
    low: Fraction
    high: Fraction
    _finer: dict[int, tuple[Fraction, Fraction]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def degree(self) -> int:
        return int(self.poly.degree())

    def enclosure(self, bits: int) -> tuple[Fraction, Fraction]:
        """Rational ends around the root, no further apart than 2**-bits times its size (or 2**-bits, if it is > 1)."""
        if self.low == self.high:
            return self.low, self.high
        if bits not in self._finer:
            low, high = max(self._finer.values(), key=lambda ends: ends[0] - ends[1], default=(self.low, self.high))
            self._finer[bits] = _refined([int(c) for c in self.poly.all_coeffs()], low, high, bits)
        return self._finer[bits]

    def __float__(self) -> float:
        low, high = self.enclosure(70)
        return float((low + high) / 2)

    @property
    def number(self) -> Any:
        """The SymPy number: rational, radicals where they are short, a CRootOf up to degree 8, else a Float."""
        short = _in_radicals(self)
        if short is not None:
            return short
        if self.degree <= LARGEST_DEGREE and all(abs(c) < 10**12 for c in self.poly.all_coeffs()):
            return sp.CRootOf(self.poly.as_expr().subs(T, sp.Symbol("x")), self.index)
        return self.decimal(15)

    def decimal(self, digits: int) -> Any:
        low, high = self.enclosure(4 * digits + 20)
        return sp.Float(_rational((low + high) / 2), digits)


def _refined(coefficients: list[int], low: Fraction, high: Fraction, bits: int) -> tuple[Fraction, Fraction]:
    """Closer ends about the one root in (low, high), where the polynomial changes its sign: by halving, and by Newton's
    method whenever the signs beside its guess prove it right."""
    left = _sign_at(coefficients, low)
    slopes = [c * k for c, k in zip(coefficients, range(len(coefficients) - 1, 0, -1), strict=False)]
    if left == 0 or _sign_at(coefficients, high) == 0:  # an end may be the root of another factor, never of this one
        raise Undecided("a root lies on the end of its interval")
    while True:
        size = min(abs(low), abs(high), Fraction(1)) if low * high > 0 else Fraction(0)
        if size and high - low <= size / 2**bits:
            return low, high
        middle = (low + high) / 2
        if size:
            # Half way there in digits is near enough for a narrower interval, all the way for the last. All numbers are
            # whole multiples of a power of two, so that they stay short.
            small = _power_of_two(max((high - low) ** 2 / size, size / 2 ** (bits + 2)))
            slope = _value_at(slopes, middle)
            if slope:
                guess = round((middle - _value_at(coefficients, middle) / slope) / small * 4) * small / 4
                near = guess - small, guess + small
                if (
                    low < near[0]
                    and near[1] < high
                    and _sign_at(coefficients, near[0]) == left == -_sign_at(coefficients, near[1])
                ):
                    low, high = near
                    continue
        sign = _sign_at(coefficients, middle)
        if sign == left:
            low = middle
        else:
            high = middle


def _power_of_two(x: Fraction) -> Fraction:
    """The power of two next to a positive number, from below."""
    return Fraction(2) ** (x.numerator.bit_length() - x.denominator.bit_length() - 1)


def _value_at(coefficients: list[int], x: Fraction) -> Fraction:
    value = scale = 0
    p, q = x.numerator, x.denominator
    scale = 1
    for c in coefficients:  # Horner's rule on whole numbers: c0 p^d + c1 p^(d-1) q + ...
        value = value * p + c * scale
        scale *= q
    return Fraction(value * q, scale)


def _sign_at(coefficients: list[int], x: Fraction) -> int:
    value = _value_at(coefficients, x)
    return (value > 0) - (value < 0)


def _rational(number: Fraction) -> Any:
    return sp.Rational(number.numerator, number.denominator)


def rational_root(number: Any) -> Root:
    """A rational number as a Root."""
    number = Fraction(int(sp.Rational(number).p), int(sp.Rational(number).q))
    return Root(sp.Poly(number.denominator * T - number.numerator, T, domain="ZZ"), 0, number, number)


def _in_radicals(root: Root) -> Any:
    coefficients = [int(c) for c in root.poly.all_coeffs()]
    if root.degree == 1:
        return sp.Rational(-coefficients[1], coefficients[0])
    candidates: list[Any] = []
    if root.degree == 2:
        candidates = _quadratic(*coefficients)
    elif root.degree == 4 and coefficients[1] == coefficients[3] == 0:
        squares = [s for s in _quadratic(*coefficients[::2]) if s.is_real]
        candidates = [sign * sp.sqrt(s) for s in squares if s.is_nonnegative for sign in (-1, 1)]
    elif not any(coefficients[1:-1]):  # a t^d = b
        power = sp.Rational(-coefficients[-1], coefficients[0])
        size = sp.Abs(power) ** sp.Rational(1, root.degree)
        candidates = [size, -size]
    low, high = root.enclosure(100)
    near = [
        c
        for c in candidates
        if _rational(low) - sp.Rational(1, 2**90) <= sp.N(c, 40) <= _rational(high) + sp.Rational(1, 2**90)
    ]
    return near[0] if len(near) == 1 else None


def _quadratic(a: int, b: int, c: int) -> list[Any]:
    root = sp.sqrt(sp.Integer(b * b - 4 * a * c))
    return [sp.expand((-b + sign * root) / (2 * a)) for sign in (-1, 1)]


def roots_of(poly: Any) -> list[Root]:
    """The real roots of a polynomial in one variable with rational coefficients, rising, each once."""
    whole = sp.Poly(poly.as_expr().subs(poly.gen, T), T, domain="QQ").clear_denoms(convert=True)[1]
    found: list[Root] = []
    for factor, _ in whole.factor_list()[1]:
        for index, ((low, high), _) in enumerate(factor.intervals()):
            ends = Fraction(int(low.p), int(low.q)), Fraction(int(high.p), int(high.q))
            if factor.degree() == 1:
                a, b = (int(c) for c in factor.all_coeffs())
                ends = (Fraction(-b, a),) * 2
            found.append(Root(factor, index, *ends))
    return sorted(found, key=float)


def apart(roots: Sequence[Root]) -> int:
    """Bits to which enclosures must be refined so that those of different roots do not meet."""
    bits = 40
    while bits < 4000:
        ends = sorted(root.enclosure(bits) for root in roots)
        if all(a[1] < b[0] for a, b in pairwise(ends)):
            return bits
        bits *= 2
    raise Undecided("two roots lie too close together to be told apart")


def vanishes(poly: Any, location: Sequence[Root]) -> bool:
    """Whether a polynomial (SymPy Poly, rational coefficients) is zero at a point, exactly.

    Raises Undecided if that could not be proved either way.
    """
    rest = poly
    for variable, root in zip(poly.gens, location, strict=True):
        modulus = sp.Poly(root.poly.as_expr().subs(T, variable), *poly.gens, domain="QQ")
        rest = rest.rem(modulus) if root.degree > 1 else sp.Poly(rest.as_expr().subs(variable, root.number), *poly.gens)
    if rest.is_zero:
        return True
    for bits in (100, 400):
        if sign_over(rest, [root.enclosure(bits) for root in location]) != 0:
            return False
    if all(root.degree <= 2 for root in location):  # square roots: SymPy brings them to one form
        value = sp.expand(rest.as_expr().subs(dict(zip(poly.gens, (r.number for r in location), strict=True))))
        if sp.radsimp(sp.sqrtdenest(value)).equals(0):
            return True
    raise Undecided("whether a polynomial is zero at algebraic coordinates could not be decided")


def range_over(poly: Any, box: Sequence[tuple[Fraction, Fraction]]) -> tuple[Fraction, Fraction]:
    """Rational bounds of a polynomial over a box: the value at the middle and the terms' slopes, multiplied out."""
    middle = [(low + high) / 2 for low, high in box]
    radius = [(high - low) / 2 for low, high in box]
    value = bound = Fraction(0)
    for powers, coefficient in poly.terms():
        c = Fraction(int(sp.Rational(coefficient).p), int(sp.Rational(coefficient).q))
        centre = outer = abs(c)
        signed = c
        for m, r, k in zip(middle, radius, powers, strict=True):
            centre *= abs(m) ** k
            signed *= m**k
            outer *= (abs(m) + r) ** k
        value += signed
        bound += outer - centre  # |term(x) - term(middle)| on the box
    return value - bound, value + bound


def sign_over(poly: Any, box: Sequence[tuple[Fraction, Fraction]]) -> int:
    """1 or -1 if the polynomial has that sign on the whole box, 0 if that is not clear."""
    low, high = range_over(poly, box)
    return 1 if low > 0 else -1 if high < 0 else 0


def whole(poly: Any) -> Any:
    """The polynomial times the least common denominator of its coefficients."""
    scale = lcm(*(int(sp.Rational(c).q) for c in poly.coeffs()))
    return (poly * scale).set_domain("ZZ")
