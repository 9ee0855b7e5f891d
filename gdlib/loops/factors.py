"""What a schedule gives a step: a factor on lr, checked, the same for the loop on arrays and the loop on floats."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from gdlib.points import Array, is_foreign
from gdlib.trace.graph import depends_on
from gdlib.trace.powers import carried_powers
from gdlib.update_rule import Rule
from gdlib.vocabulary import as_float, in_short


def factor_of(schedule: Callable[..., Any], t: int, value: Array | None, runs: tuple[int, ...]) -> Array:
    """The factor at step t: a number, or one for each run with an axis for the coordinates; ValueError for others."""
    try:
        factor: Any = schedule(t) if value is None else schedule(t, value)
    except ValueError as error:
        if value is None or not runs or "truth value" not in str(error):
            raise
        raise ValueError(
            f"schedule: is given f as an array, one value for each run (shape {runs}), of which it asks whether it is "
            "true; write np.where(condition, one, other) in place of if"
        ) from error
    if is_foreign(factor) or (isinstance(factor, np.ndarray) and factor.ndim):
        if factor.shape != runs:
            each = f", or one for each run (shape {runs})" if runs else ""
            raise ValueError(f"schedule: needs one factor{each}, got {factor.shape}")
        return factor[..., None]
    if isinstance(factor, np.ndarray):  # what np.where makes of two numbers
        factor = factor[()]
    known = isinstance(factor, float | int | np.floating | np.integer | np.bool_)
    number = as_float("schedule", factor) if known else math.nan
    if not math.isfinite(number):
        raise ValueError(f"schedule: needs a finite factor on lr for each step, got {in_short(factor)} at t = {t}")
    return np.float64(number)


@lru_cache(maxsize=256)
def raises_lr(rule: Rule) -> bool:
    """Whether the rule has a power of lr to the step number, which is carried from the lr before any factor."""
    _, once, carried = carried_powers(rule.trace.outputs, rule.defaults)
    return "lr" in carried.values() or any(depends_on(node, {"lr"}) for node in once.values())
