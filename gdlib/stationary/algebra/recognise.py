"""Exact numbers behind decimals: short fractions, multiples of pi, square roots, if the gradient is zero there."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import sympy as sp

from gdlib.objective import Objective

TOLERANCE = 1e-7
FURTHEST = 1e150
"""Beyond, a number's square is infinite, and no number is near a short one."""


def candidates(number: float) -> list[Any]:
    """Exact numbers near a decimal, the plainest first."""
    found: list[Any] = []
    slack = TOLERANCE * max(1.0, abs(number))
    if not abs(number) < FURTHEST:
        return []
    plain = Fraction(number).limit_denominator(60)
    if abs(float(plain) - number) <= slack:
        found.append(sp.Rational(plain.numerator, plain.denominator))
    turns = Fraction(number / np.pi).limit_denominator(12)
    if turns and abs(float(turns) * np.pi - number) <= slack:
        found.append(sp.Rational(turns.numerator, turns.denominator) * sp.pi)
    square = Fraction(number * number).limit_denominator(24)
    if square and abs(np.sqrt(float(square)) - abs(number)) <= slack:
        root = sp.sqrt(sp.Rational(square.numerator, square.denominator)) * (1 if number > 0 else -1)
        if not root.is_Rational:
            found.append(root)
    return found


def recognised(f: Objective, near: Any, low: Any, high: Any) -> tuple[Any, ...] | None:
    """An exact point in the box (low, high) near a decimal one, at which the gradient is exactly zero; or None."""
    lists = [candidates(float(c)) for c in near]
    if not all(lists):
        return None
    for point in product(*lists):
        values = [float(sp.N(c, 20)) for c in point]
        if not all(a <= v <= b for v, a, b in zip(values, low, high, strict=True)):
            continue
        place = dict(zip(f.variables, point, strict=True))
        if all(_zero(slope, place) for slope in f.gradient):
            return point
    return None


def _zero(slope: Any, place: dict[Any, Any]) -> bool:
    value = slope.subs(place)
    if value.is_zero:
        return True
    if value.has(sp.nan, sp.zoo, sp.oo):
        return False
    if abs(sp.N(value, 15)) > 1e-6:
        return False
    return bool(sp.simplify(value) == 0)
