"""Words for generated texts that Python does not have and Numba's compiler does: functions that such texts call."""

from __future__ import annotations

import importlib
import platform
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def fused_multiply_add() -> Any:
    """`fma(x, y, z)`: x*y + z rounded once, where the processor has it as one operation; else None."""
    from numba.core import config
    from numba.extending import intrinsic

    features = importlib.import_module("llvmlite.binding").get_host_cpu_features()
    has = platform.machine().lower() in ("aarch64", "arm64") or features.get("fma", False)
    told = [getattr(config, name, None) for name in ("CPU_NAME", "CPU_FEATURES")]
    if not has or any(told):  # told to work for another processor
        return None

    @intrinsic
    def fma(typing_context: Any, x: Any, y: Any, z: Any) -> Any:
        return x(x, y, z), lambda context, builder, signature, values: builder.fma(*values)

    return fma


@lru_cache(maxsize=1)
def widest_vectors() -> Any:
    """`wide()`: the function that calls it may use vectors as wide as the processor has.

    The compiler is shy of the widest, for short work among other programs; loops that do nothing but arithmetic gain.
    """
    from numba.core import types
    from numba.extending import intrinsic

    @intrinsic
    def wide(typing_context: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            set.add(builder.function.attributes, '"prefer-vector-width"="512"')  # llvmlite itself knows fewer words
            return context.get_dummy_value()

        return types.void(), generate

    return wide


@lru_cache(maxsize=1)
def arrays_apart() -> Any:
    """`apart()`: what the function that calls it is given are arrays that do not overlap; the caller sees to it.

    Else the compiler asks before a loop, and of more than four arrays it would have to ask too often: it leaves such
    a loop entry by entry.
    """
    from numba.core import types
    from numba.extending import intrinsic

    ir = importlib.import_module("llvmlite.ir")

    @intrinsic
    def apart(typing_context: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            for argument in builder.function.args:
                if getattr(argument.type, "pointee", None) in (ir.FloatType(), ir.DoubleType()):
                    argument.add_attribute("noalias")
            return context.get_dummy_value()

        return types.void(), generate

    return apart


@lru_cache(maxsize=1)
def count_in_any_order() -> Any:
    """`count(total, more)`: their sum, for small whole numbers, which may be added up in any order, so in vectors."""
    from numba.extending import intrinsic

    @intrinsic
    def count(typing_context: Any, total: Any, more: Any) -> Any:
        return total(total, total), lambda context, builder, signature, values: builder.fadd(*values, flags=["reassoc"])

    return count
