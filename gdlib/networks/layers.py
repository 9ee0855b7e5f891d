"""The layers of a network of plain numbers, forward and backward written by hand: a weighted sum and a bend.

A layer takes and gives arrays of shape (rows, numbers), a row for each example. `forward(parameters, x)` keeps what
`backward(parameters, slopes, dy)` needs: given dy, the slope of the loss by each number that forward gave, it writes
the slopes by its own parameters into `slopes` and returns the slope by x. What they return is written over next time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gdlib.arguments import whole_number
from gdlib.networks.room import Room
from gdlib.points import Array


class Layer:
    """What a network is made of; a layer without parameters of its own need not say so."""

    shapes: tuple[tuple[int, ...], ...] = ()
    """Those of its parameters."""
    takes: int | None = None
    """Numbers in a row of x; None: as many as come."""

    def gives(self, takes: int) -> int:
        """Numbers in a row of what it returns."""
        return takes

    def weights(self, parameters: Sequence[Array]) -> Array | None:
        """A view of those parameters that start as random numbers; the others start as 0."""
        return None

    def forward(self, parameters: Sequence[Array], x: Array) -> Array:
        """What it makes of x."""
        raise NotImplementedError

    def backward(
        self, parameters: Sequence[Array], slopes: Sequence[Array], dy: Array, wanted: bool = True
    ) -> Array | None:
        """The slope by x, None where it is not wanted; those by the parameters go into `slopes`."""
        raise NotImplementedError


class Dense(Layer):
    """Weighted sums: y = x W + b, with W of shape (inputs, outputs) and b of (outputs,).

    >>> import numpy as np
    >>> layer = Dense(2, 1)
    >>> layer.forward([np.array([[0.5], [2.0]]), np.array([1.0])], np.array([[4.0, 1.0]]))
    array([[5.]])
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        self.takes, self.outputs = whole_number("inputs", inputs), whole_number("outputs", outputs)
        self.shapes = ((self.takes, self.outputs), (self.outputs,))
        self._room = Room()

    def gives(self, takes: int) -> int:
        return self.outputs

    def weights(self, parameters: Sequence[Array]) -> Array | None:
        return parameters[0]

    def forward(self, parameters: Sequence[Array], x: Array) -> Array:
        W, b = parameters
        self._room.seen["x"] = x
        y = self._room.array("y", x, (x.shape[0], self.outputs))
        np.matmul(x, W, out=y)
        return np.add(y, b, out=y)

    def backward(
        self, parameters: Sequence[Array], slopes: Sequence[Array], dy: Array, wanted: bool = True
    ) -> Array | None:
        (W, _), (dW, db), x = parameters, slopes, self._room.seen["x"]
        np.matmul(x.T, dy, out=dW)
        ones = self._room.array("ones", dy, dy.shape[:1])
        ones[...] = 1
        np.matmul(ones, dy, out=db)  # the sum of the rows, three times as fast
        return np.matmul(dy, W.T, out=self._room.array("dx", x)) if wanted else None

    def __repr__(self) -> str:
        return f"Dense({self.takes}, {self.outputs})"


class Activation(Layer):
    """A bend at each number by itself: "relu" is max(x, 0), "sigmoid" 1 / (1 + exp(-x)), or "tanh".

    Where relu has a kink, at 0, its slope is taken as 0.
    """

    KINDS = ("relu", "sigmoid", "tanh")

    def __init__(self, kind: str) -> None:
        if kind not in self.KINDS:
            raise ValueError(f"activation: needs one of {', '.join(self.KINDS)}, got {kind!r}"[:200])
        self.kind = kind
        self._room = Room()

    def forward(self, parameters: Sequence[Array], x: Array) -> Array:
        y = self._room.seen["y"] = self._room.array("y", x)
        if self.kind == "relu":
            return np.clip(x, 0, np.inf, out=y)  # the same as np.maximum(x, 0), three times as fast
        if self.kind == "tanh":
            return np.tanh(x, out=y)
        np.multiply(x, 0.5, out=y)  # 1 / (1 + exp(-x)) = (1 + tanh(x / 2)) / 2, which does not overflow
        np.tanh(y, out=y)
        np.add(y, 1.0, out=y)
        return np.multiply(y, 0.5, out=y)

    def backward(
        self, parameters: Sequence[Array], slopes: Sequence[Array], dy: Array, wanted: bool = True
    ) -> Array | None:
        y = self._room.seen["y"]
        dx = self._room.array("dx", y)
        if self.kind == "relu":  # the slope is 1 where y > 0, else 0
            np.greater(y, 0, out=dx)
        elif self.kind == "tanh":  # 1 - y²
            np.multiply(y, y, out=dx)
            np.subtract(1.0, dx, out=dx)
        else:  # y (1 - y)
            np.subtract(1.0, y, out=dx)
            np.multiply(dx, y, out=dx)
        return np.multiply(dy, dx, out=dx)

    def __repr__(self) -> str:
        return f"Activation({self.kind!r})"
