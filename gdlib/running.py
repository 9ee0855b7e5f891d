"""Running a rule on an objective: `descend`, and the run that it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from gdlib.emit.printable import Formula
from gdlib.loops.factors import raises_lr
from gdlib.loops.on_arrays import array_loop
from gdlib.loops.on_floats import float_loop
from gdlib.loops.plan import Plan, plan_of
from gdlib.loops.record import LEFT, RUNNING, Record, halted
from gdlib.points import Array, is_foreign, lengths
from gdlib.second_order.method import Method
from gdlib.stopping import Criterion
from gdlib.update_rule import Rule

_FEW, _MANY = 20, 500
"""Coordinates up to which a run of any length, and a long one, goes as straight-line Python.

Its steps take a third to a twentieth of the time of NumPy's at any of these numbers, but its lines must be made first,
once for each pair of an objective and a rule: 0.1 to 1.5 ms a coordinate. For few that is soon over, however short the
run; beyond many a reader would wait for half a second and more before the first step.
"""
_LONG = 400
"""Steps in which a run saves what its lines took to make: 40 to 350, as measured, for Adam on a bowl up to 700."""


class Run:
    """What `descend` returns.

    `path` holds the kept points, start first, shape (kept, n), for a batch (kept, ..., n), and `t` their step numbers;
    `values` and `grad_norms` match it entry for entry (of the objective itself: no noise, no transform). `steps` were
    taken, and `reason` says why the run ended: "steps", "stopped: <criterion>", "left the finite numbers at step k" or
    "interrupted"; a method that cannot go on gives its own, as "stopped: singular Hessian". For a batch, `steps` and
    `reason` are arrays, and a run that has ended repeats its last point.
    """

    def __init__(self, f: Any, rule: Rule | Method, plan: Plan, record: Record) -> None:
        self.objective = f
        self.rule = rule
        self.start = plan.start
        self.hyperparameters: Mapping[str, float] = plan.hyperparameters
        self.path: Array = record.path
        self.t: Array = record.t
        self._record = record
        self._plan = plan

    @cached_property
    def values(self) -> Array:
        """The objective along the path, shape (kept, ...)."""
        with np.errstate(all="ignore"):
            return _as_array(self.objective(self.path))

    @cached_property
    def grad_norms(self) -> Array:
        """The Euclidean norm of the gradient along the path, shape (kept, ...)."""
        with np.errstate(all="ignore"):
            return lengths(_as_array(self.objective.grad(self.path)))

    @property
    def steps(self) -> Any:
        """Steps taken, to a finite point each: a number, for a batch an array."""
        return int(self._record.steps) if self.start.ndim == 1 else self._record.steps

    @cached_property
    def reason(self) -> Any:
        """Why the run ended: a sentence, for a batch an array of sentences."""
        if self.start.ndim == 1:
            return self._in_words(int(self._record.ended), int(self._record.steps))
        ended, steps = (values.get() if hasattr(values, "get") else values
                        for values in (self._record.ended, self._record.steps))  # fmt: skip
        words = [self._in_words(int(e), int(s)) for e, s in zip(ended.ravel(), steps.ravel(), strict=True)]
        return np.array(words, dtype=object).reshape(ended.shape)

    def _in_words(self, ended: int, steps: int) -> str:
        if ended == LEFT:
            return f"left the finite numbers at step {steps + 1}"
        if ended < LEFT:
            return f"stopped: {self._record.words[halted(ended)]}"
        if ended != RUNNING:
            return f"stopped: {self._plan.stop[ended - 1].name}"
        return "interrupted" if self._record.interrupted else "steps"

    def __repr__(self) -> str:
        name = getattr(self.objective, "name", None) or getattr(self.objective, "title", "f")
        many = "" if self.start.ndim == 1 else f" of shape {self.start.shape[:-1]}"
        ended = f", {self.steps} steps, ended: {self.reason}" if self.start.ndim == 1 else ""
        return f"<run{many}: {self.rule.name} on {name}{ended}>"


def _as_array(values: Any) -> Array:
    return values if is_foreign(values) else np.asarray(values)


def descend(
    f: Any,
    rule: Rule | Method,
    start: Any,
    *,
    steps: int,
    schedule: Callable[..., Any] | None = None,
    stop: Criterion | Sequence[Criterion] | None = None,
    transform: Callable[..., Array] | None = None,
    noise: float = 0.0,
    seed: int | np.random.Generator | None = None,
    keep: int = 1,
    **hyperparameters: float,
) -> Run:
    """Run a rule or a method on an objective from a start of shape (n,), or from many at once, of shape (..., n).

    Exactly `steps` steps are taken unless `stop` (a criterion of gd.stopping, or several) or a point that is not finite
    ends the run. `schedule(t)`, or `schedule(t, f)` with the value at theta, is a factor on lr (gd.schedules). To each
    gradient is added normal noise of standard deviation `noise` (which needs `seed`), then `transform(g)` is applied
    (gd.clip_norm(1.0)), or `transform(g, theta)`, which also gets the point from which the step goes, wherever the rule
    takes its gradient: `lambda g, theta: g + 0.01 * theta` is the penalty 0.005·‖theta‖². `keep=k` keeps every k-th
    point; the start and the last point are always kept.

    A method (gd.methods) works with f's own derivatives: it takes no noise and no transform, and some need f.hess or a
    sum of squares.

    Raises TypeError or ValueError before any work; the first line says which argument, what was needed and what came.
    Divergence is no error: the run says at which step it left the finite numbers.

    >>> import gdlib as gd
    >>> run = descend(gd.objectives.bowl, gd.rules.gradient_descent, start=(1.0, 2.0), steps=3, lr=0.25)
    >>> run.path
    array([[1.   , 2.   ],
           [0.5  , 1.   ],
           [0.25 , 0.5  ],
           [0.125, 0.25 ]])
    >>> run.reason
    'steps'
    """
    plan = plan_of(f, rule, start, steps, schedule, stop, transform, noise, seed, keep, hyperparameters)
    if isinstance(rule, Rule) and _on_floats(f, rule, plan):
        return Run(f, rule, plan, float_loop(f, rule, plan))
    return Run(f, rule, plan, array_loop(f, rule, plan))


def _on_floats(f: Any, rule: Rule, plan: Plan) -> bool:
    """Whether the run goes as straight-line Python: one run of a formula whose points nothing looks at, if it pays."""
    return (
        plan.is_plain
        and isinstance(f, Formula)
        and type(plan.start) is np.ndarray
        and plan.start.dtype == np.float64
        and plan.start.ndim == 1
        and len(plan.start) <= (_FEW if plan.steps < _LONG else _MANY)
        and (plan.schedule is None or not raises_lr(rule))
    )
