"""Polynomials in one variable that vanish at every solution of a system with finitely many: from a Groebner basis.

In the quotient of the polynomials by the ideal, a space of finite dimension, multiplication by a variable is a matrix;
its minimal polynomial is the variable's eliminant (Faugere, Gianni, Lazard & Mora 1993). It is worked out modulo
primes, put together by the Chinese remainder theorem, and then checked exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd, isqrt, lcm
from typing import Any

import numpy as np
import sympy as sp

from gdlib.stationary.budget import Budget, Undecided

Column = dict[int, Fraction]
LARGEST_DIMENSION = 130


def eliminants(equations: Sequence[Any], variables: Sequence[Any], budget: Budget) -> list[Any] | None:
    """One for each variable, SymPy Polys over the rationals; None if the solutions are infinitely many."""
    with budget.guard():
        basis = sp.groebner([e.as_expr() for e in equations], *variables, order="grevlex", domain=sp.QQ)
    if basis.exprs == [1]:
        return [sp.Poly(1, v, domain="QQ") for v in variables]
    if not basis.is_zero_dimensional:
        return None
    matrices = _multiplications(basis.polys, len(variables), budget)
    return [_minimal_polynomial(m, v, budget) for m, v in zip(matrices, variables, strict=True)]


def _key(powers: tuple[int, ...]) -> Any:
    """Grevlex order."""
    return sum(powers), tuple(-k for k in reversed(powers))


def _multiplications(polys: Sequence[Any], n: int, budget: Budget) -> list[list[Column]]:
    """For each variable the images of the quotient's basis of monomials, as sparse columns."""
    leading: dict[tuple[int, ...], dict[tuple[int, ...], Fraction]] = {}
    for poly in polys:
        terms = {p: Fraction(int(sp.Rational(c).p), int(sp.Rational(c).q)) for p, c in poly.terms()}
        top = max(terms, key=_key)
        leading[top] = {p: -c / terms[top] for p, c in terms.items() if p != top}
    monomials = [(0,) * n]
    place = {monomials[0]: 0}
    for monomial in monomials:  # grows while it is walked through: all monomials that no leading one divides
        for i in range(n):
            next_ = _times(monomial, i)
            if next_ not in place and not any(all(a <= b for a, b in zip(top, next_, strict=True)) for top in leading):
                place[next_] = len(monomials)
                monomials.append(next_)
        if len(monomials) > LARGEST_DIMENSION:
            raise Undecided(f"the system has more than {LARGEST_DIMENSION} complex solutions")
    known: dict[tuple[int, ...], Column] = {m: {k: Fraction(1)} for m, k in place.items()}
    border = sorted({_times(m, i) for m in monomials for i in range(n)} - set(place), key=_key)
    for monomial in border:
        budget.check()
        if monomial in leading:
            known[monomial] = {place[p]: c for p, c in leading[monomial].items()}
            continue
        # It is a variable times a smaller monomial of the border, whose normal form is known.
        i, smaller = next(
            (i, below)
            for i in range(n)
            if monomial[i] and (below := _times(monomial, i, -1)) in known and below not in place
        )
        result: Column = {}
        for k, c in known[smaller].items():
            for j, d in known[_times(monomials[k], i)].items():
                result[j] = result.get(j, Fraction(0)) + c * d
        known[monomial] = {k: c for k, c in result.items() if c}
    return [[known[_times(m, i)] for m in monomials] for i in range(n)]


def _times(monomial: tuple[int, ...], i: int, k: int = 1) -> tuple[int, ...]:
    return (*monomial[:i], monomial[i] + k, *monomial[i + 1 :])


def _minimal_polynomial(columns: list[Column], variable: Any, budget: Budget) -> Any:
    modulus, residues = 1, [0]
    for prime in _primes():
        budget.check()
        found = _modulo(columns, prime)
        if found is None:  # the prime divides a denominator
            continue
        if len(found) > len(residues):
            modulus, residues = 1, [0] * len(found)
        elif len(found) < len(residues):  # an unlucky prime
            continue
        shift = pow(modulus, -1, prime)
        residues = [r + modulus * ((c - r) * shift % prime) for r, c in zip(residues, found, strict=True)]
        modulus *= prime
        guess = [_fraction(r % modulus, modulus) for r in residues]
        if all(g is not None for g in guess) and _annihilates([g for g in guess if g is not None], columns, budget):
            coefficients = [sp.Rational(g.numerator, g.denominator) for g in reversed(guess) if g is not None]
            return sp.Poly(coefficients, variable, domain="QQ")
    raise Undecided("no eliminant was found")


def _primes() -> Iterator[int]:
    prime = 2**31 - 1
    while True:
        yield prime
        prime = int(sp.prevprime(prime))


def _modulo(columns: list[Column], prime: int) -> list[int] | None:
    """The minimal polynomial modulo a prime, lowest coefficient first, monic."""
    size = len(columns)
    matrix = np.zeros((size, size), dtype=np.int64)
    for j, column in enumerate(columns):
        for i, c in column.items():
            if c.denominator % prime == 0:
                return None
            matrix[i, j] = c.numerator * pow(c.denominator, -1, prime) % prime
    vector = np.zeros(size, dtype=np.int64)
    vector[0] = 1
    rows: list[tuple[int, Any, Any]] = []  # pivot, row, and how it is made of the vectors
    for power in range(size + 1):
        rest, made = vector.copy(), np.zeros(size + 1, dtype=np.int64)
        made[power] = 1
        for pivot, row, how in rows:
            factor = int(rest[pivot])
            if factor:
                rest = (rest - factor * row) % prime
                made = (made - factor * how) % prime
        places = np.flatnonzero(rest)
        if not len(places):
            return [int(c) for c in made[: power + 1]]
        pivot = int(places[0])
        scale = pow(int(rest[pivot]), -1, prime)
        rows.append((pivot, rest * scale % prime, made * scale % prime))
        vector = (matrix * vector % prime).sum(1) % prime
    return None


def _fraction(residue: int, modulus: int) -> Fraction | None:
    """The fraction of small numerator and denominator with this residue, if there is one."""
    bound = isqrt(modulus // 2)
    a, b, x, y = modulus, residue, 0, 1
    while b > bound:
        q = a // b
        a, b, x, y = b, a - q * b, y, x - q * y
    if y == 0 or abs(y) > bound or gcd(b, y) != 1:
        return None
    return Fraction(b, y)


def _annihilates(coefficients: list[Fraction], columns: list[Column], budget: Budget) -> bool:
    """Whether the polynomial of the matrix is exactly zero on the monomial 1, and so on all; in whole numbers."""
    scale = lcm(*(c.denominator for c in coefficients))
    whole = [int(c * scale) for c in coefficients]
    common = lcm(*(c.denominator for column in columns for c in column.values()), 1)
    cleared = [[(i, int(c * common)) for i, c in column.items()] for column in columns]
    vector = [0] * len(columns)
    power = 1
    for c in reversed(whole):  # Horner's rule; the vector is kept multiplied by a power of `common`
        budget.check()
        result = [0] * len(columns)
        for j, x in enumerate(vector):
            if x:
                for i, entry in cleared[j]:
                    result[i] += entry * x
        power *= common
        result[0] += c * power
        vector = result
    return not any(vector)
