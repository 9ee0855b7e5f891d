"""Enclosures of polynomials over arrays of boxes, straight from their coefficients: no expression graph is built."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy as sp

from gdlib.stationary.boxes.intervals import Interval, add, multiply, power

Array = Any


class PolyEnclosures:
    """Enclosures of polynomials (SymPy Polys with rational coefficients) over boxes (low, high) of shape (m, n)."""

    def __init__(self, polys: Sequence[Any]) -> None:
        self._polys = [[(powers, _ends(c)) for powers, c in poly.terms()] for poly in polys]
        n = len(polys[0].gens) if polys else 0
        self._highest = [max((p[i] for poly in self._polys for p, _ in poly), default=0) for i in range(n)]
        self.bent: Array = None
        self.void: Array = None

    def __call__(self, low: Array, high: Array) -> list[Interval]:
        m = len(low)
        self.bent = self.void = np.zeros(m, dtype=bool)
        with np.errstate(all="ignore"):
            tables = [
                [None, *(power(Interval(low[:, i], high[:, i]), k) for k in range(1, top + 1))]
                for i, top in enumerate(self._highest)
            ]
            return [self._value(poly, tables, m) for poly in self._polys]

    @staticmethod
    def _value(poly: list[Any], tables: list[list[Any]], m: int) -> Interval:
        total = Interval(np.zeros(m), np.zeros(m))
        for powers, (c_low, c_high) in poly:
            term = Interval(np.full(m, c_low), np.full(m, c_high))
            for i, k in enumerate(powers):
                if k:
                    term = multiply(term, tables[i][k])
            total = add(total, term)
        return total


def values_at(polys: Sequence[Any]) -> Any:
    """The polynomials as one function of points (m, n), rounded as floats are, to (m, len(polys))."""
    monomials = sorted({powers for poly in polys for powers in poly.monoms()})
    weights = np.array([[float(poly.coeff_monomial(p)) for poly in polys] for p in monomials])
    exponents = np.array(monomials)

    def evaluate(points: Array) -> Array:
        parts = np.ones((len(points), len(exponents)))
        for i in range(points.shape[1]):
            table = np.ones((len(points), int(exponents[:, i].max()) + 1))
            for k in range(1, table.shape[1]):
                table[:, k] = table[:, k - 1] * points[:, i]
            parts *= table[:, exponents[:, i]]
        return parts @ weights

    return evaluate


def _ends(coefficient: Any) -> tuple[float, float]:
    exact = sp.Rational(coefficient)
    value = float(exact)
    if sp.Rational(value) == exact:
        return value, value
    return float(np.nextafter(value, -np.inf)), float(np.nextafter(value, np.inf))
