"""The parser of formulas typed as text, which only builds: what the table in grammar.mjs names can be said, no more.

Text is never evaluated: it is split into tokens, and these into a list of steps, each an operation on earlier ones. The
page's parser, formula.mjs, reads the same table and makes the same steps.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from gdlib.formulas.worked_out import folded

TABLE = Path(__file__).with_name("grammar.mjs")
"""Tokens, precedence, functions, limits and words, as a module for pages; all behind `export default` is JSON."""

_TABLE: dict[str, Any] = json.loads(TABLE.read_text("utf-8").partition("export default ")[2].rstrip().removesuffix(";"))
FUNCTIONS: tuple[str, ...] = tuple(_TABLE["functions"])
WORDS: Mapping[str, str] = _TABLE["words"]
LONGEST: int = _TABLE["limits"]["letters"]
DEEPEST: int = _TABLE["limits"]["depth"]
LARGEST_POWER: int = _TABLE["limits"]["power"]
FARTHEST: float = _TABLE["limits"]["end"]
NARROWEST: float = _TABLE["limits"]["narrow"]
"""Of a window: how far out an end may lie, and how far apart two ends, as a share of the farther one."""
_DIGITS: int = _TABLE["limits"]["digits"]
_LARGEST: float = _TABLE["limits"]["number"]
_DECADES: int = _TABLE["limits"]["decades"]
_PRECEDENCE: Mapping[str, int] = _TABLE["precedence"]
_LEADING: int = _TABLE["leading"]
"""A leading sign binds tighter than a product and looser than a power: -x**2 is -(x**2)."""
_TOKEN = re.compile("(?P<number>{number})|(?P<name>{name})|(?P<sign>{sign})|(?P<other>.)".format_map(_TABLE), re.S)
_BLANK = re.compile(_TABLE["blank"])
_NAME = re.compile(_TABLE["name"])
_PYTHON, _SYMPY = (frozenset(" ".join(_TABLE[owner]).split()) for owner in ("python", "sympy"))


class FormulaError(ValueError):
    """A text that is no formula: `sentence` says why, `place` where, counted from 1, if it is one place."""

    def __init__(self, sentence: str, text: str = "", place: int | None = None) -> None:
        self.sentence, self.place = sentence, place
        message = f"objective: {sentence}"
        if place is not None:
            start = max(0, place - 31)
            shown = re.sub(r"\s", " ", text[start : place + 29])
            message += f", at position {place}\n  {shown}\n  {' ' * (place - 1 - start)}^"
        super().__init__(message)


class Step(NamedTuple):
    """An operation: `op` is an operator, "neg", a function's name, "number" or "name", which `said` then gives.

    `args` are the places of the earlier steps that it works on; `number` is its value where that is one everywhere.
    """

    op: str
    args: tuple[int, ...]
    said: str
    number: float | None


class Parsed(NamedTuple):
    """A formula: its text with single blanks, and its steps, the last of which is the value."""

    text: str
    steps: tuple[Step, ...]

    @property
    def names(self) -> set[str]:
        """The variables that the text names."""
        return {step.said for step in self.steps if step.op == "name"}


def check_name(name: str) -> str:
    """The name, if it may be a variable's.

    Raises FormulaError for a name to which Python, SymPy or mathematics gives a meaning already.
    """
    if not _NAME.fullmatch(name):
        raise FormulaError(f"a variable needs a name of letters, digits and _, got {name!r}"[:200])
    refusal = _refusal(name)
    if refusal:
        raise FormulaError(refusal)
    return name


def _refusal(name: str) -> str | None:
    shown, meanings = name[:60], _TABLE["meanings"]
    meaning = meanings.get(name) or (meanings.get(name.lower()) if len(name) > 1 else None)
    if name.startswith("__"):
        return WORDS["private"].format(name=shown)
    if meaning:
        return WORDS["meant"].format(name=shown, meaning=meaning)
    if name in FUNCTIONS or name in _PYTHON:
        return WORDS["taken"].format(name=shown)
    return WORDS["sympy"].format(name=shown) if name in _SYMPY else None


def parse(text: str) -> Parsed:
    """The formula that a text says.

    Raises FormulaError that shows the place for anything but a formula of the grammar.

    >>> [(step.op, step.args, step.said) for step in parse("x*x + 1").steps]
    [('name', (), 'x'), ('*', (0, 0), ''), ('number', (), '1'), ('+', (1, 2), '')]
    """
    if len(text) > LONGEST:
        raise FormulaError(WORDS["letters"].format(most=LONGEST, count=len(text)))
    parser = _Parser(text)
    parser.formula()
    return Parsed(" ".join(text.split()), tuple(parser.steps))


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.depth = 0
        self.place = 0
        self.kind = self.token = ""
        self.begin = 0
        self.steps: list[Step] = []
        self.known: dict[tuple[Any, ...], int] = {}
        self.tower: set[int] = set()  # steps that hold a power whose exponent varies
        self.advance()

    def fail(self, key: str, at: int | None = None, **said: object) -> FormulaError:
        begin = self.begin if at is None else at
        return FormulaError(WORDS[key].format_map(said), self.text, begin + 1)

    def advance(self) -> None:
        self.begin = self.after_blanks()
        found = _TOKEN.match(self.text, self.begin)
        if found is None:
            self.kind = self.token = ""
            return
        self.kind, self.token, self.place = str(found.lastgroup), found[0], found.end()
        if self.kind == "other":
            raise self.fail("other", token=self.token, hint=_TABLE["hints"].get(self.token, ""))

    def after_blanks(self) -> int:
        blanks = _BLANK.match(self.text, self.place)
        assert blanks is not None  # there may be none of them
        return blanks.end()

    def formula(self) -> None:
        if not self.kind:
            raise self.fail("nothing")
        self.expression(0)
        if self.kind:
            product = self.kind in ("name", "number") or self.token == "("
            raise self.fail("product" if product else "after", token=self.token[:60])

    def expression(self, binds: int) -> int:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.fail("depth", most=DEEPEST)
        left = self.operand()
        while self.kind == "sign" and _PRECEDENCE.get(self.token, -1) > binds:
            sign, at = self.token, self.begin
            self.advance()
            # from the right: x**y**z is x**(y**z)
            right = self.expression(_PRECEDENCE[sign] - (sign == "**"))
            left = self.step(sign, (left, right), at)
        self.depth -= 1
        return left

    def operand(self) -> int:
        kind, token, at = self.kind, self.token, self.begin
        if token in ("+", "-"):
            self.advance()
            inner = self.expression(_LEADING)
            return self.step("neg", (inner,), at) if token == "-" else inner
        if token == "(":
            self.advance()
            inner = self.expression(0)
            self.close()
            return inner
        if kind == "number":
            return self.number()
        if kind == "name":
            return self.name()
        raise self.fail("operand" if kind else "ends", token=token)

    def close(self) -> None:
        if self.token != ")":
            raise self.fail("bracket")
        self.advance()

    def number(self) -> int:
        mantissa, _, exponent = self.token.lower().partition("e")
        if len(mantissa) > _DIGITS or len(exponent) > 4 or float(self.token) > _LARGEST:
            raise self.fail("number", digits=_DIGITS, most=f"{_LARGEST:g}")
        found = self.keep(Step("number", (), self.token, float(self.token)))
        self.advance()
        return found

    def name(self) -> int:
        name, at = self.token, self.begin
        if name in FUNCTIONS:
            self.advance()
            if self.token != "(":
                raise self.fail("argument", name=name)
            self.advance()
            inner = self.expression(0)
            self.close()
            return self.step(name, (inner,), at)
        if self.text.startswith("(", self.after_blanks()):
            meaning = _TABLE["meanings"].get(name)
            key = "function meant" if meaning else "function"
            raise self.fail(key, name=name[:60], known=", ".join(FUNCTIONS), meaning=meaning)
        constant = _TABLE["constants"].get(name)
        refusal = None if constant else _refusal(name)
        if refusal:
            raise FormulaError(refusal, self.text, at + 1)
        found = self.keep(Step("number" if constant else "name", (), name, constant))
        self.advance()
        return found

    def step(self, op: str, args: tuple[int, ...], at: int) -> int:
        """An operation whose sign or name stands at `at`; what is the same number everywhere is worked out."""
        numbers = [self.steps[one].number for one in args]
        if op == "/" and numbers[1] == 0:
            raise self.fail("zero", at)
        if op == "**":
            self.check_power(args, at)
        number = None if None in numbers else folded(op, numbers)
        if number is not None and not abs(number) <= _LARGEST:
            raise self.fail("unreal", at, token="-" if op == "neg" else op)
        made = self.keep(Step(op, args, "", number))
        if not self.tower.isdisjoint(args) or (op == "**" and numbers[1] is None):
            self.tower.add(made)
        return made

    def check_power(self, args: tuple[int, ...], at: int) -> None:
        base, exponent = args
        number, power = self.steps[base].number, self.steps[exponent].number
        if power is None:
            if exponent in self.tower:
                raise self.fail("tower", at)
            if number is not None and number < 0:  # real at single exponents only
                raise self.fail("negative", at)
            return
        if power.is_integer() and abs(power) > LARGEST_POWER:
            raise self.fail("power", at, most=LARGEST_POWER)
        if number == 0 and power < 0:
            raise self.fail("zero", at)
        if number and abs(power * math.log10(abs(number))) > _DECADES:
            raise self.fail("large", at)

    def keep(self, step: Step) -> int:
        key = step[:3]
        if key not in self.known:
            self.known[key] = len(self.steps)
            self.steps.append(step)
        return self.known[key]
