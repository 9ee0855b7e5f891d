"""What the path of a rule does not depend on, found by running it: sizes, signs, origin and direction of axes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gdlib.points import Array
from gdlib.update_rule import Rule

_STEPS = 40
_SAME = 1e-9
"""Two paths are one if they differ by at most this part of what they have moved; rounding alone differs by far less."""


class Invariances(NamedTuple):
    """Whether a rule, at its default settings, keeps to its path when what it is given changes.

    `rests`: it stays where the gradient is zero and nothing is remembered. `scale`: gradients may all be multiplied by
    one positive number (with eps at 0: a guard has a size of its own). `signs`: only their signs matter. `origin`:
    theta may be counted from anywhere. `axes`: the coordinates may be turned, and the path turns with them.
    """

    rests: bool
    scale: bool
    signs: bool
    origin: bool
    axes: bool


def invariances(rule: Rule) -> Invariances:
    """Run the rule through the same forty random gradients, plain and changed, and compare the paths.

    >>> import gdlib as gd
    >>> invariances(gd.rules.gradient_descent)
    Invariances(rests=True, scale=False, signs=False, origin=True, axes=True)
    """
    rng = np.random.default_rng(11)
    start = np.array([0.75, -1.5])
    slopes = rng.standard_normal((_STEPS, 2)) + 0.5
    values = rng.standard_normal(_STEPS)
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    path = _path(rule, start, slopes, values)
    other_sizes = slopes * np.exp(3.0 * rng.standard_normal(slopes.shape))
    unguarded = {name: 0.0 for name in rule.defaults if name == "eps"}
    bare = _path(rule, start, slopes, values, **unguarded)
    still = _path(rule, start, np.zeros_like(slopes), values)[1]
    return Invariances(
        rests=bool(np.abs(still - start).max() <= _SAME),
        scale=_same(bare, _path(rule, start, 1024.0 * slopes, 1024.0 * values, **unguarded)),
        signs=_same(path, _path(rule, start, other_sizes, values)),
        origin=_same(path, _path(rule, start + 8.0, slopes, values) - 8.0),
        axes=_same(path, _path(rule, turn @ start, slopes @ turn.T, values) @ turn),
    )


def _same(path: Array, other: Array) -> bool:
    """Whether two paths are one; a path that never moves is like none."""
    moved = np.abs(path - path[0]).max()
    return bool(moved > 0 and np.abs(other - path).max() <= _SAME * moved)


def _path(rule: Rule, start: Array, slopes: Array, values: Array, **settings: float) -> Array:
    """The points of the plain rule along given gradients, wherever it would have them taken."""
    theta: Any = start
    state: Any = [np.zeros_like(start) for _ in rule.state]
    points = [theta]
    for t, (g, value) in enumerate(zip(slopes, values, strict=True), 1):
        given = {"theta": theta, "g": g, "f": np.full_like(start, value), "t": t}
        given |= dict(zip(rule.state, state, strict=True))
        made = rule(*(given[name] for name in rule.takes), **settings)
        theta, *state = made if rule.state else (made,)
        points.append(theta)
    return np.array(points)
