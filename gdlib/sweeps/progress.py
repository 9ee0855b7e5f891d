"""A line that says how far a sweep is, when it takes longer than a second and somebody waits for it.

On a terminal and in a notebook at work; where a book is built, or output goes to a file, all is silent.
"""

from __future__ import annotations

import sys
import time
from typing import TextIO

_SILENT, _BETWEEN = 1.0, 0.2
"""Seconds before the line first shows, and between two changes of it."""


class Progress:
    """How far a sweep of so many runs is, of which some were done before."""

    def __init__(self, total: int, done: int = 0) -> None:
        self._total, self._done, self._new = total, done, 0
        self._began = self._told = time.monotonic()
        self._width = 0
        self._stream = _stream()

    def add(self, runs: int) -> None:
        """So many runs more are done."""
        self._done += runs
        self._new += runs
        self.tell(0.0)

    def tell(self, begun: float) -> None:
        """What is done of those that are under way, in runs."""
        now = time.monotonic()
        took, new = now - self._began, self._new + begun
        if self._stream is not None and took > _SILENT and now - self._told > _BETWEEN and new > 0:
            self._told = now
            left = took * (self._total - self._done - begun) / new
            share = 100 * (self._done + begun) // self._total
            self._write(f"sweep: {share:.0f} % of {self._total:,} runs, {took:.0f} s, about {left:.0f} s to go")

    def close(self) -> None:
        """Take the line away."""
        if self._width:
            self._write("")
            self._write("")

    def _write(self, line: str) -> None:
        assert self._stream is not None
        self._stream.write("\r" + line.ljust(self._width))
        self._stream.flush()
        self._width = len(line)


def _stream() -> TextIO | None:
    """Where somebody sees a line that is written over."""
    if sys.stderr is not None and sys.stderr.isatty():
        return sys.stderr
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    somebody = getattr(getattr(shell, "kernel", None), "_allow_stdin", False)  # who could be asked something
    return sys.stdout if somebody else None
