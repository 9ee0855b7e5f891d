"""Chunks spread over whatever runs functions: each is tried again when it is lost, and a broken pool ends the sweep.

An executor is any object with `submit(function, *arguments)` that returns a future with `result()` and
`add_done_callback(function)`: those of concurrent.futures, a dask client. It is handed a function of this module by
name, a text and plain arrays; nothing of the caller's code goes with them.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from importlib import import_module
from typing import Any, NamedTuple, cast

from gdlib.sweeps.chunk import BackEnd, Chunk, Reached
from gdlib.sweeps.done import Range

_TRIES = 3
"""Times that a chunk is handed over before its error ends the sweep."""
_WAITING = 128
"""Chunks that are handed over and not yet back, at most: they lie in memory twice."""
_LONGER = 20.0
"""A chunk that is out so many times longer than any took so far is taken for lost, and handed over once more."""
_TICK = 0.2
"""Seconds of waiting at a stretch: short, so that a key on the keyboard is heard."""
_LEAST = 10.0
"""Seconds before which no chunk is taken for lost."""


class LostError(Exception):
    """The executor gave up; the cause tells why."""


class _Sent(NamedTuple):
    part: Range
    future: Any
    since: float


def back_end(name: str) -> BackEnd:
    """The module of that name."""
    return cast(BackEnd, import_module(f"gdlib.sweeps.on_{name}"))


def advance_elsewhere(name: str, text: str, chunk: Chunk, attempt: int) -> Reached:
    """What an executor calls. The attempt is for executors that answer a call they have seen before from memory."""
    return back_end(name).advance(text, chunk)


def spread(
    executor: Any, name: str, text: str, parts: Sequence[Range], chunk_of: Callable[[Range], Chunk]
) -> Generator[tuple[Range, Reached] | None, None, None]:
    """Range and result of each chunk as they come back, None while one waits; LostError where it does not go on.

    A chunk whose future fails or is cancelled is handed over again, up to three times in all. One that does not come
    back, while others did in a fraction of the time, is handed over again too, and the first answer counts.
    """
    waiting, out = list(reversed(parts)), dict[int, _Sent]()
    tries: dict[Range, int] = dict.fromkeys(parts, 0)
    open_parts = set(parts)
    came: queue.SimpleQueue[int] = queue.SimpleQueue()
    longest = 0.0
    broken: BaseException | None = None

    def send(part: Range) -> None:
        this = sum(tries.values())
        tries[part] += 1
        future = executor.submit(advance_elsewhere, name, text, chunk_of(part), tries[part])
        out[this] = _Sent(part, future, time.monotonic())
        future.add_done_callback(lambda _: came.put(this))

    try:
        while open_parts:
            if broken is None:
                try:
                    while waiting and len(out) < _WAITING:
                        send(waiting.pop())
                    for part in _lost(out, tries, longest):
                        send(part)
                except Exception as error:
                    broken = error
            try:
                sent = out.pop(came.get(timeout=_TICK if broken is None else 0), None)
            except queue.Empty:
                if broken is not None:  # and all that was back has been taken
                    raise LostError(f"{type(broken).__name__}: {broken}") from broken
                yield None
                continue
            if sent is None or sent.part not in open_parts:  # its copy was faster
                continue
            try:
                reached = _fitting(sent.future.result(), sent.part)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # asyncio's and so dask's CancelledError is no Exception
                if isinstance(error, BrokenExecutor) or tries[sent.part] >= _TRIES:
                    broken = error
                else:
                    waiting.append(sent.part)
                continue
            longest = max(longest, time.monotonic() - sent.since)
            open_parts.discard(sent.part)
            for copy in [number for number, other in out.items() if other.part == sent.part]:
                out.pop(copy).future.cancel()
            yield sent.part, reached
    finally:
        for sent in out.values():
            with suppress(Exception):  # of an executor that is no more
                sent.future.cancel()


def _fitting(answer: Any, part: Range) -> Reached:
    """The answer, if it is the result of so many runs."""
    runs = part[1] - part[0]
    if isinstance(answer, tuple) and [len(one) for one in answer if hasattr(one, "shape")] == [runs] * 3:
        return Reached(*answer)
    raise TypeError(f"a chunk's result was needed, three arrays for {runs:,} runs; its future gave {answer!r}"[:200])


def _lost(out: dict[int, _Sent], tries: dict[Range, int], longest: float) -> list[Range]:
    """The chunks that are out for so long that their future may never be done."""
    if not longest:
        return []
    patience = max(_LEAST, _LONGER * longest)
    now = time.monotonic()
    late = {sent.part for sent in out.values()}
    for sent in out.values():
        if now - sent.since < patience * tries[sent.part]:
            late.discard(sent.part)
    return sorted(part for part in late if tries[part] < _TRIES)
