"""The loop on Python's floats: one run whose points nothing looks at between its steps, as straight-line code."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from gdlib.emit.as_python import compiled_pair
from gdlib.loops.factors import factor_of
from gdlib.loops.plan import Plan
from gdlib.loops.record import LEFT, RUNNING, Record
from gdlib.update_rule import Rule

_CHUNK = 20_000
"""Steps between two thinnings of a path, when not every point is kept."""


def float_loop(f: Any, rule: Rule, plan: Plan) -> Record:
    """One run, as straight-line Python on floats."""
    made = compiled_pair(f, rule)
    resume = made["resume"]
    if plan.schedule is not None:
        resume = _scheduled(resume, plan.schedule, list(plan.hyperparameters).index("lr"))
    hyper = list(plan.hyperparameters.values())
    carried, t, interrupted = made["begin"](plan.start), 0, False
    path = [tuple(float(x) for x in plan.start)]
    kept, times, first = [], [], 0
    while True:
        last = min(plan.steps, t + _CHUNK)
        try:
            carried, t = resume(carried, t, last, path, hyper)
        except KeyboardInterrupt:
            interrupted = True
        reached = first + len(path) - 1
        over = interrupted or reached < last or last == plan.steps
        numbers = np.arange(first, reached + 1)
        wanted = (numbers % plan.keep == 0) & (numbers < reached)
        if over:
            wanted[-1] = True
        rows = np.array(path, dtype=np.float64)
        kept.append(rows[wanted])
        times.append(numbers[wanted])
        if over:
            ended = LEFT if reached < last and not interrupted else RUNNING
            return Record(np.concatenate(kept), np.concatenate(times), reached, ended, interrupted)
        path, first = path[-1:], reached


def _scheduled(resume: Callable[..., Any], schedule: Callable[..., Any], place: int) -> Callable[..., Any]:
    """`resume` one step at a time, each with what the schedule makes of lr, the hyperparameter at that place."""
    schedule = copy.deepcopy(schedule)  # its memory starts anew in each run

    def step_by_step(carried: Any, t: int, last: int, path: list[Any], hyper: list[float]) -> Any:
        now = list(hyper)
        with np.errstate(all="ignore"):
            while t < last:
                t += 1
                now[place] = float(hyper[place] * factor_of(schedule, t, None, ()))
                points = len(path)
                carried, _ = resume(carried, t - 1, t, path, now)
                if len(path) == points:  # the step left the finite numbers
                    break
        return carried, t

    return step_by_step
