"""Stationary points of a formula with kinks: those of its smooth pieces, each on its cell, and where pieces meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import sympy as sp

from gdlib.objective import Objective
from gdlib.stationary.algebra.series import NotSmoothError
from gdlib.stationary.algebra.signs import NEGATIVE, NONNEGATIVE, POSITIVE, plain_sign
from gdlib.stationary.algebra.surfaces import RealSet, disk
from gdlib.stationary.budget import Budget, TimeUp, Undecided
from gdlib.stationary.findings import Findings
from gdlib.stationary.result import StationaryPoint
from gdlib.stationary.verdicts.assess import Assessor, NotStationaryError
from gdlib.stationary.verdicts.cells import Cell, cells_of
from gdlib.stationary.verdicts.domain import side_at
from gdlib.stationary.verdicts.rough import rough_point
from gdlib.stationary.windows import Window

Find = Callable[[Objective, Window | None, Budget], Findings]
GRID = [sp.Rational(k, 7) for k in range(-23, 24, 3)]


def find_pieces(f: Objective, window: Window | None, budget: Budget, find: Find) -> Findings | None:
    """Where f is differentiable on a border between cells, its gradient is that of both pieces: so every stationary
    point is one of a piece, in the closed cell of that piece."""
    cells = cells_of(f.expr)
    found = Findings("", window)
    assessor = Assessor(f, budget)
    methods = []
    borders: list[tuple[Any, ...]] = []
    cells.sort(key=lambda cell: bool(sp.sympify(cell.expression).free_symbols))  # regions first: borders belong to them
    for number, cell in enumerate(cells):
        piece = Objective(cell.expression, variables=[v.name for v in f.variables])
        own = find(piece, window, budget.part(1 / (len(cells) - number + 0.5)))
        methods.append(own.method)
        found.window = own.window
        found.open += own.open
        for point in own.points:
            _place(f, point, cell, found, borders)
        for one in own.sets:
            _place_set(f, one, cell, found, assessor)
    found.method = " and ".join(dict.fromkeys(methods)) + ", each smooth piece of the formula by itself"
    for location in dict.fromkeys(borders):
        if not any(_in_region(one, location, f) for one in found.sets):
            _add_border(assessor, location, found)
    return found


def _place(f: Objective, point: StationaryPoint, cell: Cell, found: Findings, borders: list[tuple[Any, ...]]) -> None:
    try:
        signs = [side_at(f, side, point.location) for side in cell.sides]
    except Undecided as why:
        found.open.append(str(why))
        return
    if all(sign > 0 for sign in signs):
        found.points.append(point)
    elif all(sign >= 0 for sign in signs):
        borders.append(point.location)


def _add_border(assessor: Assessor, location: tuple[Any, ...], found: Findings) -> None:
    shown = ", ".join(map(str, location))
    try:
        try:
            found.points.append(assessor.exact(location))
        except NotSmoothError as why:
            found.points.append(rough_point(assessor, location, why))
    except (NotStationaryError, ValueError) as why:
        found.remarks.append(f"({shown}) is no stationary point: {str(why).removeprefix('at: ')}.")
    except (Undecided, TimeUp):
        found.open.append(f"what f does at ({shown}), where its pieces meet, is not known")


def _place_set(f: Objective, one: RealSet, cell: Cell, found: Findings, assessor: Assessor) -> None:
    values = dict(zip(f.variables, one.coordinates, strict=True))
    conditions = []
    for side in cell.sides:
        inside = sp.simplify(sp.sympify(side).subs(values))
        sign = plain_sign(inside) if inside != 0 else "border"
        if sign == NEGATIVE:
            return
        if sign == "border":
            if any(_borders(other, side) for other in found.sets) or not _stationary_on(one, assessor):
                return
        elif sign not in (POSITIVE, NONNEGATIVE):
            conditions.append(inside)
    if conditions and not _somewhere(conditions, one.parameters):
        found.open.append(f"whether the set {one.coordinates} meets its piece is not known")
        return
    if len(one.parameters) == f.n and len(cell.sides) == 1:
        round_ = disk(sp.sympify(cell.sides[0]), f.variables)
        if round_ is not None:
            found.sets.append(replace(round_, sides=cell.sides))
            return
    where = " and ".join(f"{condition} >= 0" for condition in conditions)
    sides = cell.sides if len(one.parameters) == f.n else ()
    found.sets.append(replace(one, where=" and ".join(w for w in (one.where, where) if w), sides=sides))


def _somewhere(conditions: list[Any], parameters: tuple[Any, ...]) -> bool:
    for sample in product(GRID, repeat=len(parameters)):
        values = dict(zip(parameters, sample, strict=True))
        if all(bool(condition.subs(values) > 0) for condition in conditions):
            return True
    return False


def _stationary_on(one: RealSet, assessor: Assessor) -> bool:
    """Whether f is differentiable, with gradient 0, at a point of a set on a border."""
    places = [tuple(sp.simplify(c.subs(dict.fromkeys(one.parameters, value))) for c in one.coordinates)
              for value in (sp.S.Zero, sp.S.One, sp.Rational(1, 3))]  # fmt: skip
    places.sort(key=lambda place: not all(c.is_Rational for c in place))
    try:
        try:
            assessor.exact(places[0])
        except NotSmoothError as why:
            rough_point(assessor, places[0], why)
    except (NotStationaryError, ValueError, Undecided, TimeUp):
        return False
    return True


def _borders(region: RealSet, side: Any) -> bool:
    """Whether the places where a side is 0 are the border of a region that was found."""
    return len(region.sides) == 1 and sp.expand(region.sides[0] + side) == 0


def _in_region(region: RealSet, location: tuple[Any, ...], f: Objective) -> bool:
    """Whether a point belongs to a region that was found."""
    if not region.sides:
        return False
    place = dict(zip(f.variables, location, strict=True))
    return all(bool(sp.N(sp.sympify(side).subs(place)) >= 0) for side in region.sides)
