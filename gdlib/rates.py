"""Rates: how fast descent goes on a quadratic, from its least and greatest curvature, and what order errors fall with.

`optimal_step`, `contraction`, `optimal_momentum` and `spectral_radius` are plain arithmetic: they take numbers, arrays,
and the nodes of a trace, so that a page can compute them live.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

from gdlib.points import Array, is_foreign
from gdlib.second_order.two_by_two import eigenvalues
from gdlib.trace.graph import Node
from gdlib.update_rule import Rule
from gdlib.vocabulary import as_float, in_short

_SAME = 1e-9
"""How nearly a step must be linear, in units of its own size; rounding alone is a million times smaller."""


class MomentumSettings(NamedTuple):
    """Step size and decay of the velocity."""

    lr: Any
    beta: Any


class Order(NamedTuple):
    """The order with which errors fall, and how far the estimates still move."""

    order: float
    uncertainty: float


def optimal_step(mu: Any, L: Any) -> Any:
    """The step size with which gradient descent contracts fastest where curvatures lie between mu and L: 2 / (mu + L).

    mu and L are numbers or arrays with 0 < mu <= L, in units of value per unit of theta squared; ValueError if not.
    Source: polyak1964.

    >>> optimal_step(1.0, 3.0)
    0.5
    """
    _check_curvatures(mu, L)
    return 2.0 / (mu + L)


def contraction(mu: Any, L: Any) -> Any:
    """The factor by which gradient descent's error shrinks a step at `optimal_step`: (L - mu) / (L + mu).

    With the condition number κ = L/mu it is (κ - 1)/(κ + 1); values shrink by its square. Arguments as there.
    Source: polyak1964.

    >>> contraction(1.0, 3.0)
    0.5
    """
    _check_curvatures(mu, L)
    return (L - mu) / (L + mu)


def optimal_momentum(mu: Any, L: Any) -> MomentumSettings:
    """The settings with which `momentum` contracts fastest where curvatures lie between mu and L.

    lr = 4 / (√L + √mu)² and beta = ((√L - √mu) / (√L + √mu))²; the error then shrinks by √beta a step in the long run,
    which is (√κ - 1)/(√κ + 1). For quadratics only. Arguments as for `optimal_step`. Source: polyak1964.

    >>> optimal_momentum(1.0, 9.0)
    MomentumSettings(lr=0.25, beta=0.25)
    """
    _check_curvatures(mu, L)
    # np.sqrt of a number is NumPy's own kind of number, which would be printed as such
    low, high = (math.sqrt(one) if isinstance(one, float | int) else np.sqrt(one) for one in (mu, L))
    apart = (high - low) / (high + low)
    return MomentumSettings(4.0 / ((low + high) * (low + high)), apart * apart)


def iteration_matrix(rule: Rule, curvature: Any, **hyperparameters: Any) -> list[list[Any]]:
    """What a linear rule does in one step on f(x) = curvature·x²/2, as the rows of a matrix on (theta, *state).

    Worked out by running the rule on each unit vector. Entries are numbers, arrays or nodes, as the arguments are.
    ValueError if the rule is not linear, or not the same in every step.

    >>> import gdlib as gd
    >>> iteration_matrix(gd.rules.momentum, 2.0, lr=0.25, beta=0.5)  # theta + v and v after v = v/2 - theta/2
    [[0.5, 0.5], [-0.5, 0.5]]
    """
    _check_settings(rule, hyperparameters)
    _check_linear(rule)
    size = 1 + len(rule.state)
    columns = []
    for place in range(size):
        unit = [1.0 if k == place else 0.0 for k in range(size)]
        columns.append(_stepped(rule, unit, curvature, 1, hyperparameters))
    return [[column[k] for column in columns] for k in range(size)]


def spectral_radius(rule: Rule, curvatures: Any, **hyperparameters: Any) -> Any:
    """The factor by which a linear rule's error shrinks a step, in the long run, in its slowest direction.

    `curvatures` is one number or a sequence of them, the eigenvalues of a quadratic's Hessian; of several the largest
    result is given. Hyperparameters may be arrays: the result has their shape. Up to one state it is plain arithmetic,
    which traces; beyond that, eigenvalues of numbers. Where two eigenvalues meet, rounding is felt as its square root.
    ValueError for a rule that is not linear or changes from step to step.

    >>> import gdlib as gd
    >>> spectral_radius(gd.rules.gradient_descent, [1.0, 3.0], lr=0.5)
    0.5
    """
    if isinstance(curvatures, Node):
        return _radius(iteration_matrix(rule, curvatures, **hyperparameters))
    if any(isinstance(number, Node) for number in hyperparameters.values()):
        radii = [
            _radius(iteration_matrix(rule, float(one), **hyperparameters))
            for one in _floats("curvatures", curvatures).flat
        ]
        largest = radii[0]
        for radius in radii[1:]:
            largest = np.maximum(largest, radius)
        return largest
    listed = _floats("curvatures", curvatures)
    if not listed.size or not np.isfinite(listed).all():
        raise ValueError(f"curvatures: needs at least one finite number, got {curvatures!r}"[:200])
    settings = {name: _floats(name, number) for name, number in hyperparameters.items()}
    spread = max([np.ndim(number) for number in settings.values()], default=0)
    matrix = iteration_matrix(rule, listed.reshape(-1, *(1,) * spread), **settings)
    radius = np.max(_radius(matrix), axis=0)
    return float(radius) if np.ndim(radius) == 0 else radius


def order_of(errors: Sequence[Any]) -> Order:
    """The order p with which errors fall, e_{k+1} ≈ C e_k^p, and by how much its last estimates differ.

    Each three errors in a row give one estimate, log(e₃/e₂) / log(e₂/e₁); the last is returned, with the largest
    distance from it of the two before. Linear convergence has order 1, Newton's method 2. Leave out errors that
    rounding has reached: zeros at the end are, and are dropped. Numbers of any precision are taken (SymPy's, mpmath's,
    Decimal). ValueError for fewer than four errors that are left, and unless each is smaller than the one before.

    >>> order_of([2**-1, 2**-2, 2**-4, 2**-8])
    Order(order=2.0, uncertainty=0.0)
    """
    logs = _logarithms(errors)
    falls = [after - before for before, after in pairwise(logs)]
    if not all(fall < 0 for fall in falls):
        raise ValueError("errors: needs each smaller than the one before; leave out those that rounding has reached")
    estimates = [second / first for first, second in pairwise(falls)]
    order = estimates[-1]
    return Order(order, max(abs(order - other) for other in estimates[-3:-1]))


def _logarithms(errors: Sequence[Any]) -> list[float]:
    values = [sp.Float(error) if not isinstance(error, sp.Expr) else error for error in map(_plain, errors)]
    while values and values[-1].is_zero:  # SymPy's 0.0 is not equal to its 0
        values.pop()
    if len(values) < 4:
        raise ValueError(f"errors: needs at least four that are not zero, got {len(values)}")
    if not all(value.is_finite and value > 0 for value in values):
        raise ValueError("errors: needs positive finite numbers, such as distances from the limit")
    return [float(sp.log(value).evalf(20)) for value in values]


def _plain(error: Any) -> Any:
    return error.item() if isinstance(error, np.generic | np.ndarray) else error


def _check_curvatures(mu: Any, L: Any) -> None:
    if isinstance(mu, Node) or isinstance(L, Node):
        return
    for name, given in (("mu", mu), ("L", L)):
        numbers = _floats(name, given)
        if not np.all(np.isfinite(numbers)) or not np.all(numbers > 0):
            raise ValueError(f"{name}: needs a finite curvature > 0, got {in_short(given)}")
    if not np.all(np.asarray(mu) <= np.asarray(L)):
        raise ValueError(f"mu: needs the least curvature, at most L = {in_short(L)}, got {in_short(mu)}")


def _floats(argument: str, numbers: Any) -> Array:
    """Numbers as an array of floats, another library's as they are; ValueError where no float can hold one."""
    if is_foreign(numbers):
        return numbers
    try:
        return np.asarray(numbers, dtype=float)
    except OverflowError:
        for number in np.asarray(numbers, dtype=object).flat:
            as_float(argument, number)
        raise


def _check_settings(rule: Any, hyperparameters: dict[str, Any]) -> None:
    if not isinstance(rule, Rule):
        raise TypeError(f"rule: needs a rule such as gd.rules.momentum, got {type(rule).__name__}")
    for name in hyperparameters:
        if name not in rule.defaults:
            raise TypeError(
                f"{name}: no hyperparameter of {rule.name}, which has: {', '.join(rule.defaults) or 'none'}"
            )


def _stepped(rule: Rule, given: Sequence[Any], curvature: Any, t: int, settings: dict[str, Any]) -> list[Any]:
    """theta and the state after one step on curvature·x²/2."""
    settings = {**rule.defaults, **settings}
    theta, *state = given
    g = curvature * rule.gradient_at(theta, *state, **settings)
    named = {"theta": theta, "g": g, "f": curvature * theta * theta / 2.0, "t": t}
    named |= dict(zip(rule.state, state, strict=True))
    made = rule(*(named[name] for name in rule.takes), **settings)
    return list(made) if rule.state else [made]


def _check_linear(rule: Rule) -> None:
    """That the step, at the default settings, keeps sums and multiples and is the same at every t."""
    rng = np.random.default_rng(5)

    def stepped(point: Array, t: int) -> Array:
        return np.array(_stepped(rule, list(map(np.float64, point)), 0.75, t, {}), dtype=float)

    with np.errstate(all="ignore"):
        for _ in range(8):
            one, other = rng.standard_normal((2, 1 + len(rule.state)))
            first, second, both = stepped(one, 3), stepped(other, 3), stepped(0.7 * one - 1.9 * other, 3)
            scale = _SAME * float(np.abs(np.concatenate([first, second])).max())
            if not np.abs(both - (0.7 * first - 1.9 * second)).max() <= scale:
                raise ValueError(f"rule: needs one whose step is linear, as momentum's; {rule.name}'s is not")
            if not max(np.abs(stepped(one, t) - first).max() for t in (1, 40)) <= scale:
                raise ValueError(f"rule: needs one that does the same in every step; {rule.name} looks at t")


def _radius(matrix: Sequence[Sequence[Any]]) -> Any:
    """The largest absolute value among the eigenvalues of a matrix given by rows."""
    if len(matrix) == 1:
        return np.abs(matrix[0][0])
    if len(matrix) == 2:
        (a, b), (c, d) = matrix
        re1, im1, re2, _ = eigenvalues(a, b, c, d)
        turning = np.sqrt(re1 * re1 + im1 * im1)
        return np.where(im1 > 0.0, turning, np.maximum(np.abs(re1), np.abs(re2)))
    entries: Array = np.stack([np.stack(np.broadcast_arrays(*row), axis=-1) for row in _alike(matrix)], axis=-2)
    return np.abs(np.linalg.eigvals(entries)).max(axis=-1)


def _alike(matrix: Sequence[Sequence[Any]]) -> list[list[Array]]:
    shape = np.broadcast_shapes(*(np.shape(entry) for row in matrix for entry in row))
    return [[np.broadcast_to(np.asarray(entry, dtype=float), shape) for entry in row] for row in matrix]
