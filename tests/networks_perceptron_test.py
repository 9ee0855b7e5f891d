"""The perceptron separates what can be separated, in as many corrections as theory and the book count."""

import numpy as np
import pytest

import gdlib as gd
from gdlib.networks import perceptron


@pytest.mark.parametrize("t", range(1, 13))
def test_it_separates_four_points_after_the_counted_mistakes(t):
    """(1, 0), (0, 1) and (0, -t) on one side, (-1, 0) on the other: t + 4 mistakes, one less where 3 divides t."""
    found = perceptron([[1, 0], [0, 1], [-1, 0], [0, -t]], [1, 1, 0, 1])
    assert found.separated
    assert found.mistakes == t + 4 - (t % 3 == 0)
    assert found.mistakes <= 5 * (t * t + 1)


def test_digits_are_separated_in_whole_numbers():
    d = gd.networks.digits()
    chosen = d.y_train < 2
    x, y = d.x_train[chosen], d.y_train[chosen]
    found = perceptron(x, y)
    assert (found.mistakes, found.separated) == (4, True)
    assert found.weights.dtype == np.int64
    sums = x.reshape(len(x), -1).astype(int) @ found.weights[:-1] + found.weights[-1]
    assert ((sums > 0) == (y == 1)).all()


@pytest.mark.parametrize("size", [2**20, 2**32, 2**62])
def test_whole_numbers_of_any_size_stay_whole(size):
    """In 64 bits the sums would begin again at the lowest number."""
    found = perceptron([[size], [-size]], [1, 0], passes=50)
    assert (found.weights.tolist(), found.mistakes, found.separated) == ([size, 1], 1, True)
    found = perceptron(np.array([[2**63 + 5]], np.uint64), [1])
    assert (found.weights.tolist(), found.separated) == ([2**63 + 5, 1], True)


def test_what_no_plane_separates_ends_with_the_passes():
    found = perceptron([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]], [0, 0, 1, 1], passes=7)
    assert not found.separated
    assert found.mistakes >= 7


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: perceptron([[1, 2]], [2]), "y: needs 0 or 1 for each of 1 examples"),
        (lambda: perceptron([[1, 2]], [0, 1]), "y: needs 0 or 1 for each of 1 examples"),
        (lambda: perceptron([[1, np.nan]], [0]), "x: needs finite numbers"),
        (lambda: perceptron([1, 2], [0, 1]), "x: needs shape (rows, numbers), at least one row, got (2,)"),
        (
            lambda: perceptron([[1, 2], [3]], [0, 1]),
            "x: needs an array of shape (rows, numbers), got rows of different lengths",
        ),
        (lambda: perceptron([[1, 2]], [0], passes=0), "passes: needs a whole number >= 1"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(make, words):
    with pytest.raises((TypeError, ValueError)) as caught:
        make()
    assert str(caught.value).startswith(words)
