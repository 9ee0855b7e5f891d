"""The verdict on one stationary point whose coordinates are exact numbers, with its certificate in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from gdlib.stationary.algebra.fields import Field
from gdlib.stationary.algebra.series import Series, Terms, along, shifted, taylor
from gdlib.stationary.budget import Budget
from gdlib.stationary.verdicts import germs, splitting
from gdlib.stationary.verdicts.germs import Germ, Shown

ORDERS = (2, 4, 6, 8, 12)
"""Degrees to which a formula that is no polynomial is expanded, one after the other, until it is decided."""


@dataclass
class Verdict:
    """As in StationaryPoint; `slope` is the gradient, for a point that is not stationary."""

    kind: str
    strict: bool | None
    reason: str
    hessian: Any
    slope: list[Any]
    zero: bool = False
    """Whether the value there is exactly 0."""
    flat: str = ""
    """A line through the point along which f is constant, where one was looked for and found."""


def verdict_at(expression: Any, variables: Sequence[Any], location: Sequence[Any], budget: Budget) -> Verdict:
    """Kind, strictness and reason at a point with exact coordinates.

    Raises NotSmoothError where f has no Taylor polynomial, Undecided where a sign stays open, TimeUp.
    """
    with budget.guard():  # numbers of different kinds in one field take time
        field = Field(location)
    n = len(variables)
    polynomial = isinstance(expression, sp.Poly) or expression.is_polynomial(*variables)
    verdict: Verdict | None = None
    for order in (None,) if polynomial else ORDERS:
        field, terms = _expanded(expression, variables, location, field, order, budget)
        zero = (0,) * n not in terms
        terms.pop((0,) * n, None)
        slope = [terms.pop(tuple(int(i == j) for j in range(n)), field.domain.zero) for i in range(n)]
        matrix = splitting.hessian_of(terms, field, n)
        hessian = sp.Matrix(n, n, lambda i, j: field.expression(matrix[i][j]))  # noqa: B023 - used at once
        if any(field.sign(c) != 0 for c in slope):
            return Verdict("none", None, "", hessian, [field.expression(c) for c in slope])
        germ, reason = _germ(terms, field, variables, location, order, budget)
        strict = germ.strict if germ.kind in ("minimum", "maximum") else None
        verdict = Verdict(germ.kind, strict, reason, hessian, [], zero)
        if order is None and strict is None and germ.kind != "saddle":
            direction = germs.zero_line(terms, field, n, budget) if terms else None
            if direction is not None:
                t = sp.Symbol("t")
                verdict.flat = f"({', '.join(str(a + d * t) for a, d in zip(location, direction, strict=True))})"
                if germ.kind != "undecided":
                    verdict.strict = False
                    verdict.reason += f"; not strict, for f is constant along {verdict.flat}"
        if germ.kind != "undecided":
            break
    assert verdict is not None
    return verdict


def _expanded(
    expression: Any, variables: Sequence[Any], location: Sequence[Any], field: Field, order: int | None, budget: Budget
) -> tuple[Field, Terms]:
    """The Taylor polynomial, over the smallest field that holds its coefficients."""
    from gdlib.stationary.budget import Undecided

    place = dict(zip(variables, location, strict=True))
    with budget.guard():
        try:
            series = Series(field, len(variables), order, budget)
            if isinstance(expression, sp.Poly):
                return field, shifted(expression, location, series)
            return field, taylor(expression, place, series)
        except Undecided:
            if field.domain.is_EX or order is None:
                raise
            wide = Field([sp.pi])  # constants such as exp(1)
            return wide, taylor(expression, place, Series(wide, len(variables), order, budget))


def _germ(
    terms: Terms, field: Field, variables: Sequence[Any], location: Sequence[Any], order: int | None, budget: Budget,
) -> tuple[Germ, str]:  # fmt: skip
    n = len(variables)
    names = [v.name for v in variables]
    matrix = splitting.hessian_of(terms, field, n)
    of = splitting.inertia(matrix, field)
    if of.positive and of.negative:
        zero = f", however many are 0 ({len(of.kernel)} here)" if of.kernel else ""
        words = "the Hessian has a positive and a negative eigenvalue: a saddle" + zero
        return Germ("saddle", None, words), words
    if not of.kernel:
        kind, side = ("minimum", "positive") if of.positive else ("maximum", "negative")
        what = "the second derivative is" if n == 1 else "all eigenvalues of the Hessian are"
        words = f"{what} {side}: a strict {kind} (second-derivative test)"
        return Germ(kind, True, words), words
    turn = -1 if of.negative else 1
    if turn < 0:
        terms = {powers: -c for powers, c in terms.items()}
    start = _singular(len(of.kernel), n, turn)
    budget.check()
    if len(of.kernel) == n:
        germ = germs.decide(terms, field, n, order, budget, Shown(names, field))
        back = [{tuple(int(i == j) for j in range(n)): field.domain.one} for i in range(n)]
        where = "" if not any(location) else " (coordinates counted from the point)"
    else:
        germ, back, names = _reduced_germ(terms, of, field, names, order, budget)
        where = ""
    if germ is not None and (germ.kind == "saddle" or (germ.kind == "maximum" and len(of.kernel) < n)):
        germ = _in_full(germ, back, terms, field, order, budget, n, of)
    if germ is None:  # the factors of f itself may say what the reduced function, cut off, does not
        germ = germs.by_factors(terms, field, n, order, budget, Shown([v.name for v in variables], field))
        if germ is not None and any(location):
            germ.words += " (coordinates counted from the point)"
        if germ is not None and germ.kind == "saddle":
            whole = [{tuple(int(i == j) for j in range(n)): field.domain.one} for i in range(n)]
            germ = _in_full(germ, whole, terms, field, order, budget, n, of)
    if germ is None:
        germ = Germ(
            "undecided", None, "none of the tests decides: leading form, other weights, Newton's polygon, factors"
        )
        if order is not None:
            germ.words += f" (the Taylor polynomial was worked out to degree {order})"
    if turn < 0:
        germ = _turned(germ)
    reason = f"{start}; {germ.words}{where}"
    if germ.kind in ("minimum", "maximum"):
        strictness = {True: "strict ", False: "not strict, ", None: ""}[germ.strict]
        reason += f": a {strictness}{germ.kind}" if germ.strict is not False else f": a {germ.kind}, not strict"
    if germ.kind == "saddle":
        reason += _curves_in_words(germ, terms, variables, location, field, budget, turn)
    return germ, reason


def _singular(kernel: int, n: int, turn: int) -> str:
    if kernel == n:
        return "the second derivative is 0" if n == 1 else "the Hessian is zero"
    side = "positive" if turn > 0 else "negative"
    return f"the Hessian is singular (eigenvalue 0 {kernel}-fold, the others {side})" if kernel > 1 else (
        f"the Hessian is singular (one eigenvalue is 0, the rest {side})")  # fmt: skip


def _reduced_germ(
    terms: Terms, of: splitting.Inertia, field: Field, names: list[str], order: int | None, budget: Budget
) -> tuple[Germ | None, list[Terms], list[str]]:
    """The germ of the reduced function in the kernel's coordinates, worked out as far as is needed."""
    k, n = len(of.kernel), len(names)
    parameters = ["t"] if k == 1 else [f"t{i + 1}" for i in range(k)]
    germ: Germ | None = None
    back: list[Terms] = []
    for upto in (4, 8, 16) if k > 1 or order is not None else (4, 8, 16, 32):
        reduced = splitting.reduced(terms, of, field, n, order, upto, budget)
        back = reduced.back
        shown = Shown(parameters, field)
        if reduced.terms or reduced.order is None:
            germ = germs.decide(reduced.terms, field, k, reduced.order, budget, shown)
        if germ is not None:
            symbols = [sp.Symbol(p) for p in parameters]
            curve = ", ".join(str(shown.expression(part, symbols)) for part in back)
            if not reduced.terms:
                germ.words = f"along the curve ({curve}) from the point f is constant, and across it a square is added"
            else:
                first = min(sum(p) for p in reduced.terms)
                leading = shown({p: c for p, c in reduced.terms.items() if sum(p) == first})
                more = " + ..." if len(reduced.terms) > 1 or reduced.order is not None else ""
                germ.words = (
                    f"across its kernel f adds a square, and along ({curve}), counted from the point, "
                    f"f - f(p) = {leading}{more}: {germ.words}"
                )
            break
        if reduced.order is None or (order is not None and upto >= order):
            break
    return germ, back, parameters


def _in_full(
    germ: Germ, back: list[Terms], terms: Terms, field: Field, order: int | None, budget: Budget, n: int,
    of: splitting.Inertia,
) -> Germ | None:  # fmt: skip
    """A saddle with its two curves in all coordinates, each checked: without a proved sign on both, no verdict.

    A strict maximum along the kernel is one, too: across the kernel f rises.
    """
    wider = germ.field or field
    line = Series(wider, 1, None, budget)
    back, terms = [_in_field(part, field, wider) for part in back], _in_field(terms, field, wider)
    k = len(of.kernel)
    inner: list[list[Terms]] = [curve for curve in (germ.rising, germ.falling) if curve]
    if germ.kind == "maximum":
        inner = [[{(1,): wider(c)} if c else {} for c in direction] for direction in germs.directions(k)]
    candidates = [[line.substitute(part, curve) for part in back] for curve in inner]
    for p in of.pivots:  # along these the square form rises
        candidates.append([{(1,): wider.domain.one} if i == p else {} for i in range(n)])
    curves: dict[int, list[Terms]] = {}
    for curve in candidates:
        first = along(terms, curve, line, order)
        if first is not None:
            curves.setdefault(wider.sign(first[1]), curve)
        if len(curves) == 2:
            return Germ("saddle", None, germ.words, curves[1], curves[-1], wider)
    return None


def _in_field(terms: Terms, field: Field, wider: Field) -> Terms:
    return terms if wider is field else {p: wider(field.expression(c)) for p, c in terms.items()}


def _turned(germ: Germ) -> Germ:
    kind = {"minimum": "maximum", "maximum": "minimum"}.get(germ.kind, germ.kind)
    words = germ.words.replace("adds a square", "takes a square away").replace(
        "a square is added", "a square is taken away"
    )
    words = words.replace("f - f(p)", "f(p) - f")
    return Germ(kind, germ.strict, words, germ.falling, germ.rising, germ.field)


def _curves_in_words(
    germ: Germ, terms: Terms, variables: Sequence[Any], location: Sequence[Any], field: Field, budget: Budget, turn: int
) -> str:
    t = sp.Symbol("t")
    wider = germ.field or field
    terms = _in_field(terms, field, wider)
    shown, line = Shown(["t"], wider), Series(wider, 1, None, budget)
    parts = []
    for curve, word in ((germ.rising, "rises"), (germ.falling, "falls")):
        assert curve is not None
        first = along(terms, curve, line, None)
        assert first is not None
        place = [str(sp.sympify(a) + shown.expression(part, [t])) for a, part in zip(location, curve, strict=True)]
        where = f"{variables[0]} = {place[0]}" if len(place) == 1 else f"({', '.join(place)})"
        parts.append(f"{word} along {where} like {turn * wider.expression(first[1]) * t ** first[0]}")
    return f": a saddle; for small t > 0, f {' and '.join(parts)}"
