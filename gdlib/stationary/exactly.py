"""Stationary points by exact elimination, where the gradient is a polynomial but for factors that are never zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from gdlib.objective import Objective
from gdlib.stationary.assess import Assessor, NotStationaryError
from gdlib.stationary.budget import Budget, TimeUp, Undecided
from gdlib.stationary.findings import Findings
from gdlib.stationary.polynomial import bare, gradient_system
from gdlib.stationary.reals import Root
from gdlib.stationary.result import StationaryPoint
from gdlib.stationary.rough import rough_point
from gdlib.stationary.series import NotSmoothError
from gdlib.stationary.surfaces import RealSet
from gdlib.stationary.systems import solve
from gdlib.stationary.windows import Window, inside


def find_exactly(f: Objective, window: Window | None, budget: Budget) -> Findings | None:
    """The findings, or None if the gradient is no such system, or what is open may be settled another way."""
    system = gradient_system(f, budget)
    if system is None:
        return None
    poles: list[tuple[Root, ...]] = []
    found = Findings("exact elimination", window)
    for pole in system.poles:
        equation = bare(pole, f.variables, [])
        if equation is None:
            return None
        gaps = solve([equation], f.variables, budget)
        poles += gaps.points
        if gaps.open or gaps.sets:
            found.open.append(f"what f does where {pole} = 0 was not looked at")
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
    except NotSmoothError:  # a zero of the polynomial where f is not defined
        pass
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
