"""The schedules that are one formula of the step number: constant, decaying for ever, or decaying to an end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlib.arguments import number_between, whole_number
from gdlib.schedules.schedule import Schedule


def _done(t: Any, steps: int) -> Any:
    """The share of the way that is done: 0 at the first step, 1 after `steps` steps."""
    return np.minimum((t - 1) / steps, 1.0)


@dataclass(frozen=True)
class constant(Schedule):
    """The same factor at every step: 1 unless another is given.

    Ση = ∞ and Ση² = ∞: with noise the run comes near and stays restless.

    >>> constant()(1), constant(0.5)(99)
    (1.0, 0.5)
    """

    factor: float = 1.0

    def __post_init__(self) -> None:
        self._keep(factor=number_between("factor", self.factor, 0))

    def formula(self, t: Any) -> Any:
        return self.factor * np.ones_like(t)


@dataclass(frozen=True)
class inverse(Schedule):
    """1/(1 + rate·k), "inverse time"; rate is per step, and rate = 1/steps_per_epoch counts in epochs.

    Ση = ∞ and Ση² < ∞: the conditions of Robbins and Monro hold. Source: robbins1951.

    >>> [inverse()(t) for t in (1, 2, 4)]
    [1.0, 0.5, 0.25]
    """

    rate: float = 1.0

    def __post_init__(self) -> None:
        self._keep(rate=number_between("rate", self.rate, 0, open_low=True))

    def formula(self, t: Any) -> Any:
        return 1.0 / (1.0 + self.rate * (t - 1))


@dataclass(frozen=True)
class inverse_square(inverse):
    """1/(1 + rate·k)²; rate is per step.

    Ση < ∞ and Ση² < ∞: the whole way is bounded (rate = 1: π²/6 steps of the first size), so a run may stop short.

    >>> [inverse_square()(t) for t in (1, 2, 4)]
    [1.0, 0.25, 0.0625]
    """

    def formula(self, t: Any) -> Any:
        divisor = 1.0 + self.rate * (t - 1)
        return 1.0 / (divisor * divisor)


@dataclass(frozen=True)
class inverse_root(inverse):
    """1/√(1 + rate·k), with rate = 1 1/√t; rate is per step, and rate = 1/steps_per_epoch counts in epochs.

    Ση = ∞ and Ση² = ∞: the second condition of Robbins and Monro fails, narrowly. Source: zinkevich2003.

    >>> [inverse_root()(t) for t in (1, 4, 16)]
    [1.0, 0.5, 0.25]
    """

    def formula(self, t: Any) -> Any:
        return 1.0 / np.sqrt(1.0 + self.rate * (t - 1))


@dataclass(frozen=True)
class exponential(Schedule):
    """e^(−rate·k): each step has e^(−rate) of the step size before; rate is per step.

    Ση < ∞ and Ση² < ∞: the whole way is 1/(1 − e^(−rate)) steps of the first size.

    >>> exponential(rate=0.5)(1), exponential(rate=0.5)(3) == np.exp(-1.0)
    (1.0, True)
    """

    rate: float

    def __post_init__(self) -> None:
        self._keep(rate=number_between("rate", self.rate, 0, open_low=True))

    def formula(self, t: Any) -> Any:
        return np.exp(-self.rate * (t - 1))


@dataclass(frozen=True)
class per_epoch(Schedule):
    """decay^epoch, with epoch = ⌊k/steps_per_epoch⌋ from 0: such as 0.95^epoch and 0.98^epoch.

    Ση < ∞ and Ση² < ∞: the whole way is steps_per_epoch/(1 − decay) steps of the first size.

    >>> [per_epoch(0.5, steps_per_epoch=10)(t) for t in (1, 10, 11, 21)]
    [1.0, 1.0, 0.5, 0.25]
    """

    decay: float
    steps_per_epoch: int

    def __post_init__(self) -> None:
        decay = number_between("decay", self.decay, 0, 1, open_low=True)
        self._keep(decay=decay, steps_per_epoch=whole_number("steps_per_epoch", self.steps_per_epoch))

    def formula(self, t: Any) -> Any:
        return self.decay ** np.floor((t - 1) / self.steps_per_epoch)


@dataclass(frozen=True)
class staircase(Schedule):
    """factor^⌊k/every⌋: multiplied by `factor` after each `every` steps (0.1 leaves a tenth; it does not take one off).

    Ση < ∞ and Ση² < ∞: the whole way is every/(1 − factor) steps of the first size. torch: StepLR.

    >>> [staircase(every=100, factor=0.5)(t) for t in (1, 100, 101, 201)]
    [1.0, 1.0, 0.5, 0.25]
    """

    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        factor = number_between("factor", self.factor, 0, 1, open_low=True)
        self._keep(every=whole_number("every", self.every), factor=factor)

    def formula(self, t: Any) -> Any:
        return self.factor ** np.floor((t - 1) / self.every)


@dataclass(frozen=True)
class linear(Schedule):
    """1 − (1 − end)·k/steps down a straight line to `end`, and `end` ever after.

    Ση < ∞ and Ση² < ∞ with end = 0, where the run comes to rest after (steps + 1)/2 steps of the first size; with
    end > 0 both are ∞. Source: goodfellow2016, section 8.3.1; torch: LinearLR from 1.

    >>> [linear(steps=4)(t) for t in (1, 2, 3, 4, 5, 6)]
    [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    """

    steps: int
    end: float = 0.0

    def __post_init__(self) -> None:
        self._keep(steps=whole_number("steps", self.steps), end=number_between("end", self.end, 0))

    def formula(self, t: Any) -> Any:
        return self.end + (1.0 - self.end) * (1.0 - _done(t, self.steps))


@dataclass(frozen=True)
class polynomial(Schedule):
    """end + (1 − end)·(1 − k/steps)^power, and `end` ever after; power = 1 is linear.

    Ση < ∞ and Ση² < ∞ with end = 0, where the run comes to rest; with end > 0 both are ∞. torch: PolynomialLR.

    >>> [polynomial(steps=4)(t) for t in (1, 2, 3, 4, 5, 6)]
    [1.0, 0.5625, 0.25, 0.0625, 0.0, 0.0]
    """

    steps: int
    power: float = 2.0
    end: float = 0.0

    def __post_init__(self) -> None:
        power = number_between("power", self.power, 0, open_low=True)
        self._keep(steps=whole_number("steps", self.steps), power=power, end=number_between("end", self.end, 0))

    def formula(self, t: Any) -> Any:
        left = 1.0 - _done(t, self.steps)
        # a square is a product, which every machine rounds alike
        powered = np.where(self.power == 2.0, left * left, left**self.power)
        return self.end + (1.0 - self.end) * powered


@dataclass(frozen=True)
class cosine(Schedule):
    """end + (1 − end)·(1 + cos(πk/steps))/2, and `end` ever after: slow at first and at last.

    Ση < ∞ and Ση² < ∞ with end = 0, where the run comes to rest after (steps + 1)/2 steps of the first size; with
    end > 0 both are ∞. Source: loshchilov2017; torch: CosineAnnealingLR, which rises again after `steps`.

    >>> [cosine(steps=2, end=0.5)(t) for t in (1, 2, 3, 4)]
    [1.0, 0.75, 0.5, 0.5]
    """

    steps: int
    end: float = 0.0

    def __post_init__(self) -> None:
        self._keep(steps=whole_number("steps", self.steps), end=number_between("end", self.end, 0))

    def formula(self, t: Any) -> Any:
        return self.end + (1.0 - self.end) * (0.5 * (1.0 + np.cos(math.pi * _done(t, self.steps))))
