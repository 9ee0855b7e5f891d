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
from gdlib.loops import compiler_words, machine_code
from gdlib.points import Array

LARGE = 2**15
"""Entries from which a step is taken in pieces."""
_PIECE = 2**14
_PATIENCE = 2.5e8
"""Entries times steps for which NumPy takes about as long as Numba takes to be loaded and to compile."""
_ALONE = 2**19
"""Entries up to which a thread is done sooner than with another, which must wake; with more, each has half as many."""


class LargeStep:
    """`step(*arrays, numbers, out=)` of a rule, as `compile_rule(rule).step`, on flat arrays of one type.

    `out` holds arrays for theta and each of the memory, which may be those that come in. `compiler` True takes machine
    code from the first step on, False never, None when the steps so far say that more will come.
    """

    def __init__(self, rule: TracedRule, compiler: bool | None = None) -> None:
        self._rule, self._compiler, self._work = rule, compiler, 0
        self._arrays = [name for name in rule.takes if name != "t"]
        self._moved = [self._arrays.index(name) for name in rule.trace.outputs_named]
        self._in_numpy = compile_rule(rule).step
        self._kernels: dict[str, Callable[..., None]] = {}

    def __call__(self, *arrays: Any, out: Sequence[Array]) -> None:
        """Take the step."""
        *given, numbers = arrays
        theta = given[0]
        self._work += theta.size
        if self._compiler is None and (self._work >= _PATIENCE or _is_at_hand(self._rule, theta.dtype.name)):
            self._compiler = machine_code.missing() is None
        if self._compiler:
            self._in_machine_code(given, numbers, out)
            return
        for low in range(0, theta.size, _PIECE):
            part = slice(low, low + _PIECE)
            moved = self._in_numpy(*(array[part] for array in given), numbers)
            for place, values in zip(out, moved, strict=True):
                place[part] = values

    def _in_machine_code(self, given: Sequence[Array], numbers: Sequence[float], out: Sequence[Array]) -> None:
        slope = np.ascontiguousarray(given[self._arrays.index("g")])
        if not slope.flags.writeable or any(np.may_share_memory(slope, place) for place in out):
            slope = slope.copy()  # the machine code is made for arrays that are apart, and that may be written to
        for place, moved in zip(out, self._moved, strict=True):
            if place is not given[moved]:
                place[...] = given[moved]
        real = given[0].dtype
        kernel = self._kernels.get(real.name)
        if kernel is None:
            kernel = self._kernels[real.name] = _kernel(self._rule, real.name)
        value = real.type(given[self._arrays.index("f")][0] if "f" in self._arrays else 0.0)
        _side_by_side(kernel, [*out, slope], value, np.array(numbers, np.float64))


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
    text = _text(rule, dtype)
    arrays = [f"{dtype}[::1]"] * (2 + len(rule.state))
    given = f"({', '.join(arrays)}, {dtype}, float64[::1]{{}})"
    step = f"void{given.format('')}"
    fma = compiler_words.fused_multiply_add() if "def quick_step(" in text else None
    if fma is None:
        kernel: Callable[..., None] = machine_code.of_text(text, {"step": step})["step"]
        return kernel
    quick = {"over": None, "quick": f"{dtype}{given.format(f', {arrays[0]}')}", "quick_step": step}
    quick_step: Callable[..., None] = machine_code.of_text(
        text, {"step": step, **quick}, fma=fma, wide=compiler_words.widest_vectors(),
        apart=compiler_words.arrays_apart(), count=compiler_words.count_in_any_order(),
    )["quick_step"]  # fmt: skip
    return quick_step


def _side_by_side(kernel: Callable[..., None], arrays: Sequence[Array], *shared: Any) -> None:
    """Parts of the entries, one for each core; memory is what they wait for, and one core has not all of it."""
    size = arrays[0].size
    share = size if size <= _ALONE else max(math.ceil(size / machine_code.cores()), _ALONE // 2)
    if share == size:
        kernel(*arrays, *shared)
        return
    first, *others = [[array[low : low + share] for array in arrays] for low in range(0, size, share)]
    waiting = [_pool(os.getpid()).submit(kernel, *part, *shared) for part in others]
    kernel(*first, *shared)
    for one in waiting:
        one.result()


@lru_cache(maxsize=1)
def _pool(process: int) -> ThreadPoolExecutor:
    """Threads that stay; a forked process has none of its parent's, and gets its own."""
    return ThreadPoolExecutor(machine_code.cores(), thread_name_prefix=f"gdlib {process}")
