"""What a race needs to run in a page: generated modules, the vocabulary's knobs and the first state, as JSON."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from gdlib import emit
from gdlib.descriptions.families import family
from gdlib.objective import Objective
from gdlib.update_rule import Rule
from gdlib.vocabulary import hyperparameter
from gdlib.widgets import plain_signs
from gdlib.widgets.starting_values import starting_values

Json = dict[str, Any]


class Entry(NamedTuple):
    """One runner of a race: the rule, and the hyperparameters that the caller gave for it."""

    rule: Rule
    given: dict[str, float]


def key(f: Objective) -> str:
    """What a state calls the landscape: its name, for a reader's own its formula."""
    return str(f.name or f.text)


def window_of(f: Objective, start: tuple[float, float] | None) -> tuple[tuple[float, float], tuple[float, float]]:
    """The landscape's own window, else a square about the origin that has the start inside."""
    if f.window is not None:
        (left, right), (bottom, top) = f.window
        return (float(left), float(right)), (float(bottom), float(top))
    half = max(2.0, *(1.25 * abs(part) for part in start or (0.0, 0.0)))
    return (-half, half), (-half, half)


def start_of(f: Objective) -> tuple[float, float]:
    """The landscape's own start, else a point off every line of symmetry of its window."""
    if f.start is not None:
        return float(f.start[0]), float(f.start[1])
    (left, right), (bottom, top) = window_of(f, None)
    return 0.85 * left + 0.15 * right, 0.3 * bottom + 0.7 * top


def _title(f: Objective) -> str:
    words = str(f.title or f.name or plain_signs.formula(f.text)).replace("_", " ")
    return words[:1].upper() + words[1:] if f.name else words


def _landscape(f: Objective, start: tuple[float, float]) -> Json:
    minima = [] if f.minima is None else [[float(part) for part in point] for point in f.minima]
    return {
        "name": key(f),
        "title": _title(f),
        "formula": plain_signs.formula(f.text),
        "variables": [str(variable) for variable in f.variables],
        "window": [list(side) for side in window_of(f, start)],
        "start": list(start),
        "minima": minima,
        "minimum": float(min(f(f.minima))) if minima else None,
        "hyperparameters": {},
        "module": emit.javascript(f),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _knob(name: str, default: float) -> Json:
    entry = hyperparameter(name, default)
    return {
        "name": name,
        "symbol": plain_signs.symbol(entry.symbol),
        "meaning": entry.meaning,
        "value": default,
        "low": _finite(entry.low),
        "high": _finite(entry.high),
        "low_open": entry.low_open,
        "high_open": entry.high_open,
        "knob": {"low": entry.knob.low, "high": entry.knob.high, "scale": entry.knob.scale},
    }


def _rule(rule: Rule, series: int) -> Json:
    return {
        "name": rule.name,
        "title": rule.title,
        "summary": rule.summary,
        "group": family(rule),
        "series": series,
        "hyperparameters": [_knob(name, default) for name, default in rule.defaults.items()],
        "module": emit.javascript(rule),
    }


def race_spec(
    f: Objective,
    objectives: list[Objective],
    rules: list[Rule],
    entries: list[Entry],
    start: tuple[float, float],
    steps: int,
) -> Json:
    """The whole description of a race; `f` is one of `objectives`, the `entries` run at first, and more `rules` may.

    A landscape's `hyperparameters` are those with which rules set out on it, where they are known: of what runs at
    first. A page or a widget finds the others when they are asked for.
    """
    landscapes = [_landscape(one, start if one is f else start_of(one)) for one in objectives]
    chosen = next(one for one in landscapes if one["name"] == key(f))
    known: Json = chosen["hyperparameters"]
    runners: list[Json] = []
    for rule, given in entries:
        copies = sum(one["name"] == rule.name for one in runners)
        if rule.name not in known:
            known[rule.name] = starting_values(f, rule, start, steps)
        values = {**rule.defaults, **known[rule.name], **given}
        runners.append(
            {"id": f"{rule.name}#{copies + 1}" if copies else rule.name, "name": rule.name, "hyperparameters": values}
        )
    for name, given in {entry.rule.name: entry.given for entry in reversed(entries)}.items():
        known[name] = {**known[name], **given}
    state = {"kind": "race", "objective": key(f), "start": list(start), "steps": steps, "rules": runners}
    # What runs at first has the first looks, in its order, as in a still figure of the same runs.
    looks = list(dict.fromkeys([one["name"] for one in runners] + [rule.name for rule in rules]))
    told = [_rule(rule, looks.index(rule.name)) for rule in rules]
    return {"kind": "race", "objectives": landscapes, "rules": told, "state": state}
