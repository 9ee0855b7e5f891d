"""The arguments of a sweep, checked before any work: each error names the argument, what was needed and what came."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlib.loops.factors import factor_of
from gdlib.loops.plan import Plan, plan_of
from gdlib.points import Array, is_foreign
from gdlib.second_order.method import Method
from gdlib.stopping import grad_norm
from gdlib.sweeps.memory import bytes_at_hand, bytes_of_results, in_words
from gdlib.update_rule import Rule
from gdlib.vocabulary import Hyperparameter, hyperparameter

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Asked:
    """What a sweep is to do: `runs` of them, in an array of shape `shape`.

    `start` has shape (..., n); it and the arrays among `numbers`, the hyperparameters, broadcast to `shape`. `plan` is
    that of `descend`, with a stand-in for each hyperparameter that is an array.
    """

    f: Any
    rule: Rule | Method
    plan: Plan
    numbers: Mapping[str, float | Array]
    shape: Shape
    tol: float | None

    @property
    def runs(self) -> int:
        """How many there are."""
        return math.prod(self.shape)

    @property
    def dtype(self) -> str:
        """ "float64" or "float32"."""
        return str(self.plan.start.dtype)

    def factors(self) -> Array | None:
        """What a schedule that looks at nothing but the step number gives each step, as `descend` would ask for it."""
        if self.plan.schedule is None or self.plan.watches_value:
            return None
        schedule: Callable[..., Any] = copy.deepcopy(self.plan.schedule)  # its memory starts anew in each run
        steps = self.plan.steps
        return np.fromiter((factor_of(schedule, t, None, ()) for t in range(1, steps + 1)), np.float64, steps)


def asked(
    f: Any, rule: Any, start: Any, steps: Any, tol: Any, schedule: Any, hyperparameters: Mapping[str, Any]
) -> Asked:
    """The checked arguments of `sweep`."""
    for name, value in {"start": start, **hyperparameters}.items():
        _check_size(name, value)
    arrays = {name: _array(name, value) for name, value in hyperparameters.items() if _is_array(value)}
    scalars = {name: value for name, value in hyperparameters.items() if name not in arrays}
    # An unknown name is refused with the others; a known one is stood in for by its default.
    known = getattr(rule, "defaults", {})
    stand_ins = {name: known.get(name, math.nan) for name in arrays}
    plan = plan_of(f, rule, start, steps, schedule, None, None, 0.0, None, 1, scalars | stand_ins)
    for name, values in arrays.items():
        _check_range(hyperparameter(name, rule.defaults[name]), values)
    numbers = {**plan.hyperparameters, **arrays}
    return Asked(f, rule, plan, numbers, _shape(plan, arrays), None if tol is None else _tolerance(tol))


def _tolerance(tol: Any) -> float:
    try:
        return grad_norm(tol).bound
    except (TypeError, ValueError) as error:
        raise type(error)(str(error).replace("grad_norm:", "tol:")) from None


def _check_size(name: str, value: Any) -> None:
    """ValueError for a view (np.broadcast_to) of more numbers than there is memory for: to look at all fills it."""
    need, there = 8 * value.size if isinstance(value, np.ndarray) else 0, bytes_at_hand()
    if need > there:
        raise ValueError(
            f"{name}: needs a sweep that fits in memory, {in_words(there)} here; got an array of shape {value.shape}, "
            f"{in_words(need)} when it is filled in"
        )


def _is_array(value: Any) -> bool:
    return isinstance(value, list | tuple) or getattr(value, "ndim", 0) > 0


def _array(name: str, value: Any) -> Array:
    """One number for each run, as doubles on the host."""
    host = value.get() if is_foreign(value) and hasattr(value, "get") else value
    try:
        array = np.asarray(host)
    except ValueError:
        raise ValueError(f"{name}: needs a number or an array of numbers, got rows of different lengths") from None
    if array.dtype.kind not in "fiu":
        came = f"an array of {array.dtype}"
        raise TypeError(f"{name}: needs real numbers, got {came}")
    if array.size == 0:
        raise ValueError(f"{name}: needs at least one number, got an array of shape {array.shape}")
    return array.astype(np.float64, copy=False)


def _check_range(entry: Hyperparameter, values: Array) -> None:
    """As `entry.check` for each value; ValueError with the first that is not allowed, and where it stands."""
    with np.errstate(invalid="ignore"):
        low = values > entry.low if entry.low_open else values >= entry.low
        high = values < entry.high if entry.high_open else values <= entry.high
        fine = low & high
        if entry.whole:
            fine &= values == np.floor(values)
    if not fine.all():
        place = tuple(int(i) for i in np.argwhere(~fine)[0])
        value = float(values[place])
        raise ValueError(f"{entry.name}: needs {entry.needed(value)}, got {value!r} at {list(place)}")


def _shape(plan: Plan, arrays: Mapping[str, Array]) -> Shape:
    """The shape of all runs; ValueError where shapes do not fit, or make more runs than there is memory for."""
    shape: Shape = plan.start.shape[:-1]
    runs, grown = math.prod(shape), ""
    met = [f"start: {shape}"]
    for name, values in arrays.items():
        joined = _joined(shape, values.shape)
        if joined is None:
            raise ValueError(
                f"{name}: needs a shape that broadcasts with {' and '.join(met)} (start's without its last axis), "
                f"got {values.shape}"
            )
        if math.prod(joined) > runs and shape:
            grown = name
        shape, runs = joined, math.prod(joined)
        met.append(f"{name}: {values.shape}")
    start = plan.start
    need, there = bytes_of_results(runs, start.shape[-1], start.dtype.itemsize), bytes_at_hand()
    if need > there:
        raise ValueError(
            f"{grown or 'start'}: needs a sweep whose results fit in memory, {in_words(there)} here; got "
            f"{' × '.join(met)}, {runs:,} runs with {in_words(need)} of results"
            + (f". For one {grown} for each of the others give both the same shape" if grown else "")
        )
    return shape


def _joined(one: Shape, other: Shape) -> Shape | None:
    """The shape to which both broadcast, however large; None where they do not fit."""
    width = max(len(one), len(other))
    longer = [(1,) * (width - len(shape)) + shape for shape in (one, other)]
    if any(a != b and 1 not in (a, b) for a, b in zip(*longer, strict=True)):
        return None
    return tuple(max(a, b) for a, b in zip(*longer, strict=True))
