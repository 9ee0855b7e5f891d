"""Landscapes, rules and their knobs as the JSON that a page reads, generated modules included."""

from __future__ import annotations

import math
from typing import Any

from gdlib import emit
from gdlib.descriptions.families import family
from gdlib.emit.as_javascript import curvature_text
from gdlib.objective import Objective
from gdlib.update_rule import Rule
from gdlib.vocabulary import Hyperparameter, hyperparameter
from gdlib.widgets import plain_signs
from gdlib.widgets.as_python import objective_python, rule_python

Json = dict[str, Any]


def key(f: Objective) -> str:
    """What a state calls the landscape: its name, for a reader's own its formula."""
    return str(f.name or f.text)


def window_of(f: Objective, start: tuple[float, ...] | None) -> tuple[tuple[float, float], ...]:
    """The landscape's own window, else a square about the origin that has the start inside."""
    if f.window is not None:
        return tuple((float(low), float(high)) for low, high in f.window)
    half = max(2.0, *(1.25 * abs(part) for part in start or (0.0,)))
    return ((-half, half),) * f.n


def start_of(f: Objective) -> tuple[float, ...]:
    """The landscape's own start, else a point off every line of symmetry of its window."""
    if f.start is not None:
        return tuple(float(part) for part in f.start)
    shares = (0.15, 0.7)
    return tuple(
        (1 - share) * low + share * high for (low, high), share in zip(window_of(f, None), shares, strict=False)
    )


def _title(f: Objective) -> str:
    if f.title == f.text[:80]:  # what an objective without a title is called
        return plain_signs.formula(f.title)
    words = f.title.replace("_", " ")
    return words[:1].upper() + words[1:] if f.name else words


def landscape_json(f: Objective, start: tuple[float, ...], *, curvature: bool = False) -> Json:
    """A landscape of one or two variables; with `curvature` its module has the Hessian too."""
    minima = [] if f.minima is None else [[float(part) for part in point] for point in f.minima]
    return {
        "name": key(f),
        "title": _title(f),
        "formula": plain_signs.formula(f.text),
        "text": f.text,
        "python": objective_python(f),
        "variables": [str(variable) for variable in f.variables],
        "window": [list(side) for side in window_of(f, start)],
        "start": list(start),
        "minima": minima,
        "minimum": float(min(f(f.minima))) if minima else None,
        "hyperparameters": {},
        "module": emit.javascript(f) + (curvature_text(f) if curvature else ""),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def number_json(entry: Hyperparameter) -> Json:
    """What the page needs to make a knob of a vocabulary's entry, and to refuse what it does not allow."""
    return {
        "name": entry.name,
        "symbol": plain_signs.symbol(entry.symbol) if entry.symbol else None,
        "meaning": entry.meaning,
        "low": _finite(entry.low),
        "high": _finite(entry.high),
        "low_open": entry.low_open,
        "high_open": entry.high_open,
        "whole": entry.whole,
        "knob": {"low": entry.knob.low, "high": entry.knob.high, "scale": entry.knob.scale},
    }


def rule_json(rule: Rule, series: int) -> Json:
    """A rule; `series` is the look of its line."""
    knobs = [
        {**number_json(hyperparameter(name, default)), "value": default} for name, default in rule.defaults.items()
    ]
    return {
        "name": rule.name,
        "title": rule.title,
        "summary": rule.summary,
        "group": family(rule),
        "series": series,
        **rule_python(rule),
        "hyperparameters": knobs,
        "module": emit.javascript(rule),
    }
