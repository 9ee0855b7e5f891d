"""An objective given as functions: a loss on data, a network, anything that is no formula."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from gdlib.points import Array, as_points, is_foreign

_STEP = 1e-6
_TOLERANCE = 1e-4


class GivenFunctions:
    """What `Objective.from_functions` makes: value and gradient are called, not derived, and nothing is printed."""

    name: str | None = None
    start = window = minima = source = None  # facts of the catalogue's entries, as on a reader's own formula
    title: str
    _n: int
    _batched: bool
    _value: Callable[[Array], Any]
    _grad: Callable[[Array], Any]
    _hess: Callable[[Array], Any] | None

    def __init__(
        self,
        value: Callable[[Array], Any],
        grad: Callable[[Array], Any],
        n: int,
        hess: Callable[[Array], Any] | None = None,
    ) -> None:
        if isinstance(n, bool) or not isinstance(n, numbers.Integral) or n < 1:
            raise ValueError(f"n: needs a whole number of coordinates >= 1, got {n!r}")
        for argument, function in (("value", value), ("grad", grad), ("hess", hess)):
            if not (callable(function) or (argument == "hess" and function is None)):
                raise TypeError(f"{argument}: needs a function of a point, got {type(function).__name__}")
        self.title = str(getattr(value, "__name__", "f")).replace("<lambda>", "f")
        self._n = int(n)
        self._value, self._grad, self._hess = value, grad, hess
        rng = np.random.default_rng(0)
        pair = _finite_pair(value, rng, self._n)
        _check_once(value, grad, pair[0], rng)
        self._batched = all(
            _takes_batches(function, pair, shape)
            for function, shape in ((value, ()), (grad, (self._n,)), (hess, (self._n, self._n)))
            if function is not None
        )

    @property
    def n(self) -> int:
        """The number of coordinates."""
        return self._n

    def __getattr__(self, name: str) -> Any:
        if name in ("expr", "variables", "gradient", "hessian", "graphs"):
            raise AttributeError(f"{name}: an objective made from functions has no formula")
        raise AttributeError(f"an objective made from functions has no {name!r}")

    def __call__(self, points: Any) -> Any:
        """The value at points of shape (..., n), of shape (...)."""
        return self._each(self._value, points, ())

    def grad(self, points: Any) -> Any:
        """The gradient at points of shape (..., n), of the same shape."""
        return self._each(self._grad, points, (self._n,))

    def hess(self, points: Any) -> Any:
        """The Hessian at points of shape (..., n), of shape (..., n, n); TypeError if none was given."""
        if self._hess is None:
            raise TypeError("hess: this objective was made without a Hessian; give from_functions(..., hess=)")
        return self._each(self._hess, points, (self._n, self._n))

    def _each(self, function: Callable[[Array], Any], points: Any, shape: tuple[int, ...]) -> Any:
        points = as_points(points, self._n, "points")
        if self._batched or points.ndim == 1:
            # Functions are tried on points in rows; those of more leading axes are handed over as rows too.
            rows = points.reshape(-1, self._n) if points.ndim > 2 else points
            result = function(rows)
            if points.ndim > 2:
                result = (result if is_foreign(result) else np.asarray(result)).reshape(*points.shape[:-1], *shape)
            return result if is_foreign(result) else np.asarray(result, dtype=points.dtype)[()]
        results = [np.asarray(function(row), dtype=points.dtype) for row in points.reshape(-1, self._n)]
        return np.stack(results).reshape(*points.shape[:-1], *shape)

    def __repr__(self) -> str:
        return f"<objective {self.title} of {self._n} coordinates, given as functions>"


def _finite_pair(value: Callable[[Array], Any], rng: np.random.Generator, n: int) -> Array:
    """Two random points near 0 where the value is finite; half of the draws are positive, for what asks for that."""
    with np.errstate(all="ignore"):
        for attempt in range(40):
            pair = 0.1 * rng.standard_normal((2, n))
            pair = np.abs(pair) if attempt % 2 else pair
            if all(np.shape(value(point)) != () or np.isfinite(value(point)) for point in pair):
                return pair
    raise ValueError("value: needs a finite number somewhere; got none at 40 pairs of random points near 0")


def _check_once(value: Callable[[Array], Any], grad: Callable[[Array], Any], point: Array, rng: Any) -> None:
    n = len(point)
    with np.errstate(all="ignore"):
        if np.shape(value(point)) != ():
            raise ValueError(f"value: needs a single number for one point, got shape {np.shape(value(point))}")
        slope = np.asarray(grad(point), dtype=float)
        if slope.shape != (n,):
            raise ValueError(f"grad: needs shape ({n},) for one point, got {slope.shape}")
        # A slope along one random direction tests all coordinates at once, for the price of two values.
        direction = rng.standard_normal(n)
        direction /= np.sqrt(direction @ direction)
        measured = float(value(point + _STEP * direction) - value(point - _STEP * direction)) / (2 * _STEP)
    stated = float(slope @ direction)
    if not abs(stated - measured) <= _TOLERANCE * max(1.0, abs(measured), float(np.abs(slope).max())):
        raise ValueError(
            f"grad: must fit value; along a random direction the gradient says {stated:.6g}, values {measured:.6g}"
        )


def _takes_batches(function: Callable[[Array], Any], pair: Array, shape: tuple[int, ...]) -> bool:
    one_by_one = np.stack([np.asarray(function(row), dtype=float) for row in pair])
    try:
        together = np.asarray(function(pair), dtype=float)
    except Exception:  # any error at all: the function was written for one point
        return False
    return together.shape == (2, *shape) and np.allclose(together, one_by_one, rtol=1e-9, atol=1e-12)
