"""The back end of lanes: each chunk goes through machine code that moves many runs at once in vectors (Numba)."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdlib.emit.as_numba import LANES, lanes_text
from gdlib.emit.trajectory import Trajectory
from gdlib.loops import compiler_words, machine_code
from gdlib.points import Array
from gdlib.sweeps import blocks
from gdlib.sweeps.chunk import Chunk, Reached
from gdlib.trace.graph import ELEMENTARY, in_order

missing = machine_code.missing


def text(trajectory: Trajectory, *, dtype: str, swept: frozenset[str], watched: bool) -> str:
    """The program: `walk` takes steps with a block of runs, `advance` looks after the blocks."""
    return lanes_text(trajectory, dtype, swept, watched)


def advance(text: str, chunk: Chunk) -> Reached:
    """Where the chunk's runs got to."""
    real = chunk.points.dtype.type
    signatures = {name: signature.format(real=real.__name__) for name, signature in _SIGNATURES.items()}
    wanted = {"over": None, "begin": signatures["begin"], "walk": signatures["walk"]}
    names = machine_code.of_text(text, wanted, wide=compiler_words.widest_vectors())
    quick = _quick(text, signatures["walk"])
    move = machine_code.of_function(blocks.advance, signatures["advance"])
    points = np.array(chunk.points, order="C")
    count = len(points)
    taken, ended = np.zeros(count, np.int64), np.zeros(count, np.int8)
    numbers = np.array([chunk.numbers[name] for name in names["SHARED"]], np.float64)
    swept = np.empty((len(names["SWEPT"]), count))
    for row, name in enumerate(names["SWEPT"]):
        swept[row] = chunk.numbers[name]
    factors = np.ones(1) if chunk.factors is None else np.require(chunk.factors, np.float64, ["C", "A", "W"])
    watch = np.zeros(2, np.int64) if chunk.watch is None else chunk.watch
    square = real(-1.0) if chunk.tol is None else _square(real(chunk.tol))
    sizes = [names[size] for size in ("BLOCK", "ROWS", "OWN_ROWS", "POWERS", "UNWATCHED")]
    move(names["begin"], names["walk"], quick or names["walk"], points, taken, ended, numbers, swept, factors,
         chunk.steps, square, *sizes, quick is not None, watch)  # fmt: skip
    return Reached(points, taken, ended)


def _quick(text: str, signature: str) -> Any:
    """`walk` with quotients by inverses, where the text has such and the processor what they need; else None."""
    fma = compiler_words.fused_multiply_add() if " over(" in text.partition("def walk(")[2] else None
    if fma is None:
        return None
    for plain, by_inverse in (
        ("SURE = True", "SURE = False"),
        ("def over(", "def quotient("),
        ("def by_inverse(", "def over("),
    ):
        text = text.replace(plain, by_inverse, 1)
    return machine_code.of_text(text, {"over": None, "walk": signature}, fma=fma, wide=compiler_words.widest_vectors())[
        "walk"
    ]


_SIGNATURES = {
    "begin": "void({real}[::1], float64[::1], {real}[:,::1], float64[:,::1], int64, int64)",
    "walk": "void({real}[::1], float64[::1], float64[::1], float64[::1], float64[::1], {real}, {real}[::1], "
    "int64, int64, int64)",
}
_SIGNATURES["advance"] = (
    "void(FunctionType({begin}), FunctionType({walk}), FunctionType({walk}), {{real}}[:,::1], int64[::1], int8[::1], "
    "float64[::1], float64[:,::1], float64[::1], int64, {{real}}, int64, int64, int64, int64, int64, boolean, "
    "int64[::1])"
).format(**_SIGNATURES)


def _square(bound: Array) -> Array:
    """The greatest number whose root, as it is rounded, is at most the bound: both looks say the same of any norm."""
    up, down = type(bound)(np.inf), type(bound)(0.0)
    with np.errstate(all="ignore"):
        square = bound * bound
        while np.sqrt(square) <= bound < up:
            square = np.nextafter(square, up)
        while np.sqrt(square) > bound:
            square = np.nextafter(square, down)
    return square


threads = machine_code.cores


_SLOW = {"div": 1.0, "sqrt": 1.2, **dict.fromkeys(ELEMENTARY, 20.0)}
_QUICK = 0.15
_SECONDS = 0.2


def points_at_once(trajectory: Trajectory, steps: int, dtype: str) -> int:
    """Whole blocks that take about a fifth of a second, by what the operations of a step cost on common machines."""
    nanoseconds = sum(_SLOW.get(node.op, _QUICK) for node in in_order([*trajectory.moved, trajectory.slope]))
    runs = _SECONDS * 1e9 / (steps * nanoseconds)
    return max(int(runs) // LANES, 1) * LANES
