"""The surface walk: a hiker in the fog feels height and slope under her feet alone, until the fog lifts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from gdlib.emit.as_javascript import function_text
from gdlib.landscapes.relief import CELLS, SHARES, between, drawn_height, drawn_slope, levels, relief, survey
from gdlib.objective import Objective
from gdlib.widgets.arguments import landscape, landscapes, listed, point
from gdlib.widgets.as_json import Json, key, landscape_json, start_of, window_of
from gdlib.widgets.fields import Choice, Point, Switch, Trail
from gdlib.widgets.knobs import setting
from gdlib.widgets.page_form import Explorer

OFFERED = ("bowl", "hill", "saddle", "monkey_saddle", "three_hump_camel", "himmelblau", "rosenbrock", "plateau")
"""Landscapes from which a reader may choose when none are named: what level ground can be, and what lies behind it."""
MOST_STEPS = 500
_FIRST: Mapping[str, Json] = {"saddle": {"start": [1.5, 0.0], "stride": 0.5, "turn": 30}}
"""What a landscape begins with where the rule of `_first` does not lead to what there is to see."""
_TRIES = {
    "saddle": "The saddle: press Downhill three times. The ground is level. Has she arrived? Step north, then lift the"
    " fog.",
    "himmelblau": "Himmelblau's function: set out from (−0.3, −0.9) and press Ten downhill, then the same from"
    " (−0.3, −0.8). One rule, two valleys.",
    "bowl": "The bowl, stride 0.3: press Ten downhill. She ends by going to and fro: the slope says which way, not"
    " how far.",
}
_LINES = 15  # levels on map and surface


def stepped(x: Any, y: Any, dx: Any, dy: Any, stride: Any) -> tuple[Any, Any]:
    """One stride from (x, y) in the direction of (dx, dy); where that is no direction, (x, y) itself.

    >>> [float(part) for part in stepped(1.0, 1.0, 3.0, 4.0, 5.0)]
    [4.0, 5.0]
    """
    a, b, _ = _direction(dx, dy)
    return x + stride * a, y + stride * b


def length(dx: Any, dy: Any) -> Any:
    """The length of (dx, dy), without overflow; of a gradient, how much the ground falls for each unit of the way.

    >>> float(length(-3 * 2.0**600, 4 * 2.0**600) / 2.0**600)
    5.0
    """
    return _direction(dx, dy)[2]


def _direction(dx: Any, dy: Any) -> tuple[Any, Any, Any]:
    largest = np.maximum(np.abs(dx), np.abs(dy))
    unit = np.where(largest > 0.0, largest, 1.0)
    a, b = dx / unit, dy / unit
    length = np.sqrt(a * a + b * b)
    whole = np.where(length > 0.0, length, 1.0)
    return a / whole, b / whole, largest * length


def surface(
    f: Objective | str = "saddle",
    *,
    start: Sequence[float] | None = None,
    objectives: Iterable[Any] | None = None,
) -> Explorer:
    """A walk over a surface and its map, in fog at first: height and slope where the hiker stands, nothing else."""
    chosen = landscape(f, "f")
    offered = OFFERED if objectives is None else listed(objectives, "objectives")
    grounds = landscapes(chosen, offered, "objectives")
    brought = {key(one): _first(one) for one in grounds.values()}
    if start is not None:
        brought[key(chosen)]["start"] = list(point(start, "start"))
    told = [_ground_json(one, tuple(brought[name]["start"])) for name, one in grounds.items()]
    bent = {one["name"] for one in told if one["relief"]["bend"]}
    for name in bent:
        brought[name]["tilt"] = 50  # from higher into the basins that bending deepens

    def still(state: Json) -> Any:
        from gdlib import figures

        ground, places = grounds.of(state), [state["start"], *state["trail"]]
        window = window_of(ground, tuple(state["start"]))
        solid = figures.surfaces([ground], window=window, marks=[places[-1]], turn=state["turn"], tilt=state["tilt"],
                                 bend=True, width=3.8)  # fmt: skip
        flat = figures.paths(ground, {"the hiker": np.array(places)}, window=window)
        said = " Heights on the surface are bent, so that the low ground shows." if state["objective"] in bent else ""
        caption = (
            "The surface and its map, the fog lifted. The dot on the surface is where the hiker stands, the ring on"
            " the map where she set out." + said
        )
        return figures.beside(solid, flat, caption=caption)

    return Explorer(
        "surface",
        [
            Choice("objective", "Landscape", {one["name"]: one["title"] for one in told}, brought, formula=2),
            Point("start", "Set out from"),
            Trail("trail", MOST_STEPS, follows="start"),
            setting("stride", "Stride", (0.01, 2.0), allowed=(1e-9, 1e9), scale="log"),
            Switch("fog", "Fog"),
            setting("turn", "Turn", (-180, 180), whole=True),
            setting("tilt", "Tilt", (5, 90), whole=True),
        ],
        {"objective": key(chosen), "fog": True, **brought[key(chosen)]},
        still,
        room="surface",
        tries=[words for name, words in _TRIES.items() if name in grounds],
        hint="Drag the picture to turn it; click the map to set the hiker down.",
        objectives=told,
        cells=CELLS,
        shares=SHARES,
        lines=_LINES,
        formulas=[function_text("drawnHeight", drawn_height), function_text("drawnSlope", drawn_slope),
                  function_text("stepped", stepped), function_text("length", length),
                  function_text("reliefBetween", between)],
    )  # fmt: skip


def _first(f: Objective) -> Json:
    """What a choice of this landscape brings; strides are powers of two, so that places stay short numbers."""
    start = start_of(f)
    widest = max(high - low for low, high in window_of(f, start))
    stride = 2.0 ** math.floor(math.log2(widest / 16))
    return {"start": list(start), "trail": [], "stride": stride, "turn": -25, "tilt": 35} | _FIRST.get(key(f), {})


def _ground_json(f: Objective, start: tuple[float, ...]) -> Json:
    ground = relief(survey(f, window_of(f, start)))
    return landscape_json(f, start) | {"relief": ground._asdict(), "heights": levels(ground, _LINES)}
