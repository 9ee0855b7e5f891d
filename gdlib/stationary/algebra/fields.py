"""Exact numbers with a sign, proved or left open: rational, algebraic, or made of constants such as pi."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from gdlib.stationary.budget import Undecided


class Field:
    """A SymPy domain that holds given numbers, and the signs of its elements.

    >>> field = Field([sp.sqrt(2)])
    >>> field.sign(field(sp.sqrt(2)) - field(sp.Rational(3, 2)))
    -1
    """

    def __init__(self, numbers: Sequence[Any] = ()) -> None:
        irrational = [a for a in numbers if not a.is_Rational]
        self.domain: Any = sp.QQ
        if irrational:
            algebraic = all(a.is_algebraic for a in irrational) and not any(a.has(sp.Float) for a in irrational)
            self.domain = sp.QQ.algebraic_field(*irrational) if algebraic else sp.EX

    @property
    def rational(self) -> bool:
        return bool(self.domain == sp.QQ)

    def __call__(self, number: Any) -> Any:
        """The number as an element; raises Undecided if it is none."""
        try:
            return self.domain.convert(sp.sympify(number))
        except (sp.CoercionFailed, sp.polys.polyerrors.CoercionFailed):
            raise Undecided(f"{number} is not in the field of numbers at hand") from None

    def expression(self, element: Any) -> Any:
        """The element as a SymPy number."""
        return self.domain.to_sympy(element)

    def sign(self, element: Any) -> int:
        """-1, 0 or 1; raises Undecided if a number of unknown form may be zero."""
        if self.rational:
            return int(element > 0) - int(element < 0)
        if not element:
            return 0
        expression = self.expression(element)
        for digits in (20, 60):
            value = sp.N(expression, digits)
            if value.is_real and abs(value) > sp.Float(10, 10) ** (-digits + 5):
                return 1 if value > 0 else -1
        if self.domain.is_EX and sp.simplify(expression) == 0:
            return 0
        if not self.domain.is_EX:
            value = sp.N(expression, 400)
            return 1 if value > 0 else -1
        raise Undecided(f"whether {str(expression)[:80]} is zero could not be decided")
