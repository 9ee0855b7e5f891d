"""The loop on Python's floats: one run that nothing looks at between its steps, as straight-line code."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdlib.emit.as_python import compiled_pair
from gdlib.loops.plan import Plan
from gdlib.loops.record import LEFT, RUNNING, Record
from gdlib.update_rule import Rule

_CHUNK = 20_000
"""Steps between two thinnings of a path, when not every point is kept."""


def float_loop(f: Any, rule: Rule, plan: Plan) -> Record:
    """One run, as straight-line Python on floats."""
    made = compiled_pair(f, rule)
    hyper = list(plan.hyperparameters.values())
    carried, t, interrupted = made["begin"](plan.start), 0, False
    path = [tuple(float(x) for x in plan.start)]
    kept, times, first = [], [], 0
    while True:
        last = min(plan.steps, t + _CHUNK)
        try:
            carried, t = made["resume"](carried, t, last, path, hyper)
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
