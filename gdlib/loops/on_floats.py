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
from gdlib.points import Array
from gdlib.update_rule import Rule

_NUMBERS = 40_000
"""Coordinates of points that wait to be thinned: as Python's floats they take 32 bytes each, four times an array's."""


def float_loop(f: Any, rule: Rule, plan: Plan) -> Record:
    """One run, as straight-line Python on floats."""
    at_once = max(1, _NUMBERS // len(plan.start))
    path, first, t, last, interrupted = [tuple(map(float, plan.start))], 0, 0, 0, False
    # Each part stands under its first step, so that one in whose thinning an interrupt falls is thinned once more.
    parts: dict[int, tuple[Array, Array]] = {}
    try:
        made = compiled_pair(f, rule)
        resume = made["resume"]
        if plan.schedule is not None:
            resume = _scheduled(resume, plan.schedule, list(plan.hyperparameters).index("lr"))
        hyper = list(plan.hyperparameters.values())
        carried = made["begin"](plan.start)
        while True:
            last = min(plan.steps, t + at_once)
            carried, t = resume(carried, t, last, path, hyper)
            if first + len(path) <= last or last == plan.steps:
                break
            parts[first] = _thinned(path[:-1], first, plan.keep)
            path, first = path[-1:], t
    except KeyboardInterrupt:
        interrupted = True
    parts[first] = _thinned(path, first, plan.keep, last=True)
    reached = first + len(path) - 1
    rows, numbers = zip(*parts.values(), strict=True)
    ended = LEFT if reached < last and not interrupted else RUNNING
    return Record(np.concatenate(rows), np.concatenate(numbers), reached, ended, interrupted)


def _thinned(path: list[tuple[float, ...]], first: int, keep: int, last: bool = False) -> tuple[Array, Array]:
    """Every keep-th point with its step number, of points from step `first` on; with `last` the last one too."""
    wanted = list(range(-first % keep, len(path), keep))
    if last and wanted[-1:] != [len(path) - 1]:
        wanted.append(len(path) - 1)
    rows = np.array([path[place] for place in wanted], dtype=np.float64).reshape(len(wanted), len(path[0]))
    return rows, np.array(wanted, dtype=np.int64) + first


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
