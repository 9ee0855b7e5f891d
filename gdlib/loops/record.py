"""What a loop leaves behind: the kept points, and how far and why each run went."""

from __future__ import annotations

from dataclasses import dataclass

from gdlib.points import Array

RUNNING, LEFT = 0, -1
"""How a run ended: 0 went on to the last step, -1 left the finite numbers, k >= 1 met stopping criterion k."""


@dataclass
class Record:
    """What a loop leaves: the kept points with their step numbers, and how far and why each run went."""

    path: Array
    t: Array
    steps: Array
    ended: Array
    interrupted: bool
