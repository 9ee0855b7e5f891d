"""What a sweep returns: where each run got to, and what follows from it, worked out when it is asked for."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from gdlib.points import Array, is_foreign
from gdlib.sweeps.chunk import LEFT, MET, Reached

_NEAR = 1e-3
"""How near a known minimum counts as there, in units of the diagonal of the objective's window."""
_PART = 2**20
"""Points of which values and distances are worked out at a time, which bounds what that takes on the way."""


class Outcome:
    """What `sweep` returns, for runs in an array of shape (...), which is () for a single run.

    - `points` (..., n): the last point of each run; one that left the finite numbers keeps its last finite point.
    - `values` (...): the objective there.
    - `steps` (...): how many steps it took until the gradient's norm was at most `tol`; -1 where that was not reached.
    - `minimum` (...): the index into `f.minima` of the minimum it is at; -1 where it is at none that is known.
    - `taken` (...): how many steps it took to finite points; `left` (...): whether the step after these would have
      left the finite numbers, or could not be taken (a singular Hessian).
    - `backend`: "numpy", "numba" or "cupy"; `why`: why this one.
    """

    def __init__(self, f: Any, rule: Any, reached: Reached, shape: tuple[int, ...], backend: str, why: str) -> None:
        self.objective = f
        self.rule = rule
        self.points: Array = reached.points.reshape(*shape, reached.points.shape[-1])
        self.taken: Array = reached.taken.reshape(shape)[()]
        self._ended: Array = reached.ended.reshape(shape)
        self.backend = backend
        self.why = why

    @cached_property
    def values(self) -> Array:
        """The objective at the points, shape (...)."""
        flat = self.points.reshape(-1, self.points.shape[-1])
        with np.errstate(all="ignore"):
            parts = [self.objective(flat[first : first + _PART]) for first in range(0, flat.shape[0], _PART)]
        made = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return np.reshape(made if is_foreign(made) else np.asarray(made), self.points.shape[:-1])[()]

    @property
    def left(self) -> Array:
        """Whether the run left the finite numbers, shape (...)."""
        return (self._ended == LEFT)[()]

    @cached_property
    def steps(self) -> Array:
        """Steps until the gradient's norm was at most tol, shape (...); -1 where it was not, or no tol was given."""
        return np.where(self._ended == MET, self.taken, -1)[()]

    @cached_property
    def minimum(self) -> Array:
        """The index of the known minimum at which each run is, shape (...); -1 where it is at none.

        It is at the nearest of `f.minima` if that is no farther than a thousandth of the diagonal of `f.window`
        (where f has none: of the largest coordinate of a minimum, and at least 0.001).
        """
        minima = getattr(self.objective, "minima", None)
        if minima is None or not len(minima):
            return self.minimum_within(0.0)
        window = getattr(self.objective, "window", None)
        if window is None:
            return self.minimum_within(_NEAR * max(1.0, float(np.abs(minima).max())))
        sides = np.array([high - low for low, high in window])
        return self.minimum_within(_NEAR * float(np.sqrt(sides @ sides)))

    def minimum_within(self, distance: float) -> Array:
        """As `minimum`, with a distance of your own."""
        minima: Any = getattr(self.objective, "minima", None)
        flat = self.points.reshape(-1, self.points.shape[-1])
        found = np.full_like(flat[:, 0], -1, dtype=np.int64)
        for first in range(0, flat.shape[0], _PART) if minima is not None else ():
            part = flat[first : first + _PART]
            nearest = np.full_like(part[:, 0], np.inf)
            for index, minimum in enumerate(minima):
                with np.errstate(over="ignore"):
                    apart = _length(part, minimum)
                closer = (apart <= distance) & (apart < nearest)
                nearest = np.where(closer, apart, nearest)
                found[first : first + _PART] = np.where(closer, index, found[first : first + _PART])
        return found.reshape(self.points.shape[:-1])[()]

    def __repr__(self) -> str:
        name = getattr(self.objective, "name", None) or getattr(self.objective, "title", "f")
        return f"<sweep of shape {self.points.shape[:-1]}: {self.rule.name} on {name}, on {self.backend}>"


def _length(points: Array, minimum: Array) -> Array:
    """The distances of points (N, n) from one point."""
    squares = 0.0
    for i, at in enumerate(minimum):
        apart = points[:, i] - float(at)
        squares = squares + apart * apart
    return np.sqrt(squares)
