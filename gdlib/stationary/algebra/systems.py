"""Polynomial systems, solved exactly: split into factors and by substitution, eliminated, and every candidate decided.

The answer is a list of components: points, each a tuple of real algebraic numbers, and sets of higher dimension.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any

import numpy as np
import sympy as sp

from gdlib.stationary.algebra import surfaces
from gdlib.stationary.algebra.eliminants import eliminants
from gdlib.stationary.algebra.reals import Root, apart, rational_root, roots_of, sign_over, vanishes, whole
from gdlib.stationary.boxes.krawczyk import System
from gdlib.stationary.budget import Budget, Undecided

MOST_CANDIDATES = 20_000


@dataclass
class Solution:
    """The real solutions: `points`, `sets` (a tuple of expressions in parameters each), and what stayed `open`."""

    points: list[tuple[Root, ...]] = field(default_factory=list)
    sets: list[surfaces.RealSet] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


def solve(system: Sequence[Any], variables: Sequence[Any], budget: Budget) -> Solution:
    """All real solutions of polynomials = 0 with rational coefficients.

    Raises TimeUp; what could not be decided is said in `open`.
    """
    found = Solution()
    for branch in _branches([sp.Poly(p, *variables, domain="QQ") for p in system], {}, tuple(variables), budget):
        try:
            _solve_branch(branch, tuple(variables), budget, found)
        except Undecided as reason:
            found.open.append(str(reason))
    found.points = _once(found.points)
    found.sets = list(dict.fromkeys(found.sets))
    return found


@dataclass
class _Branch:
    """Equations in fewer variables, and what the variables left out are, as expressions in those that remain."""

    equations: list[Any]
    known: dict[Any, Any]


def _branches(equations: list[Any], known: dict[Any, Any], variables: tuple[Any, ...], budget: Budget) -> list[_Branch]:
    """The system as a union of systems whose equations are irreducible, with no common factor, none solved for."""
    done: list[_Branch] = []
    seen: set[Any] = set()
    waiting = [(equations, known)]
    while waiting:
        budget.check()
        equations, known = waiting.pop()
        equations = list(dict.fromkeys(e for e in equations if not e.is_zero))
        if any(e.is_ground for e in equations):
            continue
        key = (frozenset(equations), frozenset(known.items()))
        if key in seen:
            continue
        seen.add(key)
        split = None
        with budget.guard():
            factored = [[factor for factor, _ in e.factor_list()[1]] for e in equations]
        common = set(factored[0]).intersection(*factored[1:]) if len(factored) > 1 else set()
        if common:
            for factor in sorted(common, key=str):
                waiting.append(([factor], known))
            # What is left when each common factor is taken away once is zero at the other solutions, and at those
            # points of the common sets that are special: where they cross, or where f changes its behaviour along them.
            divisor = _times(sorted(common, key=str))
            waiting.append(([e.quo(divisor) for e in equations], known))
            continue
        split = next((i for i, factors in enumerate(factored) if len(factors) > 1), None)
        if split is not None:
            others = [_times(factors) for i, factors in enumerate(factored) if i != split]
            waiting.extend(([factor, *others], known) for factor in factored[split])
            continue
        equations = [factors[0] for factors in factored]
        solved = _solved_for(equations)
        if solved is None or len(equations) == 1 == len(equations[0].gens):
            done.append(_Branch(equations, known))
            continue
        which, variable, value = solved
        left = [v for v in equations[which].gens if v != variable]
        if not left:
            done.append(_Branch(equations, known))
            continue
        reduced = [
            sp.Poly(e.as_expr().subs(variable, value), *left, domain="QQ")
            for i, e in enumerate(equations)
            if i != which
        ]
        replaced = {v: sp.expand(e.subs(variable, value)) for v, e in known.items()}
        waiting.append((reduced, {**replaced, variable: value}))
    return done


def _times(factors: Sequence[Any]) -> Any:
    result = factors[0]
    for factor in factors[1:]:
        result = result * factor
    return result


def _solved_for(equations: Sequence[Any]) -> tuple[int, Any, Any] | None:
    """An equation c*v + rest = 0 with a number c: its place, v and -rest/c, the shortest first."""
    best = None
    for place, equation in enumerate(equations):
        for variable in equation.gens:
            if equation.degree(variable) == 1:
                slope = sp.Poly(equation.as_expr(), variable).LC()
                if slope.is_number and (best is None or len(equation.terms()) < best[0]):
                    value = sp.expand(-(equation.as_expr() - slope * variable) / slope)
                    if len(equations) == 2 == len(equation.gens) and sp.Poly(value, *equation.gens).total_degree() > 1:
                        continue  # two resultants are of a lower degree than what the substitution makes
                    best = (len(equation.terms()), place, variable, value)
    return None if best is None else best[1:]


def _solve_branch(branch: _Branch, variables: tuple[Any, ...], budget: Budget, found: Solution) -> None:
    free = tuple(v for v in variables if v not in branch.known)
    equations = branch.equations
    if not equations:
        found.sets.append(surfaces.graph(variables, free, branch.known))
        return
    used = tuple(v for v in free if any(e.degree(v) > 0 for e in equations))
    idle = tuple(v for v in free if v not in used)
    equations = [sp.Poly(e.as_expr(), *used, domain="QQ") for e in equations]
    if len(used) == 1 or (len(equations) >= len(used)):
        points = _isolated(equations, used, budget)
        if points is not None:
            if not idle:
                found.points += [
                    _lifted(dict(zip(used, point, strict=True)), branch.known, variables) for point in points
                ]
            else:
                for point in points:
                    known = {v: root.number for v, root in zip(used, point, strict=True)}
                    lifted = {v: sp.expand(e.subs(known)) for v, e in branch.known.items()}
                    found.sets.append(surfaces.graph(variables, idle, {**known, **lifted}))
            return
    if len(equations) == 1:
        for piece in surfaces.zero_set(equations[0], used, budget):
            if isinstance(piece, tuple):
                place = dict(zip(used, piece, strict=True))
                if idle:
                    known = {v: root.number for v, root in place.items()}
                    lifted = {v: sp.expand(e.subs(known)) for v, e in branch.known.items()}
                    found.sets.append(surfaces.graph(variables, idle, {**known, **lifted}))
                else:
                    found.points.append(_lifted(place, branch.known, variables))
            else:
                found.sets.append(piece.within(variables, idle, branch.known))
        return
    raise Undecided("the solutions of " + _printed(equations) + " are not isolated, and have no known parameters")


def _printed(equations: Sequence[Any]) -> str:
    return ", ".join(f"{e.as_expr()} = 0" for e in equations)[:200]


def _isolated(equations: list[Any], variables: tuple[Any, ...], budget: Budget) -> list[tuple[Root, ...]] | None:
    """The real solutions if there are finitely many complex ones, None if not."""
    if len(variables) == 1:
        common = equations[0]
        for other in equations[1:]:
            common = common.gcd(other)
        return [] if common.is_ground else [(root,) for root in roots_of(common)]
    found = _eliminants(equations, variables, budget)
    if found is None:
        return None
    with budget.guard():
        candidates = [[] if e.is_ground else roots_of(e) for e in found]
    number = prod(len(roots) for roots in candidates)
    if number > MOST_CANDIDATES:
        raise Undecided(f"{number} candidates for solutions of {_printed(equations)} are too many to try")
    return _decided(equations, variables, candidates, budget) if number else []


def _decided(
    equations: list[Any], variables: tuple[Any, ...], candidates: list[list[Root]], budget: Budget
) -> list[tuple[Root, ...]]:
    """Those of all combinations of the coordinates' candidates that solve the equations."""
    n = len(variables)
    bits = max(apart(roots) for roots in candidates)
    gaps = [_gaps(roots) for roots in candidates]
    places = np.array(list(product(*(range(len(roots)) for roots in candidates))))
    floats = [np.array([float(root) for root in roots]) for roots in candidates]
    centre = np.stack([floats[i][places[:, i]] for i in range(n)], -1)
    radius = np.stack([gaps[i][places[:, i]] for i in range(n)], -1)
    slack = 4e-16 * np.abs(centre)
    systems = [System.of_polynomials(equations)] if len(equations) == n else []
    proved = np.zeros(len(places), dtype=bool)
    possible = np.ones(len(places), dtype=bool)
    if systems:
        low, high = systems[0].values(centre - slack, centre + slack)
        possible = ((low <= 0) & (high >= 0)).all(-1)
        for shrink in (1.0, 1e-2, 1e-4, 1e-6):  # a box that holds no other candidate: a zero in it is this one
            reach = np.maximum(np.minimum(radius, 1.0) * shrink, 4 * slack)
            reach = np.where(reach <= radius, reach, 0.0)
            low, high = centre - reach, centre + reach
            proved |= systems[0].test(low, high).unique & possible
    found = []
    for place, sure, maybe in zip(places, proved, possible, strict=True):
        if maybe:
            point = tuple(candidates[i][k] for i, k in enumerate(place))
            if sure or _is_solution(equations, point, bits, budget):
                found.append(point)
    return found


def _gaps(roots: Sequence[Root]) -> Any:
    """A quarter of the distance of each root from the next, 1 if there is no other."""
    if len(roots) < 2:
        return np.ones(len(roots))
    steps = np.diff([float(root) for root in roots])
    return np.minimum(np.append(steps, np.inf), np.insert(steps, 0, np.inf)) / 4


def _eliminants(equations: list[Any], variables: tuple[Any, ...], budget: Budget) -> list[Any] | None:
    """For each variable a polynomial in it alone that is zero wherever the equations are; None if there is none."""
    if len(variables) == 2 and len(equations) == 2:  # irreducible and different, hence coprime: resultants
        with budget.guard():
            x, y = variables
            equations = [whole(e) for e in equations]  # whole numbers are faster than fractions
            pairs = [[e.reorder(other, this) for e in equations] for this, other in ((x, y), (y, x))]
            return [a.resultant(b) for a, b in pairs]
    return eliminants(equations, variables, budget)


def _is_solution(equations: list[Any], point: tuple[Root, ...], bits: int, budget: Budget) -> bool:
    for finer in (bits, 2 * bits, 300):
        budget.check()
        box = [root.enclosure(finer) for root in point]
        if any(sign_over(e, box) for e in equations):
            return False
    return all(vanishes(e, point) for e in equations)


def _lifted(point: dict[Any, Root], known: dict[Any, Any], variables: tuple[Any, ...]) -> tuple[Root, ...]:
    """The whole point, from some coordinates and expressions for the others."""
    return tuple(point[v] if v in point else _value(known[v], point) for v in variables)


def _value(expression: Any, point: dict[Any, Root]) -> Root:
    """A polynomial of algebraic numbers, as a Root."""
    expression = sp.expand(expression.subs({v: r.number for v, r in point.items() if r.degree == 1}))
    free = sorted(expression.free_symbols, key=str)
    if not free:
        return rational_root(expression)
    fresh = sp.Dummy("w")
    annihilator: Any = sp.Poly(fresh - expression, *free, fresh, domain="QQ").as_expr()
    for variable in free:
        modulus = sp.Poly(point[variable].poly.as_expr().subs(point[variable].poly.gen, variable), variable).as_expr()
        annihilator = sp.resultant(annihilator, modulus, variable)
    candidates = roots_of(sp.Poly(annihilator, fresh, domain="QQ"))
    difference = sp.Poly(fresh - expression, *free, fresh, domain="QQ")
    for bits in (60, 150, 400, 1000):
        box = [point[v].enclosure(bits) for v in free]
        candidates = [c for c in candidates if sign_over(difference, [*box, c.enclosure(bits)]) == 0]
        if len(candidates) == 1:
            return candidates[0]
    raise Undecided("a coordinate could not be told from another root of its polynomial")


def _once(points: list[tuple[Root, ...]]) -> list[tuple[Root, ...]]:
    unique = {tuple((tuple(r.poly.all_coeffs()), r.index) for r in point): point for point in points}
    return sorted(unique.values(), key=lambda point: tuple(float(r) for r in point))
