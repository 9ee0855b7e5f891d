"""What a network is given, checked: examples, their answers, a point theta, a source of randomness."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gdlib.arguments import whole_number
from gdlib.points import Array, as_points, is_foreign


def examples(x: Any, takes: int, like: Array | None = None) -> Array:
    """Examples as an array (rows, takes) of floats, of the type and library of `like`; raises as `numbers_of` does."""
    array = numbers_of(x, takes)
    return array.astype(np.float64) if like is None else at_home_of(like, array)


def numbers_of(x: Any, takes: int | None = None) -> Array:
    """Examples as an array (rows, takes), of as many numbers each as they have where that is not said.

    Raises TypeError for what are no real numbers, ValueError for another shape and for numbers that are not finite.
    """
    array: Array = x
    many = "numbers" if takes is None else takes
    if not is_foreign(x):
        try:
            array = np.asarray(x)
        except ValueError:
            raise ValueError(f"x: needs an array of shape (rows, {many}), got rows of different lengths") from None
    if array.dtype.kind not in "fiu":
        raise TypeError(f"x: needs real numbers, got an array of {array.dtype}")
    each = math.prod(array.shape[1:])
    if array.ndim < 2 or array.shape[0] == 0 or each == 0 or takes not in (None, each):
        raise ValueError(f"x: needs shape (rows, {many}), at least one row, got {array.shape}")
    if not bool(np.isfinite(array).all()):
        raise ValueError("x: needs finite numbers, got nan or inf among them")
    return array.reshape(array.shape[0], each)


def at_home_of(like: Array, array: Array) -> Array:
    """The array in the type and the library of another; ValueError where it would have to leave a GPU for that."""
    if is_foreign(array) and type(array) is not type(like):
        raise ValueError(f"theta: needs the data's kind of array, {type(array).__name__}, got {type(like).__name__}")
    if is_foreign(like) and not is_foreign(array):
        return np.asarray(array.astype(like.dtype), like=like)
    return array.astype(like.dtype, copy=False)


def one_point(theta: Any, n: int, argument: str = "theta") -> Array:
    """One point theta of shape (n,); ValueError for several."""
    point = side_by_side(as_points(theta, n, argument))
    if point.ndim != 1:
        raise ValueError(f"{argument}: needs one point of shape ({n},), got shape {point.shape}")
    return point


def side_by_side(points: Array) -> Array:
    """The points with the coordinates of each side by side in memory, copied where they are not."""
    return points if points.flags.c_contiguous else np.copy(points, order="C")


def generator_of(seed: Any) -> np.random.Generator:
    """The generator itself, or a new one from a whole number; TypeError without either: a run must be repeatable."""
    if isinstance(seed, np.random.Generator):
        return seed
    if seed is None:
        raise TypeError(
            "seed: needs a whole number >= 0 or a numpy Generator, so that the run can be repeated; got None"
        )
    return np.random.default_rng(whole_number("seed", seed, least=0))
