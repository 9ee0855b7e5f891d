"""Formulas compared as functions: read by the book's own grammar, worked out at fixed points with 40 digits.

Nothing is simplified, so that no formula, however written, costs more than its length; nothing is evaluated as Python.
Two formulas are equal if they agree wherever the reference is a finite real number. Where not all variables are
positive, the other may be undefined (log(x) + log(y) for log(x*y)): that is how SymPy writes for positive symbols.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mpmath import MPContext, mpc

from gdlib.formulas.grammar import FUNCTIONS, FormulaError, Parsed, parse

RTOL = 1e-9  # what is asked of formulas at most; where numbers in them were rounded to 15 digits, more would be unfair
LARGEST = 1e300
NEEDED = 4  # points where a reference must be finite
POINTS = [(0.01, 0.9)] * 8 + [(0.2, 3.2)] * 8 + [(-3.0, 3.0)] * 12  # the interval of each point's coordinates
_WORD = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>\\?[^\W\d]\w*(?:\{\w*\})?(?:\[[0-9]+(?:, ?[0-9]+)*\])?)(?P<call>\s*\()?"
)
_KEPT = {"pi", "I", "oo", "zoo", "nan"}  # the grammar knows the first and refuses the others
_SIGN = "(({0})/abs({0}))"  # nowhere else than at 0 another number
_mp = MPContext()
_mp.dps = 40


class Function:
    """A formula that a text says. Raises FormulaError where it says none."""

    def __init__(self, text: str) -> None:
        own: dict[str, str] = {}  # names in the text, of which the grammar reserves some -> names in its place

        def name(word: re.Match[str]) -> str:
            said = word["name"]
            if said is None:
                return word[0]
            if word["call"]:
                return {"Abs": "abs"}.get(said, said) + "("
            if said == "E":
                return "exp(1)"
            return said if said in _KEPT else own.setdefault(said, f"v{len(own)}")

        self._parsed: Parsed = parse(_without_sign(_WORD.sub(name, text)))
        self._names = {stand_in: said for said, stand_in in own.items()}

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._names[name] for name in self._parsed.names)

    def at(self, point: int) -> Any:
        """The value at one of the points, None where it is no finite real number."""
        made: list[Any] = []
        for step in self._parsed.steps:
            if step.op == "name":
                made.append(_coordinate(self._names[step.said], point))
            elif step.op == "number":
                made.append(+_mp.pi if step.said == "pi" else _mp.mpf(step.said))
            else:
                value = _worked_out(step.op, [made[place] for place in step.args])
                if value is None:
                    return None
                made.append(value)
        return made[-1]

    @property
    def number(self) -> int | float | None:
        """The number that a formula without names is."""
        if self.names or (value := self.at(0)) is None:
            return None
        return int(value) if value == int(value) else float(value)


def differ(reference: Function, came: "Function | float", rtol: float) -> str:
    """Why two formulas are not equal; "" if they are."""
    pairs = [(point, wanted) for point in range(len(POINTS)) if (wanted := reference.at(point)) is not None]
    if len(pairs) < NEEDED:
        return "the reference is finite at too few points to compare with it"
    positive = {point for point, _ in pairs if POINTS[point][0] > 0}
    floor = 1e-12 * float(min(1, max(abs(wanted) for _, wanted in pairs)) or 1)  # beside a zero of the reference
    for point, wanted in pairs:
        found = came.at(point) if isinstance(came, Function) else _number(came)
        if found is None:
            if point in positive or not positive:
                return "the formula is not defined where the one asked for is"
        elif not abs(found - wanted) <= max(rtol, RTOL) * max(abs(found), abs(wanted)) + floor:
            return "the formula is not equal to the one asked for" + _strange(reference, came)
    return ""


def _strange(reference: Function, came: "Function | float") -> str:
    strange = sorted(came.names - reference.names) if isinstance(came, Function) else []
    return f"; it holds {', '.join(strange)[:60]}, which that does not" if strange else ""


def _number(said: float) -> Any:
    value = _mp.mpf(said)
    return value if abs(value) < LARGEST else None


@lru_cache(maxsize=1000)
def _coordinate(name: str, point: int) -> Any:
    low, high = POINTS[point]
    drawn = int.from_bytes(hashlib.blake2b(f"{name} {point}".encode(), digest_size=6).digest())
    return _mp.mpf(low) + (_mp.mpf(high) - _mp.mpf(low)) * drawn / 2**48


def _worked_out(op: str, args: list[Any]) -> Any:
    """A step's value; None where it is not real, or so large that it or the next step would take long."""
    try:
        if op == "**":
            base, power = args
            if base and abs(power * _mp.log(abs(base))) > 690:
                return None
            value = base**power
        else:
            if op in ("exp", "sinh", "cosh", "tanh") and abs(args[0]) > 690:
                return _mp.mpf(0) if op == "exp" and args[0] < 0 else _mp.sign(args[0]) if op == "tanh" else None
            value = _OPERATIONS[op](*args)
    except (ZeroDivisionError, ValueError, OverflowError):
        return None
    return None if isinstance(value, mpc | _mp.mpc) or not abs(value) < LARGEST else value


_OPERATIONS: Mapping[str, Any] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "neg": lambda a: -a, "abs": abs, **{name: getattr(_mp, name) for name in FUNCTIONS if name != "abs"},
}  # fmt: skip


def _without_sign(text: str) -> str:
    """The text with sign(u) written with abs, which the grammar has; from the inside out."""
    for _ in range(20):
        found = max(re.finditer(r"\bsign\(", text), key=lambda match: match.start(), default=None)
        if not found or len(text) > 10_000:
            break
        end = _closing(text, found.end())
        if end is None:
            break
        text = text[: found.start()] + _SIGN.format(text[found.end() : end]) + text[end + 1 :]
    return text


def _closing(text: str, begin: int) -> int | None:
    depth = 1
    for place in range(begin, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if not depth:
            return place
    return None


__all__ = ["FormulaError", "Function", "differ"]
