"""Our rule stepped through the inputs of a golden row, and how far it ends up from the stored points."""

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from tests.goldens.inputs import STEPS, gradient_of, start_of


def path(rule: Any, name: str, hyperparameters: Mapping[str, float]) -> np.ndarray:
    """The start and the points after each step of the plain rule, called as a reader would call it."""
    gradient, theta = gradient_of(name), np.array(start_of(name))
    state = [np.zeros_like(theta) for _ in rule.state]
    takes = [p.name for p in inspect.signature(rule).parameters.values() if p.kind is not p.KEYWORD_ONLY]
    points = [theta]
    for t in range(1, STEPS + 1):
        where = rule.gradient_at(theta, *state, **_fitting(rule, hyperparameters))
        given = {
            "theta": theta,
            "g": np.array(gradient(t - 1, list(where))),
            "t": t,
            **dict(zip(rule.state, state, strict=True)),
        }
        returned = rule(*(given[name] for name in takes), **hyperparameters)
        theta, *state = returned if rule.state else (returned,)
        points.append(theta)
    return np.array(points)


def _fitting(rule: Any, hyperparameters: Mapping[str, float]) -> dict[str, float]:
    return {**rule.defaults, **hyperparameters}


def difference(points: Any, stored: Any) -> float:
    """The largest difference relative to the stored number; 0 where both are equal, zeros included."""
    points, stored = np.asarray(points, float), np.asarray(stored, float)
    if points.shape != stored.shape or not np.isfinite(points).all():
        return float("inf")
    apart = points != stored
    with np.errstate(divide="ignore"):
        return float(np.max(np.abs(points - stored)[apart] / np.abs(stored)[apart], initial=0.0))
