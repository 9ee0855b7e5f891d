"""A rule's step on arrays of many entries: few passes over memory, and machine code once that is worth its making.

The first steps go through NumPy piece by piece, each small enough for the cache. When they have taken about as long as
a compiler would, Numba, where it is installed, takes over: a step is then one pass, in whatever form is the fastest
here. The bits are the same either way, but for the sign of a zero that max or min chooses among zeros of unlike signs:
NumPy's is another from processor to processor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np

from gdlib.emit.as_numpy import compile_rule
from gdlib.emit.printable import TracedRule
from gdlib.emit.step_as_numba import divisors, step_text
from gdlib.emit.two_parts import in_two_parts
from gdlib.loops import compiler_words, machine_code
from gdlib.loops.fastest import Fastest
from gdlib.loops.helpers import HEAD_START, side_by_side
from gdlib.points import Array
from gdlib.trace.graph import ELEMENTARY, in_order

LARGE = 2**15
"""Entries from which a step is taken in pieces."""
_BY_NUMPY = 2**14
"""Entries in a piece."""
PATIENCE = 2.5e8
"""Entries times steps for which NumPy takes about as long as Numba takes to be loaded and to compile."""
_LONG = 4 * PATIENCE
"""The same for a loop of its own where bias corrections have become 1, which spares a division."""
_TOGETHER = 2**22
"""Entries from which one core is not tried: at three and at ten million it was slower than all."""


class LargeStep:
    """`step(*arrays, numbers, out=)` of a rule, as `compile_rule(rule).step`, on flat arrays of one type.

    `out` holds arrays for theta and each of the memory, which may be those that come in. `compiler` True takes machine
    code from the first step on, False never, None when the steps so far say that more will come. A rule with exp or the
    like in it stays with NumPy.
    """

    def __init__(self, rule: TracedRule, compiler: bool | None = None) -> None:
        self._rule, self._compiler, self._work = rule, compiler, 0 if compiler is None else _LONG
        self._arrays = [name for name in rule.takes if name != "t"]
        self._moved = [self._arrays.index(name) for name in rule.trace.outputs_named]
        self._slope, self._value = self._arrays.index("g"), self._arrays.index("f") if "f" in self._arrays else None
        self._divisors = divisors(rule)
        self._moves: dict[Any, Fastest] = {}
        self._in_numpy = compile_rule(rule).step
        if any(node.op in ELEMENTARY for node in in_order(in_two_parts(rule).outputs)):
            self._compiler = False  # whose exp and the like differ from NumPy's in the last bit

    def __call__(self, *arrays: Any, out: Sequence[Array]) -> None:
        """Take the step."""
        *given, numbers = arrays
        theta = given[0]
        self._work += theta.size
        if self._compiler is None and (self._work >= PATIENCE or _is_at_hand(self._rule, theta.dtype.name, ())):
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
        slope = given[self._slope]
        if not slope.flags.carray or any(np.may_share_memory(slope, place) for place in out):
            slope = np.array(slope, order="C")  # the machine code is made for arrays apart, that may be written to
        for place, moved in zip(out, self._moved, strict=True):
            if place is not given[moved]:
                place[...] = given[moved]
        theta = given[0]
        value = 0.0 if self._value is None else given[self._value][0]
        move = self._move(theta.dtype, theta.size, numbers)
        move([*out, slope], theta.dtype.type(value), np.array(numbers, np.float64))

    def _move(self, real: np.dtype[Any], size: int, numbers: Sequence[float]) -> Fastest:
        ones = tuple(name for name, place in self._divisors.items() if real.type(numbers[place]) == 1.0)
        move = self._moves.get((real, size, ones))
        if move is None:
            if ones and self._work < _LONG and not _is_at_hand(self._rule, real.name, ones):
                return _move(self._rule, real.name, size, ())
            move = self._moves[real, size, ones] = _move(self._rule, real.name, size, ones)
        return move


def fits(theta: Array, takes: Sequence[str]) -> bool:
    """Whether steps from here are worth it and can be taken so."""
    return (
        type(theta) is np.ndarray
        and theta.size >= LARGE
        and theta.flags.c_contiguous
        and ("f" not in takes or theta.ndim == 1)
    )


_text = lru_cache(maxsize=64)(step_text)


def _is_at_hand(rule: TracedRule, dtype: str, ones: tuple[str, ...]) -> bool:
    return machine_code.is_at_hand(_text(rule, dtype, ones))


@lru_cache(maxsize=64)
def _move(rule: TracedRule, dtype: str, size: int, ones: tuple[str, ...]) -> Fastest:
    """The step in the form that is the fastest here; what one training has found, the next one knows."""
    return Fastest(_ways(rule, dtype, size, ones))


def _ways(rule: TracedRule, dtype: str, size: int, ones: tuple[str, ...]) -> list[Callable[..., None]]:
    """All that give the same bits and may be the fastest: on one core or on all, by inverses or by divisions."""
    others = min(machine_code.cores() - 1, max(0, size // HEAD_START - 1))
    kernels = _kernels(rule, dtype)
    if ones:
        kernels[-1] = _undivided(rule, dtype, ones)
    counts = {others} if size > _TOGETHER else {0, others}
    return [partial(side_by_side, kernel, count) for count in sorted(counts) for kernel in kernels]


def _kernels(rule: TracedRule, dtype: str) -> list[Callable[..., None]]:
    """By inverses, where the processor can, and by divisions."""
    text = _text(rule, dtype, ())
    array, step, words = _called(rule, dtype)
    fma = compiler_words.fused_multiply_add() if "def quick_step(" in text else None
    if fma is None:
        return [machine_code.of_text(text, {"step": step}, **words)["step"]]
    quick = {"over": None, "quick": step.replace("void", dtype)[:-1] + f", {array})", "quick_step": step}
    words |= {"fma": fma, "count": compiler_words.count_in_any_order()}
    names = machine_code.of_text(text, {"step": step, **quick}, **words)
    return [names["quick_step"], names["step"]]


def _undivided(rule: TracedRule, dtype: str, ones: tuple[str, ...]) -> Callable[..., None]:
    """By divisions, but for those by 1."""
    _, step, words = _called(rule, dtype)
    made: Callable[..., None] = machine_code.of_text(_text(rule, dtype, ones), {"step": step}, **words)["step"]
    return made


def _called(rule: TracedRule, dtype: str) -> tuple[str, str, dict[str, Any]]:
    """What the compiler is told of each text: an array's type, how a step is called, and the words it may use."""
    array = f"{dtype}[::1]"
    step = f"void({', '.join([array] * (2 + len(rule.state)))}, {dtype}, float64[::1])"
    return array, step, {"wide": compiler_words.widest_vectors(), "apart": compiler_words.arrays_apart()}
