"""Stationary points by exact elimination, where the gradient is a polynomial but for factors that are never zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy as sp

from gdlib.objective import Objective
from gdlib.stationary.algebra.polynomial import bare, gradient_system
from gdlib.stationary.algebra.reals import Root
from gdlib.stationary.algebra.series import NotSmoothError
from gdlib.stationary.algebra.surfaces import RealSet
from gdlib.stationary.algebra.systems import solve
from gdlib.stationary.boxes.intervals import Enclosures
from gdlib.stationary.budget import Budget, TimeUp, Undecided
from gdlib.stationary.findings import Findings
from gdlib.stationary.result import StationaryPoint
from gdlib.stationary.verdicts.assess import Assessor, NotStationaryError
from gdlib.stationary.verdicts.rough import rough_point
from gdlib.stationary.windows import Window, inside
from gdlib.trace.formula import node_of
from gdlib.trace.graph import symbol


def find_exactly(f: Objective, window: Window | None, budget: Budget) -> Findings | None:
    """The findings, or None if the gradient is no such system, or what is open may be settled another way."""
    system = gradient_system(f, budget)
    if system is None:
        return None
    found = Findings("exact elimination", window)
    gaps = _gaps(f, system.poles, window, budget)
    if gaps is None:
        return None
    poles, unseen = gaps
    found.open += unseen
    solution = solve(system.equations, f.variables, budget)
    if solution.open and not solution.points and not solution.sets:
        return None
    found.open += solution.open
    found.sets = [s for s in solution.sets if not _outside(s, window)]
    assessor = Assessor(f, budget)
    gap_keys = {_key(point) for point in poles}
    for point in solution.points:
        if _key(point) not in gap_keys and (window is None or inside(point, window)):
            _add(assessor, point, found)
    for point in poles:
        if window is None or inside(point, window):
            _add_gap(assessor, point, found)
    return found


def _gaps(
    f: Objective, poles: Sequence[Any], window: Window | None, budget: Budget
) -> tuple[list[tuple[Root, ...]], list[str]] | None:
    """The places where the formula is not defined but f may have a limit, and words for those that were not looked at.

    Of a quotient of polynomials without a common factor only the common zeros matter: at others of the denominator it
    has no finite limit. None if there is no such list.
    """
    points: list[tuple[Root, ...]] = []
    unseen: list[str] = []
    with budget.guard():
        above, below = sp.fraction(sp.cancel(f.expr)) if poles and f.expr.is_rational_function(*f.variables) else (0, 0)
    if below != 0:
        common = solve([sp.Poly(above, *f.variables), sp.Poly(below, *f.variables)], f.variables, budget)
        if not common.sets and not common.open:
            single = [bare(pole, f.variables, []) for pole in poles] if f.n == 1 else []
            return [*common.points, *(p for pole in single for p in solve([pole], f.variables, budget).points)], []
    for pole in poles:
        if window is not None and _never_zero_in(pole, f, window):
            continue
        equation = bare(pole, f.variables, [])
        if equation is None:
            return None
        gaps = solve([equation], f.variables, budget)
        points += gaps.points
        if gaps.open or gaps.sets:
            unseen.append(f"what f does where {pole} = 0 was not looked at")
    return points, unseen


def _never_zero_in(pole: Any, f: Objective, window: Window) -> bool:
    """Whether an enclosure over the whole window shows that a pole lies outside."""
    low, high = (np.array([[float(sp.N(pair[end], 20)) for pair in window]]) for end in (0, 1))
    enclose = Enclosures([node_of(pole, {v: symbol(v.name) for v in f.variables})], [v.name for v in f.variables])
    (value,) = enclose(low, high)
    return bool(value.low[0] > 0 or value.high[0] < 0)


def _key(point: Sequence[Root]) -> Any:
    return tuple((tuple(root.poly.all_coeffs()), root.index) for root in point)


def _outside(one: RealSet, window: Window | None) -> bool:
    """Whether a set lies outside the window because a coordinate is fixed there."""
    if window is None:
        return False
    for coordinate, (low, high) in zip(one.coordinates, window, strict=True):
        if not coordinate.free_symbols and not (sp.N(low) <= sp.N(coordinate) <= sp.N(high)):
            return True
    return False


def _add(assessor: Assessor, point: Sequence[Root], found: Findings) -> None:
    try:
        found.points.append(assessor.algebraic(point))
    except NotSmoothError:  # a zero of the polynomial where f is complex, or has a gap
        value = sp.N(assessor.f.expr.subs(dict(zip(assessor.f.variables, (r.number for r in point), strict=True))))
        if not value.is_finite or value.is_real:
            _add_gap(assessor, point, found)
    except NotStationaryError:
        pass
    except (TimeUp, Undecided) as why:
        found.points.append(unjudged(point, str(why) or "the time was up before this point was looked at"))


def _add_gap(assessor: Assessor, point: Sequence[Root], found: Findings) -> None:
    """A place where the formula is not defined or not smooth: stationary or not by its limit."""
    location = tuple(root.number for root in point)
    shown = ", ".join(map(str, location))
    try:
        try:
            found.points.append(assessor.exact(location))
        except NotSmoothError as why:
            found.points.append(rough_point(assessor, location, why))
    except NotStationaryError:
        pass
    except (TimeUp, Undecided):
        found.open.append(f"whether f has a stationary point at ({shown}), where its formula has a gap, is not known")
    except ValueError as why:
        found.remarks.append(f"({shown}) is no stationary point: {str(why).removeprefix('at: ')}.")


def unjudged(point: Sequence[Root], why: str) -> StationaryPoint:
    """A stationary point of which nothing more is known."""
    return StationaryPoint(tuple(root.number for root in point), sp.nan, (), "undecided", None, why)
