"""Runs on the quadratic with curvatures 1/κ and 1: what each step leaves of the distance, measured and by theory.

The functions of numbers take the nodes of a trace too, so that a page computes what Python does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from gdlib.emit.as_javascript import function_of_its_name
from gdlib.objective import Objective
from gdlib.points import Array
from gdlib.rates import spectral_radius
from gdlib.update_rule import Rule
from gdlib.widgets.one_mode import TARGET, convention_of, radius_text

BOWL = Objective(
    "(x**2/kappa + y**2)/2",
    variables=("x", "y", "kappa"),
    title="Quadratic with condition number κ",
    name="bowl_of_kappa",
)
"""The quadratic of x and y; κ, its condition number, is held."""


def average_rate(share: Any, steps: Any) -> Any:
    """The factor a step that leaves this share of the distance after so many steps.

    >>> round(float(average_rate(0.25, 2.0)), 12)
    0.5
    """
    return np.exp(np.log(share) / steps)


def curvatures(kappa: Any) -> Any:
    """Of the quadratic, along x and along y.

    >>> curvatures(4.0)
    (0.25, 1.0)
    """
    return 1.0 / kappa, 1.0


def slower(one: Any, other: Any) -> Any:
    """Of the rates of two directions the one that is left in the long run."""
    return np.maximum(one, other)


def bowl(kappa: float) -> Any:
    """The quadratic with this condition number, with the page's arithmetic.

    >>> bowl(4.0).grad([2.0, 1.0])
    array([0.5, 1. ])
    """

    def whole(points: Array) -> Array:
        return np.concatenate([points, np.full_like(points[..., :1], kappa)], axis=-1)

    return Objective.from_functions(lambda p: BOWL(whole(p)), lambda p: BOWL.grad(whole(p))[..., :2], n=2)


class Measured(NamedTuple):
    """What runs left of the distance to the minimum, and after how many steps: fewer than asked at a millionth."""

    share: Array
    steps: Array

    @property
    def rate(self) -> Array:
        """The factor a step on average; NaN where nothing finite is left."""
        with np.errstate(all="ignore"):
            found: Array = average_rate(self.share, self.steps)
        return found


def measured(rule: Rule, kappa: Any, start: Sequence[float], steps: int, settings: Mapping[str, Any]) -> Measured:
    """Runs the rule from `start` until a millionth of the distance is left, or for `steps` steps.

    kappa and the settings may be arrays of any shapes that go together: one run for each of their entries.
    """
    kappa, *given = np.broadcast_arrays(np.asarray(kappa, dtype=float), *settings.values())
    several = {name: np.asarray(values, dtype=float)[..., None] for name, values in zip(settings, given, strict=True)}
    curvature = np.stack([1.0 / kappa, np.ones_like(kappa)], axis=-1)
    theta = np.broadcast_to(np.asarray(start, dtype=float), curvature.shape)
    memory = [np.zeros_like(curvature) for _ in rule.state]
    whole = math.hypot(*start)
    share, count = np.full(kappa.shape, np.nan), np.full(kappa.shape, steps)
    running = np.ones(kappa.shape, dtype=bool)
    with np.errstate(all="ignore"):
        for t in range(1, steps + 1):
            at = rule.gradient_at(theta, *memory, **several)
            known = {
                "theta": theta,
                "g": curvature * at,
                "t": t,
                "f": 0.5 * np.sum(curvature * theta * theta, -1)[..., None],
            }
            known |= dict(zip(rule.state, memory, strict=True))
            found = rule(*(known[name] for name in rule.takes), **several)
            theta, *memory = found if rule.state else (found,)
            left = np.hypot(theta[..., 0], theta[..., 1]) / whole
            arrived = running & (left <= TARGET)
            share, count = np.where(arrived, left, share), np.where(arrived, t, count)
            running &= ~arrived
    return Measured(np.where(running & np.isfinite(left), left, share), count)


def theory(rule: Rule) -> Callable[..., Any] | None:
    """The rate a step in the long run, a function of κ and of the rule's settings in its order; None if not linear.

    >>> from gdlib import rules
    >>> descent = theory(rules.gradient_descent)
    >>> float(descent(4.0, 1.6))  # 2/(1/4 + 1): what is left in both directions is 3/5
    0.6000000000000001
    """
    if convention_of(rule) is None:
        return None

    def rate(kappa: Any, settings: Mapping[str, Any]) -> Any:
        return slower(*(spectral_radius(rule, curvature, **settings) for curvature in curvatures(kappa)))

    if "beta" in rule.defaults:
        return lambda kappa, lr, beta: rate(kappa, {"lr": lr, "beta": beta})
    return lambda kappa, lr: rate(kappa, {"lr": lr})


def formulas(rules: Sequence[Rule]) -> list[str]:
    """The page's mathematics: the average rate, and what rates by theory are made of, the radii of linear rules too."""
    texts = [function_of_its_name(one) for one in (average_rate, curvatures, slower)]
    return texts + [radius_text(rule) for rule in rules if convention_of(rule)]
