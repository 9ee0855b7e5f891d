"""A rule's step on arrays of many entries: few passes over memory, and machine code once that is worth its making.

The first steps go through NumPy piece by piece, each small enough for the cache. When they have taken about as long as
a compiler would, Numba, where it is installed, takes over: a step is then one pass, in whatever form is the fastest
here. The bits are the same either way.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache, partial
from typing import Any

import numpy as np

from gdlib.emit.as_numpy import compile_rule
from gdlib.emit.printable import TracedRule
from gdlib.emit.step_as_numba import step_text
from gdlib.emit.two_parts import in_two_parts
from gdlib.loops import compiler_words, machine_code
from gdlib.loops.fastest import Fastest
from gdlib.points import Array
from gdlib.trace.graph import ELEMENTARY, in_order

LARGE = 2**15
"""Entries from which a step is taken in pieces."""
_BY_NUMPY = 2**14
"""Entries in a piece."""
_PATIENCE = 2.5e8
"""Entries times steps for which NumPy takes about as long as Numba takes to be loaded and to compile."""
_HEAD_START = 2**16
"""Entries that the first core takes more of, since the others must be woken."""
_TOGETHER = 2**22
"""Entries from which one core is never faster than all."""


class LargeStep:
    """`step(*arrays, numbers, out=)` of a rule, as `compile_rule(rule).step`, on flat arrays of one type.

    `out` holds arrays for theta and each of the memory, which may be those that come in. `compiler` True takes machine
    code from the first step on, False never, None when the steps so far say that more will come. A rule with exp or the
    like in it stays with NumPy.
    """

    def __init__(self, rule: TracedRule, compiler: bool | None = None) -> None:
        self._rule, self._compiler, self._work = rule, compiler, 0
        self._arrays = [name for name in rule.takes if name != "t"]
        self._moved = [self._arrays.index(name) for name in rule.trace.outputs_named]
        self._in_numpy = compile_rule(rule).step
        if any(node.op in ELEMENTARY for node in in_order(in_two_parts(rule).outputs)):
            self._compiler = False  # whose exp and the like differ from NumPy's in the last bit

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
        for low in range(0, theta.size, _BY_NUMPY):
            part = slice(low, low + _BY_NUMPY)
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
        real, size = given[0].dtype, given[0].size
        move = _move(self._rule, real.name, size)
        value = real.type(given[self._arrays.index("f")][0] if "f" in self._arrays else 0.0)
        move([*out, slope], value, np.array(numbers, np.float64))


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


@lru_cache(maxsize=64)
def _move(rule: TracedRule, dtype: str, size: int) -> Fastest:
    """The step in the form that is the fastest here; what one training has found, the next one knows."""
    return Fastest(_ways(rule, dtype, size))


def _ways(rule: TracedRule, dtype: str, size: int) -> list[Callable[..., None]]:
    """All that give the same bits and may be the fastest: on one core or on all, by inverses or by divisions."""
    others = min(machine_code.cores() - 1, max(0, size // _HEAD_START - 1))
    helpers = {others} if size > _TOGETHER else {0, others}
    return [partial(_side_by_side, kernel, others) for others in sorted(helpers) for kernel in _kernels(rule, dtype)]


def _kernels(rule: TracedRule, dtype: str) -> list[Callable[..., None]]:
    text = _text(rule, dtype)
    arrays = [f"{dtype}[::1]"] * (2 + len(rule.state))
    given = f"({', '.join(arrays)}, {dtype}, float64[::1]{{}})"
    step = f"void{given.format('')}"
    words = {"wide": compiler_words.widest_vectors(), "apart": compiler_words.arrays_apart()}
    fma = compiler_words.fused_multiply_add() if "def quick_step(" in text else None
    if fma is None:
        return [machine_code.of_text(text, {"step": step}, **words)["step"]]
    quick = {"over": None, "quick": f"{dtype}{given.format(f', {arrays[0]}')}", "quick_step": step}
    words |= {"fma": fma, "count": compiler_words.count_in_any_order()}
    names = machine_code.of_text(text, {"step": step, **quick}, **words)
    return [names["quick_step"], names["step"]]


def _side_by_side(kernel: Callable[..., None], others: int, arrays: Sequence[Array], *shared: Any) -> None:
    """A part of the entries on this core and one on each of so many others."""
    size = arrays[0].size
    part = (size - _HEAD_START) // (others + 1)
    first = size - others * part
    places = [slice(first + k * part, first + (k + 1) * part) for k in range(others)]
    waiting: list[Future[None]] = []
    try:
        for place in places:
            waiting.append(_pool(os.getpid()).submit(kernel, *(array[place] for array in arrays), *shared))
        kernel(*(array[:first] for array in arrays), *shared)
    finally:
        _all_done(waiting)


def _all_done(waiting: Sequence[Future[None]]) -> None:
    """Wait for all, however often a key interrupts that: it is heard when nobody is at work on the arrays any more."""
    heard = None
    for one in waiting:
        while not one.done():
            try:
                one.exception()
            except KeyboardInterrupt as key:
                heard = key
    if heard is not None:
        raise heard
    for one in waiting:
        one.result()


@lru_cache(maxsize=1)
def _pool(process: int) -> ThreadPoolExecutor:
    """Threads that stay; a forked process has none of its parent's, and gets its own."""
    return ThreadPoolExecutor(machine_code.cores(), thread_name_prefix=f"gdlib {process}")
