"""A network: layers one after the other, and all of their parameters in one flat vector."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from gdlib.arguments import number_between, several, whole_number
from gdlib.networks.examples import examples, generator_of, one_point
from gdlib.networks.images import PooledConvolution
from gdlib.networks.layers import Activation, Dense, Layer
from gdlib.networks.on_data import Loss
from gdlib.networks.room import Room
from gdlib.points import Array
from gdlib.vocabulary import in_short


class Network:
    """Layers one after the other; its n parameters stand in one vector theta, in the layers' order.

    A rule moves theta as it moves any point; each layer works on views of it. Examples x have shape (rows, …), with
    `takes` numbers in each row. Raises TypeError or ValueError where a layer does not fit the one before it.

    >>> net = Network([Dense(2, 3), Activation("tanh"), Dense(3, 1)])
    >>> net.n
    13
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = several("layers", layers, "several layers, such as [Dense(2, 3), Activation('tanh')]")
        for layer in self.layers:
            if not hasattr(layer, "takes"):
                raise TypeError(f"layers: needs layers such as Dense(2, 3), got {type(layer).__name__} among them")
        if len({id(layer) for layer in self.layers}) < len(self.layers):  # it keeps what it saw, for the way back
            raise ValueError("layers: needs each layer once, got one and the same in two places; make a second like it")
        if not self.layers or self.layers[0].takes is None:
            raise ValueError("layers: needs a first layer that says how many numbers it takes, such as Dense(2, 3)")
        count = self.takes = self.layers[0].takes
        for place, layer in enumerate(self.layers):
            if layer.takes not in (None, count):
                raise ValueError(
                    f"layers: layer {place} takes {layer.takes} numbers a row, the one before gives {count}"
                )
            count = layer.gives(count)
        self.outputs = count
        self._room = Room()
        self.n, self._places = 0, list[list[tuple[int, int, tuple[int, ...]]]]()
        for layer in self.layers:
            self._places.append([])
            for shape in layer.shapes:
                self._places[-1].append((self.n, self.n + math.prod(shape), shape))
                self.n += math.prod(shape)

    def views(self, theta: Array) -> list[list[Array]]:
        """For each layer its parameters (Dense: [W, b]), as views of the vector theta (n,)."""
        return [[theta[low:high].reshape(shape) for low, high, shape in places] for places in self._places]

    def start(self, seed: int | np.random.Generator, scale: float = 0.1, dtype: Any = np.float64) -> Array:
        """A vector theta (n,) to start from: normal weights of standard deviation `scale`, and every b 0.

        >>> MLP((784, 100, 10)).start(seed=1).shape
        (79510,)
        """
        generator, scale = generator_of(seed), number_between("scale", scale, 0.0)
        if dtype not in (np.float32, np.float64):
            raise TypeError(f"dtype: needs np.float32 or np.float64, got {dtype!r}"[:200])
        theta = np.zeros(self.n, dtype)
        for layer, parameters in zip(self.layers, self.views(theta), strict=True):
            weights = layer.weights(parameters)
            if weights is not None:
                weights[...] = scale * generator.standard_normal(weights.shape)
        return theta

    def scores(self, theta: Any, x: Any) -> Array:
        """What the last layer gives for each example, of shape (rows, outputs); the largest names the class.

        >>> net = MLP((2, 2))
        >>> net.scores([1.0, 0.0, 0.0, 1.0, 0.0, 0.5], [[3.0, 4.0]])
        array([[3. , 4.5]])
        """
        theta = one_point(theta, self.n)
        return np.copy(self.forward(theta, examples(x, self.takes, theta)))

    def forward(self, theta: Array, x: Array) -> Array:
        """The same for what is checked already, (n,) and (rows, takes) of one type; written over by the next call."""
        for layer, parameters in zip(self.layers, self._views("theta", theta), strict=True):
            x = layer.forward(parameters, x)
        return x

    def backward(self, theta: Array, slope: Array, out: Array) -> None:
        """Write into `out` (n,) the gradient, from the slopes (rows, outputs) by what `forward` has just returned."""
        steps = list(zip(self.layers, self._views("theta", theta), self._views("out", out), strict=True))
        for place, (layer, parameters, slopes) in reversed(list(enumerate(steps))):
            slope = layer.backward(parameters, slopes, slope, place > 0)

    def _views(self, role: str, vector: Array) -> list[list[Array]]:
        """The same as `views`, kept for the next call: in a training it is always the same vector that moves."""
        if not vector.flags.c_contiguous:  # no part of it could be seen as a matrix without a copy
            raise ValueError(f"{role}: needs a vector whose numbers lie side by side in memory")
        kept = self._room.seen.get(role)
        if kept is None or kept[0] is not vector:
            kept = self._room.seen[role] = vector, self.views(vector)
        views: list[list[Array]] = kept[1]
        return views

    def loss(self, x: Any, y: Any, cost: str = "cross_entropy") -> Loss:
        """The network's mean cost on examples x (rows, …) with answers y, an objective of theta; see `Loss`."""
        return Loss(self, x, y, cost)

    def __repr__(self) -> str:
        return f"<network of {self.n} parameters: {', '.join(map(repr, self.layers))}>"


class MLP(Network):
    """A multi-layer perceptron: weighted sums with a bend after each but the last.

    `sizes` are the numbers of inputs, of each hidden layer's units, and of outputs; (784, 10) has no hidden layer.
    Source: rumelhart1986.

    >>> MLP((784, 100, 100, 100, 100, 10))
    <MLP (784, 100, 100, 100, 100, 10), relu: 109810 parameters>
    """

    def __init__(self, sizes: Sequence[int], activation: str = "relu") -> None:
        self.sizes = _whole_numbers("sizes", sizes, "several whole numbers, such as (784, 100, 10)")
        if len(self.sizes) < 2:
            raise ValueError(f"sizes: needs at least the numbers of inputs and outputs, got {self.sizes}")
        self.activation = Activation(activation).kind
        layers: list[Layer] = []
        for inputs, outputs in pairwise(self.sizes):
            layers += [Dense(inputs, outputs), Activation(activation)]
        super().__init__(layers[:-1])

    def __repr__(self) -> str:
        return f"<MLP {self.sizes}, {self.activation}: {self.n} parameters>"


class CNN(Network):
    """A convolutional network: filters of size x size, a 2 x 2 max-pool, a bend; then dense layers as in an MLP.

    `image` is (height, width) or (channels, height, width); `filters` a number, or several for as many such stages;
    `dense` the sizes of what follows, outputs last. The bend comes after the pool: as all of its kinds rise, the
    result is the same as before it, for a quarter of the work. Source: lecun1998.

    >>> CNN((28, 28), filters=30, size=5, dense=(100, 10))
    <CNN (1, 28, 28), filters (30,) of 5 x 5, dense (100, 10), relu: 433890 parameters>
    """

    def __init__(
        self, image: Sequence[int], filters: int | Sequence[int] = 30, size: int = 5,
        dense: Sequence[int] = (100, 10), activation: str = "relu",
    ) -> None:  # fmt: skip
        sides = several("image", image, needed := "(height, width) or (channels, height, width)")
        if len(sides) not in (2, 3):
            raise ValueError(f"image: needs {needed}, got {in_short(sides)}")
        stages = (filters,) if isinstance(filters, numbers.Integral) else filters
        self.filters = _whole_numbers("filters", stages, "a whole number >= 1, or one for each stage")
        if not self.filters:
            raise ValueError("filters: needs at least one stage, got none; a network without is an MLP")
        self.dense = _whole_numbers("dense", dense, "the sizes of the layers that follow, such as (100, 10)")
        if not self.dense:
            raise ValueError("dense: needs at least the number of outputs, got none")
        self.size, self.activation = whole_number("size", size), Activation(activation).kind
        channels, height, width = _whole_numbers("image", (1, *sides)[-3:], needed)
        here = self.image = channels, height, width
        layers: list[Layer] = []
        for count in self.filters:
            stage = PooledConvolution(here, count, self.size)
            layers += [stage, Activation(activation)]
            here = stage.answers
        tail = MLP((math.prod(here), *self.dense), activation)
        super().__init__([*layers, *tail.layers])

    def __repr__(self) -> str:
        filters = f"filters {self.filters} of {self.size} x {self.size}"
        return f"<CNN {self.image}, {filters}, dense {self.dense}, {self.activation}: {self.n} parameters>"


def _whole_numbers(argument: str, values: Any, needed: str) -> tuple[int, ...]:
    """Several of them, 1 or more each; TypeError, with what was needed in words, for what does not hold several."""
    return tuple(whole_number(argument, value) for value in several(argument, values, needed))
