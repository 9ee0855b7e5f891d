"""CuPy where it is installed and finds a GPU, else a sentence that says what is missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

EXACT = ("--fmad=false",)
"""The compiler keeps each product and sum apart, as NumPy and the promise of equal bits have it.

In float32 CuPy itself takes numbers below the normal ones (1.2e-38) for zero; a run that meets them may differ.
"""


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
