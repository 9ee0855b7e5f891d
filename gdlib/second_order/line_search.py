"""Line searches: how far to go along a direction, by Armijo's condition or by the strong Wolfe conditions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from gdlib.points import Array
from gdlib.second_order.method import Halt

Value = Callable[[Array], Any]

UPHILL = "the direction does not lead downhill"
NOTHING_LOWER = "the line search finds no value low enough"
_TRIALS = 1000
"""More than any search needs: a halved step is lost in rounding after about sixty."""
_NARROWINGS = 60
"""Trials within a bracket, after which what is left of it is rounding."""
_FURTHEST = 1e10
"""How many times the first trial a search will go before it calls the function unbounded."""


def slope_along(g: Array, p: Array) -> float:
    """The slope along p; Halt unless it is negative."""
    slope = float(g @ p)
    if not slope < 0 or math.isinf(slope):
        raise Halt(UPHILL if slope >= 0 else "the direction is not finite")
    return slope


def backtracked(value: Value, f: float, g: Array, theta: Array, p: Array, c1: float, shrink: float) -> float:
    """The first of 1, shrink, shrink², … at which the value has fallen by at least c1 times what the slope promises.

    A gradient of exactly zero gives 0: there is nothing to do. Halt where p does not go downhill or no value is low
    enough.

    Equations:
        a = shrink**j
        j = smallest(value(theta + a * p) <= f + c1 * a * (g @ p))

    >>> import numpy as np
    >>> theta, p = np.array([1.0]), np.array([-8.0])
    >>> backtracked(lambda x: x @ x, 1.0, np.array([2.0]), theta, p, c1=1e-4, shrink=0.5)  # at -7, -3, -1, 0
    0.125
    """
    if not g.any():
        return 0.0
    slope = slope_along(g, p)
    step = 1.0
    for _ in range(_TRIALS):
        if (theta + step * p == theta).all():
            break
        if value(theta + step * p) <= f + c1 * step * slope:
            return step
        step *= shrink
    raise Halt(NOTHING_LOWER)


class _Trial(NamedTuple):
    """A step along the direction, with the value and the slope there."""

    step: float
    value: float
    slope: float


def strong_wolfe(
    value: Value, gradient: Value, f: float, g: Array, theta: Array, p: Array, c1: float, c2: float, first: float = 1.0
) -> float:
    """A step along p with enough descent, φ(a) ≤ φ(0) + c1·a·φ'(0), and a slope small enough, |φ'(a)| ≤ c2·|φ'(0)|.

    Bracketing, then cubic interpolation within the bracket (nocedal2006, algorithms 3.5 and 3.6); `first` is tried
    first. A gradient of exactly zero gives 0. Halt where p does not go downhill, or no such step is found.

    Equations:
        a = such_that(a > 0, value(theta + a*p) <= f + c1*a*(g @ p), abs(gradient(theta + a*p) @ p) <= c2*abs(g @ p))

    >>> import numpy as np
    >>> theta, p = np.array([1.0]), np.array([-0.25])
    >>> a = strong_wolfe(lambda x: x @ x, lambda x: 2 * x, 1.0, np.array([2.0]), theta, p, c1=1e-4, c2=0.1)
    >>> abs(2 * (1 - 0.25 * a)) <= 0.1 * 2
    True
    """
    if not g.any():
        return 0.0
    start = _Trial(0.0, float(f), slope_along(g, p))
    if not first > 0 or math.isinf(first):
        raise Halt("the direction is not finite")

    def trial(step: float) -> _Trial:
        point = theta + step * p
        return _Trial(step, float(value(point)), float(gradient(point) @ p))

    def too_high(one: _Trial) -> bool:
        return not one.value <= start.value + c1 * one.step * start.slope  # nan is too high

    def flat_enough(one: _Trial) -> bool:
        return abs(one.slope) <= -c2 * start.slope

    before, step = start, first
    while step <= _FURTHEST * first:
        now = trial(step)
        if too_high(now) or (before is not start and now.value >= before.value):
            return _zoom(before, now, trial, too_high, flat_enough)
        if flat_enough(now):
            return now.step
        if now.slope >= 0:
            return _zoom(now, before, trial, too_high, flat_enough)
        if not math.isfinite(now.slope):
            raise Halt("the gradient is not finite along the direction")
        before, step = now, 2.0 * step
    raise Halt("the value falls without end along the direction")


def _zoom(
    low: _Trial, high: _Trial, trial: Callable[[float], _Trial],
    too_high: Callable[[_Trial], bool], flat_enough: Callable[[_Trial], bool],
) -> float:  # fmt: skip
    """A good step between two trials: `low` is the lower one, and from it the function falls towards `high`."""
    for _ in range(_NARROWINGS):
        step = _between(low, high)
        if step in (low.step, high.step):
            break
        now = trial(step)
        if too_high(now) or now.value >= low.value:
            high = now
            continue
        if flat_enough(now):
            return now.step
        if now.slope * (high.step - low.step) >= 0:
            high = low
        low = now
    raise Halt(NOTHING_LOWER)


def _between(low: _Trial, high: _Trial) -> float:
    """The minimum of the cubic through both trials, kept off the ends by a tenth; the middle where there is none."""
    width = high.step - low.step
    middle = low.step + 0.5 * width
    if not (math.isfinite(high.value) and math.isfinite(high.slope)):
        return middle
    bend = low.slope + high.slope - 3.0 * (low.value - high.value) / (low.step - high.step)
    square = bend * bend - low.slope * high.slope
    if not square >= 0.0:
        return middle
    root = math.copysign(math.sqrt(square), width)
    divisor = high.slope - low.slope + 2.0 * root
    if divisor == 0.0:
        return middle
    step = high.step - width * (high.slope + root - bend) / divisor
    part = (step - low.step) / width
    return low.step + min(max(part, 0.1), 0.9) * width if math.isfinite(part) else middle
