"""The schedule that looks at the run: it lowers the step size when the value has stopped falling."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from gdlib.arguments import number_between, whole_number
from gdlib.points import Array, as_number
from gdlib.vocabulary import as_float


class _Memory(NamedTuple):
    """What is known after a step, an entry for each run: the best value so far, waits, and the factor in force."""

    best: Array
    bad: Array  # steps since the value was last better
    resting: Array  # steps of the cooldown that are left
    now: Array


@dataclass
class reduce_on_plateau:  # called like a function: gd.schedules.reduce_on_plateau()
    r"""Multiply by `factor` when more than `patience` steps in a row have brought no better value.

    f is better if f < best − threshold·|best|, or, with relative=False, if f < best − threshold. After a reduction the
    next `cooldown` steps do not count as bad. The factor on lr starts at 1 and does not fall below `least`.

    `schedule(t, f)` is called once for each step t = 1, 2, … with the value f at the point from which the step goes;
    `patience` and `cooldown` are in steps. In a batch f has one entry for each run, and so has the factor: each run is
    treated as if it were alone. The memory starts anew at t = 1, and `descend` copies the schedule for each run.

    Ση = ∞ and Ση² = ∞ with least > 0; with least = 0 it depends on the run. Where f itself is noisy (mini-batches), the
    best value is the luckiest one, and those that follow look worse than they are.

    Source: krizhevsky2012, by hand there ("divide by 10 when the validation error stops improving"); the details are
    torch's ReduceLROnPlateau with mode="min" and eps=0, save that torch's relative threshold is best·(1 − threshold),
    which for a best value below 0 takes worse values for better ones.

    >>> schedule = reduce_on_plateau(factor=0.5, patience=1)
    >>> [schedule(t, f) for t, f in enumerate([8.0, 4.0, 4.0, 5.0, 3.0, 3.0, 3.0], start=1)]
    [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25]
    """

    factor: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    cooldown: int = 0
    least: float = 0.0
    relative: bool = True
    _memory: _Memory | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.factor = number_between("factor", self.factor, 0, 1, open_low=True)
        self.patience = whole_number("patience", self.patience, least=0)
        self.threshold = number_between("threshold", self.threshold, 0)
        self.cooldown = whole_number("cooldown", self.cooldown, least=0)
        self.least = number_between("least", self.least, 0, 1, open_high=False)
        if not isinstance(self.relative, bool):
            raise TypeError(f"relative: needs True or False, got {type(self.relative).__name__} {self.relative!r}")

    @property
    def watches_value(self) -> bool:
        """That it is to be called with the value at the point from which step t goes."""
        return True

    @property
    def first_memory(self) -> Mapping[str, float]:
        """What it keeps between steps, as it stands before the first."""
        return {"best": math.inf, "bad": 0.0, "resting": 0.0, "now": 1.0}

    def __call__(self, t: int, f: Array) -> Array:
        """The factor for step t, whose point has the value f: a number, for a batch an array of the shape of f."""
        f = as_float("f", f) if isinstance(f, int) else 1.0 * f  # no whole number is inf, where the best value begins
        if self._memory is None or t == 1:
            none = np.zeros_like(f, dtype=np.int64)
            self._memory = _Memory(np.full_like(f, np.inf), none, none, np.ones_like(f, dtype=np.float64))
        now, *memory = self.step(t, f, *self._memory)
        self._memory = _Memory(*memory)
        return as_number(now)

    def step(self, t: Any, f: Any, *memory: Any) -> tuple[Any, ...]:
        """The factor for step t and the memory after it, in operations that take numbers, arrays and nodes."""
        best, bad, resting, now = memory
        # From inf any finite value is an improvement; the inner where keeps inf − inf away.
        size = np.where(np.abs(best) < math.inf, np.abs(best), 0.0)
        margin = self.threshold * size if self.relative else self.threshold
        better = f < best - margin
        best = np.where(better, f, best)
        bad = np.where(better | (resting > 0), 0, bad + 1)
        resting = np.maximum(resting - 1, 0)
        due = bad > self.patience
        now = np.where(due, np.maximum(now * self.factor, self.least), now)
        return now, best, np.where(due, 0, bad), np.where(due, self.cooldown, resting), now
