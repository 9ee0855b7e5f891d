"""The layer that looks at images, forward and backward written by hand: a convolution and a max-pool in one.

A row of numbers is an image of (channels, height, width) in that order, an example a row as in `layers`. Inside, the
examples come last: what lies side by side in memory is treated alike. The transposed views between layers cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gdlib.arguments import several, whole_number
from gdlib.networks.layers import Layer
from gdlib.networks.room import Room
from gdlib.points import Array, is_foreign
from gdlib.vocabulary import in_short

Image = tuple[int, int, int]
"""Channels, height, width."""


_SUMS = "dmatrix", "product"
_BYTES = 2**21
"""What a corner's answers may take at once: less would often make cores wait for each other, more the memory."""


def _parts(answers: Array) -> Iterator[slice]:
    """The squares of (filters, squares) in parts of that size; on a GPU, where a pass costs a launch, all at once."""
    filters, squares = answers.shape
    share = squares if is_foreign(answers) else max(1, _BYTES // (filters * answers.itemsize))
    for first in range(0, squares, share):
        yield slice(first, min(first + share, squares))


class PooledConvolution(Layer):
    """Filters slid over an image, and of each 2 x 2 square of a filter's answers the largest.

    A filter answers at every place with a weighted sum of the patch of size x size that it lies on, plus b; no border
    is added, so an image of height h gives h - size + 1 answers in height, and half as many squares (a last odd row or
    column has none). The parameters have shape (filters, channels * size * size + 1): a filter's weights in a row, and
    its b, which is the weight of a number that is 1 in every patch. Source: lecun1998.

    The four answers of a square see one patch of size + 1. So each filter stands in a matrix four times, once in each
    corner of such a patch, with zeros around: one product with all of the patches gives all answers, corner by corner.
    """

    CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))

    def __init__(self, image: Image, filters: int, size: int) -> None:
        sides = several("image", image, "(channels, height, width)")
        if len(sides) != 3:
            raise ValueError(f"image: needs (channels, height, width), got {in_short(sides)}")
        channels, height, width = (whole_number("image", side) for side in sides)
        self.image = channels, height, width
        size = self.size = whole_number("size", size)
        if size >= min(height, width):
            raise ValueError(f"size: needs a filter that leaves 2 x 2 answers of {height} x {width}, got {size}")
        self.filters = whole_number("filters", filters)
        self.answers: Image = (self.filters, (height - size + 1) // 2, (width - size + 1) // 2)
        self.takes = channels * height * width
        self.shapes = ((self.filters, channels * size * size + 1),)
        self._room = Room()

    def gives(self, takes: int) -> int:
        filters, height, width = self.answers
        return filters * height * width

    def weights(self, parameters: Sequence[Array]) -> Array | None:
        return parameters[0][:, :-1]

    def forward(self, parameters: Sequence[Array], x: Array) -> Array:
        patches, matrix = self._patches(x), self._matrix(parameters[0])
        largest = self._room.array("largest", x, (self.filters, patches.shape[1]))
        won = self._room.array("won", x, (3, *largest.shape), bool)
        for part in _parts(largest):
            top, seen = largest[:, part], patches[:, part]
            y = self._room.array("y", x, (4, self.filters, seen.shape[1]))
            np.matmul(matrix, seen, out=y.reshape(4 * self.filters, -1))
            np.maximum(y[0], y[1], out=top)
            np.maximum(top, y[2], out=top)
            np.maximum(top, y[3], out=top)
            np.equal(y[:3], top, out=won[:, :, part])
        self._room.seen |= {"patches": patches, "matrix": matrix, "won": won}
        return largest.reshape(-1, x.shape[0]).T

    def backward(
        self, parameters: Sequence[Array], slopes: Sequence[Array], dy: Array, wanted: bool = True
    ) -> Array | None:
        """A square's slope goes to the first of its four answers that is the largest, as it does in torch."""
        seen, rows = self._room.seen, dy.shape[0]
        patches, matrix, won = seen["patches"], seen["matrix"], seen["won"]
        rising = dy.T.reshape(won.shape[1:])
        dmatrix, product = (self._room.array(name, matrix) for name in _SUMS)
        dpatches = self._room.array("dpatches", patches) if wanted else None
        for part in _parts(rising):
            given = self._given(won[:, :, part], rising[:, part])
            if part.start == 0:
                np.matmul(given, patches[:, part].T, out=dmatrix)
            else:
                np.add(dmatrix, np.matmul(given, patches[:, part].T, out=product), out=dmatrix)
            if dpatches is not None:
                np.matmul(matrix.T, given, out=dpatches[:, part])
        first, *others = self._corners(dmatrix)
        dweights = self._square(slopes[0])
        dweights[...] = first
        for corner in others:
            np.add(dweights, corner, out=dweights)
        np.sum(dmatrix[:, -1].reshape(4, -1), axis=0, out=slopes[0][:, -1])
        if dpatches is None:
            return None
        dx = self._room.array("dx", dy, (*self.image, rows))
        dx[...] = 0
        for patch, place in self._places(dpatches, dx):
            np.add(place, patch, out=place)
        return dx.reshape(-1, rows).T

    def _given(self, won: Array, slope: Array) -> Array:
        """What each of a square's four answers gets of its slope, corner by corner, (4 * filters, squares)."""
        given = self._room.array("given", slope, (4, *slope.shape))
        first, second, third, left = given  # what no answer has taken yet is, in the end, the last one's
        np.multiply(slope, won[0], out=first)
        np.subtract(slope, first, out=left)
        for place, corner in ((second, won[1]), (third, won[2])):
            np.multiply(left, corner, out=place)
            np.subtract(left, place, out=left)
        return given.reshape(4 * self.filters, -1)

    def _patches(self, x: Array) -> Array:
        """The patch of each square, number by number, and a 1: (inputs, squares)."""
        rows, (channels, _, _), reach, (_, height, width) = x.shape[0], self.image, self.size + 1, self.answers
        patches = self._room.array("patches", x, (channels * reach * reach + 1, height * width * rows))
        pixels = x.T
        if not pixels.flags.c_contiguous:  # each is read many times over
            pixels = self._room.array("pixels", x, pixels.shape)
            pixels[...] = x.T
        for patch, place in self._places(patches, pixels.reshape(*self.image, rows)):
            patch[...] = place
        patches[-1] = 1
        return patches

    def _matrix(self, parameters: Array) -> Array:
        """Each filter in the four corners, and its b: (4 * filters, inputs)."""
        inputs = self.image[0] * (self.size + 1) ** 2 + 1
        matrix = self._room.array("matrix", parameters, (4 * self.filters, inputs))
        for corner in self._corners(matrix):
            corner[...] = self._square(parameters)
        matrix[:, -1].reshape(4, -1)[...] = parameters[:, -1]
        return matrix

    def _places(self, patches: Array, pixels: Array) -> Iterator[tuple[Array, Array]]:
        """For each number of a patch: it in all patches, and where they have it from in the image, two steps apart."""
        reach, (_, height, width) = self.size + 1, self.answers
        spread = patches[:-1].reshape(self.image[0], reach, reach, height, width, pixels.shape[-1])
        for i, j in np.ndindex(reach, reach):
            yield spread[:, i, j], pixels[:, i : i + 2 * height - 1 : 2, j : j + 2 * width - 1 : 2]

    def _corners(self, matrix: Array) -> list[Array]:
        """Where the filters stand in the matrix: for each corner a view (filters, channels, size, size)."""
        size, inside = self.size, matrix[:, :-1]
        spread = inside.reshape(4, self.filters, self.image[0], size + 1, size + 1)
        return [spread[k, :, :, i : i + size, j : j + size] for k, (i, j) in enumerate(self.CORNERS)]

    def _square(self, weights: Array) -> Array:
        """The filters among the parameters, as a view (filters, channels, size, size)."""
        return weights[:, :-1].reshape(self.filters, self.image[0], self.size, self.size)

    def __repr__(self) -> str:
        return f"PooledConvolution({self.image}, filters={self.filters}, size={self.size})"
