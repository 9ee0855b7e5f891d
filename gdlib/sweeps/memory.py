"""How much memory a sweep's results take, and how much there is: what is too much is refused before any work."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_UNKNOWN = 8 * 2**30
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")  # of a container
_BESIDE = 8 + 1 + 8
"""Bytes of a run beside its coordinates: the steps taken, how it ended, the value."""


def bytes_of_results(runs: int, n: int, itemsize: int) -> int:
    """What the results of so many runs take; it does not grow with the steps."""
    return runs * (n * itemsize + _BESIDE)


def bytes_at_hand() -> int:
    """The memory that this process may use: what is free here, or what its container allows, where that is less."""
    found = [limit for file in _LIMITS if (limit := _number(file)) is not None]
    with suppress(OSError):
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        found += [1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")]
    if not found and hasattr(os, "sysconf"):
        with suppress(OSError, ValueError):
            found = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    return min(found, default=_UNKNOWN)


def _number(file: str) -> int | None:
    try:
        return int(Path(file).read_text("ascii"))
    except (OSError, ValueError):  # not there, or "max"
        return None


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
