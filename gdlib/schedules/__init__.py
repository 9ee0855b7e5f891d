"""Step-size schedules: the factor on lr at each step, as a formula of the step number.

A schedule is called as `schedule(t)` with t = 1 at the first step, as `descend` counts. Its formula is written in
k = t − 1, the number of steps already done, so that the first step has k = 0 and, unless it warms up, factor 1. What
is given in steps is a whole number; factors have no unit. t may be a number or an array; a number gives a float.

Each says whether the step sizes η = lr·factor have Ση = ∞ (far enough to reach anything) and Ση² < ∞ (calm enough for
noise to average out): the conditions of robbins1951, which matter where gradients are noisy.

>>> import gdlib as gd
>>> schedule = warm_up(steps=4, then=cosine(steps=96))
>>> gd.descend(gd.objectives.rosenbrock, gd.rules.adam, (-1.5, 2.0), steps=100, lr=0.1, schedule=schedule).steps
100
>>> schedule
warm_up(steps=4, then=cosine(steps=96, end=0.0))
"""

from gdlib.schedules.composed import floor, piecewise, warm_restarts, warm_up
from gdlib.schedules.decays import (
    constant,
    cosine,
    exponential,
    inverse,
    inverse_root,
    inverse_square,
    linear,
    per_epoch,
    polynomial,
    staircase,
)
from gdlib.schedules.plateau import reduce_on_plateau
from gdlib.schedules.schedule import Schedule

__all__ = [
    "Schedule", "constant", "cosine", "exponential", "floor", "inverse", "inverse_root", "inverse_square", "linear",
    "per_epoch", "piecewise", "polynomial", "reduce_on_plateau", "staircase", "warm_restarts", "warm_up",
]  # fmt: skip
