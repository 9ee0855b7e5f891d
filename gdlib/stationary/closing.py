"""Proofs for what bisection leaves open: that a degenerate zero is alone, that a cone's tip hides nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from gdlib.objective import Objective
from gdlib.stationary.budget import Budget
from gdlib.stationary.intervals import Enclosures
from gdlib.trace.formula import node_of
from gdlib.trace.graph import symbol

HIGHEST = 12


def _enclosed(expressions: list[Any], symbols: list[Any], low: Any, high: Any) -> list[tuple[float, float]]:
    inputs = {s: symbol(s.name) for s in symbols}
    enclose = Enclosures([node_of(sp.sympify(e), inputs) for e in expressions], [s.name for s in symbols])
    return [(float(v.low[0]), float(v.high[0])) for v in enclose(np.array([low]), np.array([high]))]


def alone_by_derivatives(f: Objective, exact: Any, low: Any, high: Any, budget: Budget) -> bool:
    """One variable: if f', ..., f^(k-1) are 0 at a point and f^(k) has no zero in an interval about it, then f' has no
    other zero there (Rolle: each would give a zero of f^(k))."""
    x = f.variables[0]
    slope = f.expr
    with budget.guard():
        for order in range(1, HIGHEST + 1):
            slope = sp.diff(slope, x)
            if order > 1 and sp.simplify(slope.subs(x, exact)) != 0:
                ends = _enclosed([slope], [x], low, high)[0]
                return order > 1 and (ends[0] > 0 or ends[1] < 0)
    return False


def cone_tip(f: Objective, low: Any, high: Any, budget: Budget) -> tuple[Any, ...] | None:
    """The point p in a small box about which f = F(s, x) with s = sqrt(a |x - p|^2), if F makes a kink at p and no point
    of the box beside p is stationary: along rays from p the slope is sqrt(a) F_s + F_x . u with |u| = 1, and an
    enclosure of that is not 0.
    """
    roots = [e for e in f.expr.atoms(sp.Pow) if e.exp.is_Rational and e.exp.q == 2 and e.base.free_symbols]
    bases = {e.base for e in roots}
    if f.n < 2 or len(bases) != 1 or not next(iter(bases)).is_polynomial(*f.variables):
        return None
    with budget.guard():
        poly = sp.Poly(next(iter(bases)), *f.variables)
        if poly.total_degree() != 2:
            return None
        hessian = sp.hessian(poly.as_expr(), f.variables) / 2
        factor = hessian[0, 0]
        if hessian != factor * sp.eye(f.n) or not factor.is_positive:
            return None
        tip = tuple(-poly.coeff_monomial(v) / (2 * factor) for v in f.variables)
        if poly.eval(tip) != 0 or not all(a <= float(c) <= b for a, c, b in zip(low, tip, high, strict=True)):
            return None
        s = sp.Symbol("distance_", nonnegative=True)
        bent = f.expr.xreplace({e: s ** (2 * e.exp) for e in roots})
        if bent.xreplace({s: sp.S.Zero}).has(sp.zoo, sp.nan, sp.oo):
            return None
        slopes = [sp.diff(bent, s), *(sp.diff(bent, v) for v in f.variables)]
    reach = float(np.max(high - low))
    furthest = float(sp.sqrt(factor * f.n)) * reach * 1.001 + 1e-300
    ends = _enclosed(slopes, [*f.variables, s], [*low, 0.0], [*high, furthest])
    scale = float(sp.sqrt(factor))
    radial = scale * ends[0][0] * (1 - 1e-12), scale * ends[0][1] * (1 + 1e-12)
    across = sum(max(abs(a), abs(b)) ** 2 for a, b in ends[1:]) ** 0.5 * 1.001
    steepest = min(abs(radial[0]), abs(radial[1])) * (1 - 1e-9) if radial[0] * radial[1] > 0 else 0.0
    return tip if steepest > across else None
