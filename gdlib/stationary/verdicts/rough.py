"""Points where the formula has no Taylor polynomial: kinks are refused, smooth joints judged, gaps closed by limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from gdlib.stationary.algebra.fields import Field
from gdlib.stationary.algebra.polynomial import bare
from gdlib.stationary.algebra.series import NotSmoothError, Series, Terms, along, taylor
from gdlib.stationary.algebra.signs import NONNEGATIVE, POSITIVE, plain_sign
from gdlib.stationary.budget import Undecided
from gdlib.stationary.result import StationaryPoint
from gdlib.stationary.verdicts import germs, limits
from gdlib.stationary.verdicts.assess import Assessor, eigenvalues
from gdlib.stationary.verdicts.cells import Cell, cells_at, has_kinks
from gdlib.stationary.verdicts.domain import NotRealError
from gdlib.stationary.verdicts.verdict import verdict_at


class KinkError(ValueError):
    """f is not differentiable at the point, or not defined there without a limit."""


@dataclass
class _Piece:
    """A cell that reaches the point: f's Taylor polynomial on it, and those of its sides that are 0 there."""

    cell: Cell
    terms: Terms
    sides: list[Terms]


def rough_point(assessor: Assessor, location: tuple[Any, ...], why: NotSmoothError) -> StationaryPoint:
    """The verdict at a point where a Taylor polynomial of the whole formula does not exist.

    Raises KinkError where f is not differentiable or has no limit, Undecided where that stays open.
    """
    if isinstance(why, NotRealError):
        shown = f"({', '.join(map(str, location))})"
        needed = "f has a kink at" if why.kink else "needs a point where f is defined or has a limit; at"
        raise KinkError(f"at: {needed} {shown}{':' if why.kink else ''} {why}")
    if has_kinks(assessor.f.expr):
        try:
            return _joint(assessor, location)
        except NotSmoothError as other:
            why = other
    return limits.by_limit(assessor, location, why)


def _joint(assessor: Assessor, location: tuple[Any, ...]) -> StationaryPoint:
    n = assessor.n
    shown = f"({', '.join(map(str, location))})"
    pieces, field = _pieces(assessor, location)
    origin = (0,) * n
    values = [piece.terms.pop(origin, field.domain.zero) for piece in pieces]
    reached = _reached(pieces, field, n, assessor)
    if any(field.sign(value - values[0]) for value in values):
        met = [value for piece, value in zip(pieces, values, strict=True) if piece in reached]
        if any(field.sign(value - met[0]) for value in met):
            raise KinkError(f"at: needs a point where f is continuous; at {shown} it jumps")
        raise Undecided(f"whether all pieces of the formula whose sides are 0 at {shown} reach it is not known")
    slopes = [[piece.terms.get(tuple(int(i == j) for j in range(n)), field.domain.zero) for i in range(n)]
              for piece in reached]  # fmt: skip
    if any(field.sign(a - b) for slope in slopes for a, b in zip(slope, slopes[0], strict=True)):
        sides = " and ".join(
            dict.fromkeys(f"({', '.join(str(field.expression(s)) for s in slope)})" for slope in slopes)
        )
        raise KinkError(
            f"at: f has a kink at {shown} and is not differentiable there: the gradients beside it are {sides}"
        )
    if any(field.sign(s) for s in slopes[0]):
        gradient = ", ".join(str(sp.N(field.expression(s), 8)) for s in slopes[0])
        raise ValueError(f"at: needs a stationary point; at {shown} the gradient is ({gradient})")
    kind, strict, words = _judged(assessor, location, pieces, reached, field)
    value = field.expression(values[0])
    hessians = {str(_hessian(piece.terms, field, n)): _hessian(piece.terms, field, n) for piece in reached}
    if len(hessians) == 1:
        numbers = eigenvalues(next(iter(hessians.values())))
    else:
        numbers = ()
        words += "; the second derivatives differ on the two sides, so there is no Hessian"
    return StationaryPoint(
        location, value, numbers, kind, strict, f"f is differentiable here, where its pieces meet; {words}"
    )


def _hessian(terms: Terms, field: Field, n: int) -> Any:
    from gdlib.stationary.verdicts.splitting import hessian_of

    matrix = hessian_of(terms, field, n)
    return sp.Matrix(n, n, lambda i, j: field.expression(matrix[i][j]))


def _pieces(assessor: Assessor, location: tuple[Any, ...]) -> tuple[list[_Piece], Field]:
    """The cells whose closure holds the point, with Taylor polynomials of degree 8."""
    place = dict(zip(assessor.f.variables, location, strict=True))
    reaching = cells_at(assessor.f.expr, place)
    for field in (Field(location), Field([sp.pi])):
        series = Series(field, assessor.n, 8, assessor.budget)
        try:
            pieces = [
                _Piece(one.cell, taylor(sp.sympify(one.cell.expression), place, series),
                       [taylor(sp.sympify(side), place, series) for side in one.active])
                for one in reaching
            ]  # fmt: skip
        except Undecided:
            if field.domain.is_EX:
                raise
            continue
        return pieces, field
    raise Undecided("the pieces of the formula could not be expanded")


def _reached(pieces: list[_Piece], field: Field, n: int, assessor: Assessor) -> list[_Piece]:
    """The pieces met along straight lines from the point."""
    line = Series(field, 1, None, assessor.budget)
    found: list[_Piece] = []
    for direction in germs.directions(n):
        ray: list[Terms] = [{(1,): field(d)} if d else {} for d in direction]
        for piece in pieces:
            if piece not in found and _inside(piece, ray, line, field):
                found.append(piece)
    return found


def _inside(piece: _Piece, ray: list[Terms], line: Series, field: Field) -> bool:
    """Whether a ray runs inside a cell at first (its sides are known to degree 8)."""
    for side in piece.sides:
        first = along(side, ray, line, 8)
        if first is None or field.sign(first[1]) <= 0:
            return False
    return True


def _judged(
    assessor: Assessor, location: tuple[Any, ...], pieces: list[_Piece], reached: list[_Piece], field: Field
) -> tuple[str, bool | None, str]:
    line = Series(field, 1, None, assessor.budget)
    signs: dict[int, str] = {}
    n = assessor.n
    for direction in germs.directions(n):
        ray: list[Terms] = [{(1,): field(d)} if d else {} for d in direction]
        for piece in reached:
            if _inside(piece, ray, line, field):
                first = along(piece.terms, ray, line, 8)
                if first is not None:
                    sign = field.sign(first[1])
                    signs.setdefault(
                        sign,
                        f"{field.expression(first[1])}*t**{first[0]} along ({', '.join(_ray(direction, location))})",
                    )
    if {1, -1} <= set(signs):
        return "saddle", None, f"f rises like {signs[1]} and falls like {signs[-1]}, t > 0: a saddle"
    value = assessor.f.expr.subs(dict(zip(assessor.f.variables, location, strict=True)))
    plain = plain_sign(assessor.f.expr - value)
    sided = [_sign_on_cell(assessor, location, piece) for piece in pieces]
    kinds = {sign for sign, _ in sided}
    if None in kinds and plain is not None:
        kind = "minimum" if plain in (POSITIVE, NONNEGATIVE) else "maximum"
        return (
            kind,
            None,
            f"as it is written, f is never {'less' if kind == 'minimum' else 'greater'} than here: a {kind}",
        )
    if None in kinds or {1, -1} <= kinds:
        return "undecided", None, "the sign of f minus its value there is not known on every piece"
    flat = any(sign == 0 for sign, _ in sided)
    strict: bool | None = False if flat else True if all(alone for _, alone in sided) else None
    kind = "maximum" if -1 in kinds else "minimum"
    if kinds == {0}:
        return kind, False, "f is constant near the point: a minimum, not strict (and a maximum, too)"
    side = "<=" if kind == "maximum" else ">="
    words = f"on every piece f {side} its value there"
    words += ", and on one it is constant" if flat else ""
    return kind, strict, f"{words}: a {'strict ' if strict else ''}{kind}{', not strict' if strict is False else ''}"


def _ray(direction: tuple[int, ...], location: tuple[Any, ...]) -> list[str]:
    t = sp.Symbol("t")
    return [str(a + d * t) for a, d in zip(location, direction, strict=True)]


def _sign_on_cell(assessor: Assessor, location: tuple[Any, ...], piece: _Piece) -> tuple[int | None, bool]:
    """The sign of f minus its value on one cell near the point (None: not known), and whether it is 0 there only."""
    f = assessor.f
    place = dict(zip(f.variables, location, strict=True))
    expression = sp.sympify(piece.cell.expression)
    value = expression.subs(place)
    if not expression.free_symbols:
        return 0, False
    try:
        own = verdict_at(expression, f.variables, location, assessor.budget)
    except (Undecided, NotSmoothError):
        own = None
    if own is not None and own.kind in ("minimum", "maximum"):
        return (1 if own.kind == "minimum" else -1), bool(own.strict)
    return _sign_by_factors(assessor, sp.factor(expression - value), piece, location), assessor.n == 1


def _sign_by_factors(assessor: Assessor, product: Any, piece: _Piece, location: tuple[Any, ...]) -> int | None:
    """Each factor to an odd power must be one of the cell's sides, or not 0 at the point, or of one sign everywhere."""
    place = dict(zip(assessor.f.variables, location, strict=True))
    sign = 1
    for factor in sp.Mul.make_args(product):
        base, power = factor.as_base_exp()
        even = bool(power.is_Integer and power % 2 == 0)
        here = sp.N(base.subs(place), 30)
        if not base.free_symbols or abs(here) > 1e-20:
            sign *= 1 if even or here > 0 else -1
        elif not even and not base.is_nonnegative:
            side = _same_side(assessor, base, piece, location)
            if side is None:
                return None
            sign *= side
    return sign


def _same_side(assessor: Assessor, base: Any, piece: _Piece, location: tuple[Any, ...]) -> int | None:
    """1 (or -1) if an expression is > 0 (or < 0) inside the cell near the point, being 0 only where a side is 0.

    That side's slope is not 0, so that the cell lies in one half of a small ball, in which the expression has no zero:
    its sign on one ray is its sign.
    """
    variables = assessor.f.variables
    own = bare(base, variables, [])
    field = Field(location)
    line = Series(field, 1, None, assessor.budget)
    series = Series(field, assessor.n, 8, assessor.budget)
    place = dict(zip(variables, location, strict=True))
    for side in piece.cell.sides:
        other = bare(side, variables, [])
        if own is None or other is None or own.is_ground or own.monic() != other.monic():
            continue
        slope = taylor(side, place, series)
        if not any(sum(powers) == 1 for powers in slope):
            continue
        terms = taylor(base, place, series)
        for direction in germs.directions(assessor.n):
            ray: list[Terms] = [{(1,): field(d)} if d else {} for d in direction]
            if _inside(piece, ray, line, field):
                first = along(terms, ray, line, 8)
                if first is not None:
                    return field.sign(first[1])
    return None
