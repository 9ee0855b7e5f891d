"""Clipping: gradient transforms that bound a gradient before the rule sees it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlib.points import Array
from gdlib.vocabulary import as_float, in_short


def _bound(argument: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, float | int | np.floating | np.integer):
        raise TypeError(f"{argument}: needs a positive number, got {type(value).__name__}")
    number = as_float(argument, value)
    if not (math.isfinite(number) and number > 0):
        raise ValueError(f"{argument}: needs a finite number > 0, got {in_short(value)}")
    return number


@dataclass(frozen=True)
class clip_norm:  # called like a function: gd.clip_norm(1.0)
    """Shrink a gradient whose Euclidean norm exceeds `limit` to that norm; its direction stays (pascanu2013).

    >>> clip_norm(1.0)(np.array([3.0, 4.0]))
    array([0.6, 0.8])
    """

    limit: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "limit", _bound("clip_norm", self.limit))

    def __call__(self, g: Array) -> Array:
        """The gradient of shape (..., n), clipped."""
        with np.errstate(over="ignore"):  # an infinite norm is measured anew
            scale = _scale(_norm(g), np.max(np.abs(g), axis=-1, keepdims=True))
            return self._shrunk(g, scale, _norm(g / scale))

    def on_components(self, g: tuple[Any, ...]) -> tuple[Any, ...]:
        """The same on one or two coordinates, each a number or a node of a trace: what a page runs."""
        with np.errstate(over="ignore"):
            sizes = [np.abs(slope) for slope in g]
            scale = _scale(_length(g), np.maximum(*sizes) if len(g) == 2 else sizes[0])
            norm = _length(tuple(slope / scale for slope in g))
            return tuple(self._shrunk(slope, scale, norm) for slope in g)

    def _shrunk(self, g: Any, scale: Any, norm: Any) -> Any:
        """What becomes of g, or of a coordinate, where g / scale has this norm."""
        return np.where(norm > self.limit / scale, g / scale * (self.limit / np.where(norm > 0.0, norm, 1.0)), g)


def _norm(g: Array) -> Any:
    return np.sqrt(np.sum(g * g, axis=-1, keepdims=True))


def _length(g: tuple[Any, ...]) -> Any:
    """The norm of one or two coordinates."""
    squares = [slope * slope for slope in g]
    return np.sqrt(squares[0] + squares[1] if len(g) == 2 else squares[0])


def _scale(norm: Any, largest: Any) -> Any:
    """By what to divide before squaring: the largest entry where finite ones have an infinite norm, else 1."""
    return np.where(norm < math.inf, 1.0, np.where(largest < math.inf, largest, 1.0))


@dataclass(frozen=True)
class clip_value:  # called like a function: gd.clip_value(0.5)
    """Cut every coordinate of a gradient to [-limit, limit]; its direction may change.

    >>> clip_value(0.5)(np.array([3.0, 0.4]))
    array([0.5, 0.4])
    """

    limit: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "limit", _bound("clip_value", self.limit))

    def __call__(self, g: Array) -> Array:
        """The gradient of shape (..., n), clipped."""
        return self._cut(g)

    def on_components(self, g: tuple[Any, ...]) -> tuple[Any, ...]:
        """The same on one or two coordinates, each a number or a node of a trace: what a page runs."""
        return tuple(map(self._cut, g))

    def _cut(self, g: Any) -> Any:
        return np.minimum(np.maximum(g, -self.limit), self.limit)
