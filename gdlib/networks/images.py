"""The layers that look at images, forward and backward written by hand: a convolution and a max-pool.

A row of numbers is an image of (channels, height, width) in that order, an example a row as in `layers`. Inside, the
examples come last: what lies side by side in memory is treated alike. The transposed views between layers cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gdlib.arguments import whole_number
from gdlib.networks.layers import Layer
from gdlib.networks.room import Room
from gdlib.points import Array

Image = tuple[int, int, int]
"""Channels, height, width."""


class Convolution(Layer):
    """Filters slid over an image: each answers at every place with a weighted sum of the patch that it lies on, plus b.

    The parameters have shape (filters, channels * size * size + 1): a filter's weights in a row, and its b, which is
    the weight of a number that is 1 in every patch. No border is added: an image of height h gives h - size + 1.
    Source: lecun1998.
    """

    def __init__(self, image: Image, filters: int, size: int) -> None:
        channels, height, width = (whole_number("image", side) for side in image)
        self.image, self.size = (channels, height, width), whole_number("size", size)
        if size > min(height, width):
            raise ValueError(f"size: needs a filter no larger than the image, {height} x {width}, got {size}")
        self.filters = whole_number("filters", filters)
        self.answers: Image = (filters, height - size + 1, width - size + 1)
        self.takes = channels * height * width
        self.shapes = ((filters, channels * size * size + 1),)
        self._room = Room()

    def gives(self, takes: int) -> int:
        filters, height, width = self.answers
        return filters * height * width

    def weights(self, parameters: Sequence[Array]) -> Array | None:
        return parameters[0][:, :-1]

    def forward(self, parameters: Sequence[Array], x: Array) -> Array:
        (weights,) = parameters
        rows = x.shape[0]
        pixels = x.T.reshape(*self.image, rows)
        patches = self._room.array("patches", x, (weights.shape[1], self.gives(0) // self.filters * rows))
        for patch, place in self._places(patches, pixels):
            patch[...] = place
        patches[-1] = 1
        self._room.seen["patches"] = patches
        y = self._room.array("y", x, (self.filters, patches.shape[1]))
        return np.matmul(weights, patches, out=y).reshape(-1, rows).T

    def backward(
        self, parameters: Sequence[Array], slopes: Sequence[Array], dy: Array, wanted: bool = True
    ) -> Array | None:
        (weights,), (dweights,), rows = parameters, slopes, dy.shape[0]
        patches, dy = self._room.seen["patches"], dy.T.reshape(self.filters, -1)
        np.matmul(dy, patches.T, out=dweights)
        if not wanted:
            return None
        dpatches = np.matmul(weights.T, dy, out=self._room.array("dpatches", patches))
        dx = self._room.array("dx", dy, (*self.image, rows))
        dx[...] = 0
        for dpatch, place in self._places(dpatches, dx):
            np.add(place, dpatch, out=place)
        return dx.reshape(-1, rows).T

    def _places(self, patches: Array, pixels: Array) -> list[tuple[Array, Array]]:
        """For each of a filter's weights: its row of all patches, and the part of the image that it slides over."""
        size, (_, height, width) = self.size, self.answers
        spread = patches[:-1].reshape(self.image[0], size, size, height, width, pixels.shape[-1])
        return [(spread[:, i, j], pixels[:, i : i + height, j : j + width]) for i in range(size) for j in range(size)]

    def __repr__(self) -> str:
        return f"Convolution({self.image}, filters={self.filters}, size={self.size})"


class MaxPool(Layer):
    """The largest number of each 2 x 2 square of an image; a last odd row or column is left out."""

    SQUARE = ((0, 0), (0, 1), (1, 0), (1, 1))

    def __init__(self, image: Image) -> None:
        channels, height, width = (whole_number("image", side) for side in image)
        if min(height, width) < 2:
            raise ValueError(f"image: needs at least 2 x 2 numbers to pool, got {height} x {width}")
        self.image, self.answers = (channels, height, width), (channels, height // 2, width // 2)
        self.takes = channels * height * width
        self._room = Room()

    def gives(self, takes: int) -> int:
        channels, height, width = self.answers
        return channels * height * width

    def forward(self, parameters: Sequence[Array], x: Array) -> Array:
        rows = x.shape[0]
        image = x.T.reshape(*self.image, rows)
        y = self._room.array("y", x, (*self.answers, rows))
        for few in self._few(image):
            first, *others = self._corners(image[few])
            largest = y[few]
            largest[...] = first
            for corner in others:
                np.maximum(largest, corner, out=largest)
        self._room.seen |= {"image": image, "y": y}
        return y.reshape(-1, rows).T

    def backward(
        self, parameters: Sequence[Array], slopes: Sequence[Array], dy: Array, wanted: bool = True
    ) -> Array | None:
        """Each square's slope goes to the first of its four numbers that is the largest, as it does in torch."""
        image, y, rows = self._room.seen["image"], self._room.seen["y"], dy.shape[0]
        dy, dx = dy.T.reshape(y.shape), self._room.array("dx", image)
        for few in self._few(image):
            left = np.copy(dy[few])  # what no corner has taken yet
            *first, last = zip(self._corners(image[few]), self._corners(dx[few]), strict=True)
            for corner, slope in first:
                np.multiply(left, corner == y[few], out=slope)
                np.subtract(left, slope, out=left)
            last[1][...] = left
        return dx.reshape(-1, rows).T

    def _few(self, image: Array) -> list[slice]:
        """The channels by so few at a time that what is done to them happens in the cache."""
        channels, *rest = image.shape
        few = max(1, 2**19 // (math.prod(rest) * image.dtype.itemsize))
        return [slice(first, first + few) for first in range(0, channels, few)]

    def _corners(self, image: Array) -> list[Array]:
        """The four numbers of every square, as four images of half the size."""
        _, height, width = self.answers
        return [image[:, i : 2 * height : 2, j : 2 * width : 2] for i, j in self.SQUARE]

    def __repr__(self) -> str:
        return f"MaxPool({self.image})"
