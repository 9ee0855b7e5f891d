"""Sets of stationary points of dimension one and more: the real zeros of one polynomial, with parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sympy as sp

from gdlib.stationary.algebra.reals import Root, rational_root, roots_of
from gdlib.stationary.budget import Budget, Undecided


@dataclass(frozen=True)
class RealSet:
    """A set of points: expressions for the coordinates in d real parameters (those for which they are real)."""

    coordinates: Any
    parameters: tuple[Any, ...]
    where: str = ""
    """A condition on the parameters, in words, where not all of them count."""
    sides: tuple[Any, ...] = ()
    """For a region: expressions in the variables that are >= 0 on it."""

    def within(self, variables: Sequence[Any], idle: Sequence[Any], known: Mapping[Any, Any]) -> RealSet:
        """The set in all `variables`, when it was found in some, `idle` ones are free, `known` follow from those."""
        inside = [v for v in variables if v not in idle and v not in known]
        fresh = parameters_for(variables, len(self.parameters) + len(idle))
        renamed = dict(zip(self.parameters, fresh, strict=False))
        values = {v: e.xreplace(renamed) for v, e in zip(inside, self.coordinates, strict=True)}
        values |= dict(zip(idle, fresh[len(self.parameters) :], strict=True))
        values |= {v: e.subs(values) for v, e in known.items()}
        return RealSet(sp.Tuple(*(values[v] for v in variables)), fresh)


def parameters_for(variables: Sequence[Any], number: int) -> tuple[Any, ...]:
    """Real symbols t, or s and t, or t1, t2, ..., none of them a variable's name."""
    taken = {v.name for v in variables}
    names = [["t"], ["s", "t"], [f"t{i + 1}" for i in range(number)]][min(number, 3) - 1] if number else []
    while taken & set(names):
        names = [name + "_" for name in names]
    return tuple(sp.Symbol(name, real=True) for name in names)


def graph(variables: Sequence[Any], free: Sequence[Any], known: Mapping[Any, Any]) -> RealSet:
    """All points whose `free` coordinates are anything and whose others are `known` expressions in them."""
    parameters = parameters_for(variables, len(free))
    values = dict(zip(free, parameters, strict=True))
    values |= {v: e.subs(values) for v, e in known.items()}
    return RealSet(sp.Tuple(*(values[v] for v in variables)), parameters)


def disk(side: Any, variables: tuple[Any, ...]) -> RealSet | None:
    """The points of the plane where side >= 0, if that is a disk, in polar coordinates about its centre."""
    if len(variables) != 2:
        return None
    root = next((e for e in side.atoms(sp.Pow) if e.exp == sp.S.Half), None)
    if root is not None:  # a sqrt(u) + b >= 0 with a < 0 says u <= (b/a)^2
        a, b = sp.Wild("a", exclude=variables), sp.Wild("b", exclude=variables)
        match = sp.expand(side).match(a * root + b)
        if match is None or not match[a].is_negative or not match[b].is_positive:
            return None
        side = (match[b] / match[a]) ** 2 - root.base
    if not side.is_polynomial(*variables):
        return None
    x, y = variables
    poly = sp.Poly(side, x, y)
    a = poly.coeff_monomial(x**2)
    if poly.total_degree() != 2 or a != poly.coeff_monomial(y**2) or poly.coeff_monomial(x * y) != 0 or not a < 0:
        return None
    centre = [-poly.coeff_monomial(v) / (2 * a) for v in variables]
    radius = sp.sqrt(-poly.eval(tuple(centre)) / a)
    if not radius.is_positive:
        return None
    r, t = (sp.Symbol(name, real=True) for name in ("r", "t"))
    place = sp.Tuple(centre[0] + r * sp.cos(t), centre[1] + r * sp.sin(t))
    return RealSet(place, (r, t), f"0 <= r <= {radius}")


def zero_set(poly: Any, variables: tuple[Any, ...], budget: Budget) -> Iterator[RealSet | tuple[Root, ...]]:
    """The real zeros of an irreducible polynomial in two or more variables: sets, and isolated points.

    Raises Undecided where they have no parameters that are known here.
    """
    budget.check()
    if _of_one_sign(poly):
        if not poly.eval(dict.fromkeys(variables, 0)) and all(_pure(poly, v) for v in variables):
            yield tuple(rational_root(0) for _ in variables)
        elif not poly.eval(dict.fromkeys(variables, 0)):
            raise Undecided(f"the zeros of {poly.as_expr()} have no known parameters")
        return
    for variable in variables:
        if poly.degree(variable) == 1:
            others = [v for v in variables if v != variable]
            slope, rest = sp.Poly(poly.as_expr(), variable).all_coeffs()
            if len(variables) > 2 and not slope.is_number:
                raise Undecided(f"the zeros of {poly.as_expr()} have no parameters that are known to reach all of them")
            yield graph(variables, others, {variable: -rest / slope})
            return
    if len(variables) == 2:
        yield from _plane_curve(poly, variables, budget)
        return
    ball = _ellipsoid(poly, variables)
    if ball is None:
        raise Undecided(f"the zeros of {poly.as_expr()} have no known parameters")
    yield from ball


def _of_one_sign(poly: Any) -> bool:
    """All powers even and all coefficients of one sign: the polynomial never changes sign."""
    signs = {bool(c > 0) for c in poly.coeffs()}
    return len(signs) == 1 and all(k % 2 == 0 for powers in poly.monoms() for k in powers)


def _pure(poly: Any, variable: Any) -> bool:
    place = poly.gens.index(variable)
    return any(powers[place] > 0 and sum(powers) == powers[place] for powers in poly.monoms())


def _plane_curve(poly: Any, variables: tuple[Any, ...], budget: Budget) -> Iterator[RealSet | tuple[Root, ...]]:
    """A curve a y^2 + b y + c = 0 (or with x and y exchanged): by the sign of its discriminant."""
    ellipse = _ellipsoid(poly, variables)
    if ellipse is not None:
        yield from ellipse
        return
    x, y = variables
    turned = poly.degree(y) != 2
    if turned:
        x, y = y, x
    if poly.degree(y) != 2:
        yield from _binomial(poly, variables)
        return
    a, b, c = sp.Poly(poly.as_expr(), y).all_coeffs()
    discriminant = sp.Poly(sp.expand(b**2 - 4 * a * c), x, domain="QQ")
    with budget.guard():
        roots = roots_of(discriminant)
    signs = _signs_between(discriminant, roots)
    for place, root in enumerate(roots):
        if signs[place] < 0 and signs[place + 1] < 0:
            if root.degree > 1 or not a.subs(x, root.number):
                raise Undecided(f"the isolated zeros of {poly.as_expr()} were not worked out")
            height = -b.subs(x, root.number) / (2 * a.subs(x, root.number))
            point = (root, rational_root(height))
            yield point[::-1] if turned else point
    for root in roots_of(sp.Poly(a, x, domain="QQ")) if a.has(x) else ():
        # where a is 0 the formula with the root divides by 0, but b y + c = 0 still has a solution
        if root.degree > 1:
            raise Undecided(f"the zeros of {poly.as_expr()} where {a} = 0 were not worked out")
        slope = b.subs(x, root.number)
        if slope:
            point = (root, rational_root(-c.subs(x, root.number) / slope))
            yield point[::-1] if turned else point
    if any(sign > 0 for sign in signs):
        (t,) = parameters_for(variables, 1)
        for sign in (-1, 1):
            height = ((-b + sign * sp.sqrt(discriminant.as_expr())) / (2 * a)).subs(x, t)
            pair = (t, sp.simplify(height))
            yield RealSet(sp.Tuple(*(pair[::-1] if turned else pair)), (t,))


def _signs_between(poly: Any, roots: Sequence[Root]) -> list[int]:
    """The sign of a polynomial in one variable left of its first root, between the roots, and right of the last."""
    if not roots:
        samples = [sp.Integer(0)]
    else:
        ends = [root.enclosure(60) for root in roots]
        fractions = [
            ends[0][0] - 1,
            *((a[1] + b[0]) / 2 for a, b in pairwise(ends)),
            ends[-1][1] + 1,
        ]
        samples = [sp.Rational(f.numerator, f.denominator) for f in fractions]
    return [int(sp.sign(poly.eval(sample))) for sample in samples]


def _binomial(poly: Any, variables: tuple[Any, ...]) -> Iterator[RealSet]:
    """A curve c y^k = p(x)."""
    for x, y in (variables, variables[::-1]):
        coefficients = sp.Poly(poly.as_expr(), y).all_coeffs()
        if coefficients[0].is_number and not any(coefficients[1:-1]):
            (t,) = parameters_for(variables, 1)
            power = len(coefficients) - 1
            inside = sp.expand(-coefficients[-1] / coefficients[0]).subs(x, t)
            if power % 2:
                heights = [sp.sign(inside) * sp.Abs(inside) ** sp.Rational(1, power)]
            else:
                signs = _signs_between(sp.Poly(inside, t), roots_of(sp.Poly(inside, t)))
                if not any(sign > 0 for sign in signs):
                    raise Undecided(f"the isolated zeros of {poly.as_expr()} were not worked out")
                heights = [sign * inside ** sp.Rational(1, power) for sign in (-1, 1)]
            for height in heights:
                yield RealSet(sp.Tuple(*((t, height) if (x, y) == variables else (height, t))), (t,))
            return
    raise Undecided(f"the curve {poly.as_expr()} = 0 has no parameters that are known here")


def _ellipsoid(poly: Any, variables: tuple[Any, ...]) -> list[RealSet | tuple[Root, ...]] | None:
    """The zeros of a definite quadratic polynomial in two or three variables; None if it is not one."""
    if poly.total_degree() != 2 or len(variables) > 3:
        return None
    expression = poly.as_expr()
    hessian = sp.hessian(expression, variables) / 2
    if not (hessian.is_positive_definite or (-hessian).is_positive_definite):
        return None
    slope = sp.Matrix([sp.diff(expression, v).subs(dict.fromkeys(variables, 0)) for v in variables])
    centre = -hessian.LUsolve(slope) / 2
    level = -expression.subs(dict(zip(variables, centre, strict=True)))
    if hessian[0, 0] < 0:
        hessian, level = -hessian, -level
    if level < 0:
        return []
    if level == 0:
        return [tuple(rational_root(c) for c in centre)]
    unlower = (hessian / level).cholesky(hermitian=False).T.inv()  # H = L L^T: the points centre + L^-T u with |u| = 1
    parameters = parameters_for(variables, len(variables) - 1)
    if len(variables) == 2:
        unit = [sp.cos(parameters[0]), sp.sin(parameters[0])]
    else:
        s, t = parameters
        unit = [sp.sin(s) * sp.cos(t), sp.sin(s) * sp.sin(t), sp.cos(s)]
    place = centre + unlower * sp.Matrix(unit)
    return [RealSet(sp.Tuple(*(sp.expand(p) for p in place)), parameters)]
