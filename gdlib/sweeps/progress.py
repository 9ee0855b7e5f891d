"""A line on the terminal that says how far a sweep is, when it takes longer than a second; silent elsewhere."""

from __future__ import annotations

import sys
import time

_SILENT, _BETWEEN = 1.0, 0.2
"""Seconds before the line first shows, and between two changes of it."""


class Progress:
    """How far a sweep of so many runs is, of which some were done before."""

    def __init__(self, total: int, done: int = 0) -> None:
        self._total, self._done, self._new = total, done, 0
        self._began = self._told = time.monotonic()
        self._width = 0
        self._shows = sys.stderr is not None and sys.stderr.isatty()

    def add(self, runs: int) -> None:
        """So many runs more are done."""
        self._done += runs
        self._new += runs
        now = time.monotonic()
        took = now - self._began
        if self._shows and took > _SILENT and now - self._told > _BETWEEN:
            self._told = now
            left = took * (self._total - self._done) / self._new
            share = 100 * self._done // self._total
            self._write(f"sweep: {share} % of {self._total:,} runs, {took:.0f} s, about {left:.0f} s to go")

    def close(self) -> None:
        """Take the line away."""
        if self._width:
            self._write("")
            sys.stderr.write("\r")
            sys.stderr.flush()

    def _write(self, line: str) -> None:
        sys.stderr.write("\r" + line.ljust(self._width))
        sys.stderr.flush()
        self._width = len(line)
