"""The search for every stationary point of an objective in a window: which way is tried, and what is said of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from gdlib.objective import Objective
from gdlib.stationary import exactly, numeric, pieces, sums
from gdlib.stationary.algebra.series import NotSmoothError
from gdlib.stationary.algebra.surfaces import RealSet
from gdlib.stationary.budget import Budget, TimeUp, Undecided
from gdlib.stationary.findings import Findings
from gdlib.stationary.result import StationaryPoints
from gdlib.stationary.verdicts.assess import Assessor, NotStationaryError
from gdlib.stationary.verdicts.cells import has_kinks
from gdlib.stationary.verdicts.domain import NotRealError, check_real, hidden, real_part
from gdlib.stationary.verdicts.rough import rough_point
from gdlib.stationary.windows import Window, in_words, window_of

SAMPLES = (sp.Rational(1, 3), sp.Integer(-2), sp.Rational(7, 5))
ANGLES = (sp.S.Zero, sp.pi / 2, sp.pi)


def search(f: Objective, window: Window | None, seconds: float) -> StationaryPoints:
    """See `gdlib.stationary_points`."""
    budget = Budget(seconds)
    found = find(f, window if window is not None else window_of(f), budget)
    if f.demands.nonnegative:
        _keep_real(f, found, budget)
    found.points.sort(key=lambda point: tuple(float(sp.N(c, 20)) for c in point.location))
    sentences = [f"Searched {in_words(f, found.window)} by {found.method}."]
    sentences += [f"All points {s.coordinates}{f' with {s.where}' if s.where else ''} are stationary"
                  f"{_kinds_on(f, s, budget)}." for s in found.sets]  # fmt: skip
    sentences += dict.fromkeys(found.remarks)
    if found.open:
        sentences.append("Not proved complete: " + "; ".join(dict.fromkeys(found.open)) + ".")
    return StationaryPoints(found.points, complete=not found.open, curves=[s.coordinates for s in found.sets],
                            note=" ".join(sentences))  # fmt: skip


def find(f: Objective, window: Window | None, budget: Budget) -> Findings:
    """The findings by the first way that fits: sums of fewer variables, pieces, exact elimination, boxes."""
    try:
        parts = sums.parts_of(f)
        if len(parts) > 1:
            found = sums.find_sum(f, parts, window, budget, find)
            if found is not None:
                return found
        if has_kinks(f.expr):
            found = pieces.find_pieces(f, window, budget, find)
            if found is not None:
                return found
        else:
            found = exactly.find_exactly(f, window, budget.part(0.7))
            if found is not None:
                return found
    except (TimeUp, Undecided):
        pass
    except Exception:  # SymPy fails in many ways on formulas of unusual form: the boxes ask it for derivatives only
        pass
    return numeric.find_boxes(f, window, budget)


def _keep_real(f: Objective, found: Findings, budget: Budget) -> None:
    """Takes out what was found where f, as it is typed, is not real: SymPy may have simplified that away."""
    points, found.points, simplified_away = found.points, [], hidden(f)  # what shows was looked at in the search
    for point in points:
        shown = ", ".join(map(str, point.location))
        try:
            check_real(f, point.location, simplified_away)
            found.points.append(point)
        except NotRealError as why:
            found.remarks.append(f"({shown}) is no stationary point: {why}.")
        except Undecided:
            found.open.append(f"whether f is real around ({shown}) is not known")
    assessor = Assessor(f, budget)
    sets, found.sets = found.sets, []
    for one in sets:
        if found.window is not None and _undefined_on(one, found.window, assessor):
            continue
        try:
            part = real_part(f, one)
            found.sets += [] if part is None else [part]
        except Undecided as why:
            found.open.append(str(why))


def _undefined_on(one: RealSet, window: Window, assessor: Assessor) -> bool:
    """Whether f is defined nowhere on the part of a set in the window, by an enclosure on the box about that part."""
    fixed = [pair if c.free_symbols else (c, c) for c, pair in zip(one.coordinates, window, strict=True)]
    ends = np.array([[float(sp.N(end, 20)) for end in pair] for pair in fixed])
    low, high = np.nextafter(ends[:, 0], -np.inf), np.nextafter(ends[:, 1], np.inf)
    return bool(assessor.undefined(low[None], high[None])[0])


def _kinds_on(f: Objective, one: RealSet, budget: Budget) -> str:
    """What f does on a set, at a few of its points."""
    kinds: dict[str, list[str]] = {}
    assessor = Assessor(f, budget.part(0.5))
    for place in _places_on(f, one):
        short = all(c.is_Rational or (c.is_algebraic and not c.has(sp.CRootOf)) for c in place)
        if not short or not all(c.is_real for c in place):
            continue
        try:
            try:
                point = assessor.exact(place)
            except NotSmoothError as why:
                point = rough_point(assessor, place, why)
        except (NotStationaryError, Undecided, TimeUp, ValueError):
            continue
        strict = "" if point.kind in ("saddle", "undecided") else "non-strict "  # f is constant on a set of such points
        kinds.setdefault(strict + point.kind, []).append(f"({', '.join(map(str, place))})")
    if not kinds:
        return ""
    return ": " + ", ".join(f"{kind} at {' and '.join(places)}" for kind, places in kinds.items())


def _places_on(f: Objective, one: RealSet) -> list[tuple[Any, ...]]:
    """A few points of a set, with short coordinates where its parameters allow it."""
    samples = [(a, a / 2 + 1, *([a] * len(one.parameters))) for a in SAMPLES]
    if one.where.startswith("0 <= r"):  # a disk in polar coordinates
        samples = [(sp.S.Zero, sp.S.Zero), (sp.sympify(one.where.split("<=")[-1]) / 2, sp.S.Zero)]
    elif any(c.has(sp.sin, sp.cosh) for c in one.coordinates):
        samples = [(a, a, a) for a in ANGLES]
    places = [tuple(c.subs(dict(zip(one.parameters, s, strict=False))) for c in one.coordinates) for s in samples]
    if not one.sides:
        return [] if one.where else places
    inside = [dict(zip(f.variables, place, strict=True)) for place in places]
    return [tuple(p.values()) for p in inside if all(bool(sp.N(sp.sympify(side).subs(p)) > 0) for side in one.sides)]
