"""Whether a form is positive (or negative) everywhere but at the origin: proved by cutting up the surface of a cube."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import sympy as sp

from gdlib.stationary.algebra.fields import Field
from gdlib.stationary.algebra.series import Series, Terms
from gdlib.stationary.boxes.intervals import Enclosures
from gdlib.stationary.budget import Budget
from gdlib.trace.formula import node_of
from gdlib.trace.graph import symbol

MOST_BOXES = 20_000


@dataclass
class FormSign:
    """`definite`: 1, -1, or 0 if it is neither or not known; `directions`: a direction of each sign that was found."""

    definite: int
    directions: dict[int, tuple[Any, ...]]


def sign_of_form(form: Terms, field: Field, weights: tuple[int, ...], budget: Budget) -> FormSign | None:
    """The sign of a (quasi-homogeneous) form, whose sign is constant along x_i = c_i t**w_i, t > 0."""
    n = len(weights)
    directions = _sampled(form, field, n, budget)
    if len(directions) == 2 or not directions:
        return FormSign(0, directions)
    (sign,) = directions
    for i in range(n):  # on an axis only a pure even power keeps the sign
        if not any(powers[i] and sum(powers) == powers[i] for powers in form):
            return FormSign(0, directions)
    return FormSign(sign if _positive_on_cube(form, field, n, sign, budget) else 0, directions)


def _sampled(form: Terms, field: Field, n: int, budget: Budget) -> dict[int, tuple[Any, ...]]:
    """A direction for each sign met among small whole directions and, guided by decimals, many fractions."""
    line = Series(field, 1, None, budget)
    found: dict[int, tuple[Any, ...]] = {}
    reach = 2 if n <= 3 else 1
    directions = sorted(product(range(-reach, reach + 1), repeat=n), key=lambda d: (sum(map(abs, d)), [-x for x in d]))
    powers = np.array(list(form))
    values = np.array([float(sp.N(field.expression(c))) for c in form.values()])
    rng = np.random.default_rng(0)
    fractions = rng.integers(-24, 25, (400, n)) / 12.0
    points = np.concatenate([np.array(directions, dtype=float), fractions])
    parts = np.ones((len(points), len(powers)))
    for i in range(n):
        table = points[:, i, None] ** np.arange(powers[:, i].max() + 1)
        parts *= table[:, powers[:, i]]
    guesses, scale = parts @ values, np.abs(parts) @ np.abs(values)
    for place in np.flatnonzero(np.abs(guesses) > 1e-9 * scale):
        sign = int(np.sign(guesses[place]))
        if sign not in found:
            point = tuple(sp.Rational(Fraction(float(x)).limit_denominator(12)) for x in points[place])
            value = line.constant(0)
            for exponents, c in form.items():  # exactly
                part = c
                for x, k in zip(point, exponents, strict=True):
                    part = part * field(x) ** k
                value = line.add(value, line.constant(part))
            exact = field.sign(value.get((0,), field.domain.zero))
            if exact:
                found.setdefault(exact, point)
        if len(found) == 2:
            break
    return found


def _positive_on_cube(form: Terms, field: Field, n: int, sign: int, budget: Budget) -> bool:
    """Whether sign * form > 0 on the surface of the cube [-1, 1]^n, by interval arithmetic on ever smaller pieces."""
    symbols = [sp.Symbol(f"u{i}", real=True) for i in range(n)]
    terms = []
    for powers, c in form.items():
        number = sign * field.expression(c)
        number = number if field.rational else sp.N(number, 17)  # its last digit lies within what constants are widened
        terms.append(number * sp.Mul(*(s**k for s, k in zip(symbols, powers, strict=True))))
    expression = sp.Add(*terms)
    enclose = Enclosures([node_of(expression, {s: symbol(s.name) for s in symbols})], [s.name for s in symbols])
    low, high = cube_faces(n)
    used = 0
    while len(low):
        budget.check()
        used += len(low)
        if used > MOST_BOXES:
            return False
        (value,) = enclose(low, high)
        if (value.high < 0).any():
            return False
        open_ = value.low <= 0
        low, high = halved(low[open_], high[open_])
    return True


def cube_faces(n: int) -> tuple[Any, Any]:
    """The 2 n faces of the cube [-1, 1]^n as boxes."""
    low, high = -np.ones((2 * n, n)), np.ones((2 * n, n))
    for i in range(n):
        high[2 * i, i], low[2 * i + 1, i] = -1.0, 1.0
    return low, high


def halved(low: Any, high: Any) -> tuple[Any, Any]:
    """Each box as two, cut across its widest side."""
    if not len(low):
        return low, high
    rows = np.arange(len(low))
    widest = np.argmax(high - low, axis=1)
    middle = 0.5 * (low[rows, widest] + high[rows, widest])
    left_high, right_low = high.copy(), low.copy()
    left_high[rows, widest] = middle
    right_low[rows, widest] = middle
    return np.concatenate([low, right_low]), np.concatenate([left_high, high])
