"""Schedules and clipping as a state has them, {name, settings}: what is offered, and the range of each number.

Their numbers are what `emit` makes settings of: the fields of a dataclass, of a dataclass within it (then_rate), and
entries of a tuple one by one (factors1).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from gdlib import clipping, emit, schedules
from gdlib.emit.disturbances_as_javascript import settings_of
from gdlib.vocabulary import Hyperparameter, Knob
from gdlib.widgets.as_json import Json, number_json
from gdlib.widgets.as_python import template

SCHEDULES: Mapping[str, Any] = {
    type(one).__name__: one
    for one in (
        schedules.constant(),
        schedules.inverse(rate=0.05),
        schedules.inverse_square(rate=0.05),
        schedules.inverse_root(rate=0.05),
        schedules.exponential(rate=0.02),
        schedules.per_epoch(decay=0.95, steps_per_epoch=10),
        schedules.staircase(factor=0.1, every=100),
        schedules.linear(steps=200),
        schedules.polynomial(steps=200, power=2.0),
        schedules.cosine(steps=200),
        schedules.warm_up(steps=20, then=schedules.inverse(rate=0.05)),
        schedules.warm_restarts(first=50),
        schedules.floor(schedules.inverse(rate=0.05), least=0.2),
        schedules.piecewise(boundaries=(60, 120), factors=(1.0, 0.3, 0.1)),
        schedules.reduce_on_plateau(factor=0.5, patience=5),
    )
}
"""Every schedule, with numbers that show what it does in a run of some hundred steps."""

CLIPPINGS: Mapping[str, Any] = {
    "none": None,
    "clip_norm": clipping.clip_norm(1.0),
    "clip_value": clipping.clip_value(0.5),
}
"""What may be done to a gradient before a rule sees it."""

_TITLES = {
    "none": "None", "clip_norm": "By norm", "clip_value": "By value",
    "inverse": "1/(1 + rate·k)", "inverse_square": "1/(1 + rate·k)²", "inverse_root": "1/√(1 + rate·k)",
    "exponential": "Exponential, e^(−rate·k)", "per_epoch": "Per epoch, decay^epoch", "linear": "Linear to an end",
    "polynomial": "Polynomial to an end", "cosine": "Cosine to an end", "warm_up": "Warm-up, then 1/(1 + rate·k)",
    "warm_restarts": "Cosine with warm restarts", "floor": "1/(1 + rate·k) with a floor",
    "piecewise": "Piecewise, by hand",
}  # fmt: skip
_WORDS = {
    "rate": "Rate", "decay": "Decay per epoch", "steps_per_epoch": "Steps per epoch", "factor": "Factor",
    "every": "Steps between", "steps": "Steps", "end": "End", "power": "Power", "first": "First cycle",
    "multiply": "Growth of cycles", "least": "Least factor", "patience": "Patience", "threshold": "Threshold",
    "cooldown": "Rest", "limit": "Limit", "boundaries": "Until step", "factors": "Factor",
}  # fmt: skip
_SPANS: Mapping[str, tuple[float, float, float, float, str]] = {  # allowed from, to; slider from, to, scale
    "rate": (1e-6, 100.0, 1e-4, 1.0, "log"),
    "decay": (1e-6, 0.9999, 0.5, 0.99, "linear"),
    "steps_per_epoch": (1, 10_000, 1, 100, "linear"),
    "factor": (1e-6, 0.9999, 0.01, 0.95, "log"),
    "every": (1, 10_000, 1, 300, "linear"),
    "steps": (1, 10_000, 1, 500, "linear"),
    "end": (0.0, 1.0, 0.0, 1.0, "linear"),
    "power": (0.1, 10.0, 0.5, 4.0, "linear"),
    "first": (1, 10_000, 5, 200, "linear"),
    "multiply": (1, 10, 1, 4, "linear"),
    "least": (0.0, 1.0, 0.0, 1.0, "linear"),
    "patience": (0, 10_000, 0, 50, "linear"),
    "threshold": (0.0, 1.0, 1e-6, 0.1, "log"),
    "cooldown": (0, 10_000, 0, 50, "linear"),
    "limit": (1e-9, 1e9, 0.01, 10.0, "log"),
    "boundaries": (1, 10_000, 1, 500, "linear"),
    "factors": (0.0, 10.0, 0.0, 1.0, "linear"),
}
_OF_CONSTANT = (0.0, 10.0, 0.01, 1.0, "log")  # its factor may be 1 and more; a decay's may not


def change_json(name: str, thing: Any) -> Json:
    """A schedule or clipping as the page reads it; None changes nothing."""
    title = _TITLES.get(name, name.replace("_", " ").capitalize())
    if thing is None:
        return {"name": name, "title": title, "hyperparameters": []}
    numbers = [(range_of(name, one.name, one.whole), one.value) for one in settings_of(thing)]
    knobs = [{**number_json(entry), "label": entry.meaning, "value": value} for entry, value in numbers]
    called = template(thing, room_of(thing), [one["name"] for one in knobs])
    return {"name": name, "title": title, "hyperparameters": knobs, "python": called,
            "module": emit.javascript(thing)}  # fmt: skip


def room_of(thing: Any) -> str:
    """Where its class stands in a reader's cell."""
    return "gd.schedules" if hasattr(thing, "watches_value") else "gd"


def in_order(settings: Mapping[str, float]) -> dict[str, float]:
    """The settings with each of several boundaries behind the one before it, as gdlib wants them, all in range."""
    kept, last = dict(settings), 0.0
    bounds = [one for one in kept if one.startswith("boundaries")]
    most = _SPANS["boundaries"][1] - len(bounds)
    for place, name in enumerate(bounds, 1):
        last = kept[name] = min(max(kept[name], last + 1), most + place)
    return kept


def range_of(thing: str, name: str, whole: bool) -> Hyperparameter:
    """The range of a setting and its slider, by the last words of its name: then_rate is a rate, factors2 a factor."""
    plain = name.rstrip("0123456789")
    part = max((one for one in _SPANS if plain == one or plain.endswith(f"_{one}")), key=len)
    before, number = plain.removesuffix(part).replace("_", " ").replace("schedule ", ""), name.removeprefix(plain)
    label = f"{before}{_WORDS[part].lower() if before else _WORDS[part]}{number and ' '}{number}"
    low, high, left, right, scale = _OF_CONSTANT if thing == "constant" else _SPANS[part]
    knob = Knob(left, right, scale)
    return Hyperparameter(name, "", label[:1].upper() + label[1:], low, high, False, False, knob, whole)


def made(thing: Any, settings: Mapping[str, float]) -> Any:
    """The schedule or clipping with these settings, checked as gdlib checks them."""
    return _with(thing, settings, "")


def _with(thing: Any, settings: Mapping[str, float], before: str) -> Any:
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        lead = before and f"{before}_"
        parts = {one.name: _with(getattr(thing, one.name), settings, lead + one.name)
                 for one in dataclasses.fields(thing) if one.init}  # fmt: skip
        return dataclasses.replace(thing, **parts)
    if isinstance(thing, tuple):
        return tuple(_with(value, settings, f"{before}{k + 1}") for k, value in enumerate(thing))
    if before not in settings:
        return thing
    return int(settings[before]) if isinstance(thing, int) else float(settings[before])


def first_settings(thing: Any) -> dict[str, float]:
    """The numbers of a schedule or clipping, by the names that the page has for them."""
    return {} if thing is None else {one.name: one.value for one in settings_of(thing)}
