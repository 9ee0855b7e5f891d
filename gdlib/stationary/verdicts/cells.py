"""A formula with kinks as smooth formulas, each on its cell: abs, Max, Min and Piecewise taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from gdlib.stationary.algebra.fields import Field
from gdlib.stationary.budget import Undecided

MOST_CELLS = 64


@dataclass(frozen=True)
class Cell:
    """A formula without kinks, and expressions that are >= 0 on the closed cell where it holds."""

    expression: Any
    sides: tuple[Any, ...]


@dataclass(frozen=True)
class Reaching:
    """A cell whose closure holds a point, and those of its sides that are 0 there."""

    cell: Cell
    active: tuple[Any, ...]


def cells_at(expression: Any, place: Mapping[Any, Any]) -> list[Reaching]:
    """The cells that reach a point with exact coordinates. Raises Undecided where a sign stays open."""
    field = Field([sp.pi])
    found = []
    for cell in cells_of(expression):
        signs = [field.sign(field(sp.sympify(side).subs(place))) for side in cell.sides]
        if all(sign >= 0 for sign in signs):
            found.append(Reaching(cell, tuple(s for s, sign in zip(cell.sides, signs, strict=True) if sign == 0)))
    return found


def smooth_at(expression: Any, place: Mapping[Any, Any]) -> Any:
    """The formula without kinks that holds around a point, or the formula itself where several meet."""
    if not has_kinks(expression):
        return expression
    try:
        reaching = cells_at(expression, place)
    except Undecided:
        return expression
    return reaching[0].cell.expression if len(reaching) == 1 and not reaching[0].active else expression


def has_kinks(expression: Any) -> bool:
    """Whether there is anything to take apart."""
    return bool(expression.has(sp.Abs, sp.Max, sp.Min, sp.Piecewise, sp.sign, sp.Heaviside))


def cells_of(expression: Any) -> list[Cell]:
    """The cells; their union is everything. Raises Undecided for what is taken apart in no known way."""
    done: list[Cell] = []
    waiting = [Cell(expression, ())]
    while waiting:
        cell = waiting.pop()
        bend = _innermost(cell.expression)
        if bend is None:
            done.append(cell)
        else:
            for value, sides in _branches(bend):
                new = tuple(side for side in sides if not side.is_nonnegative)
                if not any(side.is_negative for side in new):
                    waiting.append(Cell(cell.expression.xreplace({bend: value}), (*cell.sides, *new)))
        if len(done) + len(waiting) > MOST_CELLS:
            raise Undecided(f"the formula has more than {MOST_CELLS} pieces")
    return done


def _innermost(expression: Any) -> Any:
    for part in sp.postorder_traversal(expression):
        if isinstance(part, sp.Abs | sp.Max | sp.Min | sp.Piecewise):
            return part
        if isinstance(part, sp.sign | sp.Heaviside):
            raise Undecided(f"{part} jumps")
    return None


def _branches(bend: Any) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    if isinstance(bend, sp.Abs):
        inner = bend.args[0]
        yield inner, (inner,)
        yield -inner, (-inner,)
    elif isinstance(bend, sp.Max | sp.Min):
        turn = 1 if isinstance(bend, sp.Max) else -1
        for one in bend.args:
            yield one, tuple(turn * (one - other) for other in bend.args if other != one)
    else:
        before: tuple[Any, ...] = ()
        for value, condition in bend.args:
            if condition == sp.true:
                yield value, before
                return
            side = _side(condition)
            yield value, (*before, side)
            before = (*before, -side)
        raise Undecided("the formula has no branch for some points")


def _side(condition: Any) -> Any:
    """An expression that is >= 0 where an inequality holds, up to its border."""
    if isinstance(condition, sp.StrictLessThan | sp.LessThan):
        return condition.rhs - condition.lhs
    if isinstance(condition, sp.StrictGreaterThan | sp.GreaterThan):
        return condition.lhs - condition.rhs
    raise Undecided(f"the condition {condition} is no single inequality")
