"""The hyperparameters that a rule sets out with on a landscape, where its defaults would lead nowhere.

A page finds them itself, by starting_values.mjs, for what runs only once a reader chooses it: a race offers more pairs
of rule and landscape than a cell could try out in the time that it has.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from gdlib.objective import Objective
from gdlib.running import descend
from gdlib.update_rule import Rule
from gdlib.vocabulary import hyperparameter
from gdlib.widgets.fields import Found

GONE = 0.01
"""A run works if it leaves at most this part of the height above the minimum, and never climbs above its start."""


def _decent_steps(low: float, high: float) -> Iterator[float]:
    """1, 2, 5, 10, … between two powers of ten."""
    for exponent in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        yield from (float(f"{digit}e{exponent}") for digit in (1, 2, 5) if low <= float(f"{digit}e{exponent}") <= high)


@lru_cache(maxsize=512)
def starting_values(f: Objective, rule: Rule, start: tuple[float, float], steps: int) -> dict[str, float]:
    """What differs from the rule's defaults: nothing where they work, else a step size of the sequence 1, 2, 5, 10, …

    It is the smallest that works, or, if none does in these steps, the one that ends lowest of those whose runs never
    climb above the start: a lucky leap is no merit. Every rule has the same sequence to choose from, so none is
    favoured. Where no minimum is known the defaults stand.
    """
    if f.minima is None or not len(f.minima) or "lr" not in rule.defaults:
        return {}
    least = float(min(f(f.minima)))

    def height(**hyperparameters: Any) -> float:
        run = descend(f, rule, start, steps=steps, **hyperparameters)
        steady = run.reason == "steps" and bool((run.values <= run.values[0]).all())
        return float(run.values[-1]) - least if steady else math.inf

    enough = GONE * (float(f(start)) - least)
    if height() <= enough:
        return {}
    knob = hyperparameter("lr", rule.defaults["lr"]).knob
    ends = {lr: height(lr=lr) for lr in _decent_steps(knob.low, knob.high)}
    best = next((lr for lr, end in ends.items() if end <= enough), min(ends, key=lambda lr: ends[lr]))
    return {"lr": best} if math.isfinite(ends[best]) else {}


def finder(grounds: Mapping[str, Objective], told: Sequence[dict[str, Any]], steps: int) -> Found:
    """What gives a rule's starting values on a landscape by its name, and keeps them where the page reads them."""
    by_name = {one["name"]: one for one in told}

    def found(name: str, rule: Rule) -> dict[str, float]:
        if name not in by_name:  # a reader's own formula, for which the page finds them
            return {}
        values: dict[str, dict[str, float]] = by_name[name]["hyperparameters"]
        if rule.name not in values:
            x, y = by_name[name]["start"]
            values[rule.name] = starting_values(grounds[name], rule, (x, y), steps)
        return dict(values[rule.name])

    return found
