"""Arrays that a layer writes into again at every step: made once for each size, kept apart for each thread."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from gdlib.points import Array


class Room(threading.local):
    """A layer's memory between forward and backward; copies and pickles of it are empty."""

    def __init__(self) -> None:
        self._arrays: dict[Any, Array] = {}
        self.seen: dict[str, Any] = {}
        """What one call leaves for the next."""

    def array(self, name: str, model: Array, shape: tuple[int, ...] | None = None, dtype: Any = None) -> Array:
        """An array of the model's library, and of its type, shape and order in memory where no other are given."""
        order = "C" if shape else getattr(model, "strides", None)
        key = (name, shape or model.shape, order, dtype or model.dtype, type(model))
        if key not in self._arrays:  # zeros: what no layer ever writes (a pool's last odd row) is never read as noise
            self._arrays[key] = np.zeros_like(model, dtype, order="C" if shape else "K", shape=shape)
        return self._arrays[key]

    def __reduce__(self) -> tuple[type[Room], tuple[()]]:
        return Room, ()
