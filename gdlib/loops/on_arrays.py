"""The loop on arrays: any number of runs side by side, with whatever changes or watches their steps.

It does the same operations in the same order as the loop on floats, so a batch equals its runs one by one, to the bit.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gdlib.emit.as_numpy import compile_rule, in_double, shared
from gdlib.loops.plan import Plan
from gdlib.loops.record import LEFT, Record
from gdlib.points import Array, is_foreign
from gdlib.stopping import Moment
from gdlib.update_rule import Rule

_LOOK = 32
"""Steps between two looks whether any run of a batch goes on: each look waits for a GPU."""


def array_loop(f: Any, rule: Rule, plan: Plan) -> Record:
    """Any number of runs side by side, on arrays of shape (..., n)."""
    blocks = compile_rule(rule)
    schedule = copy.deepcopy(plan.schedule)  # its memory starts anew in each run
    value, gradient = _remembering(f, "f", -1), _remembering(f.grad, "f.grad", None)
    arrays = [name for name in rule.takes if name != "t"]
    given = dict.fromkeys(arrays, np.zeros_like(plan.start)) | {"theta": plan.start}
    hyper = {name: in_double(number) for name, number in plan.hyperparameters.items()}
    with np.errstate(all="ignore"):
        once = blocks.once(*hyper.values())
    factors = [(hyper | once)[factor] for factor in blocks.powers.values()]
    powers = [np.float64(1.0)] * len(factors)
    alive = np.ones_like(plan.start[..., 0], dtype=bool)
    steps = np.zeros_like(plan.start[..., 0], dtype=np.int64)
    ended = np.zeros_like(steps)
    path, times = [plan.start], [0]
    interrupted, t = False, 0

    def check_stops(before: Array | None) -> None:
        nonlocal alive, ended
        moment = Moment(given["theta"], before, value, gradient)
        for number, criterion in enumerate(plan.stop, 1):
            reached = alive & criterion.reached(moment)
            ended = np.where(reached, number, ended)
            alive = alive & ~reached

    with np.errstate(all="ignore"):
        try:
            check_stops(None)
            while t < plan.steps and ((t % _LOOK and alive.ndim) or bool(np.any(alive))):
                t += 1
                theta = given["theta"]
                powers = [power * factor for power, factor in zip(powers, factors, strict=True)]
                now = hyper
                if schedule is not None:
                    watched = value(theta) if plan.watches_value else None
                    now = hyper | {"lr": hyper["lr"] * _factor(schedule, t, watched, plan.start.shape[:-1])}
                numbers = shared(
                    blocks.numbers(*now.values(), *once.values(), *powers, np.float64(t)), plan.start.dtype
                )
                state = [given[name] for name in rule.state]
                point = theta if blocks.gradient_at is None else blocks.gradient_at(theta, *state, numbers)
                given["g"] = _disturbed(gradient(point), theta, plan)
                if "f" in given:
                    given["f"] = np.broadcast_to(value(theta)[..., None], theta.shape)
                outputs = blocks.step(*(given[name] for name in arrays), numbers)
                finite = np.isfinite(outputs[0]).all(axis=-1)
                ended = np.where(alive & ~finite, LEFT, ended)
                alive = alive & finite
                steps = steps + alive
                given["theta"] = np.where(alive[..., None], outputs[0], theta)
                given.update(zip(rule.state, outputs[1:], strict=True))
                check_stops(theta)
                if t % plan.keep == 0:
                    path.append(given["theta"])
                    times.append(t)
        except KeyboardInterrupt:
            interrupted = True
    return _record(path, times, given["theta"], steps, ended, interrupted)


def _record(path: list[Array], times: list[int], last: Array, steps: Array, ended: Array, interrupted: bool) -> Record:
    """The path cut where the last run ended, with its last point; runs that ended earlier repeat theirs."""
    reached = int(steps.max()) if steps.ndim else int(steps)
    while times[-1] > reached:
        del path[-1], times[-1]
    if times[-1] < reached:
        path.append(last)
        times.append(reached)
    return Record(np.stack(path), np.array(times), steps, ended, interrupted)


def _disturbed(g: Array, theta: Array, plan: Plan) -> Array:
    """The gradient with noise, then as the transform makes it, which may look at the point too."""
    if plan.noise and plan.generator is not None:
        draws = plan.noise * plan.generator.standard_normal(g.shape)
        g = g + np.asarray(draws.astype(g.dtype), like=g)
    if plan.transform is None:
        return g
    changed = plan.transform(g, theta) if plan.watches_point else plan.transform(g)
    if getattr(changed, "shape", None) != g.shape:
        came = getattr(changed, "shape", type(changed).__name__)
        raise ValueError(f"transform: must return a gradient of shape {g.shape}, got {came}")
    return changed


def _factor(schedule: Callable[..., Any], t: int, value: Array | None, runs: tuple[int, ...]) -> Array:
    factor: Any = schedule(t) if value is None else schedule(t, value)
    if is_foreign(factor) or (isinstance(factor, np.ndarray) and factor.ndim):
        if factor.shape != runs:
            raise ValueError(f"schedule: needs one factor, or one for each run (shape {runs}), got {factor.shape}")
        return factor[..., None]
    if isinstance(factor, np.ndarray):  # what np.where makes of two numbers
        factor = factor[()]
    if not isinstance(factor, float | int | np.floating | np.integer | np.bool_) or not math.isfinite(factor):
        raise ValueError(f"schedule: needs a finite factor on lr for each step, got {factor!r} at t = {t}")
    return np.float64(factor)


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
