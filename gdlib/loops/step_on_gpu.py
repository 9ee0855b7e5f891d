"""A rule's step on CuPy's arrays as one kernel: each array is read once and written once, whatever the rule."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from gdlib.emit.as_cuda import PACK, rule_text, step_all_text
from gdlib.emit.printable import TracedRule
from gdlib.emit.two_parts import in_two_parts
from gdlib.loops.on_gpu import EXACT, cupy
from gdlib.points import Array

_THREADS = 256


class FusedStep:
    """`step(*arrays, numbers, out=())` of a rule, as `compile_rule(rule).step`, on CuPy's arrays of one type.

    `out` holds arrays for theta and each of the state, which may be the very arrays that come in. Whole arrays without
    gaps go in packs of 16 bytes, at the speed of the memory; all else goes element by element, as CuPy broadcasts it.
    """

    def __init__(self, rule: TracedRule) -> None:
        parts = in_two_parts(rule)
        self._rule, self._makes = rule, 1 + len(rule.state)
        gives = [f"in{i}" for i in range(len(parts.arrays) + len(parts.given))]
        makes = [f"out{i}" for i in range(self._makes)]  # names of our own: CuPy keeps `i` and `n` for itself
        self._general = cupy().ElementwiseKernel(
            ", ".join(f"T {name}" for name in gives),
            ", ".join(f"T {name}" for name in makes),
            f"step<T>({', '.join([*gives, *makes])});",
            "gdlib_step",
            preamble=rule_text(rule),
            options=EXACT,
            return_tuple=True,
        )

    def __call__(self, *arrays: Any, out: Sequence[Array] = ()) -> tuple[Array, ...]:
        *given, numbers = arrays
        dtype = given[0].dtype
        if all(_is_whole(one, given[0]) for one in (*given, *out)) and not any(map(_is_array, numbers)):
            made = tuple(out) or tuple(np.empty_like(given[0]) for _ in range(self._makes))
            entries, width = given[0].size, PACK // dtype.itemsize
            threads = entries // width + entries % width
            shared = [dtype.type(number) for number in numbers]
            _packed(self._rule, dtype.name)(
                (-(-threads // _THREADS),), (_THREADS,), (np.int64(entries), *given, *shared, *made)
            )
            return made
        general: tuple[Array, ...] = self._general(*given, *numbers, *out)
        return general


fused_step = lru_cache(maxsize=256)(FusedStep)
"""The step of a rule, its kernels kept for the next run."""


@lru_cache(maxsize=256)
def _packed(rule: TracedRule, dtype: str) -> Any:
    return cupy().RawKernel(step_all_text(rule, dtype), "step_all", options=EXACT)


def _is_array(number: Any) -> bool:
    return bool(getattr(number, "ndim", 0))


def _is_whole(array: Array, like: Array) -> bool:
    """Whether it can be read in packs: no gaps, no broadcasting, and it begins where a pack may."""
    return bool(
        array.dtype == like.dtype
        and array.shape == like.shape
        and array.size > 0
        and array.flags.c_contiguous
        and array.data.ptr % PACK == 0
    )
