"""Proofs for what bisection leaves open: that a degenerate zero is alone, that a cone's tip hides nothing."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import sympy as sp

from gdlib.objective import Objective
from gdlib.stationary.boxes.intervals import Enclosures
from gdlib.stationary.budget import Budget
from gdlib.stationary.verdicts.definite import MOST_BOXES, cube_faces, halved
from gdlib.trace.formula import node_of
from gdlib.trace.graph import symbol

HIGHEST = 12


def _enclosed(expressions: list[Any], symbols: list[Any], low: Any, high: Any) -> list[tuple[float, float]]:
    inputs = {s: symbol(s.name) for s in symbols}
    enclose = Enclosures([node_of(sp.sympify(e), inputs) for e in expressions], [s.name for s in symbols])
    return [(float(v.low[0]), float(v.high[0])) for v in enclose(np.array([low]), np.array([high]))]


def alone_by_derivatives(f: Objective, exact: tuple[Any, ...], low: Any, high: Any, budget: Budget) -> bool:
    """One variable: if f', ..., f^(k-1) are 0 at a point and f^(k) has no zero in an interval about it, then f' has no
    other zero there (Rolle: each would give a zero of f^(k))."""
    x = f.variables[0]
    slope = f.expr
    with budget.guard():
        for order in range(1, HIGHEST + 1):
            slope = sp.diff(slope, x)
            if order > 1 and sp.simplify(slope.subs(x, exact[0])) != 0:
                ends = _enclosed([slope], [x], low, high)[0]
                return order > 1 and (ends[0] > 0 or ends[1] < 0)
    return False


def alone_by_form(f: Objective, exact: tuple[Any, ...], low: Any, high: Any, budget: Budget) -> bool:
    """Several variables, every second derivative 0 at p: if the leading form of f - f(p), of degree m, has no
    stationary point but 0, then near p the rest of the gradient, at most K r^m at distance r, cannot cancel the
    form's, which is at least c r^(m - 1); both are enclosed, on the box and on the surface of a cube.
    """
    n, place = f.n, dict(zip(f.variables, exact, strict=True))
    with budget.guard():
        for degree in range(2, HIGHEST // n + 1):
            form = sum(
                (_exact(sp.diff(f.expr, *zip(f.variables, powers, strict=True)), place) * _monomial(powers, f.variables)
                 for powers in _powers(n, degree)), sp.S.Zero)  # fmt: skip
            if form != 0:
                break
        else:
            return False
        if degree == 2:
            return False
        # By Taylor's formula the rest of slope i is a sum of derivatives of order `degree` of that slope.
        orders = _powers(n, degree)
        rests = []
        for v in f.variables:
            slope = sp.diff(f.expr, v)
            rests.append([sp.diff(slope, *zip(f.variables, powers, strict=True)) for powers in orders])
    reach = float(max(np.max(np.array([float(sp.N(c, 20)) for c in exact]) - low),
                      np.max(high - np.array([float(sp.N(c, 20)) for c in exact]))))  # fmt: skip
    bounds = []
    for rest in rests:
        ends = _enclosed(rest, list(f.variables), low, high)
        whole = sum(max(abs(a), abs(b)) / float(sp.prod([sp.factorial(k) for k in powers]))
                    for (a, b), powers in zip(ends, orders, strict=True))  # fmt: skip
        bounds.append(whole * reach * 1.001)
    return _no_zero_on_cube([sp.diff(form, v) for v in f.variables], f.variables, bounds, budget)


def _exact(derivative: Any, place: dict[Any, Any]) -> Any:
    value = derivative.subs(place)
    return value if value.is_Rational else sp.simplify(value)


def _powers(n: int, degree: int) -> list[tuple[int, ...]]:
    return [p for p in product(range(degree + 1), repeat=n) if sum(p) == degree]


def _monomial(powers: tuple[int, ...], variables: Any) -> Any:
    return sp.Mul(*(v**k / sp.factorial(k) for v, k in zip(variables, powers, strict=True)))


def _no_zero_on_cube(slopes: list[Any], variables: Any, bounds: list[float], budget: Budget) -> bool:
    """Whether everywhere on the surface of the cube [-1, 1]^n one of the expressions exceeds its bound."""
    inputs = {v: symbol(v.name) for v in variables}
    enclose = Enclosures([node_of(sp.sympify(e), inputs) for e in slopes], [v.name for v in variables])
    low, high = cube_faces(len(variables))
    used = 0
    while len(low):
        budget.check()
        used += len(low)
        if used > MOST_BOXES:
            return False
        values = enclose(low, high)
        done = np.zeros(len(low), dtype=bool)
        for value, bound in zip(values, bounds, strict=True):
            done |= (value.low > bound) | (value.high < -bound)
        low, high = halved(low[~done], high[~done])
    return True


def cone_tip(f: Objective, low: Any, high: Any, budget: Budget) -> tuple[Any, ...] | None:
    """The point p in a small box about which f = F(s, x) with s = sqrt(a |x - p|^2), if F makes a kink at p and no
    point of the box beside p is stationary: along rays from p the slope is sqrt(a) F_s + F_x . u with |u| = 1, and an
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
