"""Taylor polynomials with exact coefficients: of a formula about a point, and along a curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from gdlib.stationary.algebra.fields import Field
from gdlib.stationary.budget import Budget, Undecided


class NotSmoothError(Exception):
    """The formula has no Taylor polynomial at the point; `kink` says whether it bends there, else it is not defined."""

    def __init__(self, message: str, kink: bool) -> None:
        super().__init__(message)
        self.kink = kink


Terms = dict[tuple[int, ...], Any]
"""A polynomial: the coefficient for each tuple of powers."""


class Series:
    """Polynomials in n variables over a field, all cut off above one degree (`order`; None keeps every term)."""

    def __init__(self, field: Field, n: int, order: int | None, budget: Budget) -> None:
        self.field, self.n, self.order, self.budget = field, n, order, budget
        self.zero_powers = (0,) * n

    def constant(self, number: Any) -> Terms:
        element = number if isinstance(number, type(self.field.domain.one)) else self.field(number)
        return {self.zero_powers: element} if element else {}

    def variable(self, place: int) -> Terms:
        return {tuple(int(i == place) for i in range(self.n)): self.field.domain.one}

    def add(self, a: Terms, b: Terms) -> Terms:
        result = dict(a)
        for powers, c in b.items():
            total = result.get(powers, self.field.domain.zero) + c
            if total:
                result[powers] = total
            else:
                result.pop(powers, None)
        return result

    def scale(self, a: Terms, factor: Any) -> Terms:
        return {powers: c * factor for powers, c in a.items()} if factor else {}

    def multiply(self, a: Terms, b: Terms) -> Terms:
        self.budget.check()
        result: Terms = {}
        order = self.order
        sized = [(powers, sum(powers), c) for powers, c in b.items()]
        for p, c in a.items():
            size = sum(p)
            for q, other, d in sized:
                if order is None or size + other <= order:
                    powers = tuple(i + j for i, j in zip(p, q, strict=True))
                    result[powers] = result[powers] + c * d if powers in result else c * d
        return {powers: c for powers, c in result.items() if c}

    def power(self, a: Terms, exponent: int) -> Terms:
        result = self.constant(1)
        for _ in range(exponent):
            result = self.multiply(result, a)
        return result

    def compose(self, outer: Sequence[Any], inner: Terms) -> Terms:
        """Sum of outer[k] * inner**k; inner has no constant term."""
        result: Terms = {}
        for c in reversed(outer):
            result = self.add(self.multiply(result, inner), self.constant(c))
        return result

    def substitute(self, terms: Terms, values: Sequence[Terms]) -> Terms:
        """The polynomial `terms` (in len(values) variables) with a polynomial for each variable."""
        powers: list[list[Terms]] = [[self.constant(1)] for _ in values]
        result: Terms = {}
        for exponents, c in terms.items():
            part = self.constant(c)
            for i, k in enumerate(exponents):
                while len(powers[i]) <= k:
                    powers[i].append(self.multiply(powers[i][-1], values[i]))
                if k:
                    part = self.multiply(part, powers[i][k])
            result = self.add(result, part)
        return result

    def cleaned(self, a: Terms) -> Terms:
        """Without coefficients that are zero in disguise."""
        if self.field.rational:
            return a
        return {powers: c for powers, c in a.items() if self.field.sign(c) != 0}


def derivative(terms: Terms, place: int) -> Terms:
    """The derivative by one variable."""
    result: Terms = {}
    for powers, c in terms.items():
        if powers[place]:
            result[(*powers[:place], powers[place] - 1, *powers[place + 1 :])] = c * powers[place]
    return result


def shifted(poly: Any, location: Sequence[Any], series: Series) -> Terms:
    """A SymPy Poly in the displacement from a point."""
    values = [series.add(series.constant(a), series.variable(i)) for i, a in enumerate(location)]
    terms = {powers: series.field(c) for powers, c in poly.terms()}
    if not any(location):
        return terms
    return series.cleaned(series.substitute(terms, values))


def taylor(expression: Any, location: Mapping[Any, Any], series: Series) -> Terms:
    """The Taylor polynomial about a point, in the displacement from it, up to the order of `series`.

    Raises NotSmoothError where there is none, Undecided where a sign or a number is not known.
    """
    places = {variable: place for place, variable in enumerate(location)}
    known: dict[Any, Terms] = {}
    number = series.field.expression

    def visit(e: Any) -> Terms:
        if e not in known:
            series.budget.check()
            known[e] = series.cleaned(expand(e)) if series.field.domain.is_EX else expand(e)
        return known[e]

    def expand(e: Any) -> Terms:
        if e in places:
            return series.add(series.constant(location[e]), series.variable(places[e]))
        if not e.free_symbols:
            return series.constant(e)
        if e.is_Add:
            result: Terms = {}
            for term in e.args:
                result = series.add(result, visit(term))
            return result
        if e.is_Mul:
            result = series.constant(1)
            for factor in e.args:
                result = series.multiply(result, visit(factor))
            return result
        if e.is_Pow:
            return power(e)
        return function(e)

    def split(e: Any) -> tuple[Any, Terms]:
        inner = visit(e)
        rest = {powers: c for powers, c in inner.items() if powers != series.zero_powers}
        return inner.get(series.zero_powers, series.field.domain.zero), rest

    def order() -> int:
        if series.order is None:
            raise Undecided("a formula that is no polynomial has no end of its Taylor series")
        return series.order

    def power(e: Any) -> Terms:
        if e.base is sp.E:
            return function(sp.exp(e.exp, evaluate=False))
        if e.exp.is_Integer and e.exp > 0:
            return series.power(visit(e.base), int(e.exp))
        if e.exp.free_symbols:
            return visit(sp.exp(e.exp * sp.log(e.base)))
        start, rest = split(e.base)
        sign = series.field.sign(start)
        if sign == 0:
            bends = e.exp.is_positive
            raise NotSmoothError(f"{e.base} is 0 there under the power {e.exp}", kink=bool(bends))
        if sign < 0 and not e.exp.is_Integer:
            raise NotSmoothError(f"{e.base} is negative there under the power {e.exp}", kink=False)
        size = number(start)
        outer = [sp.binomial(e.exp, k) * size ** (e.exp - k) for k in range(order() + 1)]
        return series.compose(outer, rest)

    def function(e: Any) -> Terms:
        if isinstance(e, sp.Piecewise):
            for value, condition in e.args:
                if holds(condition):
                    return visit(value)
            raise NotSmoothError("no branch of the formula holds there", kink=False)
        if isinstance(e, sp.Max | sp.Min):
            values = [(visit(a), a) for a in e.args]
            best = values[0]
            turn = 1 if isinstance(e, sp.Max) else -1
            for one in values[1:]:
                gap = series.add(one[0], series.scale(best[0], series.field(-1)))
                sign = turn * series.field.sign(gap.get(series.zero_powers, series.field.domain.zero))
                if sign == 0 and gap:
                    raise NotSmoothError(f"{one[1]} and {best[1]} are equal there", kink=True)
                best = one if sign > 0 else best
            return best[0]
        start, rest = split(e.args[0])
        if isinstance(e, sp.Abs | sp.sign | sp.Heaviside):
            sign = series.field.sign(start)
            if sign == 0:
                raise NotSmoothError(f"{e.args[0]} is 0 there", kink=True)
            if isinstance(e, sp.Abs):
                return visit(sign * e.args[0])
            return series.constant(sign if isinstance(e, sp.sign) else (sign + 1) // 2)
        if isinstance(e, sp.log) and series.field.sign(start) <= 0:
            raise NotSmoothError(f"log of {e.args[0]} is not defined there", kink=False)
        dummy = sp.Dummy("x", real=True)
        outer, slope = [], e.func(dummy)
        for k in range(order() + 1):
            value = slope.subs(dummy, number(start))
            if value.has(sp.zoo, sp.oo, sp.nan):
                raise NotSmoothError(f"{e} is not defined there", kink=False)
            outer.append(value / sp.factorial(k))
            slope = sp.diff(slope, dummy)
            if not rest:
                break
        return series.compose(outer, rest)

    def holds(condition: Any) -> bool:
        if condition in (sp.true, sp.false):
            return bool(condition)
        if isinstance(condition, sp.And):
            return all(holds(a) for a in condition.args)
        if isinstance(condition, sp.Or):
            return any(holds(a) for a in condition.args)
        if isinstance(condition, sp.Not):
            return not holds(condition.args[0])
        gap, _ = split(condition.lhs - condition.rhs)
        sign = series.field.sign(gap)
        if sign == 0:
            raise NotSmoothError(f"the formula changes its branch there ({condition})", kink=True)
        return bool(condition.func(sign, 0))

    return series.cleaned(visit(expression))


def along(terms: Terms, curve: Sequence[Terms], series: Series, order: int | None) -> tuple[int, Any] | None:
    """The first term c t^d of a polynomial along a curve through 0 (polynomials in one parameter): d and c.

    None if it is zero as far as the polynomial is known, which is up to degree `order`.
    """
    line = Series(series.field, 1, None, series.budget)
    result = line.cleaned(line.substitute(terms, curve))
    if not result:
        return None
    (degree,) = min(result)
    lowest = min((min(part)[0] for part in curve if part), default=1)
    if order is not None and degree >= (order + 1) * lowest:
        return None
    return degree, result[(degree,)]
