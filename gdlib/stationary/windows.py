"""The window of a search: its ends, what lies inside, and how it is called."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from gdlib.objective import Objective
from gdlib.stationary.algebra.reals import Root

DEFAULT_REACH = 10
EDGE = Fraction(1, 10**9)
"""A window's own border belongs to it, and so does what lies beyond it by no more than this part of its size: a border
given as 3.14159265359 means pi."""

Window = list[tuple[Any, Any]]


def window_of(f: Objective) -> Window | None:
    """The objective's own window, as exact numbers."""
    return None if f.window is None else [(sp.Rational(low), sp.Rational(high)) for low, high in f.window]


def inside(point: Sequence[Root], window: Window) -> bool:
    return all(_within(root, low, high) for root, (low, high) in zip(point, window, strict=True))


def _within(root: Root, low: Any, high: Any) -> bool:
    value = Fraction(float(root)) if root.low != root.high else root.low
    ends = [_fraction(end) for end in (low, high)]
    slack = EDGE * max([Fraction(1), *(abs(end) for end in ends if end is not None)])
    return (ends[0] is None or value >= ends[0] - slack) and (ends[1] is None or value <= ends[1] + slack)


def _fraction(end: Any) -> Fraction | None:
    number = float(sp.N(end, 20))
    return None if math.isinf(number) else Fraction(number)


def in_words(f: Objective, window: Window | None) -> str:
    """Where the search went."""
    if window is None or all(_fraction(end) is None for ends in window for end in ends):
        return "all of R" if f.n == 1 else f"all of R^{f.n}"
    parts = [
        f"{float(sp.N(low)):g} <= {v} <= {float(sp.N(high)):g}"
        for v, (low, high) in zip(f.variables, window, strict=True)
    ]
    return "the window " + ", ".join(parts)
