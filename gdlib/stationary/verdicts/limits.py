"""Points where the formula is not defined, or smooth only in the distance from them: judged by limits."""

from __future__ import annotations

from typing import Any

import sympy as sp

from gdlib.stationary.algebra.fields import Field
from gdlib.stationary.algebra.polynomial import bare
from gdlib.stationary.algebra.reals import roots_of
from gdlib.stationary.algebra.series import NotSmoothError, Series, taylor
from gdlib.stationary.budget import TimeUp, Undecided
from gdlib.stationary.result import StationaryPoint
from gdlib.stationary.verdicts.assess import Assessor
from gdlib.stationary.verdicts.germs import directions


class GapError(ValueError):
    """f is not defined at a point and has no limit there, or is not differentiable there."""


def by_limit(assessor: Assessor, location: tuple[Any, ...], why: NotSmoothError) -> StationaryPoint:
    """The verdict at a point where f is extended by its limit, or is a function of the distance.

    Raises GapError (a ValueError) where f has no limit or a kink, Undecided where that stays open.
    """
    f = assessor.f
    shown = f"({', '.join(map(str, location))})"
    r = sp.Symbol("r", positive=True)
    if f.n == 1:
        x = f.variables[0]
        sides = {s: _simple(f.expr.subs(x, location[0] + s * r)) for s in (1, -1)}
    else:
        if _cone(assessor, location, r):
            raise GapError(f"at: f has a kink at {shown} and is not differentiable there: {why}")
        radial = _radial(assessor, location, r)
        if radial is None:
            _refuse_unlike_rays(assessor, location, r, shown)
            raise Undecided(f"f has no Taylor polynomial at {shown} ({why}), and its limit there is not known")
        sides = {1: radial}
    limits = [_limit(assessor, side, r) for side in sides.values()]
    if any(isinstance(value, sp.AccumBounds) for value in limits):
        raise Undecided(f"f swings to and fro beside {shown}")
    if any(not value.is_finite or not value.is_real for value in limits):
        both = " and ".join(f"{value} from the {end}" for value, end in zip(limits, ("right", "left"), strict=False))
        told = both if len(set(limits)) > 1 else limits[0]
        raise GapError(f"at: needs a point where f is defined or has a limit; at {shown} the limit is {told}")
    if any(sp.simplify(value - limits[0]) != 0 for value in limits):
        raise GapError(f"at: needs a point where f has a limit; at {shown} it has two, {limits[0]} and {limits[1]}")
    value = limits[0]
    slopes = [s * _limit(assessor, (side - value) / r, r) for s, side in sides.items()]
    if any(isinstance(slope, sp.AccumBounds) for slope in slopes):
        raise GapError(f"at: f has a kink at {shown} and is not differentiable there: its slopes swing to and fro")
    if any(slope.has(sp.I) for slope in [*slopes, *limits]):
        raise GapError(f"at: f has a kink at {shown}: it is real on one side of the point only")
    if any(not slope.is_finite for slope in slopes) or (len(slopes) == 2 and sp.simplify(slopes[0] - slopes[1]) != 0):
        raise GapError(
            f"at: f has a kink at {shown} and is not differentiable there: the slopes beside it are {slopes}"
        )
    if any(sp.simplify(slope) != 0 for slope in slopes):
        if f.n == 1:
            raise ValueError(f"at: needs a stationary point; at {shown} the gradient is ({slopes[0]})")
        raise GapError(f"at: f has a kink at {shown} and is not differentiable there: it grows like {slopes[0]} r")
    defined = f.expr.subs(dict(zip(f.variables, location, strict=True)))
    closed = defined.is_finite and sp.simplify(defined - value) == 0
    words = "" if closed else f"f is not defined here and is extended by its limit {value}; "
    return _verdict(assessor, location, value, sides, r, words)


def _verdict(
    assessor: Assessor, location: tuple[Any, ...], value: Any, sides: dict[int, Any], r: Any, words: str
) -> StationaryPoint:
    n = assessor.n
    signs = {s: _sign_beside(assessor, side, value, r) for s, side in sides.items()}
    second = [_limit(assessor, 2 * (side - value) / r**2, r) for side in sides.values()]
    exists = all(c.is_finite for c in second) and all(sp.simplify(c - second[0]) == 0 for c in second)
    numbers = (second[0],) * n if exists else ()
    if exists and second[0] == 0 and all(_limit(assessor, (side - value) / r**8, r) == 0 for side in sides.values()):
        words += "it is so flat there that even (f - f(p))/r**8 tends to 0, r being the distance from the point; "
    where = "on both sides of" if n == 1 else "all around"
    if len(set(signs.values())) == 1:
        sign = next(iter(signs.values()))
        if sign == 0:
            return StationaryPoint(location, value, numbers, "minimum", False, words + "f is constant near by")
        kind, side = ("minimum", "greater") if sign > 0 else ("maximum", "less")
        words += f"{where} the point f is {side} than its value there"
        return StationaryPoint(location, value, numbers, kind, True, f"{words}: a strict {kind}")
    if 0 in signs.values():
        kind = "minimum" if 1 in signs.values() else "maximum"
        words += f"f is constant on one side of the point: a {kind}, not strict"
        return StationaryPoint(location, value, numbers, kind, False, words)
    words += "f is greater on one side of the point and less on the other: a saddle"
    return StationaryPoint(location, value, numbers, "saddle", None, words)


def _sign_beside(assessor: Assessor, side: Any, value: Any, r: Any) -> int:
    """The sign of side(r) - value for small r > 0: of the limit of (side - value)/r^k, if one is not 0; else, side
    being monotone there, of the value at any r before side' has its first zero or pole."""
    gap = side - value
    if sp.simplify(gap) == 0:
        return 0
    for power in (2, 3, 4):
        first = _limit(assessor, gap / r**power, r)
        if isinstance(first, sp.AccumBounds):
            raise Undecided("f swings to and fro beside the point")
        if first.is_extended_real and first != 0:
            return _confirmed(gap, r, 1 if first > 0 else -1)
    poles: list[Any] = []
    with assessor.budget.guard():
        slope = bare(sp.diff(side, r), (r,), poles)
        inner = [bare(pole, (r,), []) for pole in poles]
    if slope is None or any(pole is None for pole in inner):
        raise Undecided("the sign of f beside the point is not known")
    ends = [root.enclosure(60)[0] for poly in [slope, *inner] if not poly.is_ground for root in roots_of(poly)]
    ends = [end for end in ends if end > 0]
    reach = sp.Rational(min(ends).numerator, min(ends).denominator) / 2 if ends else sp.Integer(1)
    number = sp.N(gap.subs(r, reach), 30)
    if not number.is_real or abs(number) < sp.Float(10) ** -300:
        raise Undecided("the sign of f beside the point is not known")
    return _confirmed(gap, r, 1 if number > 0 else -1)


def _confirmed(gap: Any, r: Any, sign: int) -> int:
    """The sign, if a look at numbers agrees: a limit of SymPy's is believed only then."""
    for digits in (3, 5, 7, 9):
        value = sp.N(gap.subs(r, sp.Rational(1, 10**digits)), 60, maxn=4000)
        if not value.is_real or value * sign < 0:
            raise Undecided("the sign of f beside the point is not known")
    return sign


def _radial(assessor: Assessor, location: tuple[Any, ...], r: Any) -> Any:
    """f as a function of the distance r from the point, if it is one."""
    f = assessor.f
    others = sp.symbols(f"y0:{f.n}", real=True)
    square = sum(y**2 for y in others)
    moved = f.expr.subs(dict(zip(f.variables, (a + y for a, y in zip(location, others, strict=True)), strict=True)),
                        simultaneous=True)  # fmt: skip
    replaced = _expanded_bases(moved).subs(square, r**2)
    return _simple(replaced) if not replaced.free_symbols & set(others) else None


def _expanded_bases(expression: Any) -> Any:
    return expression.replace(lambda e: e.is_Add and e.is_polynomial(), sp.expand)


def _cone(assessor: Assessor, location: tuple[Any, ...], r: Any) -> bool:
    """Whether the one-sided slopes along some line through the point do not cancel: then f is not differentiable."""
    f = assessor.f
    for place in range(f.n):
        slopes = []
        for s in (1, -1):
            ray = {
                v: a + (s * r if i == place else 0) for i, (v, a) in enumerate(zip(f.variables, location, strict=True))
            }
            line = _simple(f.expr.subs(ray))
            if line.has(sp.nan, sp.zoo, sp.oo):
                break
            field = Field(location)
            try:
                terms = taylor(line, {r: sp.S.Zero}, Series(field, 1, 2, assessor.budget))
            except NotSmoothError:
                break
            except Undecided:
                field = Field([sp.pi])
                terms = taylor(line, {r: sp.S.Zero}, Series(field, 1, 2, assessor.budget))
            slopes.append(field.expression(terms.get((1,), field.domain.zero)))
        if len(slopes) == 2 and abs(sp.N(slopes[0] + slopes[1], 30)) > 1e-15:
            return True
    return False


def _refuse_unlike_rays(assessor: Assessor, location: tuple[Any, ...], r: Any, shown: str) -> None:
    """Raises GapError where f grows beyond all bounds along a ray, or has different limits along two."""
    seen: dict[Any, tuple[int, ...]] = {}
    for direction in directions(assessor.n)[:12]:
        ray = {v: a + d * r for v, a, d in zip(assessor.f.variables, location, direction, strict=True)}
        line = assessor.f.expr.subs(ray, simultaneous=True)
        if line.has(sp.nan, sp.zoo, sp.oo):
            continue
        limit = _limit(assessor, line, r)
        if not limit.is_number or isinstance(limit, sp.AccumBounds) or not limit.is_extended_real:
            continue
        seen.setdefault(limit, direction)
        if limit.is_infinite:
            raise GapError(f"at: needs a point where f is defined or has a limit; it is unbounded near {shown}")
        if len(seen) > 1 and abs(sp.N(limit - next(iter(seen)), 30)) > 1e-9:
            raise GapError(f"at: needs a point where f has a limit; at {shown} it has different ones along {seen}")


def _simple(expression: Any) -> Any:
    return sp.powdenest(sp.expand(expression) if expression.is_polynomial() else expression)


def _limit(assessor: Assessor, expression: Any, r: Any) -> Any:
    try:
        with assessor.budget.guard():
            return sp.limit(expression, r, 0, "+")
    except TimeUp:
        raise
    except Exception as error:  # SymPy's limits fail in many ways
        raise Undecided(f"SymPy found no limit ({type(error).__name__})") from None
