"""Threads that help the one that calls them: they stay from call to call, and keep off the core that it is on.

A system that wakes a thread may put it on the core of the thread that woke it, and that one then waits for it, for
some hundred calls in a row. Where the system lets threads choose their cores, ours leave the caller's to the caller.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from threading import get_native_id
from typing import Any

from gdlib.loops import machine_code
from gdlib.points import Array

HEAD_START = 2**16
"""Entries that the first core takes more of, since the others must be woken."""


class Helpers:
    """So many threads, for work that leaves the interpreter alone."""

    def __init__(self, count: int) -> None:
        self._threads: list[int] = []
        self._kept_off: tuple[int, int] = -1, 0
        self._pool = ThreadPoolExecutor(
            count, "gdlib helper", initializer=lambda: self._threads.append(get_native_id())
        )

    def begin(self, work: Callable[..., None], *given: Any) -> Future[None]:
        """The work on one of the threads; the caller goes on."""
        place = _core()
        if place is not None and self._kept_off != (place, len(self._threads)):
            self._kept_off = place, len(self._threads)
            self._keep_off(place)
        return self._pool.submit(work, *given)

    def _keep_off(self, place: int) -> None:
        others = os.sched_getaffinity(0) - {place}
        for thread in self._threads if others else ():
            with suppress(OSError):  # the cores that this process may use are fewer by now
                os.sched_setaffinity(thread, others)


def helpers() -> Helpers:
    """Those of this process; a forked one has none of its parent's, and gets its own."""
    return _of(os.getpid())


@lru_cache(maxsize=1)
def _of(process: int) -> Helpers:
    return Helpers(machine_code.cores())


def _core() -> int | None:
    """The number of the core that this thread is on; None where threads cannot be told where to be."""
    ask = _asked()
    return None if ask is None else int(ask())


@lru_cache(maxsize=1)
def _asked() -> Callable[[], int] | None:
    if not hasattr(os, "sched_setaffinity"):
        return None
    return getattr(ctypes.CDLL(None), "sched_getcpu", None)


def side_by_side(kernel: Callable[..., None], others: int, arrays: Sequence[Array], *shared: Any) -> None:
    """A part of the entries on this core and one on each of so many others."""
    if others == 0:
        kernel(*arrays, *shared)
        return
    size = arrays[0].size
    part = (size - HEAD_START) // (others + 1)
    first = size - others * part
    places = [slice(first + k * part, first + (k + 1) * part) for k in range(others)]
    waiting: list[Future[None]] = []
    try:
        for place in places:
            given = (*(array[place] for array in arrays), *shared)
            try:
                waiting.append(helpers().begin(kernel, *given))
            except RuntimeError:  # at the end of the program, or where no thread is to be had
                kernel(*given)
        kernel(*(array[:first] for array in arrays), *shared)
    finally:
        _all_done(waiting)


def _all_done(waiting: Sequence[Future[None]]) -> None:
    """Wait for all, however often a key interrupts that: it is heard when nobody is at work on the arrays any more."""
    heard = None
    for one in waiting:
        while not one.done():
            try:
                one.exception()
            except KeyboardInterrupt as key:
                heard = key
    if heard is not None:
        raise heard
    for one in waiting:
        one.result()
