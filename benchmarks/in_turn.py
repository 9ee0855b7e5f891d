"""Several ways to do the same work, timed in turn, so that whatever slows the machine slows all of them."""

import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks.calm import host
from benchmarks.rows import Row, digits, rounded

Way = Callable[[], object]
Times = Mapping[str, Sequence[float]]
RESTED = 0.15
"""Seconds after which the threads sleep that a run before left awake: OpenBLAS's slowed torch's for up to 0.1 s."""
SOON = 0.5
"""A run of less than so many seconds is called for a while before its clock starts: cores that rested begin slowly."""
SETTLED = 0.05
"""Seconds of that while."""


def in_turn(
    ways: Mapping[str, Way], runs: int, tell: Callable[[str], None], least: float = 0.0
) -> dict[str, list[float]]:
    """Seconds of each way, run by run; a first round of all, as long, which compiles and warms up, is not counted.

    What takes less than `least` seconds is repeated within a run until it takes them, and the mean is kept. Each run
    has an order of its own, always the same one, so that none always comes after the same one. A rest goes before it,
    for threads that one way leaves awake are in the next one's way; a run that is over soon is begun before its clock
    is; and where the machine had not its cores to itself, a run is taken again.
    """
    host.begin()
    order, shuffled, warm = list(ways), random.Random(0), dict[str, Repeated]()
    for name, way in ways.items():
        tell(f"first round: {name}")
        warm[name] = host.undisturbed(partial(first_round, way, least), tell)
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for run in range(runs):
        shuffled.shuffle(order)
        for name in order:
            tell(f"run {run + 1} of {runs}: {name}")
            taken[name].append(host.undisturbed(warm[name].mean, tell))
    return taken


@dataclass(frozen=True)
class Repeated:
    """A way that is called so many times in a run."""

    way: Way
    times: int
    soon: bool
    """Whether a run is over so soon that it is called for a while before its clock starts."""

    def mean(self) -> float:
        """Seconds of one call, of those of a run."""
        time.sleep(RESTED)
        if self.soon:
            settle(self.way)
        began = time.perf_counter()
        for _ in range(self.times):
            self.way()
        return (time.perf_counter() - began) / self.times


def first_round(way: Way, least: float) -> Repeated:
    """As long as any other: what finds its best form by trying has found it then."""
    way()
    once = max(seconds(way), 1e-9)
    times = max(1, round(least / once))
    for _ in range(times - 1):
        way()
    return Repeated(way, times, times * once < SOON)


def settle(way: Way) -> None:
    """Call it until the cores are awake."""
    began = time.perf_counter()
    way()
    while time.perf_counter() - began < SETTLED:
        way()


def seconds(way: Way) -> float:
    """Of one call."""
    began = time.perf_counter()
    way()
    return time.perf_counter() - began


def best(times: Times, names: Sequence[str]) -> str:
    """Of these ways the quickest, by its median."""
    return min(names, key=lambda name: statistics.median(times[name]))


def against(work: str, times: Times, ours: str, peer: str, goal: float, note: str, limit: bool = False) -> Row:
    """How many times faster ours is than a peer, or what part of a limit's speed it has, run by run of both."""
    ratios = [theirs / own for own, theirs in zip(times[ours], times[peer], strict=True)]
    middle = statistics.median(ratios)
    return Row(
        work=work,
        peer=peer,
        ratio=rounded(middle),
        goal=f"at least {digits(goal)} of the limit's speed" if limit else f"at least {digits(goal)} times faster",
        met=middle >= goal,
        spread=(rounded(min(ratios)), rounded(max(ratios))),
        note=f"{said(times, ours)}, {peer} {said(times, peer)}; {note}",
    )


def said(times: Times, name: str) -> str:
    """The median of a way, in units that suit it."""
    seconds = statistics.median(times[name])
    scale, unit = next((s, u) for s, u in ((1.0, "s"), (1e3, "ms"), (1e6, "µs")) if seconds * s >= 1 or u == "µs")
    return f"{digits(seconds * scale)} {unit}"
