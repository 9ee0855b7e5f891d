"""What the views of Newton's method share: their fields, and rules and methods with one step size each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gdlib import emit
from gdlib.running import descend
from gdlib.second_order.method import Method
from gdlib.update_rule import Rule
from gdlib.vocabulary import Knob, hyperparameter
from gdlib.widgets.as_json import Json, number_json

DAMPING = Knob(0.05, 2.0, "linear")
"""What a slider of Newton's step size spans."""


def runner(rule: Rule | Method, values: dict[str, float]) -> Json:
    """The entry of a state's rules."""
    return {"id": rule.name, "name": rule.name, "hyperparameters": dict(values)}


def run_of(f: Any, rule: Rule | Method, state: Json) -> Any:
    """The run of this rule that a state asks for."""
    (found,) = (one for one in state["rules"] if one["name"] == rule.name)
    return descend(f, rule, tuple(state["start"]), steps=state["steps"], **found["hyperparameters"])


def stepped_json(rule: Rule | Method, series: int, lr: float, knob: Knob | None) -> Json:
    """A rule or method whose one hyperparameter begins at `lr` and has this knob, None for the vocabulary's."""
    entry = hyperparameter("lr", lr)
    told = number_json(entry if knob is None else replace(entry, knob=knob))
    return {"name": rule.name, "title": rule.title, "summary": rule.summary, "series": series,
            "hyperparameters": [{**told, "value": lr}], "module": emit.javascript(rule)}  # fmt: skip
