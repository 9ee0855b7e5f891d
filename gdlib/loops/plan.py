"""The arguments of a run, checked before any work: each error names the argument, what was needed and what came."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlib.arguments import parameters_of, watches_value, whole_number
from gdlib.points import Array, as_number, as_points
from gdlib.registry import nearest
from gdlib.second_order.method import Method
from gdlib.stopping import Criterion
from gdlib.update_rule import Rule
from gdlib.vocabulary import as_float, hyperparameter, in_short

_MOST = 2**53
"""Steps that doubles, in which rules have their t, can count."""


@dataclass(frozen=True)
class Plan:
    """What a run is to do."""

    start: Array
    steps: int
    keep: int
    hyperparameters: dict[str, float]
    schedule: Callable[..., Any] | None
    watches_value: bool
    stop: tuple[Criterion, ...]
    transform: Callable[..., Array] | None
    watches_point: bool
    noise: float
    generator: np.random.Generator | None

    @property
    def is_plain(self) -> bool:
        """Whether nothing looks at the run's points between its steps or changes a gradient."""
        return not (self.watches_value or self.stop or self.transform or self.noise)


def plan_of(
    f: Any,
    rule: Rule | Method,
    start: Any,
    steps: Any,
    schedule: Any,
    stop: Any,
    transform: Any,
    noise: Any,
    seed: Any,
    keep: Any,
    hyperparameters: Mapping[str, Any],
) -> Plan:
    """The checked arguments of `descend`."""
    _check_objective(f)
    if not isinstance(rule, Rule | Method):
        hint = "; make it one with gd.rule(function)" if callable(rule) else ""
        raise TypeError(f"rule: needs a rule such as gd.rules.adam, got {type(rule).__name__}{hint}")
    if isinstance(rule, Method):
        _check_undisturbed(rule, transform, noise)
    points = as_points(start, f.n, "start")
    if 0 in points.shape:
        raise ValueError(f"start: needs at least one point, got an array of shape {points.shape}")
    if not bool(np.isfinite(points).all()):
        raise ValueError("start: needs finite coordinates, got nan or inf among them")
    settings = _hyperparameters(rule, hyperparameters)
    watches = _check_schedule(rule, schedule)
    return Plan(
        start=points,
        steps=_steps(steps),
        keep=whole_number("keep", keep),
        hyperparameters=settings,
        schedule=schedule,
        watches_value=watches,
        stop=_criteria(stop),
        transform=transform,
        watches_point=transform is not None and parameters_of("transform", transform, "g", "theta") == 2,
        noise=_noise(noise, seed),
        generator=_generator(seed),
    )


def _steps(steps: Any) -> int:
    count = whole_number("steps", steps)
    if count > _MOST:
        raise ValueError(f"steps: needs at most 2**53, got 2**{count.bit_length() - 1} or more")
    return count


def _check_objective(f: Any) -> None:
    missing = [name for name in ("grad", "n") if not hasattr(f, name)]
    if missing or not callable(f):
        raise TypeError(f"f: needs an objective, with f(points), f.grad(points) and f.n; got {type(f).__name__}")


def _check_undisturbed(method: Method, transform: Any, noise: Any) -> None:
    """A gradient that is not f's own would not fit the values and curvatures that a method sets beside it."""
    if transform is not None:
        raise ValueError(f"transform: needs a rule; {method.name} is a method, and takes the gradient as it is")
    if not isinstance(noise, float | int) or noise != 0:
        raise ValueError(
            f"noise: needs a rule; {method.name} is a method, and takes the gradient as it is; got {in_short(noise)}"
        )


def _hyperparameters(rule: Rule | Method, given: Mapping[str, Any]) -> dict[str, float]:
    for name in given:
        if name not in rule.defaults:
            known = ", ".join(rule.defaults) or "none"
            raise TypeError(
                f"{name}: no hyperparameter of {rule.name}.{nearest(name, rule.defaults)} {rule.name} has: {known}"
            )
    return {
        name: hyperparameter(name, default).check(as_number(given.get(name, default)))
        for name, default in rule.defaults.items()
    }


def _check_schedule(rule: Rule | Method, schedule: Any) -> bool:
    """Whether the schedule wants the value as well as the step."""
    if schedule is None:
        return False
    watches = watches_value("schedule", schedule)
    if "lr" not in rule.defaults:
        raise ValueError(f"schedule: is a factor on lr, and {rule.name} has no lr")
    return watches


def _criteria(stop: Any) -> tuple[Criterion, ...]:
    criteria = () if stop is None else tuple(stop) if isinstance(stop, Sequence) else (stop,)
    for criterion in criteria:
        if not isinstance(criterion, Criterion):
            raise TypeError(
                f"stop: needs a criterion (gd.stopping.grad_norm(1e-6)) or several, got {type(criterion).__name__}"
            )
    return criteria


def _noise(noise: Any, seed: Any) -> float:
    if isinstance(noise, bool) or not isinstance(noise, float | int | np.floating | np.integer):
        raise TypeError(f"noise: needs a standard deviation, a number >= 0, got {type(noise).__name__}")
    deviation = as_float("noise", noise)
    if not (np.isfinite(deviation) and deviation >= 0):
        raise ValueError(f"noise: needs a finite standard deviation >= 0, got {in_short(noise)}")
    if deviation > 0 and seed is None:
        raise ValueError("seed: noise needs a seed or a numpy Generator, so that the run can be repeated; got None")
    return deviation


def _generator(seed: Any) -> np.random.Generator | None:
    if seed is None or isinstance(seed, np.random.Generator):
        return seed
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral):
        raise TypeError(f"seed: needs a whole number >= 0 or a numpy Generator, got {in_short(seed)}")
    if seed < 0:
        raise ValueError(f"seed: needs a whole number >= 0 or a numpy Generator, got {in_short(seed)}")
    return np.random.default_rng(int(seed))
