"""CuPy where it is installed and finds a GPU, else a sentence that says what is missing; kernels of gdlib's on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any

from gdlib.emit.as_cuda import rule_text
from gdlib.emit.printable import TracedRule
from gdlib.emit.two_parts import in_two_parts
from gdlib.points import Array

EXACT = ("--fmad=false",)
"""The compiler keeps each product and sum apart, as NumPy and the promise of equal bits have it."""


def missing() -> str | None:
    """None where CuPy and a GPU are at hand, else what is missing."""
    try:
        module = import_module("cupy")
    except ImportError as error:
        return f"CuPy cannot be imported ({error}); install cupy-cuda12x or cupy-cuda13x, whichever CUDA the driver has"
    if not module.cuda.is_available():
        return "CuPy finds no GPU that CUDA can use here (no device, no driver, or one too old for CuPy's CUDA)"
    return None


def cupy() -> Any:
    """The module; RuntimeError that says what is missing where it cannot work."""
    lack = missing()
    if lack is not None:
        raise RuntimeError(f"cupy: {lack}")
    return import_module("cupy")


def is_on_gpu(values: Any) -> bool:
    """Whether this is an array of CuPy's, told without importing it."""
    return type(values).__module__.partition(".")[0] == "cupy"


@lru_cache(maxsize=256)
def fused_step(rule: TracedRule) -> Callable[..., tuple[Array, ...]]:
    """The rule's step on CuPy's arrays of any size as one kernel: each array is read once and written once.

    `step(*arrays, numbers, out=())` is `compile_rule(rule).step` in its place: arrays as the rule takes them, without
    t, then the numbers that `compile_rule(rule).numbers` gives. `out`, an array for theta and each of the state, may be
    the very arrays that came in.
    """
    parts = in_two_parts(rule)
    takes = len(parts.arrays) + len(parts.given)
    gives, makes = [f"in{i}" for i in range(takes)], [f"out{i}" for i in range(1 + len(rule.state))]
    kernel = cupy().ElementwiseKernel(  # its own names: CuPy keeps `i` and `n` for itself
        ", ".join(f"T {name}" for name in gives),
        ", ".join(f"T {name}" for name in makes),
        f"step<T>({', '.join([*gives, *makes])});",
        "gdlib_step",
        preamble=rule_text(rule),
        options=EXACT,
        return_tuple=True,
    )

    def step(*arrays: Any, out: tuple[Array, ...] = ()) -> tuple[Array, ...]:
        *given, numbers = arrays
        made: tuple[Array, ...] = kernel(*given, *numbers, *out)
        return made

    return step
