"""What has no text (an objective that is no formula, a line search): descend's own loop, on all runs of a chunk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gdlib.loops.on_arrays import array_loop
from gdlib.stopping import grad_norm
from gdlib.sweeps.arguments import Asked
from gdlib.sweeps.chunk import LEFT, Chunk, Reached

_NUMBERS, _MOST = 2**18, 2**16
"""Coordinates and runs in a chunk: the loop makes many arrays of as many numbers, and few of them fit a cache."""


def runs_at_once(n: int) -> int:
    """Runs in a chunk, for points of n coordinates."""
    return max(1, min(_MOST, _NUMBERS // n))


def advance(asked: Asked, chunk: Chunk) -> Reached:
    """Run a chunk; TypeError or ValueError where `descend` has one for these objective, rule and schedule."""
    hyper: Any = {name: np.asarray(number[:, None], like=chunk.points) if isinstance(number, np.ndarray) else number
                  for name, number in chunk.numbers.items()}  # fmt: skip
    plan = replace(
        asked.plan, start=chunk.points, keep=chunk.steps, hyperparameters=hyper,
        stop=() if chunk.tol is None else (grad_norm(chunk.tol),),
    )  # fmt: skip
    record = array_loop(asked.f, asked.rule, plan)
    if record.interrupted:
        raise KeyboardInterrupt
    # The codes are descend's own, but for the several reasons that a method has to end.
    return Reached(record.path[-1], record.steps, np.maximum(record.ended, LEFT).astype(np.int8))
