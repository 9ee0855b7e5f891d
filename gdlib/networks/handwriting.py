"""Loads the 1,000 handwritten digits that ship with the library."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Digits(NamedTuple):
    """The images and labels of `digits()`, read-only.

    x_train (800, 28, 28) and x_test (200, 28, 28), uint8: 0 is bare paper, 255 full ink. y_train (800,) and
    y_test (200,), uint8: the digit shown. Each digit has 80 training and 20 test images.
    """

    x_train: NDArray[np.uint8]
    y_train: NDArray[np.uint8]
    x_test: NDArray[np.uint8]
    y_test: NDArray[np.uint8]

    def __repr__(self) -> str:
        return f"Digits(train: {len(self.y_train)}, test: {len(self.y_test)}, images of 28 x 28 uint8)"


@cache
def digits() -> Digits:
    """1,000 MNIST digits, 800 to train on and 200 to test on, exactly as the scans' bytes are.

    A model wants numbers from 0 to 1 in rows: `d.x_train.reshape(-1, 784) / 255`. The division makes float64,
    so that no sum of bytes overflows. The arrays are shared by all callers and cannot be written to; copy them
    to change them. The file is read at the first call and kept. Source: lecun1998; licence and selection:
    gdlib/networks/data/README.md.

    >>> d = digits()
    >>> d.x_train.shape, d.y_test.shape, d.x_train.dtype
    ((800, 28, 28), (200,), dtype('uint8'))
    >>> x = d.x_train.reshape(-1, 784) / 255
    >>> x.min(), x.max(), d.y_train[:5].tolist()
    (0.0, 1.0, [6, 0, 0, 6, 9])
    """
    place = resources.files(__package__) / "data" / "mnist1000.npz"
    with place.open("rb") as file, np.load(file) as archive:
        arrays = Digits(**{name: archive[name] for name in Digits._fields})
    for array in arrays:
        array.setflags(write=False)
    return arrays
