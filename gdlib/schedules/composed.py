"""The schedules made of parts: before another, never below a number, again and again, or piece by piece."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from gdlib.arguments import number_between, watches_value, whole_number
from gdlib.points import as_number
from gdlib.schedules.decays import constant
from gdlib.schedules.schedule import Schedule, memory_of, step_of

_UNCHANGED = constant()


@dataclass(frozen=True)
class warm_up(Schedule):
    """t/steps for the first `steps` steps, then the schedule `then`, which counts its own steps from 1.

    So the first step has 1/steps of the step size, not 0, and step number `steps` the whole. `then` is a schedule of
    this module or any function of t, or of t and f, which then is the value at the point from which the step goes.

    Ση and Ση² are finite where those of `then` are. Source: goyal2017.

    >>> [warm_up(steps=4)(t) for t in (1, 2, 4, 5)]
    [0.25, 0.5, 1.0, 1.0]
    >>> from gdlib.schedules import inverse
    >>> [warm_up(steps=2, then=inverse())(t) for t in (1, 2, 3, 4, 5)]
    [0.5, 1.0, 1.0, 0.5, 0.3333333333333333]
    """

    steps: int
    then: Callable[..., Any] = _UNCHANGED

    def __post_init__(self) -> None:
        watches_value("then", self.then)
        self._keep(steps=whole_number("steps", self.steps))

    @property
    def watches_value(self) -> bool:
        return watches_value("then", self.then)

    def formula(self, t: Any) -> Any:
        # np.where computes both branches: `then` is not asked for steps before its first
        return np.where(t <= self.steps, t / self.steps, self.then(np.maximum(t - self.steps, 1)))

    @property
    def first_memory(self) -> Mapping[str, float]:
        return memory_of(self.then)

    def step(self, t: Any, f: Any, *memory: Any) -> tuple[Any, ...]:
        rising = t <= self.steps
        factor, *kept = step_of(self.then, np.maximum(t - self.steps, 1), f, *memory)
        # what `then` remembers begins when its turn has come
        remembered = (np.where(rising, old, new) for old, new in zip(memory, kept, strict=True))
        return (np.where(rising, t / self.steps, factor), *remembered)

    def __call__(self, t: Any, f: Any = None) -> Any:
        """The factor at step t; f is handed to a schedule `then` that wants it, once its turn has come."""
        if not self.watches_value:
            return super().__call__(t)
        return t / self.steps if t <= self.steps else self.then(t - self.steps, f)


@dataclass(frozen=True)
class floor(Schedule):
    """Another schedule, but never below `least`: max(schedule(t), least).

    `schedule` is one of this module or any function of t, or of t and f. With least > 0, Ση = ∞ and Ση² = ∞, whatever
    the schedule; with least = 0 they are its own.

    >>> from gdlib.schedules import inverse
    >>> [floor(inverse(), least=0.25)(t) for t in (1, 2, 4, 8)]
    [1.0, 0.5, 0.25, 0.25]
    """

    schedule: Callable[..., Any]
    least: float

    def __post_init__(self) -> None:
        watches_value("schedule", self.schedule)
        self._keep(least=number_between("least", self.least, 0))

    @property
    def watches_value(self) -> bool:
        return watches_value("schedule", self.schedule)

    def formula(self, t: Any) -> Any:
        return np.maximum(self.schedule(t), self.least)

    @property
    def first_memory(self) -> Mapping[str, float]:
        return memory_of(self.schedule)

    def step(self, t: Any, f: Any, *memory: Any) -> tuple[Any, ...]:
        factor, *kept = step_of(self.schedule, t, f, *memory)
        return (np.maximum(factor, self.least), *kept)

    def __call__(self, t: Any, f: Any = None) -> Any:
        """The factor at step t; f is handed to a schedule that wants it."""
        if not self.watches_value:
            return super().__call__(t)
        return as_number(np.maximum(self.schedule(t, f), self.least))


@dataclass(frozen=True)
class warm_restarts(Schedule):
    """Half a cosine from 1 towards `end` again and again: over `first` steps, then `multiply` times as many each time.

    In a cycle of T steps of which j are done: end + (1 − end)·(1 + cos(πj/T))/2. After its last step it starts at 1.

    Ση = ∞ and Ση² = ∞. Source: loshchilov2017; torch: CosineAnnealingWarmRestarts.

    >>> [warm_restarts(first=2)(t) for t in (1, 2, 3, 4, 5)]
    [1.0, 0.5, 1.0, 0.5, 1.0]
    >>> [t for t in range(1, 100) if warm_restarts(first=10, multiply=2)(t) == 1]
    [1, 11, 31, 71]
    """

    first: int
    multiply: int = 1
    end: float = 0.0

    def __post_init__(self) -> None:
        first, multiply = whole_number("first", self.first), whole_number("multiply", self.multiply)
        self._keep(first=first, multiply=multiply, end=number_between("end", self.end, 0))

    def formula(self, t: Any) -> Any:
        k, m = t - 1, float(self.multiply)
        if m == 1.0:
            steps = self.first
            done = k - steps * np.floor(k / steps)
        else:
            # Cycle number c starts at k = first·(mᶜ − 1)/(m − 1). Half a step more keeps the logarithm off whole
            # numbers, so that its round-off cannot put the first step of a cycle into the one before.
            cycle = np.floor(np.log((k + 0.5) * ((m - 1.0) / self.first) + 1.0) / math.log(m))
            steps = self.first * m**cycle
            done = k - (steps - self.first) / (m - 1.0)
        return self.end + (1.0 - self.end) * (0.5 * (1.0 + np.cos(math.pi * (done / steps))))


@dataclass(frozen=True)
class piecewise(Schedule):
    """By hand: `factors[0]` until `boundaries[0]` steps are done, then `factors[1]` until `boundaries[1]`, and so on.

    There is one factor more than there are boundaries; the last one stays. So Ση = ∞ and Ση² = ∞, unless it is 0.
    Boundaries count as torch's MultiStepLR does; keras's PiecewiseConstantDecay changes one step later.

    >>> [piecewise(boundaries=(2, 5), factors=(1.0, 0.5, 0.125))(t) for t in (1, 2, 3, 5, 6)]
    [1.0, 1.0, 0.5, 0.5, 0.125]
    """

    boundaries: tuple[int, ...]
    factors: tuple[float, ...]

    def __post_init__(self) -> None:
        steps, factors = _sequence("boundaries", self.boundaries), _sequence("factors", self.factors)
        if len(factors) != len(steps) + 1:
            raise ValueError(
                f"factors: needs one more than there are boundaries, {len(steps) + 1} for these, got {len(factors)}"
            )
        boundaries = tuple(whole_number("boundaries", step) for step in steps)
        if any(step >= following for step, following in pairwise(boundaries)):
            raise ValueError(f"boundaries: needs whole numbers in rising order, got {boundaries}")
        self._keep(boundaries=boundaries, factors=tuple(number_between("factors", factor, 0) for factor in factors))

    def formula(self, t: Any) -> Any:
        *earlier, last = self.factors
        factor = last * np.ones_like(t)
        for step, before in zip(reversed(self.boundaries), reversed(earlier), strict=True):
            factor = np.where(t <= step, before, factor)
        return factor


def _sequence(argument: str, values: Any) -> Sequence[Any]:
    if isinstance(values, str) or not isinstance(values, Sequence | np.ndarray):
        raise TypeError(f"{argument}: needs several numbers, such as (100, 200), got {type(values).__name__}")
    return list(values)
