"""A rule's step on arrays of many entries: few passes over memory, and machine code once that is worth its making.

The first steps go through NumPy piece by piece, each small enough for the cache. When they have taken about as long as
a compiler would, Numba, where it is installed, takes over: a step is then one pass. The bits are the same either way.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import numpy as np

from gdlib.emit.as_numpy import compile_rule
from gdlib.emit.printable import TracedRule
from gdlib.emit.step_as_numba import step_text
from gdlib.loops import machine_code
from gdlib.points import Array

LARGE = 2**15
"""Entries from which a step is taken in pieces."""
_PIECE = 2**14
_PATIENCE = 2.5e8
"""Entries times steps for which NumPy takes about as long as Numba takes to be loaded and to compile."""
_ALONE = 2**18
"""Entries with which a thread is done sooner than another is awake."""


class LargeStep:
    """`step(*arrays, numbers, out=)` of a rule, as `compile_rule(rule).step`, on flat arrays of one type.

    `out` holds arrays for theta and each of the memory, which may be those that come in. `compiler` True takes machine
    code from the first step on, False never, None when the steps so far say that more will come.
    """

    def __init__(self, rule: TracedRule, compiler: bool | None = None) -> None:
        self._rule, self._compiler, self._work = rule, compiler, 0
        self._arrays = [name for name in rule.takes if name != "t"]
        self._in_numpy = compile_rule(rule).step

    def __call__(self, *arrays: Any, out: Sequence[Array]) -> None:
        """Take the step."""
        *given, numbers = arrays
        theta = given[0]
        self._work += theta.size
        if self._compiler is None and (self._work >= _PATIENCE or _is_at_hand(self._rule, theta.dtype.name)):
            self._compiler = machine_code.missing() is None
        if self._compiler:
            self._in_machine_code(dict(zip(self._arrays, given, strict=True)), numbers, out)
            return
        for low in range(0, theta.size, _PIECE):
            part = slice(low, low + _PIECE)
            moved = self._in_numpy(*(array[part] for array in given), numbers)
            for place, values in zip(out, moved, strict=True):
                place[part] = values

    def _in_machine_code(self, given: dict[str, Array], numbers: Sequence[float], out: Sequence[Array]) -> None:
        before = [given[name] for name in self._rule.trace.outputs_named]
        for place, values in zip(out, before, strict=True):
            if place is not values:
                place[...] = values
        real = before[0].dtype.type
        kernel = _kernel(self._rule, real.__name__)
        value = real(given["f"][0] if "f" in given else 0.0)
        shared = np.array(numbers, np.float64)
        flat = [*out, np.ascontiguousarray(given["g"])]
        _side_by_side(flat[0].size, lambda part: kernel(*(array[part] for array in flat), value, shared))


def fits(theta: Array, takes: Sequence[str]) -> bool:
    """Whether steps from here are worth it and can be taken so."""
    return (
        type(theta) is np.ndarray
        and theta.size >= LARGE
        and theta.flags.c_contiguous
        and ("f" not in takes or theta.ndim == 1)
    )


_text = lru_cache(maxsize=64)(step_text)


def _is_at_hand(rule: TracedRule, dtype: str) -> bool:
    return machine_code.is_at_hand(_text(rule, dtype))


def _kernel(rule: TracedRule, dtype: str) -> Callable[..., None]:
    arrays = ", ".join([f"{dtype}[::1]"] * (2 + len(rule.state)))
    names = machine_code.of_text(_text(rule, dtype), {"step": f"void({arrays}, {dtype}, float64[::1])"})
    kernel: Callable[..., None] = names["step"]
    return kernel


def _side_by_side(size: int, work: Callable[[slice], None]) -> None:
    """The work on parts of the entries, one for each core; memory is what they wait for, and one core has not all."""
    cores = machine_code.cores()
    share = max(math.ceil(size / cores), _ALONE)
    first, *others = [slice(low, low + share) for low in range(0, size, share)]
    waiting = [_pool(os.getpid()).submit(work, part) for part in others]
    work(first)
    for one in waiting:
        one.result()


@lru_cache(maxsize=1)
def _pool(process: int) -> ThreadPoolExecutor:
    """Threads that stay; a forked process has none of its parent's, and gets its own."""
    return ThreadPoolExecutor(machine_code.cores(), thread_name_prefix=f"gdlib {process}")
