"""Stationary points of any formula in a bounded window: certified boxes, exact numbers where they can be recognised."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from gdlib.objective import Objective
from gdlib.stationary.algebra.recognise import recognised
from gdlib.stationary.algebra.series import NotSmoothError
from gdlib.stationary.boxes.bisection import Found, zeros_in
from gdlib.stationary.budget import Budget, TimeUp, Undecided
from gdlib.stationary.closing import alone_by_derivatives, alone_by_form, cone_tip
from gdlib.stationary.findings import Findings
from gdlib.stationary.verdicts.assess import Assessor, NotStationaryError
from gdlib.stationary.verdicts.domain import NotRealError
from gdlib.stationary.windows import DEFAULT_REACH, Window

MOST_CLUSTERS = 200


def find_boxes(f: Objective, window: Window | None, budget: Budget) -> Findings:
    """The stationary points in the window (default [-10, 10] for each variable), each proved; nothing stays open if
    all boxes were decided."""
    ends = window or [(sp.Integer(-DEFAULT_REACH), sp.Integer(DEFAULT_REACH))] * f.n
    bounds = np.array([[float(sp.N(end, 20)) for end in pair] for pair in ends])
    result = Findings("interval arithmetic (bisection with Krawczyk's test)", ends)
    if not np.isfinite(bounds).all():
        bounds = np.clip(bounds, -DEFAULT_REACH, DEFAULT_REACH)
        result.open.append(f"only what lies within {DEFAULT_REACH} of the origin was looked at")
    low, high = bounds[:, 0], bounds[:, 1]
    edge = 1e-9 * np.maximum(1, np.abs(bounds).max(1))
    try:
        with budget.guard():
            assessor = Assessor(f, budget)
            assessor.system.values(low[None], high[None])  # derived and built now, while the clock is watched
        found = zeros_in(assessor.system, low - 2 * edge, high + 2 * edge, budget.part(0.7), assessor.undefined)
    except TimeUp:
        result.open.append("the time was up before the search began")
        return result
    _assess_all(found, assessor, low - edge, high + edge, result)
    clusters = _clusters(found, high - low)
    if found.too_many:
        result.open.append("what is left to decide is no handful of points but a curve, a region or very many points")
    settled: list[tuple[Any, Any]] = []
    for cluster_low, cluster_high in clusters:
        if not any((a <= cluster_low).all() and (cluster_high <= b).all() for a, b in settled):
            _degenerate(assessor, cluster_low, cluster_high, result, settled)
    if not found.in_time:
        result.open.append("the time was up before every part of the window was decided")
    return result


def _assess_all(found: Found, assessor: Assessor, low: Any, high: Any, result: Findings) -> None:
    for box_low, box_high, alone_low, alone_high in zip(
        found.low, found.high, found.alone_low, found.alone_high, strict=True
    ):
        if (box_high < low).any() or (box_low > high).any() or assessor.undefined(box_low[None], box_high[None])[0]:
            continue
        if assessor.budget.left() <= 0:
            result.open.append("the time was up before all points were looked at")
            break
        if assessor.bent(box_low, box_high):
            shown = ", ".join(f"{c:.6g}" for c in 0.5 * (box_low + box_high) + 0.0)
            result.open.append(f"whether f is smooth near ({shown}), where its slopes are 0, is not known")
            continue
        point = None
        try:
            with assessor.budget.guard():
                exact = recognised(assessor.f, 0.5 * (box_low + box_high), alone_low, alone_high)
            if exact is not None:
                point = assessor.exact(exact)
        except NotRealError as why:
            result.remarks.append(f"({', '.join(map(str, exact or ()))}) is no stationary point: {why}.")
            continue
        except (NotStationaryError, Undecided, NotSmoothError, TimeUp, TypeError, ValueError, NotImplementedError):
            point = None  # the enclosure says enough
        result.points.append(point if point is not None else assessor.enclosed(box_low, box_high))


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


def _degenerate(assessor: Assessor, low: Any, high: Any, result: Findings, settled: list[tuple[Any, Any]]) -> None:
    """A cluster of open boxes: a degenerate point with exact coordinates, a kink, or what stays open.

    Boxes in which a degenerate point is proved to be alone are added to `settled`.
    """
    f = assessor.f
    centre = 0.5 * (low + high)
    shown = ", ".join(f"{c:.6g}" for c in centre + 0.0)
    try:
        tip = cone_tip(f, low, high, assessor.budget)
        if tip is not None:
            result.remarks.append(f"f has a kink at ({', '.join(map(str, tip))}), which is no stationary point.")
            return
        with assessor.budget.guard():
            exact = recognised(f, centre, low - 1e-6, high + 1e-6)
        if exact is not None:
            result.points.append(assessor.exact(exact))
            prove_alone = alone_by_derivatives if f.n == 1 else alone_by_form
            centre = np.array([float(sp.N(c, 20)) for c in exact])
            for reach in (0.1, 1e-2, 1e-3, 1e-4, 1e-5):
                box = np.minimum(low, centre - reach), np.maximum(high, centre + reach)
                if prove_alone(f, exact, *box, assessor.budget):
                    settled.append(box)
                    return
            place = ", ".join(map(str, exact))
            result.open.append(f"whether others lie within {float(np.max(high - low)):.1e} of ({place}) is not known")
            return
    except NotSmoothError as why:
        result.open.append(f"f is not smooth near ({shown}): {why}")
        return
    except (NotStationaryError, Undecided, TimeUp):
        pass
    result.open.append(f"what happens near ({shown}) could not be decided")
