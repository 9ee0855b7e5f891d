"""Momentum on one mode, f = curvature·x²/2: when each convention settles, is critically damped, or is fastest.

A function of these takes numbers, arrays or the nodes of a trace, so that a page computes what Python does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlib import rules as all_rules
from gdlib.emit.as_javascript import function_text
from gdlib.rates import optimal_momentum, optimal_step, spectral_radius
from gdlib.update_rule import Rule

TARGET = 1e-6
"""The part of the start to which a run is timed."""


def slope(x: Any, curvature: Any) -> Any:
    """The gradient of the mode.

    >>> slope(0.5, 4.0)
    2.0
    """
    return curvature * x


def predicted_steps(radius: Any) -> Any:
    """After how many steps the error is TARGET of what it was, if each multiplies it by the spectral radius."""
    return np.log(TARGET) / np.log(radius)


def limit_plain(beta: Any) -> Any:
    """Gradient descent settles while lr·curvature lies between 0 and 2."""
    return 2.0 + 0.0 * beta


def limit_sum(beta: Any) -> Any:
    """Momentum that sums, v = βv - lr·g or v = βv + g, settles while lr·curvature lies between 0 and this.

    >>> limit_sum(0.5)
    3.0
    """
    return 2.0 + 2.0 * beta


def limit_average(beta: Any) -> Any:
    """Momentum that averages, m = βm + (1 - β)g, settles while lr·curvature lies between 0 and this.

    >>> limit_average(0.5)
    6.0
    """
    return 2.0 * (1.0 + beta) / (1.0 - beta)


def limit_nesterov(beta: Any) -> Any:
    """Nesterov momentum settles while lr·curvature lies between 0 and this.

    >>> limit_nesterov(0.5)
    1.5
    """
    return (2.0 + 2.0 * beta) / (1.0 + 2.0 * beta)


def critical_sum(curvature: Any, lr: Any) -> Any:
    """The β at which the two eigenvalues meet; no smaller and no larger one settles faster. From 1 on there is none.

    >>> critical_sum(1.0, 0.25)
    0.25
    """
    left = 1.0 - np.sqrt(lr * curvature)
    return left * left


def critical_average(curvature: Any, lr: Any) -> Any:
    """The same where the velocity is an average.

    >>> critical_average(1.0, 3.0)
    0.25
    """
    left = (1.0 - lr * curvature) / (1.0 + lr * curvature)
    return left * left


def critical_nesterov(curvature: Any, lr: Any) -> Any:
    """The same for Nesterov momentum; below 0 there is none.

    >>> critical_nesterov(1.0, 0.25)
    0.3333333333333333
    """
    root = np.sqrt(lr * curvature)
    return (1.0 - root) / (1.0 + root)


def best_plain(mu: Any, L: Any) -> Any:
    """The settings with which the slowest of all modes with curvatures from mu to L is fastest: (lr, beta)."""
    return optimal_step(mu, L), 0.0 * mu


def best_sum(mu: Any, L: Any) -> Any:
    """The same for momentum that sums: `gdlib.rates.optimal_momentum`."""
    lr, beta = optimal_momentum(mu, L)
    return lr, beta


def best_average(mu: Any, L: Any) -> Any:
    """The same for momentum that averages, whose lr counts (1 - β) times.

    >>> best_average(1.0, 9.0)  # 0.25/(1 - 0.25)
    (0.3333333333333333, 0.25)
    """
    lr, beta = optimal_momentum(mu, L)
    return lr / (1.0 - beta), beta


def best_nesterov(mu: Any, L: Any) -> Any:
    """The same for Nesterov momentum; the error then shrinks by 1 - 2/√(3κ + 1) a step, κ = L/mu. Source: lessard2016.

    >>> best_nesterov(1.0, 5.0)
    (0.25, 0.3333333333333333)
    """
    root = np.sqrt(3.0 * L / mu + 1.0)
    return 4.0 / (3.0 * L + mu), (root - 2.0) / (root + 2.0)


@dataclass(frozen=True)
class Convention:
    """What is known of a rule on one mode; `in_words`: its step, the limit and a complex pair's modulus in print."""

    limit: Callable[[Any], Any]
    critical: Callable[[Any, Any], Any] | None
    best: Callable[[Any, Any], Any]
    step_in_words: str
    limit_in_words: str
    modulus_in_words: str


_SUM = limit_sum, critical_sum, best_sum
_AVERAGE = limit_average, critical_average, best_average
_NESTEROV = limit_nesterov, critical_nesterov, best_nesterov
_CORRECTED = "(2 + 2β)/(1 + 2β)", "√(β(1 − ηλ))"
CONVENTIONS: Mapping[str, Convention] = {
    "momentum": Convention(*_SUM, "v = βv − ηg, x = x + v", "2 + 2β", "√β"),
    "momentum_ema": Convention(*_AVERAGE, "m = βm + (1 − β)g, x = x − ηm", "2(1 + β)/(1 − β)", "√β"),
    "momentum_accumulate": Convention(*_SUM, "v = βv + g, x = x − ηv", "2 + 2β", "√β"),
    "nesterov": Convention(*_NESTEROV, "v = βv − ηg, x = x + βv − ηg", *_CORRECTED),
    "nesterov_lookahead": Convention(*_NESTEROV, "v = βv − ηg(x + βv), x = x + v", *_CORRECTED),
    "gradient_descent": Convention(limit_plain, None, best_plain, "x = x − ηg", "2", ""),
}
"""The rules with one velocity, by name, and gradient descent, which has none."""


def convention_of(rule: Rule) -> Convention | None:
    """What is known of the rule; nothing of a reader's own, whatever its name."""
    return CONVENTIONS.get(rule.name) if rule in all_rules else None


def function_of_settings(prefix: str, function: Any, rule: Rule) -> str:
    """For the page: a function of a rule, a curvature and the rule's settings, as one of the numbers alone."""

    def with_beta(curvature: Any, lr: Any, beta: Any) -> Any:
        return function(rule, curvature, lr=lr, beta=beta)

    def without(curvature: Any, lr: Any) -> Any:
        return function(rule, curvature, lr=lr)

    return function_text(f"{prefix}_{rule.name}", with_beta if "beta" in rule.defaults else without)


def radius_text(rule: Rule) -> str:
    """For the page: the spectral radius of one step, under `radius_<name>`."""
    return function_of_settings("radius", spectral_radius, rule)


def printed(rules: Iterable[Rule]) -> list[str]:
    """For the page: of each rule that is one of these its limit, its best and its critical settings, under its name."""
    texts = []
    for rule in rules:
        convention = convention_of(rule)
        if convention is None:
            continue
        name = rule.name
        texts += [function_text(f"limit_{name}", convention.limit), function_text(f"best_{name}", convention.best)]
        if convention.critical:
            texts.append(function_text(f"critical_{name}", convention.critical))
    return texts
