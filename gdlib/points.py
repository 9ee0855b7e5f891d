"""Points as arrays: what is accepted as a point, and what is said of what is not."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdlib.vocabulary import as_float

Array = Any
"""An array of NumPy, CuPy or whatever answers NumPy's protocols."""


def is_foreign(values: Any) -> bool:
    """Whether this is an array of another library (CuPy) that NumPy's functions hand back to it."""
    kind = type(values)
    return (
        not isinstance(values, np.ndarray | np.generic)
        and hasattr(kind, "__array_ufunc__")
        and hasattr(kind, "__array_function__")
    )


def as_points(points: Any, n: int, argument: str) -> Array:
    """Points of shape (..., n) as floats: float32 stays, anything else becomes float64; another library's array stays.

    Raises TypeError for what are no real numbers, ValueError for one that no float holds and a wrong last dimension.
    """
    array: Array = points
    if not is_foreign(points):
        try:
            array = np.asarray(points)
        except ValueError:
            raise ValueError(f"{argument}: needs an array of shape (..., {n}), got rows of different lengths") from None
        if array.dtype.kind == "O":  # exact numbers: fractions, SymPy's, whole numbers beyond 64 bits
            array = _as_floats(array, argument)
        if array.dtype.kind not in "fiub" or array.dtype == np.bool_:
            raise TypeError(f"{argument}: needs real numbers, got an array of {array.dtype}")
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float64)
    if array.ndim == 0:
        hint = f"; a bare number is no point: write [{points}]" if n == 1 else ""
        raise ValueError(f"{argument}: needs shape (..., {n}), got a single number{hint}")
    if array.shape[-1] != n:
        raise ValueError(f"{argument}: needs shape (..., {n}), the last axis being the coordinates, got {array.shape}")
    return array


def _as_floats(array: Array, argument: str) -> Array:
    """An array of number objects as floats; of anything else, as it is; ValueError for a number that no float holds."""
    if not all(hasattr(entry, "__float__") for entry in array.flat):
        return array
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError):  # a complex number, a symbol
        return array
    except OverflowError:
        return np.array([as_float(argument, entry) for entry in array.flat])  # which raises, and says what came


def as_number(value: Any) -> Any:
    """What NumPy makes of numbers (np.where gives an array without axes) as a float; anything else as it is."""
    is_one = isinstance(value, np.ndarray | np.generic) and value.ndim == 0 and value.dtype.kind in "fiu"
    return float(value) if is_one else value


_FEW, _MANY = 20, 10_000
"""Coordinates up to which squares are added column by column, and beyond which no program is printed."""


def lengths(vectors: Array) -> Array:
    """Euclidean norms along the last axis, the squares added from the left, as every printed program adds them.

    NumPy's own sum takes another order from eight numbers on. It is taken beyond 10,000; and another library's own
    beyond 20, where to add one by one would be slow.
    """
    squares = vectors * vectors
    n, foreign = squares.shape[-1], is_foreign(squares)
    if n <= _FEW or (not foreign and n * n <= squares.size):
        return np.sqrt(sum((squares[..., i] for i in range(1, n)), squares[..., 0]))
    return np.sqrt(np.sum(squares, axis=-1) if foreign or n > _MANY else np.add.accumulate(squares, axis=-1)[..., -1])
