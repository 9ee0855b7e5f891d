"""Stationary points: every one in a window, found with proof where there is one, and what f does there."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import sympy as sp

from gdlib.arguments import checked_window
from gdlib.objective import Objective
from gdlib.stationary.result import StationaryPoint, StationaryPoints
from gdlib.vocabulary import as_float, in_short

__all__ = ["StationaryPoint", "StationaryPoints", "classify", "stationary_points"]


def stationary_points(
    f: Objective, window: Sequence[Sequence[Any]] | None = None, seconds: float = 10
) -> StationaryPoints:
    """Every point of a window where the gradient of f is zero, and what f does there.

    `window` is ((low, high), ...), one pair for each variable, ends included, infinite ones allowed; without it
    `f.window` counts, else all of R^n where exact methods reach that far, else [-10, 10] for each variable. The search
    ends after about `seconds`. The list has `.complete` (True only if it is proved that nothing is missing), `.curves`
    (sets of dimension d of stationary points, each a SymPy tuple in d parameters) and `.note`.

    Raises TypeError if f has no formula, ValueError for a window or a time that cannot be.

    >>> points = stationary_points(Objective("x**3 + y**3 - 3*x*y"))
    >>> points
    2 stationary points, complete
      <saddle at (0, 0), value 0>
      <strict minimum at (1, 1), value -1>
    Searched all of R^2 by exact elimination.
    >>> points[1].eigenvalues
    (3, 9)
    """
    _checked_objective(f)
    ends = None if window is None else checked_window(window, f.n, _end)
    time = _checked_time(seconds)
    from gdlib.stationary.search import search

    return search(f, ends, time)


def classify(f: Objective, at: Any, seconds: float = 10) -> StationaryPoint:
    """What f does at one stationary point: minimum, maximum, saddle or undecided, with the certificate in words.

    `at` holds n numbers (one bare number does for n = 1). Whole numbers, fractions and SymPy numbers are taken as they
    are; a point given in floats is first polished by Newton's method. Where f is not defined but has a limit, it is
    extended by it, and `.reason` says so. Raises ValueError with the gradient if the point is not stationary, and
    ValueError that says "kink" where f is not differentiable.

    >>> classify(Objective("x**3 - 3*x*y**2"), at=(0, 0)).kind
    'saddle'
    >>> classify(Objective("x**2 - x*y + y**2"), at=(0, 0)).eigenvalues
    (1, 3)
    """
    _checked_objective(f)
    point, time = _checked_point(at, f.n), _checked_time(seconds)
    from gdlib.stationary.one_point import judged

    return judged(f, point, time)


def _checked_objective(f: Any) -> None:
    if not isinstance(f, Objective):
        raise TypeError(f"f: needs an Objective with a formula, got {type(f).__name__}")


def _checked_time(seconds: Any) -> float:
    real = isinstance(seconds, numbers.Real) and not isinstance(seconds, bool)
    time = as_float("seconds", seconds) if real else 0.0
    if not 0 < time < float("inf"):
        raise ValueError(f"seconds: needs a positive number, got {in_short(seconds)}")
    return time


def _end(number: Any) -> Any:
    """The end of a window as a real SymPy number, or as an infinity."""
    return _checked_number(number, "window", infinite=True)


def _checked_point(at: Any, n: int) -> list[Any]:
    if n == 1 and (isinstance(at, numbers.Number) or (isinstance(at, sp.Basic) and at.is_number)):
        at = [at]
    try:
        coordinates = list(at)
    except TypeError:
        raise TypeError(f"at: needs the {n} coordinates of a point, got {at!r}") from None
    if len(coordinates) != n:
        raise ValueError(f"at: needs {n} coordinate{'s' if n > 1 else ''}, got {len(coordinates)}")
    return [_checked_number(c, "at") for c in coordinates]


def _checked_number(number: Any, argument: str, *, infinite: bool = False) -> Any:
    """A real SymPy number; a float becomes a SymPy Float of the same value."""
    try:
        value = sp.sympify(number, strict=True)
    except sp.SympifyError:
        raise TypeError(f"{argument}: needs real numbers, got {number!r}") from None
    if not isinstance(value, sp.Expr) or not value.is_number or isinstance(number, bool):
        raise TypeError(f"{argument}: needs real numbers, got {number!r}")
    if infinite and value in (sp.oo, -sp.oo):
        return value
    if not value.is_real or not value.is_finite:
        raise ValueError(f"{argument}: needs finite real numbers, got {number!r}")
    return value
