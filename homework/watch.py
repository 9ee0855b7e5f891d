"""Watches the processes of a run from outside: how many, how much memory and time they take, and ends them all."""

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path

TICK, PAGE = map(os.sysconf, ("SC_CLK_TCK", "SC_PAGE_SIZE")) if hasattr(os, "sysconf") else (100, 4096)
PROC = Path("/proc")


@dataclass(frozen=True)
class Seen:
    """A process as /proc shows it."""

    process: int
    parent: int
    state: str
    seconds: float
    bytes: int


class Tree:
    """A process and all that come from it; empty where there is no /proc."""

    def __init__(self, root: int) -> None:
        self.root = root
        self.cpu_seconds = 0.0
        self._each: dict[int, float] = {}
        self._foreign: set[int] = set()
        self._looks = 0

    def look(self) -> list[Seen]:
        """All living processes of the tree, the root first; also keeps the time that each has taken.

        Not every kernel tells a process's children, so all processes are asked for their parents, but each of the
        others only once in a while: what is not in the tree when it is first seen never comes into it.
        """
        self._looks += 1
        if self._looks % 20 == 0:  # numbers of processes are used again
            self._foreign.clear()
        unsure = {}
        for name in _listed():
            if name.isdigit() and int(name) not in self._foreign and (seen := _seen(int(name))):
                unsure[seen.process] = seen
        found = {self.root: unsure[self.root]} if self.root in unsure else {}
        while more := {number: one for number, one in unsure.items() if one.parent in found and number not in found}:
            found |= more
        self._foreign |= unsure.keys() - found.keys()
        for one in found.values():
            self._each[one.process] = one.seconds
        self.cpu_seconds = sum(self._each.values())
        return [one for one in found.values() if one.state not in "ZX"]

    def memory(self, seen: list[Seen], limit: int) -> int:
        """Bytes of memory that the processes take; what they share is counted once where the first sum is too large."""
        total = sum(one.bytes for one in seen)
        if total <= limit:
            return total
        return sum(_share(one.process, one.bytes) for one in seen)

    def end(self) -> None:
        """Kill them all, the last first: a sandbox's first process takes all others with it."""
        for _ in range(100):
            seen = self.look()
            for one in reversed(seen):
                with contextlib.suppress(OSError):
                    os.kill(one.process, signal.SIGKILL)
            if all(one.process == self.root for one in seen):
                return


def _listed() -> list[str]:
    try:
        return os.listdir(PROC)
    except OSError:
        return []


def _seen(process: int) -> Seen | None:
    try:
        state, parent, *rest = (PROC / str(process) / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
        return Seen(process, int(parent), state, (int(rest[9]) + int(rest[10])) / TICK, int(rest[19]) * PAGE)
    except (OSError, ValueError, IndexError):
        return None


def _share(process: int, otherwise: int) -> int:
    try:
        for line in (PROC / str(process) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return otherwise
