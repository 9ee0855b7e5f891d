"""What a back end is given and gives back: a text, a chunk of runs as plain arrays, and where these runs got to.

A back end is a module of this folder with the names of `BackEnd`. Text and chunk are plain data, so they go to another
process or machine as they are; the function that the reader wrote never does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from gdlib.emit.trajectory import Trajectory
from gdlib.loops.record import LEFT, RUNNING
from gdlib.points import Array

MET = 1
"""How a run ended, beside RUNNING (it took all its steps) and LEFT: at a point where the gradient's norm was <= tol."""

__all__ = ["LEFT", "MET", "RUNNING", "BackEnd", "Chunk", "Reached"]


class Chunk(NamedTuple):
    """N runs, all with the same text.

    `points` (N, n), C-ordered, float64 or float32, are where they start. `numbers` holds every name of
    `Trajectory.numbers`: a float, or for the names that the text was told are swept a float64 array (N,). `steps` >= 1.
    `tol` is None or a number >= 0. `factors` is None or a float64 array (steps,): what the schedule gives each step.

    **What `tol` means**: a run ends at the first of its points, the start among them, where the Euclidean norm of the
    gradient is at most tol; it is `descend(…, stop=gd.stopping.grad_norm(tol))`. The norm is √(g0·g0 + g1·g1 + …), the
    squares added from the left, in the type of the points, and compared with tol rounded to that type. It is looked at
    before each step (with the gradient that the step needs anyhow) and once more after the last.

    `watch` is None or an int64 array (2,), shared with the thread that waits for the chunk: `watch[0]` other than 0
    asks to stop soon, and what is returned then is no result; `watch[1]` counts the steps that its runs have taken.
    """

    points: Array
    numbers: Mapping[str, float | Array]
    steps: int
    tol: float | None
    factors: Array | None
    watch: Array | None = None


class Reached(NamedTuple):
    """Where N runs got to, each as `descend` would tell it.

    `points` (N, n), of the type given: the last point, which is always finite: a run whose next point would hold inf or
    nan ends, and keeps the one before. `taken` (N,) int64: the steps taken to finite points. `ended` (N,) int8: RUNNING
    (0, all steps taken), MET (1, the norm is at most tol at the last point) or LEFT (-1, step taken + 1 leaves the
    finite numbers). A run that meets tol at its last point, after all steps, is MET. Arrays live where `points` lived.
    """

    points: Array
    taken: Array
    ended: Array


class BackEnd(Protocol):
    """What a module such as `on_numpy` must have; importing it needs neither Numba nor CuPy."""

    def missing(self) -> str | None:
        """None where it can work here, else what is missing: "Numba is not installed"."""

    def text(self, trajectory: Trajectory, *, dtype: str, swept: frozenset[str], watched: bool) -> str:
        """The program as text: `dtype` is "float64" or "float32", `watched` says whether chunks will have a tol."""

    def advance(self, text: str, chunk: Chunk) -> Reached:
        """Run a chunk; what is compiled is kept for the next chunk with the same text (and found by the text alone).

        Never warns of overflow or division by zero, writes to none of the chunk's arrays, and may be called from
        several threads at once. A chunk in which no run goes on any more may end early.
        """

    def threads(self) -> int:
        """How many calls of `advance` side by side gain anything here; 0: it must be the caller's own thread."""

    def points_at_once(self, trajectory: Trajectory, steps: int, dtype: str) -> int:
        """The most points for a chunk, such that one takes well under a second or fits the memory it works in."""
