"""A sum of functions of different variables: its stationary points are all combinations of those of the parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from math import prod
from typing import Any

import sympy as sp

from gdlib.objective import Objective
from gdlib.stationary.algebra.series import NotSmoothError
from gdlib.stationary.algebra.surfaces import RealSet, parameters_for
from gdlib.stationary.budget import Budget, TimeUp, Undecided
from gdlib.stationary.findings import Findings
from gdlib.stationary.result import StationaryPoint
from gdlib.stationary.verdicts.assess import Assessor, NotStationaryError
from gdlib.stationary.windows import Window

MOST_POINTS = 5000

Find = Callable[[Objective, Window | None, Budget], Findings]


def parts_of(f: Objective) -> list[tuple[Any, list[int]]]:
    """The terms of f grouped by the variables they share: expressions with the places of their variables."""
    groups: list[tuple[list[Any], set[Any]]] = []
    rest = sp.S.Zero
    for term in sp.Add.make_args(f.expr):
        symbols = set(term.free_symbols)
        if not symbols:
            rest += term
            continue
        touching = [group for group in groups if group[1] & symbols]
        groups = [group for group in groups if not group[1] & symbols]
        terms = [term, *(t for group in touching for t in group[0])]
        groups.append((terms, symbols.union(*(group[1] for group in touching))))
    if len(groups) < 2 or sum(len(symbols) for _, symbols in groups) < f.n:
        return [(f.expr, list(range(f.n)))]
    parts = [(sp.Add(*terms), sorted(f.variables.index(s) for s in symbols)) for terms, symbols in groups]
    parts.sort(key=lambda part: part[1])
    return [(parts[0][0] + rest, parts[0][1]), *parts[1:]]


def find_sum(
    f: Objective, parts: Sequence[tuple[Any, list[int]]], window: Window | None, budget: Budget, find: Find
) -> Findings | None:
    """The combinations; None if there are too many."""
    found: list[Findings] = []
    same: dict[Any, Findings] = {}
    letters: dict[Any, str] = {}
    told_as: list[str] = []
    for number, (expression, places) in enumerate(parts):
        ends = None if window is None else [window[i] for i in places]
        variables = [f.variables[i].name for i in places]
        stand_ins = {f.variables[i]: sp.Symbol(f"x{k}") for k, i in enumerate(places)}
        key = (expression.xreplace(stand_ins), str(ends))
        if key not in same:
            part = Objective(expression, variables=variables)
            same[key] = find(part, ends, budget.part(1 / (len(parts) - number + 0.5)))
        found.append(same[key])
        name = ", ".join(variables)
        first = letters.setdefault(key, name)  # an equal part is searched once, and its reasons name its variables
        told_as.append(name if name == first else f"{name}, as for {first}")
    if prod(len(one.points) for one in found) > MOST_POINTS:
        return Findings(_methods(found), _window(f, parts, found), open=[
            f"there are {prod(len(one.points) for one in found)} combinations, more than are listed"])  # fmt: skip
    result = Findings(_methods(found), _window(f, parts, found))
    result.open = list(dict.fromkeys(words for one in found for words in one.open))
    result.remarks = list(dict.fromkeys(words for one in found for words in one.remarks))
    assessor = Assessor(f, budget)
    names = [", ".join(f.variables[i].name for i in places) for _, places in parts]
    for combination in product(*(one.points for one in found)):
        if budget.left() <= 0:
            result.open.append("the time was up before all combinations were put together")
            break
        result.points.append(joined(f, combination, [places for _, places in parts], names, assessor, told_as))
    result.sets = _joined_sets(f, found, [places for _, places in parts])
    return result


def _methods(found: Sequence[Findings]) -> str:
    return " and ".join(dict.fromkeys(one.method for one in found)) + ", each part of the sum by itself"


def _window(f: Objective, parts: Sequence[tuple[Any, list[int]]], found: Sequence[Findings]) -> Window | None:
    if all(one.window is None for one in found):
        return None
    ends: Window = [(-sp.oo, sp.oo)] * f.n
    for (_, places), one in zip(parts, found, strict=True):
        for k, i in enumerate(places):
            ends[i] = one.window[k] if one.window is not None else (-sp.oo, sp.oo)
    return ends


def joined(
    f: Objective,
    points: Sequence[StationaryPoint],
    groups: Sequence[list[int]],
    names: Sequence[str],
    assessor: Assessor,
    told_as: Sequence[str] = (),
) -> StationaryPoint:
    """One combination: a point for each group of variables; `told_as` says whose letters its reason uses."""
    location: list[Any] = [None] * f.n
    for point, places in zip(points, groups, strict=True):
        for i, c in zip(places, point.location, strict=True):
            location[i] = c
    kind, strict = _kind(points)
    if kind == "undecided" and not any(c.has(sp.Float) for c in location):
        try:
            return assessor.exact(location)
        except (Undecided, TimeUp, NotSmoothError, NotStationaryError):
            pass
    numbers = tuple(sorted((c for point in points for c in point.eigenvalues), key=lambda c: float(sp.N(c, 20))))
    if any(not point.eigenvalues for point in points):
        numbers = ()
    told = "; ".join(f"in {name}: {point.reason}" for name, point in zip(told_as or names, points, strict=True))
    strictness = {True: "strict ", False: "", None: ""}[strict]
    end = ", not strict" if strict is False else ""
    reason = f"f is a sum of functions of {' and of '.join(names)} alone: a {strictness}{kind}{end}. {told}"
    if kind == "undecided":
        reason = f"f is a sum of functions of {' and of '.join(names)} alone, and not every part is decided. {told}"
    return StationaryPoint(tuple(location), sum((p.value for p in points), sp.S.Zero), numbers, kind, strict, reason)


def _kind(points: Sequence[StationaryPoint]) -> tuple[str, bool | None]:
    """Of a sum: all least is least, all greatest is greatest; one that rises and falls is enough for a saddle."""
    kinds = {point.kind for point in points}
    if "saddle" in kinds:
        return "saddle", None
    if "undecided" in kinds:
        return "undecided", None
    if len(kinds) == 1:
        stricts = {point.strict for point in points}
        return points[0].kind, True if stricts == {True} else False if False in stricts else None
    if any(p.kind == "minimum" and p.strict for p in points) and any(p.kind == "maximum" and p.strict for p in points):
        return "saddle", None
    return "undecided", None


def _joined_sets(f: Objective, found: Sequence[Findings], groups: Sequence[list[int]]) -> list[RealSet]:
    """Products of sets and points in which at least one factor is a set."""
    choices = [[*one.sets, *(RealSet(sp.Tuple(*p.location), ()) for p in one.points)] for one in found]
    result = []
    for combination in product(*choices):
        if not any(one.parameters for one in combination):
            continue
        fresh = list(parameters_for(f.variables, sum(len(one.parameters) for one in combination)))
        values: list[Any] = [None] * f.n
        where = []
        for one, places in zip(combination, groups, strict=True):
            own = {p: fresh.pop(0) for p in one.parameters}
            for i, c in zip(places, one.coordinates, strict=True):
                values[i] = c.xreplace(own)
            where.append(one.where)
        parameters = parameters_for(f.variables, sum(len(one.parameters) for one in combination))
        result.append(RealSet(sp.Tuple(*values), parameters, " and ".join(w for w in where if w)))
    return result
