"""Measure gdlib on this machine's GPU, beside the GPU's limits and the peers that are installed: `make bench-gpu`.

python -m benchmarks.on_gpu            # all rows, kept in benchmarks/gpu.json
python -m benchmarks.on_gpu step       # only sweeps or only steps; nothing is kept

Each row has milliseconds (the median, and the fastest and slowest of the repetitions), and what part of them the limit
would take: for sweeps the divisions, roots, sums and products alone, for steps the bytes that must be moved.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

import gdlib as gd
from benchmarks import gpu_peers
from benchmarks.gpu_limits import Limits, limits
from benchmarks.machine import processor
from benchmarks.peers import ADAM, MOMENTUM
from benchmarks.rows import digits, rounded
from gdlib.emit.as_numpy import compile_rule, shared
from gdlib.emit.trajectory import trajectory_of
from gdlib.loops.on_gpu import cupy
from gdlib.loops.step_on_gpu import fused_step
from gdlib.sweeps import on_cupy
from gdlib.sweeps.chunk import Chunk
from gdlib.trace.graph import in_order

RESULTS = Path(__file__).resolve().parent / "gpu.json"
F, STEPS, SIDE = gd.objectives.rosenbrock, 500, 1000
SETTINGS = {"adam": ADAM, "momentum": MOMENTUM}
REPEATS, WARMING = 11, 2
Way = Callable[[], Any]


@dataclass(frozen=True)
class Measured:
    """One way to do some work."""

    work: str
    who: str
    milliseconds: float
    spread: tuple[float, float]
    of_limit: float
    note: str = ""


def in_turn(work: str, ways: Mapping[str, Way], floor: float, times: int = 1) -> list[Measured]:
    """A row for each way. They take turns; each is done so many times, and timed until the GPU is done too."""
    taken: dict[str, list[float]] = {who: [] for who in ways}
    for repeat in range(WARMING + REPEATS):
        for who, way in ways.items():
            began = time.perf_counter()
            for _ in range(times):
                way()
            cupy().cuda.Device().synchronize()
            if repeat >= WARMING:
                taken[who].append(1e3 * (time.perf_counter() - began) / times)
    return [
        Measured(
            work, who, rounded(statistics.median(each)), (rounded(min(each)), rounded(max(each))),
            rounded(floor / statistics.median(each)),
        )
        for who, each in taken.items()
    ]  # fmt: skip


# ------------------------------------------------------------------ sweeps


def sweeps(limit: Limits) -> Iterator[list[Measured]]:
    """A million runs of two rules in both types, ten million of one, and how a launch grows with points and steps."""
    for name in SETTINGS:
        for dtype in ("float64", "float32"):
            yield a_million(name, dtype, limit)
    yield ten_million(limit)
    for points, steps in [(10**4, 500), (10**5, 500), (10**6, 500), (10**7, 500), (10**6, 50), (10**6, 5000)]:
        work = f"growth: adam, {points:,} points × {steps} steps, float64"
        yield in_turn(
            work, {"gdlib, one launch": one_launch("adam", starts(points), steps)},
            arithmetic("adam", "float64", limit, points, steps),
        )  # fmt: skip


def starts(points: int) -> Any:
    """So many of them, spread over the valley, on the GPU."""
    side = round(points**0.5)
    x, y = np.meshgrid(np.linspace(-2.0, 2.0, side), np.linspace(-1.0, 3.0, -(-points // side)))
    return cupy().asarray(np.stack([x, y], axis=-1).reshape(-1, 2)[:points])


def one_launch(name: str, points: Any, steps: int) -> Way:
    """The back end alone: its text at hand, the points there, the results left there."""
    rule = gd.rules[name]
    text = on_cupy.text(trajectory_of(F, rule), dtype=points.dtype.name, swept=frozenset(), watched=False)
    chunk = Chunk(points, SETTINGS[name], steps, None, None)
    return lambda: on_cupy.advance(text, chunk)


def a_million(name: str, dtype: str, limit: Limits) -> list[Measured]:
    """The same runs in all ways."""
    points, asked = starts(SIDE * SIDE).astype(dtype), {"steps": STEPS, **SETTINGS[name]}
    host, rule = cupy().asnumpy(points), gd.rules[name]
    peers = gpu_peers.jax_sweeps(name, host, STEPS)
    launch = one_launch(name, points, STEPS)
    note = same_work(name, host, cupy().asnumpy(launch().points), peers)
    ways = {
        "gdlib, one launch": launch,
        "gd.sweep, start on the GPU": lambda: gd.sweep(F, rule, points, backend="cupy", **asked),
        "gd.sweep, start and results on the host": lambda: gd.sweep(F, rule, host, backend="cupy", **asked),
        "gd.descend on CuPy's arrays": lambda: gd.descend(F, rule, points, keep=STEPS, **asked),
        **peers,
    }
    floor = arithmetic(name, dtype, limit, SIDE * SIDE, STEPS)
    work = f"sweep, {name}, {SIDE}×{SIDE} starts × {STEPS} steps, {dtype}"
    rows = in_turn(work, {"gdlib, launches one after another": launch}, floor, times=10)
    return [replace(row, note=note) for row in rows + in_turn(work, ways, floor)]


def same_work(name: str, host: Any, reached: Any, peers: Mapping[str, Way]) -> str:
    """What was compared before anything was timed; ValueError where a way does other work."""
    some = np.random.default_rng(0).choice(len(host), 2000, replace=False)
    path = gd.descend(F, gd.rules[name], host[some], steps=STEPS, keep=STEPS, **SETTINGS[name]).path
    if reached[some].tobytes() != np.ascontiguousarray(path[-1]).tobytes():
        raise ValueError(f"{name}: the GPU's points are not gd.descend's")
    near = 1e-9 if host.dtype == np.float64 else 1e-3
    for who, way in peers.items():
        share = np.isclose(np.asarray(way()), reached, rtol=near, atol=near).all(axis=-1).mean()
        if share < 0.999:
            raise ValueError(f"{who}: {name} ends elsewhere in {1 - share:.2%} of the runs")
    others = f"; {' and '.join(peers)} end there too, to {near:g}" if peers else ""
    return f"2,000 of the points compared with gd.descend's on the host, bit for bit{others}"


def arithmetic(name: str, dtype: str, limit: Limits, points: int, steps: int) -> float:
    """Milliseconds that the divisions, roots, sums and products of so many steps take, and nothing else."""
    ops = [node.op for node in in_order(trajectory_of(F, gd.rules[name]).split(()).moved)]
    seconds = ops.count("div") / limit.divisions[dtype] + ops.count("sqrt") / limit.roots[dtype]
    seconds += sum(op in ("add", "sub", "mul") for op in ops) / limit.products[dtype]
    return 1e3 * points * steps * seconds


def ten_million(limit: Limits) -> list[Measured]:
    """Ten times as many, with the most memory that the GPU held."""
    points, pool = starts(10**7), cupy().get_default_memory_pool()
    pool.free_all_blocks()
    before, most = pool.used_bytes(), 0

    def run() -> None:
        nonlocal most
        out = gd.sweep(F, gd.rules.adam, points, steps=STEPS, backend="cupy", **ADAM)
        most = max(most, pool.total_bytes())
        del out

    work = f"sweep, adam, 10,000,000 starts × {STEPS} steps, float64"
    rows = in_turn(work, {"gd.sweep, start on the GPU": run}, arithmetic("adam", "float64", limit, 10**7, STEPS))
    held = f"the GPU held {digits(most / 1e9)} GB at most, {digits(before / 1e9)} GB of it the starts"
    return [replace(row, note=f"{held}; steps take none") for row in rows]


# ------------------------------------------------------------------ one step on large vectors

MOVED = 28
"""Bytes that a step of Adam must move for each float32: four arrays read, three written."""


def steps(limit: Limits) -> Iterator[list[Measured]]:
    """One step of Adam on float32 vectors, many one after another as in training."""
    for entries in (10**5, 10**6, 10**7, 10**8):
        yield one_step(entries, limit)
        cupy().get_default_memory_pool().free_all_blocks()


def one_step(entries: int, limit: Limits) -> list[Measured]:
    """A step in all ways."""
    rule, blocks = gd.rules.adam, compile_rule(gd.rules.adam)
    fused, hyper = fused_step(rule), [np.float64(ADAM[name]) for name in rule.defaults]
    theta, g, m, v = (cupy().random.default_rng(k).standard_normal(entries, dtype=np.float32) for k in range(4))
    v = abs(v)

    def ours() -> None:  # with what the loop of steps works out before each
        numbers = shared(blocks.numbers(*hyper, np.float64(0.9**5), np.float64(0.999**5), np.float64(5)), np.float32)
        fused(theta, g, m, v, numbers, out=(theta, m, v))

    ways = {
        "gdlib, one kernel in place": ours,
        "the rule itself on CuPy's arrays": lambda: rule(theta, g, m, v, 5, **ADAM),
        **gpu_peers.torch_steps(entries),
    }
    cached = "; they fit the cache" if MOVED * entries < limit.cache else ""
    rows = in_turn(
        f"one step, adam, {entries:,} parameters, float32", ways, 1e3 * MOVED * entries / limit.stream,
        times=max(20, min(200, 10**8 // entries)),
    )  # fmt: skip
    return [replace(row, note=f"{digits(MOVED * entries / 1e6)} MB must be moved{cached}") for row in rows]


# ------------------------------------------------------------------ all of it


def described(limit: Limits) -> dict[str, Any]:
    """The device and the machine around it."""
    runtime = cupy().cuda.runtime
    facts = runtime.getDeviceProperties(0)
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "device": facts["name"].decode(), "multiprocessors": facts["multiProcessorCount"],
        "memory_gb": rounded(facts["totalGlobalMem"] / 1e9), "driver_for_cuda": _dotted(runtime.driverGetVersion()),
        "cuda": _dotted(runtime.runtimeGetVersion()), "cupy": cupy().__version__,
        **{name: _version(name) for name in ("numpy", "torch", "jax")},
        "python": sys.version.split()[0], "processor": processor(), "limits": limit.told(),
    }  # fmt: skip


def _dotted(number: int) -> str:
    return f"{number // 1000}.{number % 1000 // 10}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def said(row: Measured) -> str:
    """A row as a line of text."""
    low, high = row.spread
    took = f"{row.milliseconds:>9g} ms ({low:g} to {high:g})"
    return f"{row.work:<58} {row.who:<40} {took:<34} {100 * row.of_limit:5.0f} % of the limit's speed"


def main(words: list[str]) -> int:
    """Measure, print, and keep what was measured if that was all."""
    wanted = {"step": steps, "sweep": sweeps}
    if unknown := [word for word in words if word not in wanted]:
        sys.exit(f"words: needed some of {', '.join(wanted)}, got {' '.join(unknown)}")
    limit = limits()
    facts, measured = described(limit), list[Measured]()
    print(json.dumps(facts, indent=1, ensure_ascii=False), flush=True)
    for work in [work for name, work in wanted.items() if not words or name in words]:
        for rows in work(limit):
            print("\n".join(map(said, rows)), flush=True)
            measured += rows
    if not words:
        kept = {"machine": facts, "rows": [asdict(row) for row in measured]}
        RESULTS.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
