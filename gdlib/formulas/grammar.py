"""The grammar of formulas typed as text: one table of tokens, operators and functions, and a parser that only builds.

Text is never evaluated: it is split into tokens, and the tokens into a tree of SymPy's own operations. What is in the
table can be said; nothing else can.
"""

from __future__ import annotations

import builtins
import keyword
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from gdlib.formulas.symbolic import LARGEST_POWER
from gdlib.registry import nearest

FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "exp": sp.exp, "log": sp.log, "sqrt": sp.sqrt, "sin": sp.sin, "cos": sp.cos, "tan": sp.tan,
    "sinh": sp.sinh, "cosh": sp.cosh, "tanh": sp.tanh, "atan": sp.atan, "abs": sp.Abs,
}  # fmt: skip
CONSTANTS: Mapping[str, Any] = {"pi": sp.pi}
PRECEDENCE: Mapping[str, int] = {"+": 10, "-": 10, "*": 20, "/": 20, "**": 40}
SIGN_PRECEDENCE = 30
"""A leading sign binds tighter than a product and looser than a power: -x**2 is -(x**2)."""

LONGEST = 4_000
DEEPEST = 100
LARGEST_NUMBER = 1e300

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<sign>\*\*|[-+*/()])|(?P<end>$)|(?P<other>.))",
    re.S,
)
_MEANINGS = {
    "e": "write exp(1) for Euler's number", "E": "write exp(1) for Euler's number", "i": "it is the imaginary unit",
    "ln": "write log", "arctan": "write atan", "fabs": "write abs", "inf": "it is no finite number",
    "infinity": "it is no finite number", "nan": "it is no number", "infty": "it is no finite number",
    "pi": "it is the number pi",
}  # fmt: skip
_TAKEN = {
    "arcsin", "arccos", "arctan2", "arcsinh", "arccosh", "arctanh", "lg", "mod", "sgn", "np", "math",
    *(name for name, thing in vars(math).items() if callable(thing) and not hasattr(sp, name)),
}  # fmt: skip


class FormulaError(ValueError):
    """A text that is no formula; the message shows where."""


def check_name(name: str) -> str:
    """The name, if it may be a variable's.

    Raises FormulaError for a name to which Python, SymPy or mathematics gives a meaning already.
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]*", name):
        raise FormulaError(f"objective: a variable needs a name of letters, digits and _, got {name!r}"[:200])
    if name.startswith("__"):
        raise FormulaError(f"objective: {name[:60]!r} cannot be a variable: such names belong to Python")
    reason = _MEANINGS.get(name) or _MEANINGS.get(name.lower()) if len(name) > 1 else _MEANINGS.get(name)
    if reason:
        raise FormulaError(f"objective: {name!r} cannot be a variable: {reason}")
    if name in FUNCTIONS or name in CONSTANTS or name in _TAKEN or keyword.iskeyword(name) or hasattr(builtins, name):
        raise FormulaError(f"objective: {name!r} cannot be a variable: the name has a meaning already")
    if hasattr(sp, name):
        raise FormulaError(f"objective: {name!r} cannot be a variable: SymPy gives it a meaning; try {name}_")
    return name


def parse(text: str) -> sp.Expr:
    """The SymPy expression that a text stands for; its names are real symbols.

    Raises FormulaError that shows the place for anything but a formula of the grammar.

    >>> parse("x**2 - x*y")
    x**2 - x*y
    """
    if len(text) > LONGEST:
        raise FormulaError(f"objective: needs a formula of at most {LONGEST} characters, got {len(text)}")
    return _Parser(text).formula()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.depth = 0
        self.place = 0
        self.kind = self.token = ""
        self.begin = 0
        self.advance()

    def fail(self, sentence: str) -> FormulaError:
        start, stop = max(0, self.begin - 30), self.begin + 30
        shown = self.text[start:stop].replace("\n", " ")
        pointer = " " * (self.begin - start) + "^"
        return FormulaError(f"objective: {sentence}, at position {self.begin + 1}\n  {shown}\n  {pointer}")

    def advance(self) -> None:
        found = _TOKEN.match(self.text, self.place)
        assert found is not None  # the last alternative matches any character
        assert found.lastgroup is not None
        self.kind, self.token = found.lastgroup, found[found.lastgroup]
        self.begin, self.place = found.start(self.kind), found.end()
        if self.kind == "other":
            hint = {"^": "; a power is written **", "=": "; a formula has no equals sign"}.get(self.token, "")
            raise self.fail(f"{self.token!r} has no meaning in a formula{hint}")

    def formula(self) -> sp.Expr:
        if self.kind == "end":
            raise self.fail("needs a formula, got nothing")
        result = self.expression(0)
        if self.kind != "end":
            hint = " (a product needs its *)" if self.kind in ("name", "number") or self.token == "(" else ""
            raise self.fail(f"{self.token!r} stands where an operator or the end was expected{hint}")
        return result

    def expression(self, binds: int) -> Any:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.fail(f"is nested deeper than {DEEPEST} levels")
        left = self.operand()
        while self.kind == "sign" and PRECEDENCE.get(self.token, -1) > binds:
            sign = self.token
            self.advance()
            if sign == "**":  # from the right: x**y**z is x**(y**z)
                left = self.power(left, self.expression(PRECEDENCE[sign] - 1))
            else:
                left = self.join(sign, left, self.expression(PRECEDENCE[sign]))
        self.depth -= 1
        return left

    def operand(self) -> Any:
        kind, token = self.kind, self.token
        if token in ("+", "-"):
            self.advance()
            inner = self.expression(SIGN_PRECEDENCE)
            return -inner if token == "-" else inner
        if token == "(":
            self.advance()
            inner = self.expression(0)
            self.close()
            return inner
        if kind == "number":
            return self.number()
        if kind == "name":
            return self.name()
        raise self.fail("ends where a number, a name or ( was expected" if kind == "end" else
                        f"{token!r} stands where a number, a name or ( was expected")  # fmt: skip

    def close(self) -> None:
        if self.token != ")":
            raise self.fail("needs a closing )")
        self.advance()

    def number(self) -> Any:
        mantissa, _, exponent = self.token.lower().partition("e")
        if len(mantissa) > 60 or len(exponent) > 4 or float(self.token) > LARGEST_NUMBER:
            raise self.fail(f"needs numbers of at most 60 digits and up to {LARGEST_NUMBER:g}")
        value = sp.Rational(self.token)  # exact: 0.1 is one tenth
        self.advance()
        return value

    def name(self) -> Any:
        name = self.token
        if name in FUNCTIONS:
            self.advance()
            if self.token != "(":
                raise self.fail(f"{name} is a function and needs its argument in ( )")
            self.advance()
            inner = self.expression(0)
            self.close()
            return FUNCTIONS[name](inner)
        following = re.compile(r"\s*\(").match(self.text, self.place)
        if following:
            known = ", ".join(FUNCTIONS)
            raise self.fail(f"the function {name[:60]!r} is unknown; known are {known}.{nearest(name, FUNCTIONS)}")
        if name in CONSTANTS:
            self.advance()
            return CONSTANTS[name]
        try:
            check_name(name)
        except FormulaError as error:
            raise self.fail(str(error).removeprefix("objective: ")) from None
        self.advance()
        return sp.Symbol(name, real=True)

    def join(self, sign: str, left: Any, right: Any) -> Any:
        if sign == "/" and right == 0:
            raise self.fail("divides by zero everywhere")
        return {"+": left.__add__, "-": left.__sub__, "*": left.__mul__, "/": left.__truediv__}[sign](right)

    def power(self, base: Any, exponent: Any) -> Any:
        if exponent.is_number:
            size = self.size(exponent)
            if exponent.is_Integer and size > LARGEST_POWER:
                raise self.fail(f"needs whole powers up to {LARGEST_POWER}, got {size:.3g}")
            if base.is_number and base != 0 and size * abs(math.log10(self.size(base))) > 300:
                raise self.fail("is a power too large for a number (a tower of powers?)")
            if base == 0 and exponent.is_negative:
                raise self.fail("divides by zero everywhere")
        elif any(part.is_Pow and not part.exp.is_number for part in sp.preorder_traversal(exponent)):
            raise self.fail("is a tower of powers; an exponent may hold no power whose exponent varies")
        return base**exponent

    def size(self, number: Any) -> float:
        try:
            return abs(float(number)) or 1.0
        except (TypeError, OverflowError):
            raise self.fail("is not a real number of moderate size here") from None
