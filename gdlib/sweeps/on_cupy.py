"""The back end for a GPU: one kernel whose threads walk whole runs in registers, launched once for a chunk.

The numbers that runs share are worked out here beforehand, in double, for all steps of a launch. The kernel is compiled
without fused multiply-add, so it walks `descend`'s path to the bit wherever that is promised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from gdlib.emit.as_python import compiled
from gdlib.emit.runs_as_cuda import program_text as text
from gdlib.emit.trajectory import Trajectory
from gdlib.loops.on_gpu import EXACT, cupy, missing
from gdlib.points import Array
from gdlib.sweeps.chunk import Chunk, Reached

__all__ = ["advance", "missing", "points_at_once", "text", "threads"]

_STEPS = 8192
"""Steps in a launch: what the host works out for them stays small, and a run of many more can be interrupted."""
_THREADS = 128
_FEWEST, _MOST = 2**18, 2**24
"""Runs that fill a large GPU, and runs whose points fit any."""
_STEPS_A_SECOND = 2**35


class _Program(NamedTuple):
    """What a text defines: the compiled kernel, and what the host does for it."""

    kernel: Any
    host: Mapping[str, Any]


@lru_cache(maxsize=64)
def _program(text: str) -> _Program:
    host = compiled(text)
    return _Program(cupy().RawKernel(host["KERNEL"], "sweep", options=EXACT), host)


def threads() -> int:
    """None: a chunk by itself fills the GPU, and which one it is belongs to the caller's thread."""
    return 0


def points_at_once(trajectory: Trajectory, steps: int, dtype: str) -> int:
    """As many as take about a second, within what any GPU holds, and enough to fill a large one."""
    width = max(1, len(trajectory.carried) // 8)
    return max(_FEWEST, min(_MOST, _STEPS_A_SECOND // steps) // width)


def advance(text: str, chunk: Chunk) -> Reached:
    """Walk the runs of a chunk; points on the host are taken to the GPU and back, others stay on it."""
    xp = cupy()
    kernel, host = _program(text)
    start = xp.ascontiguousarray(xp.asarray(chunk.points))
    runs = len(start)
    moved = xp.empty_like(start)
    arrays = {
        "points": moved,
        "taken": xp.empty(runs, dtype=np.int64),
        "ended": xp.empty(runs, dtype=np.int8),
        "own": xp.stack([xp.asarray(chunk.numbers[name], dtype=np.float64) for name in host["SWEPT"]])
        if host["SWEPT"] else None,
        "rest": xp.empty((host["KEPT"] if chunk.steps > _STEPS else 0, runs), dtype=np.float64),
    }  # fmt: skip
    given = {"runs": np.int64(runs), "steps": np.int64(chunk.steps)}
    if chunk.tol is not None:
        given["tol"] = start.dtype.type(chunk.tol)
    for first, last, handed in _launches(host, chunk):
        now = {"first": np.int64(first), "last": np.int64(last), "start": start if first == 1 else moved}
        now |= {name: xp.asarray(values) for name, values in handed.items()}
        arguments = given | arrays | now
        kernel((-(-runs // _THREADS),), (_THREADS,), tuple(arguments[name] for name in host["PARAMETERS"]))
    reached = Reached(moved, arrays["taken"], arrays["ended"])
    return Reached(*map(xp.asnumpy, reached)) if isinstance(chunk.points, np.ndarray) else reached


def _launches(host: Mapping[str, Any], chunk: Chunk) -> Iterator[tuple[int, int, dict[str, Array]]]:
    """First and last step of each launch, and the arrays that the kernel is handed for them."""
    numbers = {name: np.float64(chunk.numbers[name]) for name in host["GIVEN"]}
    dtypes = {"shared": np.dtype(host["DTYPE"]), "in_double": np.dtype(np.float64)}
    with np.errstate(all="ignore"):
        before = host["before"](*numbers.values())
        powers = {power: np.float64(1.0) for power in host["POWERS"]}
        for first in range(1, chunk.steps + 1, _STEPS):
            last = min(chunk.steps, first + _STEPS - 1)
            rows = {}
            for power, factor in host["POWERS"].items():
                factors = np.full(last - first + 1, numbers[factor])
                factors[0] = powers[power] * numbers[factor]
                rows[power] = np.multiply.accumulate(factors)
                powers[power] = rows[power][-1]
            t = np.arange(first, last + 1, dtype=np.float64)
            factor = np.float64(1.0) if chunk.factors is None else np.asarray(chunk.factors)[first - 1 : last]
            each_step = host["each_step"](*before, *rows.values(), t, factor)
            handed = {}
            for name, (fixed, changing) in host["HANDED"].items():
                columns = [np.broadcast_to(each_step[place], t.shape) for place in changing]
                table = np.stack(columns, axis=-1).ravel() if columns else np.empty(0)
                handed[name] = np.concatenate([[before[place] for place in fixed], table]).astype(dtypes[name])
            yield first, last, handed
