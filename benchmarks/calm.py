"""Whether the machine's cores are near each other and its own: a small fixed work is timed around what is measured.

A machine that is let shares its host. For seconds or minutes two of its cores share no cache, and what one has written
reaches the other several times later; or a neighbour keeps half of a core busy. No count of processes shows either.
What is timed then says where the host has put the machine, not how fast a program is, so it is timed again.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

Result = TypeVar("Result")
Pace = tuple[float, float]
"""Milliseconds of a fixed work: on one core, and on all."""
UNKNOWN = (math.inf, math.inf)

NEAR = 1.25
"""So many times its best a fixed work may take: on cores that lie apart it takes 1.4, beside a neighbour 1.6."""
AT_REST = 1.5
"""Seconds after which the threads of what ran before rest: until then a fixed work may show them."""
AGAIN = 1.0
"""Seconds until a machine that was not calm is looked at again."""

_FACTOR = np.linspace(0.0, 1.0, 300 * 300, dtype=np.float32).reshape(300, 300)
_PRODUCT = np.empty_like(_FACTOR)


def _least(one: Pace, other: Pace) -> Pace:
    return min(one[0], other[0]), min(one[1], other[1])


def pace() -> Pace:
    """Now: a loop of Python, and products of matrices on all cores."""
    began = time.perf_counter()
    total = 0
    for k in range(20_000):
        total += k * k
    between = time.perf_counter()
    for _ in range(10):
        np.matmul(_FACTOR, _FACTOR, out=_PRODUCT)
    return 1e3 * (between - began), 1e3 * (time.perf_counter() - between)


@dataclass
class Host:
    """What the machine could do at its best, and how long a measurement waits for it to do so again."""

    each: float = 0.0
    """Seconds of patience for all timings of one comparison; at first none, so that nothing waits."""
    patience: float = 0.0
    """Those that are left: waiting takes from them, and what is timed in vain."""
    best: Pace = UNKNOWN
    """The least known of the fixed work, now or from an earlier measurement."""
    seen: Pace = UNKNOWN
    """The least that it took now: what is remembered, so that a slower machine is soon measured by itself."""
    timings: int = 0
    disturbed: int = 0
    """Those that are kept although the machine was not calm, for patience had ended."""
    measure: Callable[[], Pace] = pace

    def begin(self) -> None:
        """Another comparison, with patience anew."""
        self.patience = self.each

    def calm(self) -> bool:
        """Whether a fixed work takes about as long as at its best; what ran before is given time to rest."""
        until = time.monotonic() + AT_REST
        while True:
            now = self.measure()
            self.seen = _least(now, self.seen)
            self.best = _least(now, self.best)
            if now[0] <= NEAR * self.best[0] and now[1] <= NEAR * self.best[1]:
                return True
            if time.monotonic() > until:
                return False

    def undisturbed(self, take: Callable[[], Result], tell: Callable[[str], None]) -> Result:
        """What `take` gives; given anew, as long as patience lasts, where the machine was not calm before and after."""
        self.timings += 1
        if not self.each:
            return take()
        told = False
        while True:
            began, calm = time.monotonic(), self.calm()
            if calm or self.patience <= 0:
                found = take()
                if calm and self.calm():
                    return found
                if self.patience <= 0:
                    self.disturbed += 1
                    return found
            else:
                if not told:
                    now, least = (f"{one:.2f} and {both:.2f} ms" for one, both in (self.measure(), self.best))
                    tell(
                        f"waits {self.patience:.0f} s at most for its cores: a fixed work takes {now}, at best {least}"
                    )
                told = True
                time.sleep(AGAIN)
            self.patience -= time.monotonic() - began

    def watched(self, work: Callable[[], Result]) -> "Watched[Result]":
        """What a work gives, with how calm it was meanwhile."""
        timings, disturbed = self.timings, self.disturbed
        given = work()
        return Watched(given, self.timings - timings, self.disturbed - disturbed)


@dataclass(frozen=True)
class Watched(Generic[Result]):
    """What a work gave, of so many timings, and how many of them the host disturbed."""

    given: Result
    timings: int
    disturbed: int


host = Host()
"""The one that measures. The command gives it patience; a test waits for nothing."""
