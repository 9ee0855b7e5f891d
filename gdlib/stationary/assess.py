"""A stationary point as it is reported: exact where its coordinates are, with certified digits where they are enclosed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from gdlib.objective import Objective
from gdlib.stationary.budget import Budget, Undecided
from gdlib.stationary.cells import smooth_at
from gdlib.stationary.krawczyk import System
from gdlib.stationary.reals import Root, roots_of
from gdlib.stationary.result import StationaryPoint
from gdlib.stationary.verdict import verdict_at

DIGITS = 15


class NotStationaryError(Exception):
    """The gradient is not zero at the point; `slope` holds it."""

    def __init__(self, slope: Sequence[Any]) -> None:
        super().__init__(str(slope))
        self.slope = list(slope)


class Assessor:
    """Judges points of one objective; what it derives from the formula is derived once."""

    def __init__(self, f: Objective, budget: Budget) -> None:
        self.f = f
        self.n = f.n
        self.budget = budget
        self.system = System(list(f.gradient), f.variables, f.hessian)

    # -- points with exact coordinates

    def exact(self, location: Sequence[Any], isolated: bool | None = None) -> StationaryPoint:
        """A point whose coordinates are exact SymPy numbers. Raises NotStationaryError, NotSmoothError, Undecided."""
        location = tuple(sp.sympify(a) for a in location)
        formula = smooth_at(self.f.expr, dict(zip(self.f.variables, location, strict=True)))
        verdict = verdict_at(formula, self.f.variables, location, self.budget, isolated=isolated)
        if verdict.kind == "none":
            raise NotStationaryError(verdict.slope)
        return StationaryPoint(
            location, self._value(location), eigenvalues(verdict.hessian), verdict.kind, verdict.strict, verdict.reason
        )

    def algebraic(self, roots: Sequence[Root], isolated: bool | None = None) -> StationaryPoint:
        """A point whose coordinates are real roots of polynomials, known to be stationary."""
        numbers = [root.number for root in roots]
        if all(root.degree <= 2 for root in roots):
            return self.exact(numbers, isolated)
        decimals = [root.decimal(50) for root in roots]
        centre = np.array([[float(root) for root in roots]])
        slack = 4e-16 * np.abs(centre)
        signs = self._signs(centre - slack, centre + slack)[0]
        how = "the coordinates are exact roots of polynomials" if not any(a.has(sp.Float) for a in numbers) else (
            "the coordinates are roots of polynomials of high degree, printed as decimals")  # fmt: skip
        found = self._by_signs(signs, how)
        if found is None:
            try:
                point = self.exact(numbers, isolated)
                return point
            except Undecided as why:
                found = ("undecided", None, f"{how}; an eigenvalue is too near 0 to tell its sign: {why}")
        return StationaryPoint(
            tuple(numbers), self._decimal_value(decimals), self._decimal_eigenvalues(decimals), *found
        )

    # -- points known by an enclosure

    def enclosed(self, low: Any, high: Any) -> StationaryPoint:
        """The one stationary point that is proved to lie in the box (low, high)."""
        signs = self._signs(low[None], high[None])[0]
        centre = 0.5 * (low + high)
        radius = float(np.max(high - low) / 2)
        how = f"proved to be the only stationary point within {max(radius, 1e-16):.1e} of these decimals (interval Newton test)"
        found = self._by_signs(signs, how) or (
            "undecided",
            None,
            f"{how}; an eigenvalue is too near 0 to tell its sign",
        )
        decimals = [sp.Float(float(c), 17) for c in centre]
        location = tuple(sp.Float(float(c), DIGITS) for c in centre)
        return StationaryPoint(location, self._decimal_value(decimals), self._decimal_eigenvalues(decimals), *found)

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
        middle, spread = self.system.jacobian(low, high)
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

    def _value(self, location: Sequence[Any]) -> Any:
        value = self.f.expr.subs(dict(zip(self.f.variables, location, strict=True)))
        if value.is_Rational:
            return value
        with self.budget.guard():
            return sp.radsimp(sp.expand(value)) if value.is_algebraic else sp.simplify(value)

    def _decimal_value(self, decimals: Sequence[Any]) -> Any:
        place = dict(zip(self.f.variables, decimals, strict=True))
        value = sp.N(self.f.expr.subs(place), DIGITS)
        size = max((abs(sp.N(term.subs(place), DIGITS)) for term in sp.Add.make_args(self.f.expr)), default=1)
        return sp.Float(0, DIGITS) if abs(value) < 1e-14 * size * self._slack(decimals) else sp.Float(value, DIGITS)

    def _slack(self, decimals: Sequence[Any]) -> Any:
        """Decimals of 50 digits leave less behind a zero than those of 17."""
        return sp.Float(10) ** (17 - min((d._prec * 3 // 10 for d in decimals), default=17))

    def _decimal_eigenvalues(self, decimals: Sequence[Any]) -> tuple[Any, ...]:
        place = dict(zip(self.f.variables, decimals, strict=True))
        return decimal_eigenvalues(self.f.hessian.subs(place))


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
    """The eigenvalues as Floats of 15 digits; what is 0 to 25 digits of the matrix's size is 0."""
    context = mpmath.mp.clone()  # a context of its own: nothing is changed for other threads
    context.dps = 40
    n = hessian.shape[0]
    matrix = context.matrix(n, n)
    for i in range(n):
        for j in range(n):
            matrix[i, j] = context.mpf(str(sp.N(hessian[i, j], 40)))
    values = context.eigsy(matrix, eigvals_only=True)
    size = max((abs(v) for v in values), default=0)
    result = []
    for k in range(n):
        small = abs(values[k]) <= size * context.mpf(10) ** -25
        result.append(sp.Integer(0) if small else sp.Float(context.nstr(values[k], 30), DIGITS))
    return tuple(sorted(result, key=float))
