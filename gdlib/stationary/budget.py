"""The time budget: one deadline for a whole search, which also ends SymPy's own long computations."""

from __future__ import annotations

import inspect
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class TimeUp(BaseException):
    """The time for this part is up. No Exception, so that nothing inside SymPy takes it for a failure of its own."""


class Undecided(Exception):  # noqa: N818 - an answer, not an error
    """What was asked could not be proved either way; the message says why, in words."""


class Budget:
    """Seconds that are left; `check` raises TimeUp once there are none.

    >>> Budget(60).part(0.5).left() <= 30
    True
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left, 0 or more."""
        return max(0.0, self._end - time.monotonic())

    def part(self, share: float) -> Budget:
        """A budget of this share of what is left."""
        return Budget(share * self.left())

    def check(self) -> None:
        """Raises TimeUp if nothing is left."""
        if time.monotonic() >= self._end:
            raise TimeUp

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Ends what runs inside when the time is up, SymPy's functions included, by raising TimeUp in it.

        Python calls a trace function at every call of a Python function, in this thread only; this one looks at the
        clock. No signal and no second thread: it works in Jupyter, in any thread and on Windows. A debugger's or a
        coverage tool's trace function goes on being called.
        """
        self.check()
        before = sys.gettrace()
        countdown = 64

        def look(frame: FrameType, event: Any, argument: Any) -> Any:
            nonlocal countdown
            countdown -= 1
            # What is raised in a generator that Python closes by itself is lost, so that generators are left alone.
            if countdown <= 0 and not frame.f_code.co_flags & inspect.CO_GENERATOR:
                countdown = 64
                self.check()
            return before(frame, event, argument) if before is not None else None

        sys.settrace(look)
        try:
            yield
        finally:
            sys.settrace(before)
