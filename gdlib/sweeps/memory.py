"""How much memory a sweep's results take, and how much there is: what is too much is refused before any work."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_UNKNOWN = 8 * 2**30
_GROUPS = {  # of a container: its limit, what it holds, and which of that are files that can be dropped
    "/sys/fs/cgroup": ("memory.max", "memory.current", "inactive_file"),
    "/sys/fs/cgroup/memory": ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}
_BESIDE = 8 + 1 + 8
"""Bytes of a run beside its coordinates: the steps taken, how it ended, the value."""


def bytes_of_results(runs: int, n: int, itemsize: int) -> int:
    """What the results of so many runs take; it does not grow with the steps."""
    return runs * (n * itemsize + _BESIDE)


def bytes_at_hand() -> int:
    """The memory that this process may use: what is free here, or left in its container, where that is less."""
    found = [left for folder, names in _GROUPS.items() if (left := _left(Path(folder), *names)) is not None]
    with suppress(OSError):
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        found += [1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")]
    if not found and hasattr(os, "sysconf"):
        with suppress(OSError, ValueError):
            found = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    return min(found, default=_UNKNOWN)


def _left(folder: Path, limit: str, used: str, droppable: str) -> int | None:
    """What a group of processes may still take; None where nothing limits it."""
    try:
        most, held = int((folder / limit).read_text("ascii")), int((folder / used).read_text("ascii"))
        lines = (folder / "memory.stat").read_text("ascii").splitlines()
    except (OSError, ValueError):  # not there, or "max"
        return None
    files = sum(int(line.split()[1]) for line in lines if line.startswith(f"{droppable} "))
    return max(0, most - held + files)


def in_words(size: int) -> str:
    """Such as "35.2 TB".

    >>> in_words(33 * 10**12)
    '33 TB'
    """
    amount, unit = float(size), "bytes"
    for larger in ("kB", "MB", "GB", "TB", "PB", "EB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.3g} {unit}"
