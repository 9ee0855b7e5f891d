"""The perceptron: the rule that corrects a plane at each example on its wrong side, and has no cost to descend."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdlib.arguments import whole_number
from gdlib.networks.examples import numbers_of


class Perceptron(NamedTuple):
    """`weights` (inputs + 1,), the last that of the number 1; `mistakes` corrected; whether it `separated` them all."""

    weights: NDArray[Any]
    mistakes: int
    separated: bool


def perceptron(x: Any, y: Any, passes: int = 1000) -> Perceptron:
    """Go through examples x (rows, …) in their order, from weights 0, until a pass needs no correction.

    y (rows,) holds 0 and 1. An example with a 1 at its end is added to the weights where its sum should be above 0 and
    is not, and taken off where it should be below. Whole numbers stay whole, so that nothing rounds: what they separate
    is separable. Where no plane separates the examples, `passes` ends it. Source: rosenblatt1958.

    Raises TypeError or ValueError for examples or answers that cannot be used.

    >>> perceptron([[1, 0], [0, 1], [-1, 0]], [1, 1, 0])
    Perceptron(weights=array([2, 1, 1]), mistakes=3, separated=True)
    """
    rows = numbers_of(x)
    passes = whole_number("passes", passes)
    if rows.dtype.kind in "iu":
        most = max(1, -int(rows.min()), int(rows.max())) if rows.size else 1
        fits = (rows.shape[1] + 1) * most**2 * len(rows) * passes < 2**63  # a sum, after a mistake at each example
        rows = rows.astype(np.int64 if fits else object)  # Python's numbers, slower, have no end
    answers = np.asarray(y)
    if answers.shape != (len(rows),) or not np.isin(answers, (0, 1)).all():
        raise ValueError(f"y: needs 0 or 1 for each of {len(rows)} examples, got {answers!r}"[:200])
    signed = np.where(answers == 1, 1, -1)[:, None] * np.column_stack([rows, np.ones_like(rows[:, :1])])
    weights, mistakes = np.zeros_like(signed[0]), 0
    for _ in range(passes):
        before = mistakes
        for row in signed:  # each example times the sign that its sum should have
            if row @ weights <= 0:
                weights, mistakes = weights + row, mistakes + 1
        if mistakes == before:
            return Perceptron(weights, mistakes, True)
    return Perceptron(weights, mistakes, False)
