"""Reads the numbers that a caller gives, and names the argument, what was needed and what came if they will not do."""

from __future__ import annotations

import math
import numbers
from typing import Any

MOST_STEPS = 10_000


def point(given: Any, argument: str) -> tuple[float, float]:
    """Two finite numbers."""
    try:
        parts = [float(part) for part in given]
    except (TypeError, ValueError):
        raise TypeError(f"{argument}: needed two numbers, got {given!r}"[:300]) from None
    if len(parts) != 2 or not all(math.isfinite(part) for part in parts):
        raise ValueError(f"{argument}: needed two finite numbers, got {given!r}"[:300])
    return parts[0], parts[1]


def whole_steps(given: Any, argument: str) -> int:
    """A whole number from 1 to MOST_STEPS."""
    if isinstance(given, bool) or not isinstance(given, numbers.Integral):
        raise TypeError(f"{argument}: needed a whole number from 1 to {MOST_STEPS}, got {given!r}"[:300])
    whole = int(given)
    if not 1 <= whole <= MOST_STEPS:
        raise ValueError(f"{argument}: needed a whole number from 1 to {MOST_STEPS}, got {given}")
    return whole
