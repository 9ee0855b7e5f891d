"""How far a class is: a bar that rewrites itself in a terminal, a line for each submission in a log."""

import shutil
import sys
import time
from typing import TextIO

BAR = 24  # its width


class Progress:
    """Counts what is done of so many; `note` says what must not be overwritten."""

    def __init__(self, total: int, file: TextIO | None = None) -> None:
        self._file = file or sys.stderr
        self._total, self._done = total, 0
        self._began = time.monotonic()
        self._moves = self._file.isatty()

    def begin(self) -> None:
        """Show the empty bar: the first submission takes a while."""
        if self._moves:
            self._show("")

    def add(self, what: str) -> None:
        """One more is done."""
        self._done += 1
        if not self._moves:
            print(f"{self._done} of {self._total}: {what}", file=self._file, flush=True)
            return
        took = time.monotonic() - self._began
        left = took / self._done * (self._total - self._done)
        self._show(f"{what}; {_duration(left)} to go" if self._done < self._total else what)

    def note(self, line: str) -> None:
        """A line that stays."""
        self.close()
        print(line, file=self._file, flush=True)

    def close(self) -> None:
        """Take the bar away."""
        if self._moves:
            self._file.write("\r\x1b[K")
            self._file.flush()

    def _show(self, what: str) -> None:
        full = BAR * self._done // max(self._total, 1)
        line = f"[{'#' * full}{'.' * (BAR - full)}] {self._done} of {self._total}  {what}"
        self._file.write("\r\x1b[K" + line[: shutil.get_terminal_size().columns - 1])
        self._file.flush()


def _duration(seconds: float) -> str:
    return f"about {seconds:.0f} s" if seconds < 90 else f"about {seconds / 60:.0f} min"
