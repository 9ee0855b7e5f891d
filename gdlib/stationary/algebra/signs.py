"""Signs that are plain from how a formula is written: sums of squares, exponentials, absolute values."""

from __future__ import annotations

from typing import Any

import sympy as sp

POSITIVE, NONNEGATIVE, NEGATIVE, NONPOSITIVE = "positive", "nonnegative", "negative", "nonpositive"
_TURNED = {POSITIVE: NEGATIVE, NEGATIVE: POSITIVE, NONNEGATIVE: NONPOSITIVE, NONPOSITIVE: NONNEGATIVE}


def plain_sign(expression: Any) -> str | None:
    """The sign of an expression wherever it is defined, as far as its form shows it; None if it does not."""
    e = sp.sympify(expression)
    if e.is_number:
        return POSITIVE if e > 0 else NEGATIVE if e < 0 else NONNEGATIVE
    if isinstance(e, sp.exp | sp.cosh):
        return POSITIVE
    if isinstance(e, sp.Abs):
        return NONNEGATIVE
    if isinstance(e, sp.Max) and any(plain_sign(a) in (POSITIVE, NONNEGATIVE) for a in e.args):
        return NONNEGATIVE
    if isinstance(e, sp.Min) and any(plain_sign(a) in (NEGATIVE, NONPOSITIVE) for a in e.args):
        return NONPOSITIVE
    if e.is_Pow:
        return _of_power(e)
    if e.is_Mul:
        return _of_product([plain_sign(a) for a in e.args])
    if e.is_Add:
        return _of_sum([plain_sign(a) for a in e.args])
    return None


def _of_power(e: Any) -> str | None:
    base = plain_sign(e.base)
    if base == POSITIVE:
        return POSITIVE
    if e.exp.is_Integer and e.exp % 2 == 0:
        return NONNEGATIVE if base != NEGATIVE else POSITIVE
    if e.exp.is_Integer:
        return base if e.exp > 0 or base is None else {NONNEGATIVE: POSITIVE, NONPOSITIVE: NEGATIVE}.get(base, base)
    return NONNEGATIVE if e.exp.is_Rational else None  # a real power is defined for bases >= 0 only


def _of_product(signs: list[str | None]) -> str | None:
    result = POSITIVE
    for sign in signs:
        if sign is None:
            return None
        turned = sign in (NEGATIVE, NONPOSITIVE)
        weak = NONNEGATIVE in (sign, result) or NONPOSITIVE in (sign, result)
        result = _TURNED[result] if turned else result
        if weak:
            result = NONNEGATIVE if result in (POSITIVE, NONNEGATIVE) else NONPOSITIVE
    return result


def _of_sum(signs: list[str | None]) -> str | None:
    for strong, weak in ((POSITIVE, NONNEGATIVE), (NEGATIVE, NONPOSITIVE)):
        if all(sign in (strong, weak) for sign in signs):
            return strong if strong in signs else weak
    return None
