"""What a loop leaves behind: the kept points, and how far and why each run went."""

from __future__ import annotations

from dataclasses import dataclass

from gdlib.points import Array

RUNNING, LEFT = 0, -1
"""How a run ended: 0 went on to the last step, -1 left the finite numbers, k >= 1 met stopping criterion k.

Below -1 a method could not go on, for the reason at place -2 - k of the record's words.
"""


def halted(place: int) -> int:
    """The number for a run that a method ended with the words at this place; `halted` of that number is the place."""
    return LEFT - 1 - place


@dataclass
class Record:
    """What a loop leaves: the kept points with their step numbers, and how far and why each run went."""

    path: Array
    t: Array
    steps: Array
    ended: Array
    interrupted: bool
    words: tuple[str, ...] = ()
