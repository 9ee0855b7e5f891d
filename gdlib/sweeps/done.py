"""What is done of a sweep: results run by run, which of them are there, and the errors that hand them on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from gdlib.points import Array
from gdlib.sweeps.chunk import Reached

Range = tuple[int, int]
"""Runs from the first number up to, not including, the second."""


@dataclass
class Done:
    """The results of a sweep as far as they are there; it can be pickled, and handed to `sweep(…, resume=)`.

    `question` is a fingerprint of what was asked: only the same sweep can go on with it. `backend` is where the runs
    were worked out, `as_text` whether by a program printed for them.
    """

    reached: Reached
    ranges: list[Range] = field(default_factory=list)
    question: str = ""
    backend: str = ""
    as_text: bool = False

    @property
    def count(self) -> int:
        """How many runs are done."""
        return sum(last - first for first, last in self.ranges)

    def copy(self) -> Done:
        """The same, to go on with."""
        return replace(self, reached=Reached(*(whole.copy() for whole in self.reached)))

    def add(self, part: Range, reached: Reached) -> None:
        """Put the results of some runs in their place."""
        first, last = part
        for whole, piece in zip(self.reached, reached, strict=True):
            whole[first:last] = piece
        self.ranges = _merged([*self.ranges, part])

    def missing(self) -> list[Range]:
        """The runs that are not done, in as few ranges as can be."""
        edges = [0, *(edge for part in self.ranges for edge in part), self.reached.taken.shape[0]]
        return [(low, high) for low, high in zip(edges[::2], edges[1::2], strict=True) if low < high]

    def __str__(self) -> str:
        which = ", ".join(f"{low} to {high - 1}" for low, high in self.ranges[:20])
        which = f" (runs {which}{', …' if len(self.ranges) > 20 else ''})" if self.ranges else ""
        return f"{self.count:,} of {self.reached.taken.shape[0]:,} runs are done{which}"


def nothing_done(points: Array, runs: int) -> Done:
    """A sweep before its first chunk; its arrays live where `points` lives."""
    room = np.empty_like(points, shape=(runs, points.shape[-1]))
    taken = np.empty_like(points, shape=(runs,), dtype=np.int64)
    return Done(Reached(room, taken, np.empty_like(points, shape=(runs,), dtype=np.int8)))


def _merged(ranges: list[Range]) -> list[Range]:
    merged: list[Range] = []
    for low, high in sorted(ranges):
        if merged and merged[-1][1] == low:
            merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return merged


class Unfinished(RuntimeError):  # noqa: N818  # what it says is more than that something went wrong
    """A sweep that its executor could not bring to an end; `done` holds what is there, for `sweep(…, resume=)`."""

    def __init__(self, words: str, done: Done) -> None:
        super().__init__(words)
        self.done = done


class Interrupted(KeyboardInterrupt):
    """A sweep that was interrupted from the keyboard; `done` holds what is there, for `sweep(…, resume=)`."""

    def __init__(self, words: str, done: Done) -> None:
        super().__init__(words)
        self.done = done
