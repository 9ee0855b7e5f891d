"""Stationary points of any formula in a bounded window: certified boxes, exact numbers where they can be recognised."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from gdlib.objective import Objective
from gdlib.stationary.assess import Assessor, NotStationaryError
from gdlib.stationary.bisection import Found, zeros_in
from gdlib.stationary.budget import Budget, TimeUp, Undecided
from gdlib.stationary.recognise import recognised
from gdlib.stationary.result import StationaryPoint, StationaryPoints
from gdlib.stationary.series import NotSmoothError
from gdlib.stationary.windows import DEFAULT_REACH, Window, in_words

MOST_CLUSTERS = 200


def certified(f: Objective, window: Window | None, budget: Budget) -> StationaryPoints:
    """The stationary points in the window (default [-10, 10] for each variable), each proved; complete if all boxes
    were decided."""
    ends = window or [(sp.Integer(-DEFAULT_REACH), sp.Integer(DEFAULT_REACH))] * f.n
    bounds = np.array([[float(sp.N(end, 20)) for end in pair] for pair in ends])
    where = in_words(f, ends)
    if not np.isfinite(bounds).all():
        bounds = np.clip(bounds, -DEFAULT_REACH, DEFAULT_REACH)
        where += f" (looked at up to {DEFAULT_REACH} only)"
    low, high = bounds[:, 0], bounds[:, 1]
    assessor = Assessor(f, budget)
    edge = 1e-9 * np.maximum(1, np.abs(bounds).max(1))
    found = zeros_in(assessor.system, low - 2 * edge, high + 2 * edge, budget.part(0.7))
    points = _assessed(found, assessor, low - edge, high + edge)
    notes = [f"Searched {where} by interval arithmetic (bisection with Krawczyk's test)."]
    clusters = _clusters(found, high - low)
    closed = True
    if found.too_many:
        closed = False
        notes.append("Not proved complete: what is left to decide is no handful of points but a curve or a region.")
    for cluster_low, cluster_high in clusters:
        point, settled, words = _degenerate(assessor, cluster_low, cluster_high)
        if point is not None:
            points.append(point)
        if not settled:
            closed = False
            notes.append(words)
    if not found.in_time:
        notes.append("Not proved complete: the time was up before every part of the window was decided.")
    complete = found.in_time and closed and bool(np.isfinite(bounds).all()) and "only)" not in where
    points.sort(key=lambda p: tuple(float(sp.N(c)) for c in p.location))
    return StationaryPoints(points, complete=complete, note=" ".join(notes[:8]))


def _assessed(found: Found, assessor: Assessor, low: Any, high: Any) -> list[StationaryPoint]:
    points = []
    for box_low, box_high, alone_low, alone_high in zip(
        found.low, found.high, found.alone_low, found.alone_high, strict=True
    ):
        if (box_high < low).any() or (box_low > high).any():
            continue
        exact = recognised(assessor.f, 0.5 * (box_low + box_high), alone_low, alone_high)
        point = None
        if exact is not None:
            try:
                point = assessor.exact(exact)
            except (NotStationaryError, Undecided, NotSmoothError, TimeUp):
                point = None
        points.append(point if point is not None else assessor.enclosed(box_low, box_high))
    return points


def _clusters(found: Found, size: Any) -> list[tuple[Any, Any]]:
    """The hulls of open boxes that lie close together; none if there are too many."""
    hulls: list[tuple[Any, Any]] = []
    for low, high in found.open if not found.too_many else []:
        slack = 1e-7 * size
        merged = (low, high)
        rest = []
        for other in hulls:
            if (merged[0] - slack <= other[1]).all() and (other[0] - slack <= merged[1]).all():
                merged = np.minimum(merged[0], other[0]), np.maximum(merged[1], other[1])
            else:
                rest.append(other)
        hulls = [*rest, merged]
        if len(hulls) > MOST_CLUSTERS:
            found.too_many = True
            return []
    return hulls


def _degenerate(assessor: Assessor, low: Any, high: Any) -> tuple[StationaryPoint | None, bool, str]:
    """A point in an open cluster, whether the cluster holds nothing else, and words if not."""
    centre = 0.5 * (low + high)
    shown = ", ".join(f"{c:.6g}" for c in centre)
    exact = recognised(assessor.f, centre, low - 1e-6, high + 1e-6)
    if exact is None:
        return None, False, f"Not proved complete: what happens near ({shown}) could not be decided."
    try:
        point = assessor.exact(exact)
    except NotSmoothError as why:
        return None, False, f"Not proved complete: f is not smooth near ({shown}): {why}."
    except (NotStationaryError, Undecided, TimeUp):
        return None, False, f"Not proved complete: what happens near ({shown}) could not be decided."
    return point, False, f"Not proved complete: whether others lie beside ({shown}) could not be decided."
