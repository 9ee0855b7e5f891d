"""What the operations of a formula make of numbers: parts of it that are the same everywhere are worked out once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_MOST_PRODUCTS = 1000  # the power up to which one is made of products
_LARGEST_TANGENT = 1e15  # beyond it the argument is a pole, as near as a double comes to it


def folded(op: str, numbers: Sequence[Any]) -> float:
    """What an operation makes of numbers, with the operations of every printed form; nan where it makes none."""
    try:
        return float(_OPERATIONS[op](*numbers))
    except (ValueError, OverflowError, ZeroDivisionError):
        return math.nan


def rooted(power: float) -> bool:
    """Whether a power is made of products, and a root if it is no whole one."""
    return (2 * power).is_integer() and abs(power) <= _MOST_PRODUCTS


def _power(base: float, power: float) -> float:
    if not rooted(power):
        return math.pow(base, power)
    whole = power.is_integer()
    made = _product(base if whole else math.sqrt(base), abs(int(power if whole else 2 * power)))
    return 1 / made if power < 0 else made


def _product(base: float, count: int) -> float:
    if count < 2:
        return base if count else 1.0
    if count % 2:
        return _product(base, count - 1) * base
    half = _product(base, count // 2)
    return half * half


def _tangent(angle: float) -> float:
    found = math.tan(angle)
    return found if abs(found) < _LARGEST_TANGENT else math.nan


_OPERATIONS: Mapping[str, Callable[..., float]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b, "**": _power,
    "neg": lambda a: -a, "abs": abs, "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "sin": math.sin,
    "cos": math.cos, "tan": _tangent, "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh, "atan": math.atan,
}  # fmt: skip
