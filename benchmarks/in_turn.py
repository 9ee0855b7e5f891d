"""Several ways to do the same work, timed in turn, so that whatever slows the machine slows all of them."""

import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence

from benchmarks.rows import Row, digits, rounded

Way = Callable[[], object]
Times = Mapping[str, Sequence[float]]
SOON = 0.5
"""A run of so many seconds would be changed by what the one before left awake: threads wait for up to 30 ms."""
SETTLED = 0.05
"""Seconds after which they sleep."""


def in_turn(
    ways: Mapping[str, Way], runs: int, tell: Callable[[str], None], least: float = 0.0
) -> dict[str, list[float]]:
    """Seconds of each way, run by run; a first round of all, as long, which compiles and warms up, is not counted.

    What takes less than `least` seconds is repeated within a run until it takes them, and the mean is kept. Each run
    has an order of its own, always the same one: cores that rested in one way begin the next one slowly, and threads
    that one way leaves awake are in the next one's way. So a run that is over soon is begun before its clock is.
    """
    order, shuffled = list(ways), random.Random(0)
    repeats, lasts = {}, {}
    for name, way in ways.items():
        tell(f"first round: {name}")
        way()
        once = max(seconds(way), 1e-9)
        repeats[name] = max(1, round(least / once))
        lasts[name] = repeats[name] * once
        for _ in range(repeats[name] - 1):  # what finds its best form by trying has found it
            way()
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for run in range(runs):
        shuffled.shuffle(order)
        for name in order:
            tell(f"run {run + 1} of {runs}: {name}")
            if lasts[name] < SOON:
                settle(ways[name])
            began = time.perf_counter()
            for _ in range(repeats[name]):
                ways[name]()
            taken[name].append((time.perf_counter() - began) / repeats[name])
    return taken


def settle(way: Way) -> None:
    """Call it until what ran before sleeps."""
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
