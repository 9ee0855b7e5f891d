"""What the GPU itself can do, measured in the same run: bytes through its memory, divisions, roots, products."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.rows import digits
from gdlib.loops.on_gpu import EXACT, cupy

_KERNEL = """\
typedef {type} T;

// {chains} chains for each thread, so that none waits for another's result.
extern "C" __global__ void chains(const T c, const T d, T *made) {{
  T x[{chains}];
  for (int k = 0; k < {chains}; ++k) x[k] = c + T(threadIdx.x + k);
  for (int i = 0; i < {rounds}; ++i) {{
#pragma unroll
    for (int k = 0; k < {chains}; ++k) x[k] = {operation};
  }}
  T sum = 0;
  for (int k = 0; k < {chains}; ++k) sum += x[k];
  made[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}}
"""
_CHAINS, _ROUNDS, _BLOCKS, _THREADS = 4, 512, 132 * 64, 256


@dataclass(frozen=True)
class Limits:
    """Bytes a second, the cache's bytes, and operations a second by type."""

    stream: float
    cache: int
    divisions: dict[str, float]
    roots: dict[str, float]
    products: dict[str, float]

    def told(self) -> dict[str, str]:
        """The same with units, for reading."""
        rates = {"divisions": self.divisions, "roots": self.roots, "sums or products": self.products}
        told = {f"{what}, {dtype}": f"{digits(rate / 1e9)} billion a second"
                for what, by_type in rates.items() for dtype, rate in by_type.items()}  # fmt: skip
        return {"copy within the memory, read and written": f"{digits(self.stream / 1e9)} GB a second", **told}


def limits() -> Limits:
    """Measure them."""
    kinds = {"float64": "double", "float32": "float"}
    rates = [
        {dtype: _rate(kind, operation, count) for dtype, kind in kinds.items()}
        for operation, count in (("c / x[k]", 1), ("sqrt(x[k])", 1), ("x[k] * c + d", 2))
    ]
    cache = cupy().cuda.runtime.getDeviceProperties(0)["l2CacheSize"]
    return Limits(_stream(), cache, *rates)


def _rate(kind: str, operation: str, operations: int) -> float:
    """Operations a second, on numbers near 1."""
    code = _KERNEL.format(type=kind, operation=operation, chains=_CHAINS, rounds=_ROUNDS)
    kernel = cupy().RawKernel(code, "chains", options=EXACT)
    real = {"double": np.float64, "float": np.float32}[kind]
    made = cupy().empty(_BLOCKS * _THREADS, dtype=real)
    seconds = _seconds(lambda: kernel((_BLOCKS,), (_THREADS,), (real(1.25), real(-0.25), made)))
    return _BLOCKS * _THREADS * _CHAINS * _ROUNDS * operations / seconds


def _stream() -> float:
    """Bytes read and written a second by a copy within the memory."""
    source = cupy().random.default_rng(0).standard_normal(2**28 // 2, dtype=np.float64)
    target = cupy().empty_like(source)
    stream = cupy().cuda.get_current_stream()
    seconds = _seconds(lambda: target.data.copy_from_device_async(source.data, source.nbytes, stream))
    return 2 * source.nbytes / seconds


def _seconds(work: Callable[[], None]) -> float:
    """The median of what the GPU's own clock says."""
    event = cupy().cuda.Event
    taken = []
    for _ in range(12):
        begin, end = event(), event()
        begin.record()
        work()
        end.record()
        end.synchronize()
        taken.append(cupy().cuda.get_elapsed_time(begin, end) / 1e3)
    return statistics.median(taken[2:])
