"""What a polynomial does near its zero at the origin: least, greatest or neither there, with a certificate.

Decided by its leading form (odd degree, definite, indefinite), by forms of other weights, by Newton's polygon in two
variables, by its factors; what none of these decides stays open.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import sympy as sp

from gdlib.stationary.algebra.fields import Field
from gdlib.stationary.algebra.series import Series, Terms, along
from gdlib.stationary.budget import Budget, Undecided
from gdlib.stationary.verdicts.definite import sign_of_form
from gdlib.stationary.verdicts.plane import signs_near
from gdlib.stationary.verdicts.splitting import hessian_of, inertia

Curve = list[Terms]
_OTHER = {"positive": "negative", "negative": "positive"}


@dataclass
class Germ:
    """A verdict: `kind` and `strict` as in the result, the `words`, and for a saddle a rising and a falling curve."""

    kind: str
    strict: bool | None
    words: str
    rising: Curve | None = None
    falling: Curve | None = None
    field: Field | None = None
    """Of the curves' coefficients, where it is wider than that of f's."""


@dataclass
class Shown:
    """How terms and curves are written: the variables' names and the field of the coefficients."""

    names: list[str]
    field: Field

    def __call__(self, terms: Terms) -> str:
        symbols = [sp.Symbol(name) for name in self.names]
        return str(self.expression(terms, symbols))

    def expression(self, terms: Terms, symbols: list[Any]) -> Any:
        return sp.Add(*(self.field.expression(c) * sp.Mul(*(s**k for s, k in zip(symbols, powers, strict=True)))
                        for powers, c in terms.items()))  # fmt: skip


def decide(terms: Terms, field: Field, n: int, order: int | None, budget: Budget, shown: Shown) -> Germ | None:
    """The germ of a polynomial in n variables (no constant term, no linear one), known up to degree `order`.

    None if it stays open.
    """
    if not terms:
        return Germ("minimum", False, "f is constant near the point") if order is None else None
    if n == 1:
        return _on_a_line(terms, field, shown)
    lowest = min(sum(powers) for powers in terms)
    form = {powers: c for powers, c in terms.items() if sum(powers) == lowest}
    if lowest % 2:
        direction = _nonzero_direction(form, field, n)
        straight: Curve = [{(1,): field(d)} if d else {} for d in direction]
        ahead = _oriented(straight, form, field, budget)
        back: Curve = [{k: -c for k, c in part.items()} for part in ahead]
        words = f"the first terms that are not zero, {shown(form)}, have odd degree {lowest}: they change sign"
        words += " with the direction"
        return Germ("saddle", None, words, ahead, back)
    sign = sign_of_form(form, field, (1,) * n, budget)
    if sign is not None and sign.definite:
        side = "positive" if sign.definite > 0 else "negative"
        words = f"the first terms that are not zero, {shown(form)}, are {side} in every direction"
        return Germ("minimum" if sign.definite > 0 else "maximum", True, words)
    if sign is not None and len(sign.directions) == 2:
        curves: dict[int, Curve] = {s: [{(1,): field(d)} if d else {} for d in v] for s, v in sign.directions.items()}
        words = (
            f"the first terms that are not zero, {shown(form)}, are positive in some directions and negative in others"
        )
        return Germ("saddle", None, words, curves[1], curves[-1])
    if n == 2:  # squares first: Newton's polygon would follow a double branch without end
        germ = by_factors(terms, field, n, order, budget, shown)
        return germ or _by_polygon(terms, field, order, budget, shown)
    germ = by_factors(terms, field, n, order, budget, shown)
    germ = germ or _by_weights(terms, field, n, order, budget, shown)
    return germ or (_by_squares(terms, field, n, budget, shown) if order is None else None)


def _on_a_line(terms: Terms, field: Field, shown: Shown) -> Germ:
    (first,) = min(terms)
    sign = field.sign(terms[(first,)])
    text = shown({(first,): terms[(first,)]})
    if first % 2:
        words = f"the first term that is not zero, {text}, has odd degree {first}: it changes sign"
        ahead: Curve = [{(1,): field(sign)}]
        return Germ("saddle", None, words, ahead, [{(1,): field(-sign)}])
    side = "positive" if sign > 0 else "negative"
    words = f"the first term that is not zero, {text}, has even degree {first} and is {side} on both sides"
    return Germ("minimum" if sign > 0 else "maximum", True, words)


def directions(n: int) -> list[tuple[int, ...]]:
    """Small whole directions, the plainest first."""
    every = sorted(product(range(-3, 4), repeat=n), key=lambda d: (sum(map(abs, d)), [-x for x in d]))
    return [d for d in every if any(d)]


def _nonzero_direction(form: Terms, field: Field, n: int) -> tuple[int, ...]:
    series = Series(field, 1, None, Budget(60))
    for direction in directions(n):
        if along(form, [{(1,): field(d)} if d else {} for d in direction], series, None):
            return direction
    raise Undecided("no direction was found in which the leading form is not zero")


def _oriented(curve: Curve, form: Terms, field: Field, budget: Budget) -> Curve:
    """The curve, or its reverse, on which the odd form rises."""
    first = along(form, curve, Series(field, 1, None, budget), None)
    if first is not None and field.sign(first[1]) < 0:
        return [{k: -c for k, c in part.items()} for part in curve]
    return curve


def _by_polygon(terms: Terms, field: Field, order: int | None, budget: Budget, shown: Shown) -> Germ | None:
    signs = signs_near(terms, field, order, budget)
    if signs.both:
        return Germ(
            "saddle",
            None,
            "it takes both signs on curves through the point",
            signs.curves[1],
            signs.curves[-1],
            signs.field,
        )
    if not signs.certain or not signs.curves:
        return None
    (sign,) = signs.curves
    side = "positive" if sign > 0 else "negative"
    if signs.zeros:
        words = f"on every curve through the point it is {side} or zero (Newton's polygon), and it is zero on a curve"
    else:
        words = f"on every curve through the point its first term is {side} (Newton's polygon)"
    return Germ("minimum" if sign > 0 else "maximum", not signs.zeros, words)


def _by_weights(terms: Terms, field: Field, n: int, order: int | None, budget: Budget, shown: Shown) -> Germ | None:
    """Forms of other weights: x_i counts w_i times. A definite one decides, and so do curves of both signs."""
    curves: dict[int, Curve] = {}
    line = Series(field, 1, None, budget)
    for direction in directions(n):  # where the leading form is 0, later terms speak
        curve: Curve = [{(1,): field(d)} if d else {} for d in direction]
        first = along(terms, curve, line, order)
        if first is not None:
            curves.setdefault(field.sign(first[1]), curve)
        if len(curves) == 2:
            return Germ("saddle", None, "it takes both signs on lines through the point", curves[1], curves[-1])
    seen: set[frozenset[tuple[int, ...]]] = set()
    for weights in sorted(product((1, 2, 3, 4), repeat=n), key=lambda w: (sum(w), w)):
        budget.check()
        heavy = {powers: sum(k * w for k, w in zip(powers, weights, strict=True)) for powers in terms}
        degree = min(heavy.values())
        if order is not None and degree >= (order + 1) * min(weights):
            continue
        form = {powers: c for powers, c in terms.items() if heavy[powers] == degree}
        if frozenset(form) in seen:
            continue
        seen.add(frozenset(form))
        sign = sign_of_form(form, field, weights, budget)
        if sign is None:
            continue
        if sign.definite:
            side = "positive" if sign.definite > 0 else "negative"
            counted = ", ".join(f"{name} {w}-fold" for name, w in zip(shown.names, weights, strict=True))
            words = f"its leading terms {shown(form)} (counting {counted}) are {side} everywhere but at the point"
            return Germ("minimum" if sign.definite > 0 else "maximum", True, words)
        for s, v in sign.directions.items():
            curves.setdefault(s, [{(w,): field(d)} if d else {} for d, w in zip(v, weights, strict=True)])
        if len(curves) == 2:
            return Germ("saddle", None, "it takes both signs on curves through the point", curves[1], curves[-1])
    return None


def _by_squares(terms: Terms, field: Field, n: int, budget: Budget, shown: Shown) -> Germ | None:
    """A quadratic form in the squares of the variables without a negative eigenvalue is a sum of squares."""
    if any(sum(powers) != 4 or any(k % 2 for k in powers) for powers in terms):
        return None
    halved = {tuple(k // 2 for k in powers): c for powers, c in terms.items()}
    for turn, kind, side in ((1, "minimum", "sum"), (-1, "maximum", "negative of a sum")):
        matrix = hessian_of({powers: c * turn for powers, c in halved.items()}, field, n)
        if inertia(matrix, field).negative == 0:
            words = f"{shown(terms)} is a quadratic form in the squares of the variables, and the {side} of squares"
            return Germ(kind, False if zero_line(terms, field, n, budget) else None, words)
    return None


def zero_line(terms: Terms, field: Field, n: int, budget: Budget) -> tuple[int, ...] | None:
    """A direction along which an exact polynomial is zero throughout: then the origin is not strict."""
    line = Series(field, 1, None, budget)
    for direction in directions(n):
        if along(terms, [{(1,): field(d)} if d else {} for d in direction], line, None) is None:
            return direction
    return None


def by_factors(terms: Terms, field: Field, n: int, order: int | None, budget: Budget, shown: Shown) -> Germ | None:
    """Even powers of factors do not change the sign; what is left is simpler, or constant."""
    if order is not None or not field.rational:
        return None
    symbols = [sp.Symbol(name) for name in shown.names]
    poly = sp.Poly(
        {powers: sp.Rational(c.numerator, c.denominator) for powers, c in terms.items()}, *symbols, domain="QQ"
    )
    with budget.guard():
        lead, factors = poly.factor_list()
    through = [(factor, m) for factor, m in factors if not factor.eval(dict.fromkeys(symbols, 0))]
    sign = 1 if lead > 0 else -1
    for factor, m in factors:
        value = factor.eval(dict.fromkeys(symbols, 0))
        sign *= int(sp.sign(value)) ** m if value else 1
    odd = [factor for factor, m in through if m % 2]
    even = [factor for factor, m in through if m % 2 == 0]
    zero_elsewhere: list[bool | None] = []
    for factor in even:
        zero_elsewhere.append(_changes_sign(factor, field, n, budget, shown))
    text = "*".join(f"({factor.as_expr()})" + (f"**{m}" if m > 1 else "") for factor, m in through)
    if odd:
        rest = odd[0]
        for other in odd[1:]:
            rest = rest * other
        if not even:
            return None  # nothing was gained
        germ = decide(_terms_of(rest, field), field, n, None, budget, shown)
        if germ is None or germ.kind == "saddle":
            return None if germ is None else _saddle_of_factor(germ, terms, field, sign, text, budget)
        kind = {1: germ.kind, -1: {"minimum": "maximum", "maximum": "minimum"}[germ.kind]}[sign]
        strict = _strict([None if germ.strict is None else not germ.strict, *zero_elsewhere])
        return Germ(kind, strict, f"f minus its value there has the factors {text}, whose product keeps one sign")
    strict = _strict(zero_elsewhere)
    side = "positive" if sign > 0 else "negative"
    words = f"f minus its value there has the factors {text}, only even powers: it is nowhere {_OTHER[side]} near by"
    if strict is False:
        words += ", and zero on a curve"
    return Germ("minimum" if sign > 0 else "maximum", strict, words)


def _strict(zero_elsewhere: list[bool | None]) -> bool | None:
    if any(one is True for one in zero_elsewhere):
        return False
    return None if any(one is None for one in zero_elsewhere) else True


def _changes_sign(factor: Any, field: Field, n: int, budget: Budget, shown: Shown) -> bool | None:
    """Whether an irreducible factor changes sign at the point, and so is zero at others near by; None if open."""
    terms = _terms_of(factor, field)
    if min(sum(powers) for powers in terms) == 1:
        return n > 1
    if n == 1:
        return False
    germ = decide(terms, field, n, None, budget, shown)
    if germ is None or germ.kind == "saddle":
        return None if germ is None else True
    return None if germ.strict is None else not germ.strict


def _terms_of(poly: Any, field: Field) -> Terms:
    return {powers: field(c) for powers, c in poly.terms()}


def _saddle_of_factor(germ: Germ, terms: Terms, field: Field, sign: int, text: str, budget: Budget) -> Germ | None:
    """The curves on which the odd factors take both signs, if the whole is not zero on them."""
    wider = germ.field or field
    line = Series(wider, 1, None, budget)
    terms = {p: wider(field.expression(c)) for p, c in terms.items()}
    curves: dict[int, Curve] = {}
    for curve in (germ.rising, germ.falling):
        first = along(terms, curve, line, None) if curve else None
        if first is None or curve is None:
            return None
        curves[wider.sign(first[1])] = curve
    if len(curves) != 2:
        return None
    words = f"f minus its value there has the factors {text}, and the odd ones change sign"
    return Germ("saddle", None, words, curves[1], curves[-1], wider)
