"""Clipping: what a limit on the norm, or on each coordinate, does to a gradient, and to runs that come to a cliff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from gdlib import rules as all_rules
from gdlib.clipping import clip_norm, clip_value
from gdlib.emit.as_javascript import function_of_its_name, function_text
from gdlib.landscapes.relief import line_height
from gdlib.objective import Objective
from gdlib.running import descend
from gdlib.vocabulary import hyperparameter
from gdlib.widgets.arguments import landscape, landscapes, listed, point, whole_steps
from gdlib.widgets.as_json import Json, key, landscape_json, rule_json, start_of, window_of
from gdlib.widgets.changes import change_json
from gdlib.widgets.fields import Choice, Field, Number, Point
from gdlib.widgets.knobs import STEPS, setting
from gdlib.widgets.page_form import Explorer

OFFERED = ("cliff", "ravine")
"""A landscape where one gradient is far too long, and one where all of them are."""
_BEGIN: dict[str, Json] = {"cliff": {"start": [1.6, 1.5], "lr": 0.4}, "ravine": {"start": [-4.5, 0.9], "lr": 0.1}}
_WINDOWS = {"cliff": ((-7.5, 3.0), (-3.5, 3.5))}  # so wide that a run which the cliff throws is in sight
TRIES = (
    "Drag the tip into a corner between circle and square: by norm the gradient is cut, by value it is not.",
    "Pull it far out, off the axes: cut by value it lies on a diagonal as soon as both coordinates exceed the limit, "
    "whatever it was.",
    "On the cliff, go from step 4 to 5: one slope of length 18.9 throws the unclipped run 7.57 far. It is back within "
    "0.05 of the minimum at step 32; by norm that is step 12, by value 11.",
    "On the ravine η = 0.1 is too large, and unclipped f grows without end. A limit keeps the runs near, but they go "
    "on bouncing across: it bounds a step, it does not make η right.",
)


def length(gx: Any, gy: Any) -> Any:
    """The Euclidean norm of two coordinates."""
    return np.sqrt(gx * gx + gy * gy)


def turn(gx: Any, gy: Any, hx: Any, hy: Any) -> Any:
    """The angle in degrees between two vectors less than a right angle apart."""
    return np.arctan(np.abs(gx * hy - gy * hx) / (gx * hx + gy * hy)) * (180.0 / np.pi)


def clipping(
    f: Objective | str = "cliff",
    *,
    start: Sequence[float] | None = None,
    steps: int = 40,
    objectives: Iterable[Any] | None = None,
) -> Explorer:
    """One gradient clipped by norm and by value, and three runs: unclipped, by norm and by value."""
    chosen = landscape(f, "f")
    grounds = landscapes(chosen, OFFERED if objectives is None else listed(objectives, "objectives"), "objectives")
    begin = {name: {"start": list(start_of(one)), "lr": 0.1, **_BEGIN.get(name, {})} for name, one in grounds.items()}
    if start is not None:
        begin[key(chosen)]["start"] = list(point(start, "start"))
    told = [_told(one, begin[name]["start"]) for name, one in grounds.items()]
    steps = whole_steps(steps, "steps")
    fields: list[Field] = [
        Point("vector", "Gradient", ("g₁", "g₂")),
        setting("limit", "Limit c", (0.05, 5.0), allowed=(1e-6, 1e6), scale="log"),
        Choice("objective", "Landscape", {one["name"]: one["title"] for one in told}, begin, formula=2),
        Point("start", "Start"),
        Number(hyperparameter("lr", 0.1)),
        STEPS,
        setting("step", "Step shown", (0, STEPS.entry.high), whole=True, turned=False),
    ]
    return Explorer(
        "clipping",
        fields,
        {"vector": [2.4, 0.8], "limit": 1.0, "objective": key(chosen), **begin[key(chosen)], "steps": steps,
         "step": min(5, steps)},
        lambda state: _still(grounds.of(state), state),
        room="clipping",
        tries=TRIES,
        hint="Drag the tip of the gradient; drag the ring on the map to move the start.",
        objectives=told,
        rules=[rule_json(all_rules["gradient_descent"], 0)],
        transforms=[change_json("clip_norm", clip_norm(1.0)), change_json("clip_value", clip_value(1.0))],
        formulas=[function_of_its_name(line_height), function_text("length", length), function_text("turn", turn)],
    )  # fmt: skip


def _told(f: Objective, start: Sequence[float]) -> Json:
    told = landscape_json(f, tuple(start))
    return {**told, "window": _WINDOWS.get(key(f), told["window"])}


def _still(f: Objective, state: Json) -> Any:
    from gdlib import figures

    begin, limit = tuple(state["start"]), state["limit"]
    kinds = {"unclipped": None, "by norm": clip_norm(limit), "by value": clip_value(limit)}
    runs = {
        name: descend(
            f, all_rules["gradient_descent"], begin, steps=max(1, state["step"]), transform=kind, lr=state["lr"]
        )
        for name, kind in kinds.items()
    }
    window = _WINDOWS.get(key(f)) or window_of(f, begin)
    return figures.beside(figures.clipped(state["vector"], limit), figures.paths(f, runs, window=window))
