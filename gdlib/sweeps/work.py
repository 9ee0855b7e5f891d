"""The work of a sweep cut into chunks: what each chunk holds, how large it is, and where it is worked out."""

from __future__ import annotations

import copy
import hashlib
import math
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import lru_cache, partial
from typing import Any

import numpy as np

from gdlib.emit.as_numpy import compile_rule
from gdlib.emit.as_python import rule_text
from gdlib.emit.trajectory import Trajectory
from gdlib.loops.factors import factor_of
from gdlib.points import Array, is_foreign
from gdlib.sweeps import whole_arrays
from gdlib.sweeps.arguments import Asked
from gdlib.sweeps.choice import Choice
from gdlib.sweeps.chunk import Chunk, Reached
from gdlib.sweeps.done import Range
from gdlib.sweeps.spread import back_end, spread
from gdlib.trace.graph import in_order
from gdlib.update_rule import Rule

_CHUNKS = 6
"""Chunks for each worker, at least: so that none is idle for long at the end."""
_WORKERS = 8
"""Workers of an executor that does not say how many it has."""
_WORTH = 2**18
"""Runs times steps below which a chunk is done sooner than another thread is awake."""
_LOOKS = 9
"""Steps of a schedule without a text by which it is told from others, and one."""
_FEW = 32
"""Runs for which a step takes no longer than for one."""


class Work:
    """A sweep as text and arrays; `chunk_of` cuts out the runs of a range."""

    def __init__(self, asked: Asked, choice: Choice) -> None:
        self._asked, self._name, self._trajectory = asked, choice.name, choice.trajectory
        self.text, self._factors, numbers = "", None, dict(asked.numbers)
        if choice.trajectory is not None:
            numbers |= _once(asked, choice.trajectory)
            swept = frozenset(name for name, number in numbers.items() if isinstance(number, np.ndarray))
            self.text = _text(choice.name, choice.trajectory, asked.dtype, swept, asked.tol is not None)
            self._factors = asked.factors()
        self._numbers = {
            name: np.broadcast_to(number, asked.shape) if isinstance(number, np.ndarray) else number
            for name, number in numbers.items()
        }
        self._points = np.broadcast_to(asked.plan.start, (*asked.shape, asked.f.n))
        self._watches: dict[Range, Array] = {}

    def chunk_of(self, part: Range) -> Chunk:
        """The runs of a range, in order of the flattened shape."""
        numbers = {name: _rows(number, part) if isinstance(number, np.ndarray) else number
                   for name, number in self._numbers.items()}  # fmt: skip
        n = self._points.shape[-1]
        first, last = part
        points = _rows(self._points, (first * n, last * n)).reshape(last - first, n)
        return Chunk(points, numbers, self._asked.plan.steps, self._asked.tol, self._factors)

    def results(self, missing: list[Range], executor: Any) -> Generator[tuple[Range, Reached] | None, None, None]:
        """Range and result of each chunk as they come, from threads or from the executor; None while one waits."""
        trajectory, steps = self._trajectory, self._asked.plan.steps
        if trajectory is None:
            for part in self._parts(missing, whole_arrays.runs_at_once(self._asked.f.n)):
                yield part, whole_arrays.advance(self._asked, self.chunk_of(part))
            return
        module = back_end(self._name)
        most = module.points_at_once(trajectory, steps, self._asked.dtype)
        if executor is not None:
            workers = getattr(executor, "_max_workers", _WORKERS)
            yield from spread(
                executor, self._name, self.text, self._parts(missing, self._share(most, workers)), self.chunk_of
            )
            return
        threads = module.threads()
        worth = min(most, math.ceil(_WORTH / steps))
        parts = self._parts(missing, most if threads <= 1 else max(worth, self._share(most, threads)))
        if threads == 0 or max(self._asked.runs, _FEW) * steps <= _WORTH:
            for part in parts:
                yield part, module.advance(self.text, self.chunk_of(part))
            return
        with ThreadPoolExecutor(threads) as pool:
            yield from self._in_threads(pool, parts)

    def _in_threads(
        self, pool: ThreadPoolExecutor, parts: list[Range]
    ) -> Generator[tuple[Range, Reached] | None, None, None]:
        """On threads of our own, which can be looked at, and stopped in the middle of a chunk."""
        with closing(spread(pool, self._name, self.text, parts, self._watched)) as chunks:
            try:
                for came in chunks:
                    if came is not None:
                        self._watches.pop(came[0])[0] = 1  # should the chunk be out twice, the other stops
                    yield came
            finally:
                for watch in self._watches.values():
                    watch[0] = 1

    def _watched(self, part: Range) -> Chunk:
        return self.chunk_of(part)._replace(watch=self._watches.setdefault(part, np.zeros(2, np.int64)))

    def under_way(self) -> float:
        """What is done of the chunks that are at work on threads of our own, in runs."""
        steps = self._asked.plan.steps
        return sum(min(int(watch[1]) / steps, last - first) for (first, last), watch in self._watches.items())

    def _share(self, most: int, workers: int) -> int:
        return max(1, min(most, math.ceil(self._asked.runs / (_CHUNKS * workers))))

    @staticmethod
    def _parts(missing: list[Range], size: int) -> list[Range]:
        return [(low, min(low + size, last)) for first, last in missing for low in range(first, last, size)]

    def fingerprint(self) -> str:
        """The same for the same sweep; another for every other, as far as text, numbers and a first look can tell."""
        asked = self._asked
        told = (self._name, self.text, asked.shape, asked.plan.steps, asked.tol)
        print_of = hashlib.sha256(repr(told).encode())
        given = [("start", asked.plan.start), ("factors", self._factors), *asked.numbers.items()]
        for name, values in given if self.text else [*given, *_first_look(asked).items()]:
            host: Any = values.get() if is_foreign(values) and hasattr(values, "get") else values
            array = np.asarray(host)  # None: an array of an object, told by its words
            print_of.update(repr((name, array.shape, array.dtype.str)).encode())
            print_of.update(repr(host).encode() if array.dtype == object else np.ascontiguousarray(array).tobytes())
        return print_of.hexdigest()


@lru_cache(maxsize=64)
def _text(name: str, trajectory: Trajectory, dtype: str, swept: frozenset[str], watched: bool) -> str:
    return back_end(name).text(trajectory, dtype=dtype, swept=swept, watched=watched)


def _rows(values: Array, part: Range) -> Array:
    """These entries of the flattened array; only they are copied, however far it was broadcast."""
    if is_foreign(values) or values.flags.c_contiguous:
        return values.reshape(-1)[slice(*part)]
    return values.flat[slice(*part)]


def _first_look(asked: Asked) -> dict[str, Any]:
    """What tells apart sweeps that have no text: names, and what objective, rule and schedule come to at the start."""
    f, rule, plan = asked.f, asked.rule, asked.plan
    first, seen = plan.start.reshape(-1, f.n)[:1], dict[str, Any]()
    with np.errstate(all="ignore"):
        for place, points in {"there": first, "beside": first + first.dtype.type(0.5)}.items():
            with suppress(Exception):  # a function may be defined at the starts alone; nothing done may be lost by that
                seen |= {f"value {place}": f(points), f"slope {place}": f.grad(points)}
        if plan.schedule is not None:
            with suppress(Exception):  # it may want the values of all runs at once
                schedule, value = copy.deepcopy(plan.schedule), seen["value there"][0] if plan.watches_value else None
                seen["first factors"] = np.array([factor_of(schedule, t, value, ()) for t in range(1, _LOOKS)])
    names = [_called(f), rule.name, _called(plan.schedule)]
    return seen | {"names": np.array(names), "rule": rule_text(rule) if isinstance(rule, Rule) else ""}


def _called(given: Any) -> str:
    """What a reader's object calls itself; its class, where that would be a place in memory, which another has."""
    words = type(given).__qualname__ if object.__repr__(given) == repr(given) else repr(given)
    return str(getattr(given, "__qualname__", words))


def _once(asked: Asked, trajectory: Trajectory) -> dict[str, Any]:
    """What the hyperparameters alone decide: a number, or one for each value that the swept ones among them take.

    They are worked out number by number: for arrays NumPy's real powers may differ in the last bit.
    """
    found: dict[str, Any] = {}
    for name, node in trajectory.once.items():
        involved = {str(part.payload) for part in in_order([node]) if part.op == "symbol"}
        given = [value if given in involved else 1.0 for given, value in asked.numbers.items()]
        found[name] = np.vectorize(partial(_worked_out, asked.rule, name), otypes=[np.float64])(*given)
        if found[name].ndim == 0:
            found[name] = float(found[name])
    return found


def _worked_out(rule: Any, name: str, *hyperparameters: float) -> float:
    with np.errstate(all="ignore"):
        return float(compile_rule(rule).once(*map(np.float64, hyperparameters))[name])
