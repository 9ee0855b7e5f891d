"""How time grows with the amount of work, and memory with the number of runs: curves for the book's page on speed."""

import json
import math
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

import gdlib as gd
from benchmarks import dask_worker_killed, sweeps
from benchmarks.in_turn import in_turn
from benchmarks.rows import rounded
from gdlib.loops import machine_code

RESULTS = Path(__file__).resolve().parent / "growth.json"
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Amount:
    """How much is measured: the benchmark's own, or a little of it in a test."""

    runs: int = 5
    points: tuple[int, ...] = (10**3, 10**4, 10**5, 10**6)
    steps: tuple[int, ...] = (50, 150, 500, 1500, 5000)
    dimensions: tuple[int, ...] = (2, 4, 8, 16, 32, 64)
    parameters: tuple[int, ...] = (10**3, 10**4, 10**5, 10**6, 10**7)
    many: int = 10**7


@dataclass(frozen=True)
class Curve:
    """Seconds over one amount: their medians, lowest and highest, and the exponent p of amount^p at the curve's end."""

    work: str
    along: str
    amounts: tuple[int, ...]
    seconds: tuple[float, ...]
    lowest: tuple[float, ...]
    highest: tuple[float, ...]

    @property
    def exponent(self) -> float:
        """Between the last two amounts: before them, what is paid once a call still counts."""
        (a, b), (s, t) = self.amounts[-2:], self.seconds[-2:]
        return rounded(math.log(t / s) / math.log(b / a))


def _starts(count: int) -> Any:
    return np.random.default_rng(count).uniform(-2.0, 2.0, (count, 2))


def _sweep(count: int, steps: int) -> Callable[[], Any]:
    return sweeps.sweep_of("adam", _starts(count), steps, "numba")


def _run(n: int) -> Callable[[], Any]:
    f = gd.objectives.rosenbrock.with_n(n)
    start = np.tile([-1.2, 1.0], n // 2)
    return lambda: gd.descend(f, gd.rules.adam, start, steps=200, lr=0.01)


def _step(size: int) -> Callable[[], Any]:
    theta, g = np.random.default_rng(size).normal(size=(2, size)).astype(np.float32)
    return sweeps.our_step(theta, g)


def curves(amount: Amount, tell: Tell) -> list[Curve]:
    """Every curve; all amounts of one are timed in turn, so that a slow minute of the machine bends none of them."""
    threads = machine_code.cores()
    plan: list[tuple[str, str, tuple[int, ...], Callable[[int], Callable[[], Any]]]] = [
        (f"sweep, Adam, 200 steps, up to {threads} threads", "points", amount.points, lambda n: _sweep(n, 200)),
        (f"sweep, Adam, 100,000 points, up to {threads} threads", "steps", amount.steps, lambda t: _sweep(10**5, t)),
        ("one run of 200 Adam steps on Rosenbrock's function", "dimensions", amount.dimensions, _run),
        (f"one Adam step in float32, up to {threads} threads", "parameters", amount.parameters, _step),
    ]
    found = []
    for work, along, amounts, make in plan:
        ways = {f"{work}, {one:,} {along}": make(one) for one in amounts}
        times = in_turn(ways, amount.runs, tell, least=0.02)
        middle, low, high = (tuple(rounded(of(one)) for one in times.values()) for of in (statistics.median, min, max))
        found.append(Curve(work, along, amounts, middle, low, high))
    return found


# Linux alone tells the most that a process held since its own beginning; getrusage begins with its parent's.
_PEAK = """
import re, sys
from pathlib import Path
import numpy as np
import gdlib as gd
count, steps, backend = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
gd.sweep(gd.objectives.rosenbrock, gd.rules.adam, np.ones((1000, 2)), steps=2, lr=0.01, backend=backend)
start = np.ones((count, 2))
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
before = peak()
gd.sweep(gd.objectives.rosenbrock, gd.rules.adam, start, steps=steps, lr=0.01, backend=backend)
print(peak() - before)
"""


def memory(amount: Amount, tell: Tell) -> list[dict[str, Any]]:
    """What a sweep of very many runs adds to the most that its process held, in MB, at two numbers of steps."""
    found = []
    for backend in ("numpy", "numba"):
        for steps in (5, 20):
            tell(f"memory of a sweep: {backend}, {steps} steps")
            command = [sys.executable, "-c", _PEAK, str(amount.many), str(steps), backend]
            said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=RESULTS.parent.parent)
            found.append(
                {"points": amount.many, "steps": steps, "backend": backend, "mb": round(int(said.stdout) / 1024)}
            )
    return found


def measure(tell: Tell, amount: Amount | None = None) -> dict[str, Any]:
    """All of it, as it is kept."""
    much = amount or Amount()
    drawn = [asdict(curve) | {"exponent": curve.exponent} for curve in curves(much, tell)]
    found = {"curves": drawn, "memory": memory(much, tell)}
    if find_spec("distributed"):
        tell("a sweep on a dask cluster, one of whose workers is killed")
        found["elsewhere"] = dask_worker_killed.measure()
    return found


def words(found: dict[str, Any]) -> str:
    """The growth in words, a line a curve and a line a sweep's memory."""
    lines = [
        f"{one['work']}: time grows as {one['along']}^{one['exponent']:g} at the end" for one in found["curves"]
    ] + [
        f"sweep of {one['points']:,} points, {one['steps']} steps, {one['backend']}: {one['mb']:,} MB more"
        for one in found["memory"]
    ]
    if "elsewhere" in found:
        lines.append(dask_worker_killed.words(found["elsewhere"]))
    return "\n".join(lines)


def write(found: dict[str, Any], path: Path = RESULTS) -> None:
    half_written = path.with_suffix(".part")
    half_written.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    half_written.replace(path)
