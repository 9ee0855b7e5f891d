"""Runs, sweeps and steps on large vectors: beside the best forms of NumPy, JAX and torch, and the machine's limits.

Before anything is timed each form does a small part of the work, and must come to what gdlib comes to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

import gdlib as gd
from benchmarks import limits, peers
from benchmarks.in_turn import Times, against, best, in_turn, said, seconds
from benchmarks.rows import Row, against_limit, digits
from gdlib.emit.as_numpy import compile_rule
from gdlib.emit.trajectory import trajectory_of
from gdlib.loops import machine_code
from gdlib.loops.large_arrays import LargeStep
from gdlib.sweeps import on_numpy
from gdlib.sweeps.arguments import asked
from gdlib.sweeps.choice import chosen
from gdlib.sweeps.work import Work

Tell = Callable[[str], None]
Ways = Mapping[str, Callable[[], Any]]
F, OURS = gd.objectives.rosenbrock, "gdlib"
START = (-1.2, 1.0)
ALONE, IN_CACHE = "its NumPy calls on runs that stay in the cache", 80


@dataclass(frozen=True)
class Amount:
    """How much is measured: the benchmark's own, or a little of it in a test."""

    runs: int = 5
    side: int = 1000
    steps: int = 500
    few_steps: int = 50
    run_steps: int = 1000
    sizes: tuple[int, ...] = (10**5, 10**6, 10**7)


def grid(side: int) -> Any:
    """Starts over the valley, side × side of them."""
    x, y = np.meshgrid(np.linspace(-2.0, 2.0, side), np.linspace(-1.0, 3.0, side))
    return np.stack([x, y], axis=-1)


def check(ways: Ways, rtol: float = 1e-9) -> None:
    """That all come to the same, before they are timed; ValueError that names the one that does not."""
    found = {name: np.asarray(way()).reshape(-1) for name, way in ways.items()}
    ours = found[OURS]
    for name, values in found.items():
        if values.shape != ours.shape or not np.allclose(values, ours, rtol=rtol, atol=rtol):
            raise ValueError(f"{name}: needs to do the same work as {OURS}, came to other numbers")


def versions() -> str:
    """Those of the packages that are measured."""
    return ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", *peers.here()))


def all_said(times: Times) -> str:
    return f"{', '.join(f'{name} {said(times, name)}' for name in times)}; {versions()}"


def single_run(amount: Amount, tell: Tell) -> list[Row]:
    """A thousand Adam steps in two variables, the path kept."""
    work = f"{amount.run_steps:,} Adam steps, 2-D"
    ways: dict[str, Callable[[], Any]] = {
        OURS: lambda: gd.descend(F, gd.rules.adam, START, steps=amount.run_steps, **peers.ADAM).path[1:]
    }
    if "jax" in peers.here():
        ways |= peers.jax_runs(START, amount.run_steps)
    if "torch" in peers.here():
        ways["torch, autograd and its Adam"] = peers.torch_run(START, amount.run_steps)
    first = {name: seconds(way) for name, way in ways.items()}
    check(ways)
    times = in_turn(ways, amount.runs, tell, least=0.05)
    note = f"from a ready objective, its path kept; nothing of ours is compiled; {versions()}"
    rows = [against_limit(f"{work}, in all", 50.0, "ms", [1e3 * one for one in times[OURS]], note)]
    if in_jax := [name for name in ways if name.startswith("JAX")]:
        quickest = best(times, in_jax)
        compiling = (
            f"JAX's is compiled before, which takes {digits(first[quickest])} s; ours takes {digits(first[OURS])} s"
        )
        rows.append(against(work, times, OURS, quickest, 2.0, f"{note}; {compiling} the first time"))
    if "torch" in peers.here():
        rows.append(against(work, times, OURS, "torch, autograd and its Adam", 200.0, note))
    return rows


def sweep_of(rule: str, points: Any, steps: int, backend: str) -> Callable[[], Any]:
    settings = peers.ADAM if rule == "adam" else peers.MOMENTUM
    return lambda: gd.sweep(F, gd.rules[rule], points, steps=steps, backend=backend, **settings).points


def _forms(rule: str, points: Any, steps: int) -> dict[str, Callable[[], Any]]:
    ways = {OURS: sweep_of(rule, points, steps, "numba")}
    if "jax" in peers.here():
        ways |= peers.jax_sweeps(rule, points, steps)
    if "torch" in peers.here() and rule == "momentum":
        ways |= peers.torch_sweeps(points, steps)
    return ways


def with_numba(rule: str, amount: Amount, tell: Tell) -> list[Row]:
    """A sweep of many runs with Adam or momentum, in double precision."""
    tell(f"sweep, {rule}: whether all do the same work")
    check(_forms(rule, grid(20 * 10), 20))
    points, threads = grid(amount.side), machine_code.cores()
    ways = _forms(rule, points, amount.steps)
    of, much = trajectory_of(F, gd.rules[rule]), (amount.side**2, amount.steps, threads)
    written = "the division and root limit"
    left = "what is left of divisions and roots" if rule == "adam" else "its sums and products alone"
    if rule == "adam":
        ways[written] = limits.divisions_and_roots(of, *much)
        ways[left] = limits.divisions_and_roots(of, *much, left=True)
    else:
        ways[left] = limits.sums_and_products(of, *much)
    times = in_turn(ways, amount.runs, tell)
    work = f"sweep, {'Adam' if rule == 'adam' else rule}, {amount.side}×{amount.side} starts × {amount.steps} steps"
    note = f"float64, {threads} threads; {all_said(times)}"
    if rule == "adam":
        note += "; quotients by what all runs share come from its inverse, to the bit: one of three divisions is left"
    rows = []
    if in_jax := [name for name in ways if name.startswith("JAX")]:
        peer = best(times, in_jax)
        most = against(work, times, left, peer, 1.0, "").ratio
        could = f"{left}, with nothing else, would be {digits(most)} times as fast as {peer}"
        rows.append(against(work, times, OURS, peer, 3.0 if rule == "adam" else 3.5, f"{note}; {could}"))
    if rule == "adam":
        rows.append(against(work, times, OURS, written, 0.9, note, limit=True))
    for name in ways:
        if name.startswith("torch"):
            rows.append(against(work, times, OURS, name, 1.2, note))
    return rows


def without_numba(amount: Amount, tell: Tell) -> list[Row]:
    """The same by NumPy alone, beside NumPy as a student writes it."""
    rows = []
    for rule in ("adam", "momentum"):
        naive = "naive NumPy"
        small, points = grid(100), grid(amount.side)
        check({OURS: sweep_of(rule, small, 20, "numpy"), naive: peers.numpy_sweep(rule, small, 20)})
        ways = {
            OURS: sweep_of(rule, points, amount.few_steps, "numpy"),
            naive: peers.numpy_sweep(rule, points, amount.few_steps),
            ALONE: one_block(rule, amount.side**2, amount.few_steps),
        }
        times = in_turn(ways, amount.runs, tell)
        name = "Adam" if rule == "adam" else rule
        work = f"sweep without Numba, {name}, {amount.side}×{amount.side} starts × {amount.few_steps} steps"
        rows.append(against(work, times, OURS, naive, 3.0, f"float64; {all_said(times)}"))
    return rows


def one_block(rule: str, runs: int, steps: int) -> Callable[[], Any]:
    """NumPy's calls on runs that stay in a core's own cache, again and again, until it is the work of so many."""
    side = min(IN_CACHE, round(runs**0.5))
    settings = peers.ADAM if rule == "adam" else peers.MOMENTUM
    few = asked(F, gd.rules[rule], grid(side), steps, None, None, settings)
    work = Work(few, chosen("numpy", few, None))
    chunk = work.chunk_of((0, side**2))
    return lambda: [on_numpy.advance(work.text, chunk) for _ in range(runs // side**2)]


BESIDE_MEMORY = 10**6  # entries from which two threads share them, and no core's own cache holds them
_GOALS = {10**5: 2.3, 10**6: 1.0, 10**7: 1.0}


def one_step(amount: Amount, tell: Tell) -> list[Row]:
    """One Adam step on a flat float32 vector, in place."""
    rows = []
    for size in amount.sizes:
        generator = np.random.default_rng(size)
        theta, g = generator.normal(size=(2, size)).astype(np.float32)
        ways: dict[str, Callable[[], Any]] = {OURS: our_step(theta.copy(), g)}
        limit = "the memory-stream limit"
        if "torch" in peers.here():
            ways |= peers.torch_steps(theta, g)
        check(ways, rtol=1e-5)
        if size >= min(BESIDE_MEMORY, max(amount.sizes)):
            ways[limit] = limits.stream(size, machine_code.cores())
        ways["two divisions and a root for each entry, on one core"] = limits.divisions_and_a_root_each(size, 2)
        ways["a division and a root for each entry, on one core"] = limits.divisions_and_a_root_each(size, 1)
        ways["to wake a thread and hear from it"] = limits.a_thread_woken()
        times = in_turn(ways, amount.runs, tell, least=0.2)
        work = f"one Adam step on {size:,} float32"
        note = f"in place; from step 165 on 1 - beta1^t is 1, and nothing is divided by it; {all_said(times)}"
        if in_torch := [name for name in ways if name.startswith("torch")]:
            rows.append(against(work, times, OURS, best(times, in_torch), _GOALS.get(size, 1.0), note))
        if limit in ways and size == max(amount.sizes):
            rows.append(against(work, times, OURS, limit, 0.9, note, limit=True))
    return rows


def our_step(theta: Any, g: Any) -> Callable[[], Any]:
    """Steps 1, 2, 3, … of a run that keeps its memory, as a network's training takes them."""
    rule = gd.rules.adam
    blocks, step = compile_rule(rule), LargeStep(rule, compiler=True)
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    hyper, t, powers = list(peers.ADAM.values()), 0, [1.0, 1.0]

    def move() -> Any:
        nonlocal t, powers
        t, powers = t + 1, [powers[0] * peers.ADAM["beta1"], powers[1] * peers.ADAM["beta2"]]
        step(theta, g, m, v, tuple(map(float, blocks.numbers(*hyper, *powers, float(t)))), out=[theta, m, v])
        return theta

    return move


def works(amount: Amount | None = None) -> dict[str, Callable[[Tell], list[Row]]]:
    """Every measurement of this module by its name."""
    much = amount or Amount()
    return {
        "single run": lambda tell: single_run(much, tell),
        "sweep adam": lambda tell: with_numba("adam", much, tell),
        "sweep momentum": lambda tell: with_numba("momentum", much, tell),
        "sweep without Numba": lambda tell: without_numba(much, tell),
        "one step": lambda tell: one_step(much, tell),
    }
