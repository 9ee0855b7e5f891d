"""The back end that is always there: NumPy, in place, block by block; a run that has ended leaves its block."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from gdlib.emit.as_numpy import in_double, shared
from gdlib.emit.as_numpy_in_place import in_place_text as text
from gdlib.emit.as_python import compiled
from gdlib.emit.trajectory import FACTOR, T, Trajectory
from gdlib.points import Array
from gdlib.sweeps.chunk import LEFT, MET, RUNNING, Chunk, Reached

__all__ = ["advance", "missing", "points_at_once", "text", "threads"]

_CACHE = 2**19
"""Bytes that the arrays of a block may fill: they stay in a core's own cache."""
_FEWEST, _MOST = 256, 8192
"""Runs in a block: with fewer, calling NumPy's functions takes longer than what they do; from 10,000 on, its dot
product wakes threads that wait for one another."""
_LINE = 64
"""Bytes of a line of the cache: arrays that begin with one are added up to three times as fast as others."""
_WORK, _RUNS = 10**7, 2**18
"""Runs times steps of a chunk, about half a second, so that progress is told and a key stops it; and its most runs."""


def missing() -> str | None:
    """Nothing: gdlib needs NumPy anyhow."""
    return None


def threads() -> int:
    """One: side by side, NumPy's short calls wait for one another."""
    return 1


def points_at_once(trajectory: Trajectory, steps: int, dtype: str) -> int:
    """So many runs that a chunk takes about half a second and little memory, in whole blocks."""
    return max(1, min(_WORK // steps, _RUNS) // _MOST) * _MOST


def advance(text: str, chunk: Chunk) -> Reached:
    """Run a chunk, block by block."""
    program = _program(text)
    total, n = chunk.points.shape
    reached = Reached(
        np.empty_like(chunk.points), np.full(total, chunk.steps, dtype=np.int64), np.full(total, RUNNING, dtype=np.int8)
    )
    width = n + len(program["MEMORY"]) + program["ROOM"]
    size = min(max(_CACHE // (width * chunk.points.itemsize), _FEWEST), _MOST)
    with np.errstate(all="ignore"):
        for first in range(0, total, size):
            _Block(program, chunk, slice(first, min(first + size, total)), reached).run()
    return reached


_program = lru_cache(maxsize=64)(compiled)


def _rows(count: int, size: int, dtype: np.dtype[Any]) -> list[Array]:
    """Arrays that each begin with a line of the cache, no two at the same place of a page."""
    line = _LINE // dtype.itemsize
    stride = (-(-size // line) + 1) * line
    room = np.empty(count * stride + line, dtype)
    first = -room.ctypes.data % _LINE // dtype.itemsize
    return [room[first + row * stride :][:size] for row in range(count)]


class _Block:
    """Runs side by side. Those that go on always stand in front: the last of them take the places of those that end."""

    def __init__(self, program: Mapping[str, Any], chunk: Chunk, part: slice, reached: Reached) -> None:
        self._program, self._chunk, self._reached = program, chunk, reached
        points = chunk.points[part]
        self._size, self._n = points.shape
        self._dtype = points.dtype
        self._places = np.arange(part.start, part.stop)
        starts = [*points.T, *program["MEMORY"]]
        self._carried = len(starts)
        self._arrays = _rows(self._carried + program["ROOM"], self._size, self._dtype)
        for row, start in zip(self._arrays, starts, strict=False):
            row[:] = start
        self._arrays += _rows(program["TRUTHS"], self._size, np.dtype(np.bool_))
        self._given: dict[str, Array] = {
            name: in_double(value[part].copy() if isinstance(value, np.ndarray) else value)
            for name, value in chunk.numbers.items()
        }
        for work_out in (program["before"], program["own_before"]):
            self._given |= work_out(self._given)
        self._given |= dict.fromkeys(program["POWERS"], np.float64(1.0))
        self._steady = self._numbers("STEADY")

    def run(self) -> None:
        """All steps of all runs, written down where each ends."""
        step: Callable[[list[Array], Sequence[Any]], list[Array]] = self._program["step"]
        moves, watched, carried = bool(self._program["MOVING"]), self._chunk.tol is not None, self._carried
        watch = self._chunk.watch
        for t in range(1, self._chunk.steps + 1):
            if watch is not None:
                if watch[0]:
                    return
                watch[1] += self._size
            if moves:
                self._move_on(t)
            self._arrays = step(self._arrays, self._numbers_now())
            if watched:
                met = self._arrays[carried] <= self._chunk.tol
                if met.any():
                    self._end(met, MET, t - 1)
            if self._size and not self._all_finite():
                finite = np.isfinite(self._arrays[: self._n]).all(axis=0)
                self._end(~finite, LEFT, t - 1)
            if not self._size:
                return
        self._reached.points[self._places] = np.stack(self._arrays[: self._n], axis=-1)
        if watched:
            slope = self._program["slope"](self._arrays, self._numbers_now())
            self._reached.ended[self._places[slope <= self._chunk.tol]] = MET

    def _move_on(self, t: int) -> None:
        """The numbers that belong to step t."""
        given, program = self._given, self._program
        for power, factor in program["POWERS"].items():
            given[power] = given[power] * given[factor]
        given[T] = np.float64(t)
        if self._chunk.factors is not None:
            given[FACTOR] = self._chunk.factors[t - 1]
        given |= program["each_step"](given)
        given |= program["own_each_step"](given)

    def _numbers_now(self) -> tuple[Any, ...]:
        return (*self._steady, *self._numbers("MOVING")) if self._program["MOVING"] else self._steady

    def _numbers(self, which: str) -> tuple[Any, ...]:
        return shared([self._given[name] for name in self._program[which]], self._dtype)

    def _all_finite(self) -> bool:
        """Whether all coordinates are finite; False too where it takes a closer look to know."""
        return math.isfinite(sum(float(one.dot(one)) for one in self._arrays[: self._n]))

    def _end(self, over: Array, how: int, taken: int) -> None:
        """Write down the runs that are over, with the point before this step, and close the ranks."""
        ended = np.flatnonzero(over)
        if not len(ended):
            return
        old = self._carried + (self._chunk.tol is not None)
        places = self._places[ended]
        self._reached.points[places] = np.stack([one[ended] for one in self._arrays[old : old + self._n]], axis=-1)
        self._reached.taken[places] = taken
        self._reached.ended[places] = how
        self._size -= len(ended)
        size = self._size
        holes = ended[ended < size]
        last = size + np.flatnonzero(~over[size:])

        def closed(values: Array) -> Array:
            values[holes] = values[last]
            return values[:size]

        self._places = closed(self._places)
        self._arrays = [closed(one) for one in self._arrays]
        self._given = {name: closed(one) if one.ndim else one for name, one in self._given.items()}
        self._steady = self._numbers("STEADY")
