"""The stationary inspector: slope, curvature and quadratic model at any point of a map, verdicts where it is level."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

from gdlib import emit
from gdlib.emit.as_javascript import curvature_text, function_of_its_name, function_text
from gdlib.landscapes import KnownPoint, Landscape
from gdlib.landscapes.relief import line_height
from gdlib.objective import Objective
from gdlib.second_order.two_by_two import symmetric_eigen
from gdlib.stationary import StationaryPoint, StationaryPoints, classify, stationary_points
from gdlib.widgets import plain_signs
from gdlib.widgets.arguments import landscape, landscapes, listed
from gdlib.widgets.as_json import Json, key, landscape_json, start_of, window_of
from gdlib.widgets.fields import Choice, Point, Switch
from gdlib.widgets.knobs import setting
from gdlib.widgets.page_form import Explorer

OFFERED = ("himmelblau", "twin_wells", "three_hump_camel", "six_hump_camel", "four_lines", "beale", "rosenbrock",
           "saddle", "monkey_saddle", "peano", "crossed_ridges", "quartic_bowl")  # fmt: skip
"""Landscapes from which a reader may choose when none are named: those of the two chapters that find and judge."""
QUADRATIC = "quadratic"
"""What a state calls the quadratic whose eigenvalues and axes the reader turns; it is always among the choices."""
_OWN_WINDOW = ((-2.0, 2.0), (-1.68, 1.68))
_ASPECT = 0.84  # of the map, whose axes have one scale
_SECONDS = 30.0  # at most, for one landscape; of those in the book none takes one
_SPAN = (-3.0, 3.0)
_FIRST = {"reach": 0.1, "model": True, "curvature": True, "l1": 2.0, "l2": 1.0, "angle": 30.0}
_SEARCHED = re.compile(r"^Searched .*?\.(?= |$) ?")
"""The sentence of a note that says where and how: for a list that is complete, the map says where."""
_TRIES = (
    "Press Next: which signs of λ₁ and λ₂ go with which mark?",
    "Between the marks, shrink the close-up: the model's lines become those of f.",
    "Choose “A quadratic of your own” and pull λ₂ through 0: bowl, trough, saddle.",
)
_OWN_TRIES = (
    "Pull λ₂ through 0: bowl, trough, saddle. What does the test say in between?",
    "Turn the angle: which of the numbers beside the map stay as they are?",
    "Choose another landscape and press Next until the test leaves a point undecided.",
)
_BY_SIGNS = {
    "minimum": "all eigenvalues of the Hessian are positive: a strict minimum (second-derivative test)",
    "maximum": "all eigenvalues of the Hessian are negative: a strict maximum (second-derivative test)",
    "saddle": "the Hessian has a positive and a negative eigenvalue: a saddle",
}
"""How `classify` begins where the signs of the eigenvalues decide."""


def inspector(f: Objective | str = "himmelblau", *, objectives: Iterable[Any] | None = None) -> Explorer:
    """Slope, curvature and quadratic model at any point of a map, and what f does at each of its stationary points.

    `f` may also be "quadratic", which is always among the choices: ½ xᵀQ diag(l1, l2) Qᵀx, with Q a turn by `angle`.
    """
    offered = OFFERED if objectives is None else listed(objectives, "objectives")
    chosen = None if f == QUADRATIC else landscape(f, "f")
    grounds = landscapes(chosen or landscape(offered[0], "objectives"), offered, "objectives")
    if QUADRATIC in grounds:
        raise ValueError(f"objectives: needed another name than {QUADRATIC!r}, which is the reader's own")
    told = [*(_told(one) for one in grounds.values()), _own_told()]
    first = next(one for one in told if one["name"] == (key(chosen) if chosen else QUADRATIC))

    def still(state: Json) -> Any:
        from gdlib import figures

        if state["objective"] == QUADRATIC:
            return figures.close_up(_turned(state), radius=1.68, axes=True, size=4.2)
        f, at = grounds.of(state), state["at"]
        slope = np.asarray(f.grad(np.array(at)))
        probes = [at] if np.isfinite(slope).all() and slope.any() else []
        found = _found(f)
        drawn = StationaryPoints(found, curves=_lines(found))
        return figures.stationary_map(f, drawn, probes=probes, window=_shown(f))

    return Explorer(
        "inspector",
        [
            Choice("objective", "Landscape", {one["name"]: one["title"] for one in told},
                   {one["name"]: {"at": one["start"]} for one in told}, formula=2),
            Point("at", "Point"),
            setting("reach", "Reach in map widths", (0.005, 0.2), scale="log"),
            Switch("model", "quadratic model"),
            Switch("curvature", "½ dᵀHd = c, = −c"),
            setting("l1", "First eigenvalue, λ₁", _SPAN),
            setting("l2", "Second eigenvalue, λ₂", _SPAN),
            setting("angle", "Angle of the first axis, in degrees", (-90, 90)),
        ],
        {"objective": first["name"], "at": first["start"], **_FIRST},
        still,
        room="inspector" if chosen else "inspector own",
        tries=_TRIES if chosen else _OWN_TRIES,
        hint="Click the map or drag the ring; close to a mark it snaps to the stationary point.",
        objectives=told,
        formulas=[
            function_of_its_name(line_height),
            function_text("eigen", symmetric_eigen, ["a", "b", "d"]),
            function_text("model", second_order),
            function_text("invariants", invariants),
        ],
    )  # fmt: skip


def second_order(value: Any, gx: Any, gy: Any, a: Any, b: Any, d: Any, x: Any, y: Any) -> Any:
    """The quadratic model at a step (x, y) from where f has this value, gradient (gx, gy), Hessian [[a, b], [b, d]].

    >>> second_order(1.0, 2.0, 0.0, 4.0, 0.0, 0.0, 0.5, 3.0)
    2.5
    """
    return value + (gx * x + gy * y) + 0.5 * ((a * x + b * y) * x + (b * x + d * y) * y)


def invariants(l1: Any, l2: Any) -> tuple[Any, Any]:
    """Determinant and trace of a symmetric matrix with these eigenvalues."""
    return l1 * l2, l1 + l2


def _told(f: Objective) -> Json:
    """A landscape with its stationary points, each with gdlib's certificate."""
    found = _found(f)
    points = [
        {
            "at": [float(part) for part in one.location],
            "value": round(float(one.value), 15) + 0.0 if one.value.is_finite else None,  # of a 0 rounding leaves 1e-31
            "eigenvalues": [float(part) for part in one.eigenvalues],
            "kind": one.kind,
            "strict": one.strict,
            "reason": plain_signs.prose(one.reason),
        }
        for one in found
    ]
    return {
        **landscape_json(f, start_of(f), curvature=True),
        "minima": [],
        "points": points,
        "curves": _curves(f, found),
        "complete": found.complete,
        "note": plain_signs.prose(_SEARCHED.sub("", found.note) if found.complete else found.note),
    }


@lru_cache(maxsize=256)
def _found(f: Objective) -> StationaryPoints:
    """The stationary points in the map: from the catalogue, whose lists tests prove, else by a search."""
    if isinstance(f, Landscape) and f.stationary and not f.stationary_sets:
        return StationaryPoints([_known(f, one) for one in f.stationary], complete=True)
    return stationary_points(f, _shown(f), _SECONDS)


def _known(f: Landscape, one: KnownPoint) -> StationaryPoint:
    """A point of the catalogue as `classify` has it, which is asked only where the Hessian does not decide."""
    if one.reason:
        return classify(f, one.location, _SECONDS)
    place = np.array(one.point)
    eigenvalues = tuple(map(sp.Float, np.linalg.eigvalsh(f.hess(place)).tolist()))
    reason = _BY_SIGNS[one.kind]
    return StationaryPoint(one.location, sp.Float(float(f(place))), eigenvalues, one.kind, one.strict, reason)


def _shown(f: Objective) -> tuple[tuple[float, float], ...]:
    """What the map shows: the window, widened to the map's shape; ends are rounded, outwards."""
    (left, right), (bottom, top) = window_of(f, start_of(f))
    wide = max(right - left, (top - bottom) / _ASPECT)
    grain = 10.0 ** np.floor(np.log10(wide) - 2)

    def side(low: float, high: float, size: float) -> tuple[float, float]:
        room = (size - (high - low)) / 2
        ends = np.floor((low - room) / grain + 1e-9), np.ceil((high + room) / grain - 1e-9)
        return float(f"{ends[0] * grain:.12g}"), float(f"{ends[1] * grain:.12g}")

    return side(left, right, wide), side(bottom, top, _ASPECT * wide)


def _lines(found: StationaryPoints) -> list[Any]:
    """The sets of stationary points that are curves; there are regions too."""
    return [one for one in found.curves if len(set().union(*(part.free_symbols for part in one))) == 1]


def _curves(f: Objective, found: StationaryPoints) -> list[Any]:
    """The curves of stationary points in the map, as places along them."""
    if not found.curves:
        return []
    from gdlib.figures import contours
    from gdlib.figures.critical import trace_curve

    window = np.array(_shown(f))
    scale = 400 / (window[:, 1] - window[:, 0])
    pieces = [piece for curve in _lines(found) for piece in trace_curve(curve, window)]
    return [(contours.simplified(piece * scale, 0.2) / scale).round(6).tolist() for piece in pieces]


def _own_told() -> Json:
    own = _own()
    return {
        "name": QUADRATIC,
        "title": "A quadratic of your own",
        "formula": "½ (x, y) A (x, y)ᵀ",
        "variables": ["x", "y"],
        "window": [list(side) for side in _OWN_WINDOW],
        "start": [0.0, 0.0],
        "cells": 96,  # enough for what is so smooth, and drawn anew while an eigenvalue moves
        "heights": [0.5 * step for step in range(-10, 11)],  # fixed, so that flatter ground has fewer lines
        "minima": [],
        "points": [],
        "curves": [],
        "complete": True,
        "note": "",
        "module": emit.javascript(own) + curvature_text(own),
    }


@lru_cache(maxsize=1)
def _own() -> Objective:
    """The quadratic with its two eigenvalues and its angle as variables: the one formula of it."""
    cos, sin = "cos(pi*angle/180)", "sin(pi*angle/180)"
    text = f"(l1*({cos}*x + {sin}*y)**2 + l2*({cos}*y - {sin}*x)**2) / 2"
    return Objective(text, variables=("x", "y", "l1", "l2", "angle"))


def _turned(state: Json) -> Objective:
    """The quadratic of a state, as an objective of two variables."""
    own = _own()
    x, y, *turned = own.variables
    values = {symbol: sp.Float(state[symbol.name]) for symbol in turned}
    return Objective(own.expr.subs(values).evalf(), (x, y), title="a quadratic of your own", window=_OWN_WINDOW)
