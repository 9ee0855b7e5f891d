"""Stopping criteria: when a run has come far enough, each with what it promises and what it does not."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from gdlib.points import Array, lengths
from gdlib.vocabulary import as_float, in_short


class Moment(NamedTuple):
    """Where a run stands: points (..., n) now and one step before (None at the start), and how to measure there."""

    now: Array
    before: Array | None
    value: Callable[[Array], Array]
    gradient: Callable[[Array], Array]


@dataclass(frozen=True)
class Criterion:
    """A stopping criterion: `reached(moment)` says, run by run, whether it holds; `name` is given as the reason."""

    name: str
    bound: float
    reached: Callable[[Moment], Array]

    def __repr__(self) -> str:
        return f"{self.name}({self.bound!r})"


def _never(points: Array) -> Array:
    return np.zeros_like(points[..., 0], dtype=bool)


def _tolerance(argument: str, tol: Any) -> float:
    if isinstance(tol, bool) or not isinstance(tol, float | int | np.floating | np.integer):
        raise TypeError(f"{argument}: needs a tolerance, a number >= 0, got {type(tol).__name__}")
    bound = as_float(argument, tol)
    if not (math.isfinite(bound) and bound >= 0):
        raise ValueError(f"{argument}: needs a finite tolerance >= 0, got {in_short(tol)}")
    return bound


def grad_norm(tol: float) -> Criterion:
    """Stop where the gradient's norm is at most `tol`: near a stationary point, whatever its kind.

    It bounds the distance to a minimum only where the curvature is bounded below. Noise and clipping do not enter.

    >>> import gdlib as gd
    >>> gd.descend(gd.objectives.bowl, gd.rules.gradient_descent, (1, 1), steps=999, lr=0.25, stop=grad_norm(0.1)).steps
    5
    """
    bound = _tolerance("grad_norm", tol)
    return Criterion("grad_norm", bound, lambda moment: lengths(moment.gradient(moment.now)) <= bound)


def value_change(tol: float) -> Criterion:
    """Stop after a step that changed the value by at most `tol`, up or down: the run is slow, not near a minimum."""
    bound = _tolerance("value_change", tol)

    def reached(moment: Moment) -> Array:
        if moment.before is None:
            return _never(moment.now)
        return np.abs(moment.value(moment.now) - moment.value(moment.before)) <= bound

    return Criterion("value_change", bound, reached)


def step_change(tol: float) -> Criterion:
    """Stop after a step of length at most `tol`: the run is slow; a small step size alone brings that about."""
    bound = _tolerance("step_change", tol)

    def reached(moment: Moment) -> Array:
        return _never(moment.now) if moment.before is None else lengths(moment.now - moment.before) <= bound

    return Criterion("step_change", bound, reached)


def value_below(level: float) -> Criterion:
    """Stop where the value is at most `level`: what was asked for is there, if the level can be reached at all."""
    if isinstance(level, bool) or not isinstance(level, float | int | np.floating | np.integer):
        raise TypeError(f"value_below: needs a number, got {type(level).__name__}")
    bound = as_float("value_below", level)
    if not math.isfinite(bound):
        raise ValueError(f"value_below: needs a finite number, got {level!r}")
    return Criterion("value_below", bound, lambda moment: moment.value(moment.now) <= bound)
