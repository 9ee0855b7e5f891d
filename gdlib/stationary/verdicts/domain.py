"""Where f is real: what the formula demands as it is typed; SymPy may have simplified that away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import sympy as sp

from gdlib.formulas.symbolic import demands
from gdlib.objective import Objective
from gdlib.stationary.algebra.fields import Field
from gdlib.stationary.algebra.series import NotSmoothError
from gdlib.stationary.algebra.signs import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE, plain_sign
from gdlib.stationary.algebra.surfaces import RealSet
from gdlib.stationary.budget import Undecided

SAMPLES = [sp.Rational(s * k, 7) for k in (2, 5, 16, 69, 700, 70_000) for s in (1, -1)]
NEAR = [sp.Rational(1, 10**digits) for digits in (7, 5, 3)]
MOST_DIAGONALS = 4
"""The number of variables up to which one looks along diagonals too."""


class NotRealError(NotSmoothError):
    """f is real nowhere near the point, or (`kink`) not on every side of it."""


def side_at(f: Objective, side: Any, location: Sequence[Any]) -> int:
    """The sign of an expression at a point; raises Undecided if it is too near 0 for a decimal point."""
    value = sp.sympify(side).subs(dict(zip(f.variables, location, strict=True)))
    if any(c.has(sp.Float) for c in location):  # where 0 may be rounded, too
        slopes = (sp.diff(side, v).subs(dict(zip(f.variables, location, strict=True))) for v in f.variables)
        doubt = sum(abs(sp.N(slope * c)) for slope, c in zip(slopes, location, strict=True)) * 1e-12
        if not bool(abs(sp.N(value)) > 1e-9 + doubt):
            raise Undecided("a point lies too near the border of its piece")
        return 1 if value > 0 else -1
    field = Field([sp.pi])
    return field.sign(field(value))


def hidden(f: Objective) -> list[Any]:
    """What must be >= 0 where f is real, and does not show in the form that SymPy gave f."""
    shown = demands(f.expr).nonnegative
    return [demand for demand in _telling(f) if demand not in shown]


def check_real(f: Objective, location: Sequence[Any], of: Sequence[Any] | None = None) -> None:
    """Raises NotRealError if f is not real all around a point, Undecided if that stays open; `of`: only by these."""
    for demand in _telling(f) if of is None else of:
        value = demand.subs(dict(zip(f.variables, location, strict=True)))
        sign = side_at(f, demand, location) if sp.N(value, 20).is_real else 0  # a pole: what is beside it tells
        if sign < 0:
            raise NotRealError(f"f is not real, for there {demand} < 0", kink=False)
        if sign == 0 and _negative_beside(f, demand, location):
            raise NotRealError(f"beside it f is not real where {demand} < 0", kink=True)


def is_gap(f: Objective, location: Sequence[Any]) -> bool:
    """Whether the formula, as it is typed, divides by zero at a point."""
    place = dict(zip(f.variables, location, strict=True))
    return any(divisor.subs(place).is_zero for divisor in f.demands.nonzero)


def real_part(f: Objective, one: RealSet) -> RealSet | None:
    """The part of a set around which f is real, with the condition for it; None if there is none.

    Raises Undecided if that stays open.
    """
    values = dict(zip(f.variables, one.coordinates, strict=True))
    conditions: dict[Any, Any] = {}
    for demand in _telling(f):
        inside = sp.simplify(demand.subs(values))
        if inside == 0:
            try:
                check_real(f, [c.subs(dict.fromkeys(one.parameters, SAMPLES[0])) for c in one.coordinates])
            except NotRealError:
                return None
        elif not (inside.is_number and not inside.is_real):  # such a root stands in another, which demands what fails
            condition = _of_odd_order(inside)
            sign = plain_sign(condition)
            if sign in (NEGATIVE, NONPOSITIVE):
                return None
            if sign not in (POSITIVE, NONNEGATIVE):
                conditions[condition] = demand
    if not conditions:
        return one
    samples = product(SAMPLES, repeat=len(one.parameters))
    if not any(all(_positive(c.subs(dict(zip(one.parameters, s, strict=True)))) for c in conditions) for s in samples):
        raise Undecided(f"whether f is real anywhere on the set {one.coordinates} is not known")
    where = " and ".join([*([one.where] if one.where else []), *(f"{condition} > 0" for condition in conditions)])
    sides = (*one.sides, *conditions.values()) if one.sides or not one.where else ()
    return replace(one, where=where, sides=sides)


def _telling(f: Objective) -> Iterator[Any]:
    """What must be >= 0 where f is real, but for what always is."""
    return (demand for demand in f.demands.nonnegative if plain_sign(demand) not in (POSITIVE, NONNEGATIVE))


def _negative_beside(f: Objective, demand: Any, location: Sequence[Any]) -> bool:
    """Whether an expression is negative along a ray from a point, as far as a look at numbers shows."""
    axes = [tuple(s * int(i == k) for i in range(f.n)) for k in range(f.n) for s in (1, -1)]
    diagonals = product((-1, 0, 1), repeat=f.n) if f.n <= MOST_DIAGONALS else ()
    for direction in (*axes, *diagonals):
        rays = ([a + r * d for a, d in zip(location, direction, strict=True)] for r in NEAR)
        if all(_positive(-demand.subs(dict(zip(f.variables, ray, strict=True)))) for ray in rays):
            return True
    return False


def _positive(number: Any) -> bool:
    value = sp.N(number, 30)
    return bool(value.is_real and value > 0)


def _of_odd_order(expression: Any) -> Any:
    """The product of those factors at whose zeros the sign changes, or may."""
    factors = (
        factor
        for factor in sp.Mul.make_args(sp.factor(expression))
        if plain_sign(factor) not in (POSITIVE, NONNEGATIVE)
    )
    return sp.Mul(*factors)
