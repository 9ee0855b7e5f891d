"""Costs: how bad a network's scores are beside the answers, and the slope of that by each score."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from gdlib.points import Array, is_foreign


class Cost(NamedTuple):
    """`answers(y, rows, outputs)` checks the answers and makes them an array (rows, outputs).

    `measure(scores, answers)` gives the cost's mean over the rows and its slope by each score, (rows, outputs).
    """

    answers: Callable[[Any, int, int], Array]
    measure: Callable[[Array, Array], tuple[Array, Array]]


def cross_entropy(scores: Array, answers: Array) -> tuple[Array, Array]:
    """-log of the share that softmax gives the right class; its slope is that share minus 1, the others' minus 0."""
    rows = scores.shape[0]
    shifted = scores - scores.max(axis=1, keepdims=True)  # the shares stay the same, and no exponential overflows
    shares = np.exp(shifted)
    totals = shares.sum(axis=1, keepdims=True)
    np.multiply(shifted, answers, out=shifted)
    value = (np.log(totals).sum() - shifted.sum()) * (1.0 / rows)
    np.divide(shares, totals, out=shares)
    np.subtract(shares, answers, out=shares)
    return value, np.multiply(shares, 1.0 / rows, out=shares)


def logistic(scores: Array, answers: Array) -> tuple[Array, Array]:
    """-log of the probability that 1 / (1 + exp(-score)) gives the answer, from 0 to 1; outputs add up."""
    share = 1.0 / scores.shape[0]
    value = np.sum(np.logaddexp(0.0, scores) - answers * scores) * share
    return value, (0.5 * (1.0 + np.tanh(0.5 * scores)) - answers) * share


def squared(scores: Array, answers: Array) -> tuple[Array, Array]:
    """Half the squared distance between scores and answers."""
    share = 1.0 / scores.shape[0]
    apart = scores - answers
    return 0.5 * np.sum(apart * apart) * share, apart * share


def _classes(y: Any, rows: int, outputs: int) -> Array:
    """Whole numbers from 0 to outputs - 1, one a row, as rows with a 1 at the class and 0 elsewhere."""
    labels = _numbers(y)
    if outputs < 2:
        raise ValueError(
            "cost: cross_entropy needs a network of at least 2 outputs, one a class; for 1 there is logistic"
        )
    if labels.shape != (rows,):
        raise ValueError(f"y: needs one class for each of {rows} examples, shape ({rows},), got {labels.shape}")
    if labels.dtype.kind not in "iu":
        raise TypeError(f"y: needs whole numbers that name classes, got an array of {labels.dtype}")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= outputs:
        raise ValueError(
            f"y: needs classes from 0 to {outputs - 1}, one for each output, got {low if low < 0 else high}"
        )
    return (labels[:, None] == np.asarray(np.arange(outputs), like=labels)).astype(np.float64)


def _probabilities(y: Any, rows: int, outputs: int) -> Array:
    answers = _targets(y, rows, outputs)
    if bool((answers < 0).any()) or bool((answers > 1).any()):
        raise ValueError("y: needs numbers from 0 to 1 for the logistic cost, got some outside")
    return answers


def _targets(y: Any, rows: int, outputs: int) -> Array:
    answers = _numbers(y)
    if answers.shape == (rows,) and outputs == 1:
        answers = answers.reshape(rows, 1)
    if answers.shape != (rows, outputs):
        raise ValueError(
            f"y: needs an answer for each output of each example, ({rows}, {outputs}), got {answers.shape}"
        )
    if not bool(np.isfinite(answers).all()):
        raise ValueError("y: needs finite numbers, got nan or inf among them")
    return answers.astype(np.float64)


def _numbers(y: Any) -> Array:
    array: Array = y if is_foreign(y) else np.asarray(y)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"y: needs numbers, got an array of {array.dtype}")
    return array.astype(np.int64) if array.dtype.kind == "b" else array


COSTS = {
    "cross_entropy": Cost(_classes, cross_entropy),
    "logistic": Cost(_probabilities, logistic),
    "squared": Cost(_targets, squared),
}
