"""The loop on arrays: any number of runs side by side, with whatever changes or watches their steps.

It does the same operations in the same order as the loop on floats, so a batch equals its runs one by one, to the bit.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from gdlib.emit.as_numpy import in_double
from gdlib.loops.factors import factor_of
from gdlib.loops.method_steps import MethodSteps
from gdlib.loops.plan import Plan
from gdlib.loops.record import Record
from gdlib.loops.rule_steps import RuleSteps
from gdlib.points import Array, is_foreign
from gdlib.second_order.method import Method
from gdlib.stopping import Moment
from gdlib.update_rule import Rule

_LOOK = 32
"""Steps between two looks whether any run of a batch goes on: each look waits for a GPU."""


def array_loop(f: Any, rule: Rule | Method, plan: Plan) -> Record:
    """Any number of runs side by side, on arrays of shape (..., n)."""
    schedule = copy.deepcopy(plan.schedule)  # its memory starts anew in each run
    value, gradient = _remembering(f, "f", -1), _remembering(f.grad, "f.grad", None)
    hyper = {name: in_double(number) for name, number in plan.hyperparameters.items()}
    steps_of: RuleSteps | MethodSteps = (
        MethodSteps(f, rule, plan, value, gradient) if isinstance(rule, Method)
        else RuleSteps(rule, plan, value, gradient)
    )  # fmt: skip
    theta = plan.start
    alive = np.ones_like(theta[..., 0], dtype=bool)
    steps = np.zeros_like(theta[..., 0], dtype=np.int64)
    ended = np.zeros_like(steps)
    path, times = [theta], [0]
    interrupted, t = False, 0

    def check_stops(before: Array | None) -> None:
        nonlocal alive, ended
        moment = Moment(theta, before, value, gradient)
        for number, criterion in enumerate(plan.stop, 1):
            reached = alive & criterion.reached(moment)
            ended = np.where(reached, number, ended)
            alive = alive & ~reached

    with np.errstate(all="ignore"):
        try:
            check_stops(None)
            while t < plan.steps and ((t % _LOOK and alive.ndim) or bool(np.any(alive))):
                t += 1
                now = hyper
                if schedule is not None:
                    watched = value(theta) if plan.watches_value else None
                    now = hyper | {"lr": hyper["lr"] * factor_of(schedule, t, watched, plan.start.shape[:-1])}
                moved = steps_of.step(t, theta, now, alive)
                finite = np.isfinite(moved).all(axis=-1)
                ended = np.where(alive & ~finite, steps_of.ended_as, ended)
                alive = alive & finite
                steps = steps + alive
                before, theta = theta, np.where(alive[..., None], moved, theta)
                check_stops(before)
                if t % plan.keep == 0:
                    path.append(theta)
                    times.append(t)
        except KeyboardInterrupt:
            interrupted = True
    return _record(path, times, theta, steps, ended, interrupted, steps_of.words)


def _record(
    path: list[Array], times: list[int], last: Array, steps: Array, ended: Array, interrupted: bool,
    words: tuple[str, ...],
) -> Record:  # fmt: skip
    """The path cut where the last run ended, with its last point; runs that ended earlier repeat theirs."""
    reached = int(steps.max()) if steps.ndim else int(steps)
    while times[-1] > reached:
        del path[-1], times[-1]
    if times[-1] < reached:
        path.append(last)
        times.append(reached)
    return Record(np.stack(path), np.array(times), steps, ended, interrupted, words)


def _remembering(function: Callable[[Array], Array], name: str, axes: int | None) -> Callable[[Array], Array]:
    """The function, which answers at once for the array it had last: a criterion and the rule may ask for the same.

    A list or a number of Python, from an objective that a reader has written, becomes an array of the points' type.
    """
    last: list[Any] = [None, None]

    def remembered(points: Array) -> Array:
        if points is not last[0]:
            result = function(points)
            result = result if is_foreign(result) else np.asarray(result, dtype=points.dtype)[()]
            if result.shape != points.shape[:axes]:
                raise ValueError(f"{name}: needs shape {points.shape[:axes]} for these points, got {result.shape}")
            last[:] = points, result
        return last[1]

    return remembered
