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
        self._calmed: set[int] = set()
        self._first: dict[int, int] = {}  # process -> its memory when it was first seen
        self._looks = self._asked = 0

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

    def too_large(self, seen: list[Seen], limit: int) -> bool:
        """Whether the processes take more bytes of memory than they may.

        A process shares what it holds with the one that it was forked from, so the plain sum may be too much, and the
        sum of what each has grown by too little. The true sum makes the kernel wait for each of them, which takes
        seconds while they fork, so it is asked for only where the two disagree, now and then.
        """
        for one in seen:
            self._first.setdefault(one.process, one.bytes)
        if sum(one.bytes for one in seen) <= limit:
            self._asked = self._looks
            return False
        ours = {one.process for one in seen[:4]}
        if sum(one.bytes - (0 if one.process in ours else self._first[one.process]) for one in seen) > limit:
            return True
        if self._looks - self._asked < 10:
            return False
        self._asked = self._looks
        return sum(_share(one.process, one.bytes) for one in seen) > limit

    def calm(self, seen: list[Seen], ours: int) -> None:
        """Let all processes but the first few come after everybody else's: many of them at work slow nobody."""
        for one in seen[ours:]:
            if one.process not in self._calmed:
                self._calmed.add(one.process)
                with contextlib.suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, one.process, 19)

    def end(self, walled: bool) -> None:
        """Kill them all; in a sandbox, the first process that the root started takes all others with it."""
        for _ in range(100):
            seen = self.look()
            for one in seen[1:2] if walled else seen[1:]:
                _kill(one.process)
            if len(seen) < 2 or walled:
                break
        _kill(self.root)


def _kill(process: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(process, signal.SIGKILL)


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
