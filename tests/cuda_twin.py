"""CUDA without a GPU: the same texts compiled as C++ by g++, thread after thread, behind what gdlib uses of CuPy."""

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from gdlib.emit.as_cuda import TYPES
from gdlib.trace.graph import ELEMENTARY

COMPILER = shutil.which("g++")

# What a kernel takes from CUDA, as C++ has it; without the library's headers, which take longer than the kernels.
HEADER = (
    """\
struct Place { long long x; };
static thread_local Place blockIdx, blockDim, threadIdx, gridDim;
extern "C" void place(long long block, long long blocks, long long thread, long long threads) {
  blockIdx.x = block; gridDim.x = blocks; threadIdx.x = thread; blockDim.x = threads;
}
// What CuPy's compiler does to float: numbers too small to be normal are zero, as operands and as results.
extern "C" void flush_subnormals(int on) {
#ifdef __SSE__
  const unsigned now = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(on ? now | 0x8040 : now & ~0x8040);
#endif
}
#define __global__
#define __device__
#define __host__
namespace cuda {
static inline double __longlong_as_double(long long bits) { double x; __builtin_memcpy(&x, &bits, 8); return x; }
template <typename T> static inline bool isfinite(T x) { return __builtin_isfinite(x); }
"""
    + "".join(
        f"static inline double {name}(double x) {{ return __builtin_{name}(x); }}\n"
        f"static inline float {name}(float x) {{ return __builtin_{name}f(x); }}\n"
        for name in (*sorted(ELEMENTARY - {"pow"}), "sqrt", "fabs", "floor")
    )
    + """\
static inline double pow(double x, double y) { return __builtin_pow(x, y); }
static inline float pow(float x, float y) { return __builtin_powf(x, y); }
}
using namespace cuda;
"""
)
FLAGS = ["-std=c++17", "-O1", "-ffp-contract=off", "-fno-strict-aliasing", "-shared", "-fPIC", "-w"]

_kernels: dict[tuple[str, str], "Kernel"] = {}


class DeviceArray(np.ndarray):
    """An array that says where it lies as CuPy's do."""

    @property
    def data(self):
        return SimpleNamespace(ptr=self.ctypes.data)


class Kernel:
    """A kernel called as CuPy's: kernel(grid, block, arguments)."""

    flushes = False

    def __init__(self, library: ctypes.CDLL, name: str):
        self._place, self._function, self._flush = library.place, library[name], library.flush_subnormals
        self._place.argtypes = [ctypes.c_longlong] * 4

    def __call__(self, grid, block, arguments):
        kinds = {np.dtype(np.int64): ctypes.c_longlong, np.dtype(np.float64): ctypes.c_double,
                 np.dtype(np.float32): ctypes.c_float}  # fmt: skip
        handed = []
        for one in arguments:
            assert isinstance(one, np.ndarray | np.generic), "CuPy needs arrays, and numbers of known width"
            if isinstance(one, np.ndarray):
                assert one.flags.c_contiguous
                handed.append(ctypes.c_void_p(one.ctypes.data))
            else:
                handed.append(kinds[one.dtype](one))
        self._flush(Kernel.flushes)
        for at in range(grid[0]):
            for thread in range(block[0]):
                self._place(at, grid[0], thread, block[0])
                self._function(*handed)
        self._flush(False)


def prepare(codes: Iterable[tuple[str, str]]) -> None:
    """Compile kernels, each a text and a name, all at once: a compiler's start costs more than a kernel."""
    wanted = [one for one in dict.fromkeys(codes) if one not in _kernels]
    parts = [
        f"#define {name} {name}_{k}\nnamespace kernel_{k} {{\n{code}}}\n#undef {name}\n"
        for k, (code, name) in enumerate(wanted)
    ]
    library = built(HEADER + "".join(parts))
    for k, (code, name) in enumerate(wanted):
        _kernels[code, name] = Kernel(library, f"{name}_{k}")


def built(text: str) -> ctypes.CDLL:
    """The text as a library of this process."""
    folder = Path(tempfile.mkdtemp(prefix="gdlib-twin-"))
    try:
        source, made = folder / "twin.cpp", folder / "twin.so"
        source.write_text(text)
        subprocess.run([COMPILER, *FLAGS, source, "-o", made], check=True)
        return ctypes.CDLL(str(made))
    finally:
        shutil.rmtree(folder)


def RawKernel(code: str, name: str, options: tuple[str, ...] = ()) -> Kernel:
    assert options == ("--fmad=false",)
    if (code, name) not in _kernels:
        prepare([(code, name)])
    return _kernels[code, name]


LOOP = """\
typedef {type} T;
{preamble}
extern "C" void loop(long long size, {pointers}) {{
  for (long long i = 0; i < size; ++i) {{ {references} {operation} }}
}}
"""


class ElementwiseKernel:
    """A loop over the elements, in the type of the arrays."""

    def __init__(self, takes, makes, operation, name, preamble, options, return_tuple):
        assert options == ("--fmad=false",)
        assert return_tuple
        self._takes, self._makes = ([one.removeprefix("T ") for one in listed.split(", ")] for listed in (takes, makes))
        names = [*self._takes, *self._makes]
        assert not {"i", "n"} & set(names), "CuPy keeps these for itself"
        self._facts = {
            "preamble": preamble, "operation": operation, "pointers": ", ".join(f"T *_{one}" for one in names),
            "references": " ".join(f"T &{one} = _{one}[i];" for one in names),
        }  # fmt: skip

    def code(self, dtype):
        return LOOP.format(type=TYPES[dtype], **self._facts)

    def __call__(self, *arguments):
        given, out = arguments[: len(self._takes)], arguments[len(self._takes) :]
        arrays = [one for one in given if isinstance(one, np.ndarray)]
        (dtype,) = {one.dtype for one in arrays}
        shape = np.broadcast_shapes(*(one.shape for one in arrays))
        spread = [np.ascontiguousarray(np.broadcast_to(np.asarray(one, dtype), shape)) for one in given]
        made = out or [np.full(shape, np.nan, dtype) for _ in self._makes]  # `out` may be what was given, as in CuPy
        RawKernel(self.code(dtype.name), "loop", ("--fmad=false",))(
            (1,), (1,), (np.int64(spread[0].size), *spread, *made)
        )
        return tuple(made)


CUPY = SimpleNamespace(
    RawKernel=RawKernel, ElementwiseKernel=ElementwiseKernel, cuda=SimpleNamespace(is_available=lambda: True),
    asarray=np.asarray, asnumpy=np.asarray, ascontiguousarray=np.ascontiguousarray, empty=np.empty,
    empty_like=np.empty_like, stack=np.stack,
)  # fmt: skip
