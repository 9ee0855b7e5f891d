"""A network's cost on data: an objective of its parameters, which goes where any objective goes."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from gdlib.networks.costs import COSTS
from gdlib.networks.examples import at_home_of, examples, one_point, side_by_side
from gdlib.networks.room import Room
from gdlib.points import Array, as_points, is_foreign

_AT_ONCE = 256
"""Examples that go through the network together where all are asked for: memory does not grow with their number."""


class Scorer(Protocol):
    """What a loss needs of a network, as `Network` has it."""

    takes: int
    outputs: int
    n: int

    def forward(self, theta: Array, x: Array) -> Array:
        """Scores (rows, outputs) of examples (rows, takes)."""

    def backward(self, theta: Array, slope: Array, out: Array) -> None:
        """The gradient into `out`, from the slope by each of the last scores."""


class Loss:
    """The mean cost of a network on examples x (rows, …) with answers y, as a function of its parameters theta.

    cost="cross_entropy": y (rows,) names classes by whole numbers from 0, one for each output. "logistic": y holds
    numbers from 0 to 1 (two classes: 0 and 1) for one output or more, which are taken through 1 / (1 + exp(-score)).
    "squared": y is what the outputs should be; half the squared distance. `f(points)`, `f.grad(points)` and `f.n` are
    those of an objective: float32 points are worked on in float32, points of CuPy on the GPU.

    >>> from gdlib.networks import MLP
    >>> loss = MLP((2, 3, 2)).loss([[0.0, 1.0], [1.0, 0.0]], [0, 1])
    >>> float(loss(np.zeros(loss.n)).round(4)), loss.grad(np.zeros(loss.n))[-2:]
    (0.6931, array([0., 0.]))
    """

    name = start = window = minima = source = None  # facts of the catalogue's entries, as on a reader's own formula

    def __init__(self, network: Scorer, x: Any, y: Any, cost: str = "cross_entropy") -> None:
        if cost not in COSTS:
            raise ValueError(f"cost: needs one of {', '.join(COSTS)}, got {cost!r}"[:200])
        self.network, self.cost = network, cost
        self._x = examples(x, network.takes)
        self.rows = int(self._x.shape[0])
        self._answers = COSTS[cost].answers(y, self.rows, network.outputs)
        self._measure = COSTS[cost].measure
        self._room = Room()
        self._at_home: dict[Any, tuple[Array, Array]] = {}
        self.title = f"{cost} of {network}"

    @property
    def n(self) -> int:
        """The number of parameters."""
        return self.network.n

    def __call__(self, points: Any) -> Any:
        """The mean cost at points of shape (..., n), of shape (...)."""
        points = side_by_side(as_points(points, self.n, "points"))
        values = np.empty_like(points, shape=points.shape[:-1])
        for place in np.ndindex(values.shape):
            values[place] = self._whole(points[place], None)
        return values if is_foreign(values) else values[()]

    def grad(self, points: Any) -> Any:
        """The gradient at points of shape (..., n), of the same shape."""
        points = side_by_side(as_points(points, self.n, "points"))
        slopes = np.empty_like(points)
        for place in np.ndindex(points.shape[:-1]):
            self._whole(points[place], slopes[place])
        return slopes

    def on_rows(self, theta: Array, rows: Any, out: Array) -> Array:
        """The mean cost at theta (n,) on some rows alone, given by number or as a slice; its gradient goes to `out`.

        >>> from gdlib.networks import MLP
        >>> loss = MLP((1, 1)).loss([[1.0], [2.0], [3.0]], [0.0, 2.0, 2.0], cost="squared")
        >>> slope = np.empty(2)
        >>> loss.on_rows(np.array([1.0, 0.0]), slice(0, 2), slope), slope
        (0.25, array([0.5, 0.5]))
        """
        x, answers = (self._taken(name, whole, rows) for name, whole in zip("xy", self._data_for(theta), strict=True))
        value, slopes = self._measure(self.network.forward(theta, x), answers)
        self.network.backward(theta, slopes, out)
        return value

    def accuracy(self, theta: Any) -> float:
        """The share of examples whose class has the largest score; for the logistic cost, which lie on their side of 0.

        >>> from gdlib.networks import MLP
        >>> MLP((2, 2)).loss([[0.0, 1.0], [1.0, 0.0]], [0, 1]).accuracy(np.array([0.0, 1.0, 1.0, 0.0, 0.0, 0.0]))
        1.0
        """
        theta = one_point(theta, self.n)
        if self.cost == "squared":
            raise ValueError("accuracy: needs classes; the answers of the squared cost are numbers")
        right = 0
        x, answers = self._data_for(theta)
        for rows in self._in_parts():
            scores = self.network.forward(theta, x[rows])
            if self.cost == "logistic":
                right += int(((scores > 0) == (answers[rows] > 0.5)).all(axis=1).sum())
            else:
                right += int((scores.argmax(axis=1) == answers[rows].argmax(axis=1)).sum())
        return right / self.rows

    def _whole(self, theta: Array, out: Array | None) -> Array:
        """The mean cost of all rows; its gradient goes to `out`, unless that is None."""
        x, answers = self._data_for(theta)
        total: Any = 0.0
        part: Any = None if out is None else np.empty_like(out)
        for rows in self._in_parts():
            value, slopes = self._measure(self.network.forward(theta, x[rows]), answers[rows])
            share = slopes.shape[0] / self.rows
            total = total + share * value
            if out is not None:
                np.multiply(slopes, share, out=slopes)
                self.network.backward(theta, slopes, out if rows.start == 0 else part)
                if rows.start:
                    np.add(out, part, out=out)
        return total

    def _taken(self, name: str, whole: Array, rows: Any) -> Array:
        """Some rows of an array; by number into room that is kept, for new memory would take as long as the copying."""
        if isinstance(rows, slice) or is_foreign(whole):
            return whole[rows]
        rows = np.asarray(rows)
        if rows.ndim != 1 or rows.size == 0 or rows.min() < 0 or rows.max() >= self.rows:
            raise IndexError(f"rows: needs numbers of rows from 0 to {self.rows - 1}, got {rows}"[:200])
        out = self._room.array(name, whole, (rows.size, whole.shape[1]))
        return np.take(whole, rows, axis=0, out=out, mode="clip")

    def _in_parts(self) -> list[slice]:
        return [slice(first, min(first + _AT_ONCE, self.rows)) for first in range(0, self.rows, _AT_ONCE)]

    def _data_for(self, theta: Array) -> tuple[Array, Array]:
        """Examples and answers in the type and the library of theta, kept for the next time."""
        kind = (type(theta), theta.dtype)
        if kind not in self._at_home:
            self._at_home[kind] = at_home_of(theta, self._x), at_home_of(theta, self._answers)
        return self._at_home[kind]

    def __repr__(self) -> str:
        return f"<objective: mean {self.cost} of {self.network} on {self.rows} examples>"
