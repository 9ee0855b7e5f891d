"""Reads the numbers that a caller gives, and names the argument, what was needed and what came if they will not do."""

from __future__ import annotations

import math
from typing import Any

MOST_STEPS = 10_000


def point(given: Any, argument: str) -> tuple[float, float]:
    """Two finite numbers."""
    try:
        numbers = [float(part) for part in given]
    except (TypeError, ValueError):
        raise TypeError(f"{argument}: needed two numbers, got {given!r}"[:300]) from None
    if len(numbers) != 2 or not all(math.isfinite(part) for part in numbers):
        raise ValueError(f"{argument}: needed two finite numbers, got {given!r}"[:300])
    return numbers[0], numbers[1]


def whole_steps(given: Any, argument: str) -> int:
    """A whole number from 1 to MOST_STEPS."""
    if isinstance(given, bool) or not isinstance(given, int):
        raise TypeError(f"{argument}: needed a whole number from 1 to {MOST_STEPS}, got {given!r}"[:300])
    if not 1 <= given <= MOST_STEPS:
        raise ValueError(f"{argument}: needed a whole number from 1 to {MOST_STEPS}, got {given}")
    return given
