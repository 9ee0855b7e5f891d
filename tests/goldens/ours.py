"""Our rule stepped through the inputs of a golden row, and how far it ends up from the stored points."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tests.goldens.inputs import STEPS, Gradient, Value, gradient_of, start_of, value_of


def path(rule: Any, name: str, hyperparameters: Mapping[str, float]) -> np.ndarray:
    """The start and the points after each step of the plain rule on the run called `name`."""
    return points(rule, gradient_of(name), value_of(name), start_of(name), STEPS, hyperparameters)


def points(
    rule: Any,
    gradient: Gradient,
    value: Value,
    start: Sequence[float],
    steps: int,
    hyperparameters: Mapping[str, float],
    factor: Callable[[int], float] | None = None,
) -> np.ndarray:
    """The start and the points after each step of the plain rule, called as a reader would call it.

    factor(step), step from 0, multiplies lr, as a schedule does.
    """
    theta = np.array(start)
    state = [np.zeros_like(theta) for _ in rule.state]
    takes = [p.name for p in inspect.signature(rule).parameters.values() if p.kind is not p.KEYWORD_ONLY]
    visited = [theta]
    for step in range(steps):
        now = {**rule.defaults, **hyperparameters}
        if factor is not None:
            now["lr"] *= factor(step)
        given = {"theta": theta, "t": step + 1, **dict(zip(rule.state, state, strict=True))}
        given["g"] = np.array(gradient(step, list(rule.gradient_at(theta, *state, **now))))
        if "f" in takes:
            given["f"] = np.full_like(theta, value(step, list(theta)))
        returned = rule(*(given[name] for name in takes), **now)
        theta, *state = returned if rule.state else (returned,)
        visited.append(theta)
    return np.array(visited)


def difference(points: Any, stored: Any) -> float:
    """The largest difference relative to the stored number; 0 where both are equal, zeros included."""
    points, stored = np.asarray(points, float), np.asarray(stored, float)
    if points.shape != stored.shape or not np.isfinite(points).all():
        return float("inf")
    apart = points != stored
    with np.errstate(divide="ignore"):
        return float(np.max(np.abs(points - stored)[apart] / np.abs(stored)[apart], initial=0.0))


def deviation(points: Any, stored: Any) -> float:
    """How far another form leads away: the largest gap in a coordinate, in units of the longest way it went.

    A coordinate that has not moved counts in its own units.
    """
    points, stored = np.asarray(points, float), np.asarray(stored, float)
    way = np.abs(stored - stored[0]).max(axis=0)
    return float(np.max(np.abs(points - stored).max(axis=0) / np.where(way > 0, way, 1.0)))
