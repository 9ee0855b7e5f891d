"""Krawczyk's test: which boxes hold exactly one zero of a system, which hold none, for many boxes at once.

For a box B with middle c and Y near the inverse of the Jacobian at c, every zero in B lies in
K = c - Y g(c) + (I - Y g'(B)) (B - c). If K misses B there is none; if K lies inside B there is exactly one, and the
Jacobian is regular there (Krawczyk 1969; Moore, Kearfott & Cloud 2009, chapter 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

from gdlib.stationary.boxes.intervals import Enclosures
from gdlib.stationary.boxes.polyboxes import PolyEnclosures, values_at
from gdlib.stationary.budget import Budget
from gdlib.trace.formula import node_of
from gdlib.trace.graph import symbol

Array = Any
_SLACK = 1e-13
"""Bound on the relative rounding error of the small matrix products below, generous for n <= 50."""


class Verdicts(NamedTuple):
    """One entry for each box: `empty` (no zero), `unique` (exactly one, and regular), and the bounds K of all zeros."""

    empty: Array
    unique: Array
    low: Array
    high: Array


class System:
    """n equations g(x) = 0 in n variables: what encloses their values, and those derivatives (i, j) that are not 0."""

    def __init__(self, values: Any, slopes: Any, places: Sequence[tuple[int, int]], n: int) -> None:
        self.n = n
        self.at_points: tuple[Any, Any] | None = None
        """The values and the Jacobian as functions of points (m, n), where there are faster ones than enclosures."""
        self._values, self._slopes, self._places = values, slopes, list(places)

    @classmethod
    def of_expressions(cls, equations: Sequence[Any], variables: Sequence[Any], jacobian: Any) -> System:
        """From SymPy expressions and the matrix of their derivatives."""
        n = len(variables)
        inputs = {v: symbol(v.name) for v in variables}
        names = [v.name for v in variables]
        places = [(i, j) for i in range(n) for j in range(n) if jacobian[i, j] != 0]
        values = Enclosures([node_of(sp.sympify(e), inputs) for e in equations], names)
        return cls(values, Enclosures([node_of(jacobian[i, j], inputs) for i, j in places], names), places, n)

    @classmethod
    def of_polynomials(cls, equations: Sequence[Any]) -> System:
        """From SymPy Polys with rational coefficients, n of them in n variables."""
        n = len(equations)
        slopes = {(i, j): e.diff(v) for i, e in enumerate(equations) for j, v in enumerate(e.gens)}
        slopes = {place: slope for place, slope in slopes.items() if not slope.is_zero}
        system = cls(PolyEnclosures(equations), PolyEnclosures(list(slopes.values())), list(slopes), n)
        values, entries = values_at(equations), values_at(list(slopes.values())) if slopes else None

        def jacobian(points: Array) -> Array:
            result = np.zeros((len(points), n, n))
            if entries is not None:
                flat = entries(points)
                for k, (i, j) in enumerate(slopes):
                    result[:, i, j] = flat[:, k]
            return result

        system.at_points = values, jacobian
        return system

    def values(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Enclosures of g over boxes (m, n): two arrays (m, n)."""
        parts = self._values(low, high)
        return np.stack([p.low for p in parts], -1), np.stack([p.high for p in parts], -1)

    @property
    def bent(self) -> Array:
        """Boxes of the last `values` on which g is not smooth throughout."""
        return self._values.bent

    @property
    def void(self) -> Array:
        """Boxes of the last `values` on which g is defined nowhere."""
        return self._values.void

    def jacobian(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Middle and radius of an enclosure of the Jacobian over boxes, (m, n, n) each; boxes that bend: infinite."""
        m = len(low)
        middle, radius = np.zeros((m, self.n, self.n)), np.zeros((m, self.n, self.n))
        for (i, j), part in zip(self._places, self._slopes(low, high), strict=True):
            with np.errstate(all="ignore"):
                centre = 0.5 * part.low + 0.5 * part.high
                reach = np.maximum(part.high - centre, centre - part.low) * (1 + 1e-15) + 1e-300
            good = np.isfinite(centre) & np.isfinite(reach)
            middle[:, i, j] = np.where(good, centre, 0.0)
            radius[:, i, j] = np.where(good, reach, np.inf)
        radius[self._slopes.bent] = np.inf
        return middle, radius

    def newton(self, points: Array, steps: int = 30, budget: Budget | None = None) -> Array:
        """Where Newton's method leads from each point, (m, n); not finite where it fails. Raises TimeUp."""
        points = np.array(points, dtype=float)
        with np.errstate(all="ignore"):
            for _ in range(steps):
                if budget is not None:
                    budget.check()
                if self.at_points is not None:
                    step = _solved(self.at_points[1](points), self.at_points[0](points))
                else:
                    low, high = self.values(points, points)
                    step = _solved(self.jacobian(points, points)[0], 0.5 * low + 0.5 * high)
                points = points - step
                if not np.nanmax(np.abs(step), initial=0.0) > 1e-15 * (1 + np.nanmax(np.abs(points), initial=0.0)):
                    break
        return points

    def test(self, low: Array, high: Array) -> Verdicts:
        """Krawczyk's test of boxes (m, n) on which g is smooth (others come back neither empty nor unique)."""
        centre = 0.5 * low + 0.5 * high
        reach = np.maximum(high - centre, centre - low)
        g_low, g_high = self.values(centre, centre)
        slopes, spread = self.jacobian(low, high)
        with np.errstate(all="ignore"):
            y = _inverses(slopes)  # the middle of the enclosure does as well as the Jacobian at the middle
            g = 0.5 * g_low + 0.5 * g_high
            g_spread = np.maximum(g_high - g, g - g_low)
            size = np.abs(y)
            shift = np.einsum("mij,mj->mi", y, g)
            doubt = np.einsum("mij,mj->mi", size, g_spread + _SLACK * np.abs(g))
            product = np.einsum("mij,mjk->mik", y, slopes)
            left = np.abs(np.eye(self.n) - product) + np.einsum("mij,mjk->mik", size, spread + _SLACK * np.abs(slopes))
            reach_k = np.einsum("mij,mj->mi", left, reach) + doubt
            reach_k = reach_k * (1 + _SLACK) + _SLACK * np.abs(shift) + 4e-16 * np.abs(centre) + 1e-300
            k_low, k_high = centre - shift - reach_k, centre - shift + reach_k
            known = np.isfinite(k_low).all(-1) & np.isfinite(k_high).all(-1)
            empty = known & ((k_low > high) | (k_high < low)).any(-1)
            unique = known & ((k_low > low) & (k_high < high)).all(-1)
        k_low = np.where(known[:, None], k_low, -np.inf)
        k_high = np.where(known[:, None], k_high, np.inf)
        return Verdicts(empty, unique, k_low, k_high)


def _inverses(matrices: Array) -> Array:
    """The inverse of each matrix, nan where there is none."""
    if matrices.shape[-1] == 1:
        return 1.0 / matrices
    if matrices.shape[-1] == 2:
        (a, b), (c, d) = matrices[:, 0].T, matrices[:, 1].T
        return np.stack([np.stack([d, -b], -1), np.stack([-c, a], -1)], -2) / (a * d - b * c)[:, None, None]
    try:
        return np.linalg.inv(matrices)
    except np.linalg.LinAlgError:
        return np.stack([_inverse(matrix) for matrix in matrices]) if len(matrices) else matrices


def _inverse(matrix: Array) -> Array:
    try:
        return np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        return np.full_like(matrix, np.nan)


def _solved(matrices: Array, right: Array) -> Array:
    return np.einsum("mij,mj->mi", _inverses(matrices), right)
