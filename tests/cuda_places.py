"""Where tests of CUDA's texts run: on their twin in C++ where g++ is, on a GPU too where CuPy finds one."""

import sys
from contextlib import contextmanager

import numpy as np
import pytest

from gdlib.emit.as_cuda import TYPES, step_all_text
from gdlib.emit.as_python import compiled
from gdlib.loops import on_gpu, step_on_gpu
from gdlib.sweeps import on_cupy
from tests import cuda_twin


class Twin:
    """The texts compiled as C++, one thread after the other."""

    host = staticmethod(np.asarray)

    def __repr__(self):
        return "twin"

    def array(self, values):
        return np.array(values).view(cuda_twin.DeviceArray)

    def advance(self, text, chunk):
        cuda_twin.prepare([(compiled(text)["KERNEL"], "sweep")])
        with self._in_cupys_place():
            return on_cupy.advance(text, chunk)

    def advance_flushing(self, text, chunk):
        """As a GPU walks float32 that CuPy has compiled: what is below the normal numbers counts as zero."""
        cuda_twin.Kernel.flushes = True
        try:
            return self.advance(text, chunk)
        finally:
            cuda_twin.Kernel.flushes = False

    def advance_all(self, texts, chunks):
        """As many chunks with as many texts, compiled at once."""
        cuda_twin.prepare([(compiled(text)["KERNEL"], "sweep") for text in texts])
        return [self.advance(text, chunk) for text, chunk in zip(texts, chunks, strict=True)]

    def fused_step(self, rule):
        with self._in_cupys_place():
            one_by_one = step_on_gpu.FusedStep(rule)._general
        in_packs = [(step_all_text(rule, dtype), "step_all") for dtype in TYPES]
        cuda_twin.prepare([*in_packs, *((one_by_one.code(dtype), "loop") for dtype in TYPES)])

        def step(*given, **options):
            with self._in_cupys_place():
                return step_on_gpu.fused_step(rule)(*given, **options)

        return step

    def kernel(self, code, name, beside=()):
        """A kernel; the codes `beside` it, which others will ask for, are compiled with it."""
        cuda_twin.prepare([(one, name) for one in (code, *beside)])
        return cuda_twin.RawKernel(code, name, on_gpu.EXACT)

    @contextmanager
    def _in_cupys_place(self):
        real = sys.modules.get("cupy")
        sys.modules["cupy"] = cuda_twin.CUPY
        self._forget()
        try:
            yield
        finally:
            self._forget()
            del sys.modules["cupy"]
            if real is not None:
                sys.modules["cupy"] = real

    @staticmethod
    def _forget():
        on_cupy._program.cache_clear()
        step_on_gpu.fused_step.cache_clear()
        step_on_gpu._packed.cache_clear()


class Gpu:
    """The real thing."""

    advance = staticmethod(on_cupy.advance)
    fused_step = staticmethod(step_on_gpu.fused_step)

    def __repr__(self):
        return "gpu"

    def array(self, values):
        return on_gpu.cupy().asarray(values)

    def host(self, values):
        return on_gpu.cupy().asnumpy(values)

    def advance_all(self, texts, chunks):
        return [self.advance(text, chunk) for text, chunk in zip(texts, chunks, strict=True)]

    def kernel(self, code, name, beside=()):
        return on_gpu.cupy().RawKernel(code, name, options=on_gpu.EXACT)


TWIN = pytest.param(Twin(), id="twin", marks=pytest.mark.skipif(cuda_twin.COMPILER is None, reason="needs g++"))
GPU = [] if on_gpu.missing() else [pytest.param(Gpu(), id="gpu", marks=pytest.mark.gpu)]
each_place = pytest.mark.parametrize("place", [TWIN, *GPU])
