"""Which back end runs a sweep, and why: what can be printed as text, what is at hand, and what the work is worth."""

from __future__ import annotations

from functools import lru_cache, partial
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from gdlib.emit.printable import Formula
from gdlib.emit.trajectory import Trajectory, trajectory_of
from gdlib.loops.on_gpu import is_on_gpu
from gdlib.points import is_foreign
from gdlib.registry import nearest
from gdlib.schedules.schedule import memory_of, step_of
from gdlib.second_order.method import Method
from gdlib.sweeps.arguments import Asked
from gdlib.sweeps.done import Done
from gdlib.sweeps.spread import back_end
from gdlib.trace.graph import ELEMENTARY, in_order

NAMES = ("numpy", "numba", "cupy")
_CALLED = {"numba": "Numba", "cupy": "CuPy"}

_PATIENCE = 5.0
"""Seconds of work for NumPy below which no compiler is waited for, nor a GPU woken."""
_OPERATION, _ELEMENTARY, _CALL = 1e-9, 1e-8, 5e-7
"""Seconds that NumPy takes for an operation on one number, as an order of size, and to be called, however few."""
_FILLS = 2**12
"""Runs below which most of a GPU would idle."""
_MANY = 20
"""Coordinates above which whole arrays are faster than a line for each coordinate."""


_kept = lru_cache(maxsize=64)(trajectory_of)
"""The next sweep of the same objective and rule finds its graphs, and with them its text."""


class Choice(NamedTuple):
    """The back end's name, and why it; no trajectory where `descend`'s own loop runs on whole arrays."""

    name: str
    why: str
    trajectory: Trajectory | None


def chosen(backend: Any, asked: Asked, executor: Any, before: Done | None = None) -> Choice:
    """The back end for a sweep; an error that begins with "backend:" or "executor:" where what was asked cannot be.

    "auto" goes on as `before` did, what is done of the sweep.
    """
    if not isinstance(backend, str) or backend not in ("auto", *NAMES):
        wanted = ", ".join(repr(name) for name in ("auto", *NAMES))
        raise ValueError(f"backend: needs one of {wanted}, got {backend!r}.{nearest(backend, NAMES)}")
    start = asked.plan.start
    foreign, on_gpu = is_foreign(start), is_on_gpu(start)
    if foreign and backend not in ("auto", "cupy" if on_gpu else ""):
        kind = f"{type(start).__module__}.{type(start).__name__}"
        raise TypeError(f"backend: {backend} needs a start on the host, an array of NumPy, got {kind}")
    trajectory, lack = _traced(asked)
    if foreign and not on_gpu:
        trajectory, lack = None, f"{type(start).__name__} is an array of another library"
    elif asked.f.n > _MANY and backend in ("auto", "numpy") and executor is None and not (before and before.as_text):
        trajectory, lack = None, f"{asked.f.n} coordinates are many"
    if trajectory is None:
        if executor is not None:
            raise TypeError(f"executor: needs what can be sent as text, and {lack}")
        if backend in ("numba", "cupy") and not on_gpu:
            raise TypeError(f"backend: {backend} needs what can be printed as text, and {lack}")
        name = "cupy" if on_gpu else "numpy"
        return Choice(name, f"{lack}, so descend's own loop runs on whole arrays", None)
    if on_gpu:
        return Choice("cupy", "the start lies on the GPU", trajectory)
    if backend == "auto" and before is None:
        return Choice(*_by_work(asked, trajectory, executor), trajectory)
    why = "you asked for it"
    if backend == "auto" and before is not None:
        backend, why = before.backend or "numpy", "what is done was worked out there"
    words = back_end(backend).missing() if executor is None else None
    if words is not None:
        raise RuntimeError(f"backend: {backend} cannot work here: {words}")
    return Choice(backend, why, trajectory)


def _traced(asked: Asked) -> tuple[Trajectory | None, str]:
    """The run as graphs, or why it has none."""
    f, rule, schedule, n = asked.f, asked.rule, asked.plan.schedule, asked.f.n
    if not isinstance(f, Formula):
        return None, "the objective is no formula"
    if isinstance(rule, Method) and not rule.has_components(n):
        return None, f"{rule.name} is not written out by component for {n} coordinates"
    if schedule is None or not asked.plan.watches_value:
        return _kept(asked.f, rule, schedule is not None), ""
    try:
        return trajectory_of(f, rule, partial(step_of, schedule), memory_of(schedule)), ""
    except TypeError as error:
        return None, f"the schedule does not trace ({error})"


def _by_work(asked: Asked, trajectory: Trajectory, executor: Any) -> tuple[str, str]:
    seconds = asked.plan.steps * sum(
        max(_CALL, asked.runs * (_ELEMENTARY if node.op in ELEMENTARY else _OPERATION))
        for node in in_order(trajectory.moved)
        if node.args
    )
    if seconds < _PATIENCE:
        return "numpy", "it takes NumPy a few seconds at most, so no compiler is waited for"
    work = f"it would take NumPy about {_rounded(seconds)}"
    lacking = []
    for name in ("cupy", "numba") if executor is None and asked.runs >= _FILLS else ("numba",):
        words = f"{_CALLED[name]} is not installed" if find_spec(name) is None else back_end(name).missing()
        if words is None:
            return name, f"{work}, and {_CALLED[name]} is at hand"
        lacking.append(words)
    return "numpy", f"{work}; {'; '.join(lacking)}"


def _rounded(seconds: float) -> str:
    """One digit: it is an estimate."""
    size = 10.0 ** np.floor(np.log10(seconds))
    return f"{round(seconds / size) * size:,.0f} s"
