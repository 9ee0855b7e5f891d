"""A stationary point as it is reported: exact where its coordinates are, certified digits where they are enclosed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from sympy.printing.pycode import MpmathPrinter

from gdlib.objective import Objective
from gdlib.stationary.algebra.polynomial import polynomial_of
from gdlib.stationary.algebra.reals import Root, roots_of
from gdlib.stationary.algebra.signs import NONNEGATIVE, POSITIVE, plain_sign
from gdlib.stationary.boxes.intervals import Enclosures
from gdlib.stationary.boxes.krawczyk import System
from gdlib.stationary.budget import Budget, Undecided
from gdlib.stationary.result import StationaryPoint
from gdlib.stationary.verdicts.cells import smooth_at
from gdlib.stationary.verdicts.domain import check_real, is_gap
from gdlib.stationary.verdicts.verdict import verdict_at
from gdlib.trace.formula import node_of
from gdlib.trace.graph import symbol

DIGITS = 15


class NotStationaryError(Exception):
    """The gradient is not zero at the point; `slope` holds it."""

    def __init__(self, slope: Sequence[Any]) -> None:
        super().__init__("not stationary")  # the slope may have more digits than are ever printed
        self.slope = list(slope)


class Assessor:
    """Judges points of one objective; what it derives from the formula is derived once."""

    def __init__(self, f: Objective, budget: Budget) -> None:
        self.f = f
        self.n = f.n
        self.budget = budget
        self.polynomial = polynomial_of(f)

    @cached_property
    def system(self) -> System:
        """The gradient, for interval arithmetic."""
        if self.polynomial is not None:
            return self._slopes
        system = System.of_expressions(list(self.f.gradient), self.f.variables, self.f.hessian)
        try:
            if self.f.grad(np.zeros((2, self.n))).shape == (2, self.n) and self.f.hess(np.zeros((2, self.n))).ndim == 3:
                system.at_points = self.f.grad, self.f.hess
        except ValueError:  # derivatives that are constants of no plain form: enclosures do as well
            pass
        return system

    @cached_property
    def _as_typed(self) -> Enclosures:
        return Enclosures([self.f.graphs.value], self.f.graphs.variables)

    @cached_property
    def _simplified(self) -> Enclosures:
        inputs = {v: symbol(v.name) for v in self.f.variables}
        return Enclosures([node_of(self.f.expr, inputs)], [v.name for v in self.f.variables])

    def undefined(self, low: Any, high: Any) -> Any:
        """Boxes (m, n) in which f itself, unlike its derivatives, is defined nowhere: log(x) for x < 0."""
        self._as_typed(low, high)
        return self._as_typed.void

    def bent(self, low: Any, high: Any) -> bool:
        """Whether f itself may bend or jump in the box (low, high), where its derivatives need not show it."""
        self._simplified(low[None], high[None])
        return bool(self._simplified.bent[0])

    @cached_property
    def _slopes(self) -> System:
        if self.polynomial is None:
            return self.system
        return System.of_polynomials([self.polynomial.diff(v) for v in self.f.variables])

    # -- points with exact coordinates

    def exact(self, location: Sequence[Any]) -> StationaryPoint:
        """A point whose coordinates are exact SymPy numbers. Raises NotStationaryError, NotSmoothError, Undecided."""
        location = tuple(sp.sympify(a) for a in location)
        check_real(self.f, location)
        formula = self.polynomial or smooth_at(self.f.expr, dict(zip(self.f.variables, location, strict=True)))
        verdict = verdict_at(formula, self.f.variables, location, self.budget)
        if verdict.kind == "none":
            raise NotStationaryError(verdict.slope)
        value = sp.S.Zero if verdict.zero else self._value(location)
        kind, strict, reason = verdict.kind, verdict.strict, verdict.reason
        if kind == "undecided" and value.is_finite:
            kind, reason = self._as_written(value, reason)
            if kind != "undecided" and verdict.flat:
                strict = False
                reason += f", not strict, for it is constant along {verdict.flat}"
        elif kind in ("minimum", "maximum") and "second-derivative test" not in reason:
            sign = plain_sign(self.f.expr - value)
            if sign is not None and (sign in (POSITIVE, NONNEGATIVE)) == (kind == "minimum"):
                reason += f"; as it is written, f is never {'less' if kind == 'minimum' else 'greater'} than {value}"
        if is_gap(self.f, location):
            reason = f"f is not defined here and is extended by its limit {value}; {reason}"
        return StationaryPoint(location, value, eigenvalues(verdict.hessian), kind, strict, reason)

    def _as_written(self, value: Any, reason: str) -> tuple[str, str]:
        """A verdict from the form of the formula: a sum of squares is least where it is 0."""
        sign = plain_sign(self.f.expr - value)
        if sign is None:
            return "undecided", reason
        kind, side = ("minimum", "less") if sign in (POSITIVE, NONNEGATIVE) else ("maximum", "greater")
        return kind, f"{reason.partition(';')[0]}; but as it is written, f is never {side} than {value}: a {kind}"

    def algebraic(self, roots: Sequence[Root]) -> StationaryPoint:
        """A point whose coordinates are real roots of polynomials, known to be stationary."""
        numbers = [root.number for root in roots]
        check_real(self.f, numbers)
        if all(root.degree <= 2 for root in roots):
            return self.exact(numbers)
        decimals = [root.decimal(50) for root in roots]
        centre = np.array([[float(root) for root in roots]])
        slack = 4e-16 * np.abs(centre)
        signs = self._signs(centre - slack, centre + slack)[0]
        how = "the coordinates are exact roots of polynomials" if not any(a.has(sp.Float) for a in numbers) else (
            "the coordinates are roots of polynomials of high degree, printed as decimals")  # fmt: skip
        found = self._by_signs(signs, how)
        if found is None:
            why: Any = "the coordinates have no short form"
            if not any(a.has(sp.Float) for a in numbers):
                try:
                    return self.exact(numbers)
                except Undecided as error:
                    why = error
            found = ("undecided", None, f"{how}; an eigenvalue is too near 0 to tell its sign: {why}")
        value, numbers_there = self._in_digits(decimals)
        kind, strict, reason = found
        return StationaryPoint(tuple(numbers), value, numbers_there, kind, strict, reason)

    # -- points known by an enclosure

    def enclosed(self, low: Any, high: Any) -> StationaryPoint:
        """The one stationary point that is proved to lie in the box (low, high)."""
        signs = self._signs(low[None], high[None])[0]
        centre = 0.5 * (low + high)
        radius = float(np.max(high - low) / 2)
        how = (
            f"proved to be the only stationary point within {max(radius, 1e-16):.1e} of these decimals "
            "(interval Newton test)"
        )
        unknown = ("undecided", None, f"{how}; an eigenvalue is too near 0 to tell its sign")
        kind, strict, reason = self._by_signs(signs, how) or unknown
        decimals = [sp.Float(float(c), 17) for c in centre]
        location = tuple(sp.Float(float(c), DIGITS) for c in centre)
        value, numbers = self._in_digits(decimals)
        return StationaryPoint(location, value, numbers, kind, strict, reason)

    def _by_signs(self, signs: Any, how: str) -> tuple[str, bool | None, str] | None:
        """A verdict from the proved signs of the eigenvalues (0: not known)."""
        what = "the second derivative is" if self.n == 1 else "all eigenvalues of the Hessian are"
        if (signs > 0).any() and (signs < 0).any():
            return "saddle", None, f"the Hessian has a positive and a negative eigenvalue: a saddle; {how}"
        if (signs > 0).all():
            return "minimum", True, f"{what} positive: a strict minimum (second-derivative test); {how}"
        if (signs < 0).all():
            return "maximum", True, f"{what} negative: a strict maximum (second-derivative test); {how}"
        return None

    def _signs(self, low: Any, high: Any) -> Any:
        """The proved sign of each eigenvalue of the Hessian over boxes (m, n), rising, 0 where it is not clear.

        By Weyl's inequality no eigenvalue is further from one of the middle matrix than the norm of the difference.
        """
        middle, spread = self._slopes.jacobian(low, high)
        middle = 0.5 * (middle + np.swapaxes(middle, -1, -2))
        found = np.zeros(middle.shape[:-1], dtype=int)
        good = np.isfinite(spread).all((-1, -2))
        if good.any():
            values = np.linalg.eigvalsh(middle[good])
            size = np.abs(middle[good]).sum(-1).max(-1)
            doubt = spread[good].sum(-1).max(-1) + 1e-13 * self.n * size
            found[good] = np.where(np.abs(values) > doubt[:, None], np.sign(values), 0).astype(int)
        return found

    # -- values

    @cached_property
    def _hessian(self) -> Any:
        if self.polynomial is None:
            return self.f.hessian
        n, variables = self.n, self.f.variables
        return sp.Matrix(n, n, lambda i, j: self.polynomial.diff(variables[i]).diff(variables[j]).as_expr())

    def _value(self, location: Sequence[Any]) -> Any:
        if self.polynomial is not None:
            value = self.polynomial.eval(tuple(location))
        else:
            value = self.f.expr.subs(dict(zip(self.f.variables, location, strict=True)))
        if value.is_Rational:
            return value
        with self.budget.guard():
            return sp.radsimp(sp.expand(value)) if value.is_algebraic else sp.simplify(value)

    @cached_property
    def _in_digits(self) -> Callable[[Sequence[Any]], tuple[Any, Any]]:
        """Value and Hessian at a point, to 50 digits. The context is our own: nothing changes for other threads."""
        context = mpmath.mp.clone()
        context.dps = 50
        entries = [self._hessian[i, j] for i in range(self.n) for j in range(i, self.n)]
        terms = list(sp.Add.make_args(self.f.expr))
        names = {name: getattr(context, name) for name in dir(context) if not name.startswith("_")}
        names |= {
            "mpmath": context,
            "Abs": context.fabs,
            "Heaviside": lambda x, _=0: context.mpf(x > 0),
            "Max": max,
            "Min": min,
        }
        compute = sp.lambdify(self.f.variables, [terms, entries], modules=[names], printer=MpmathPrinter, cse=True)

        def at(point: Sequence[Any]) -> tuple[Any, Any]:
            parts, flat = compute(*(context.mpf(sp.Float(c, 50)._mpf_) for c in point))
            matrix, rest = context.zeros(self.n), iter(flat)
            for i in range(self.n):
                for j in range(i, self.n):
                    matrix[i, j] = matrix[j, i] = context.mpf(next(rest))
            value, size = context.fsum(parts), max(abs(context.mpf(part)) for part in parts)
            digits = min(17 if c.is_Float and c._prec < 100 else 45 for c in point)
            if abs(value) < size * context.mpf(10) ** (2 - digits):  # nothing but the point's own rounding
                value = context.zero
            return sp.Float(context.nstr(value, 30), DIGITS), _rising(context, matrix)

        return at


def _rising(context: Any, matrix: Any) -> tuple[Any, ...]:
    """The eigenvalues as Floats, rising; what is round-off beside the largest is a Float 0."""
    values = context.eigsy(matrix, eigvals_only=True)
    small = max((abs(v) for v in values), default=0) * context.mpf(10) ** -30
    return tuple(sp.Float(0 if abs(v) <= small else context.nstr(v, 30), DIGITS) for v in sorted(values))


def eigenvalues(hessian: Any) -> tuple[Any, ...]:
    """The eigenvalues of an exact symmetric matrix, rising: exact where it is rational or small, else decimals."""
    n = hessian.shape[0]
    if n == 1:
        return (hessian[0, 0],)
    if all(entry.is_Rational for entry in hessian):
        x = sp.Dummy("x")
        values: list[tuple[float, Any]] = []
        for factor, multiplicity in sp.Poly(hessian.charpoly().all_coeffs(), x, domain="QQ").factor_list()[1]:
            values += [(float(root), root.number) for root in roots_of(factor) for _ in range(multiplicity)]
        return tuple(number for _, number in sorted(values, key=lambda pair: pair[0]))
    if hessian.is_diagonal():
        return tuple(sorted((hessian[i, i] for i in range(n)), key=lambda number: float(sp.N(number, 20))))
    if n == 2:
        half, root = hessian.trace() / 2, sp.sqrt(sp.expand(hessian.trace() ** 2 / 4 - hessian.det()))
        return tuple(sp.radsimp(sp.expand(half + sign * sp.sqrtdenest(root))) for sign in (-1, 1))
    return decimal_eigenvalues(hessian)


def decimal_eigenvalues(hessian: Any) -> tuple[Any, ...]:
    """The eigenvalues of an exact matrix as Floats of 15 digits."""
    context = mpmath.mp.clone()
    context.dps = 40
    n = hessian.shape[0]
    matrix = context.matrix(n, n)
    for i in range(n):
        for j in range(n):
            matrix[i, j] = context.mpf(str(sp.N(hessian[i, j], 40)))
    return _rising(context, matrix)
