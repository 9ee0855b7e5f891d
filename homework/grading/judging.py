"""Compares a value out of a student's notebook with the reference's, and says what is wrong without telling it.

Both are data, of homework.inside.values: the student's is believed in nothing, and comparing it runs nothing of it.

- Numbers are equal within rtol of the larger, and where both are smaller than NOISE; in arrays also within a
  thousandth of rtol of the reference's largest entry, so that another order of summing does no harm to a near-zero.
- Where the reference is a whole number, so must be what came: 2 or 2.0, or a float within 1e-9 of it. Never True for 1.
- Text, True, False and None are equal or not. inf and nan are equal to themselves alone.
- An array, a list and a tuple of the same shape are the same; a dict needs the same keys, in any order.
- Formulas are compared as functions, see homework.grading.functions; one without names is a number.
"""

import cmath
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from homework.grading.functions import FormulaError, Function, differ
from homework.inside import values
from homework.inside.values import Formula, Other
from homework.outcomes import Part
from homework.plan import Judge
from homework.sandbox.ran import JudgeRan

NOISE = 1e-14  # below it a number is what rounding left of a zero
WHOLE = 1e-9  # how near a float must be to a whole number, relatively
LETTERS = 40_000  # of all formulas that came together


def part(judge: Judge, ran: JudgeRan) -> Part:
    """What came of a judged part."""
    if ran.status == "value":
        right, reason = judged(judge.value, ran.value, judge.rtol)
        return Part(judge.question, judge.title, judge.points, "right" if right else "wrong", reason)
    return Part(judge.question, judge.title, judge.points, ran.status, ran.reason)


def judged(reference: Any, came: Any, rtol: float) -> tuple[bool, str]:
    """`compare` for data as homework.inside.values encodes it."""
    try:
        value = values.decode(came)
    except values.DataError as problem:
        return False, f"needed data that can be compared; {problem}"
    return compare(values.decode(reference), value, rtol)


def compare(reference: Any, came: Any, rtol: float) -> tuple[bool, str]:
    """Whether a decoded value is right, and if not why, in words that do not tell the reference's.

    A reference that is not equal to itself is one that nothing can be compared with: release refuses it.
    """
    if _letters(came) > LETTERS:
        return False, f"needed formulas of at most {LETTERS:,} letters together, came longer ones; simplify them"
    reason = _differs(reference, came, rtol)
    return not reason, reason


def _differs(reference: Any, came: Any, rtol: float) -> str:
    """Why a value is not the reference's, "" if it is."""
    if isinstance(reference, dict):
        if not isinstance(came, dict):
            return f"needed a dict, came {_named(came)}"
        if missing := [key for key in reference if key not in came]:
            return f"{len(missing)} of the {len(reference)} keys asked for are missing"
        if len(came) > len(reference):
            return f"needed {len(reference)} keys, came {len(came)}"
        return _first((key[:60], _differs(reference[key], came[key], rtol)) for key in reference)
    shape, came_shape = _shape(reference), _shape(came)
    if shape == () or came_shape == ():
        if shape != came_shape:
            return f"needed {_named(reference)}, came {_named(came)}"
        return _leaf_differs(_leaf(reference), _leaf(came), rtol, 0.0)
    if shape is None or came_shape is None:  # entries of different shapes: one after the other
        one, other = _listed(reference), _listed(came)
        if len(one) != len(other):
            return f"needed {len(one)} entries, came {len(other)}"
        return _first((number, _differs(one[number], other[number], rtol)) for number in range(len(one)))
    if shape != came_shape:
        return f"needed shape {shape}, came {came_shape}"
    return _entries_differ(list(_leaves(reference)), list(_leaves(came)), rtol)


def _first(reasons: Iterable[tuple[str | int, str]]) -> str:
    return next((f"entry {where}: {reason}" for where, reason in reasons if reason), "")


def _entries_differ(reference: list[Any], came: list[Any], rtol: float) -> str:
    sizes = [abs(number) for number in reference if _is_number(number) and cmath.isfinite(number)]
    floor = 1e-3 * rtol * max(sizes, default=0)
    reasons = [_leaf_differs(one, other, rtol, floor) for one, other in zip(reference, came, strict=True)]
    wrong = [reason for reason in reasons if reason]
    if not wrong or len(reasons) == 1:
        return "".join(wrong)
    why = f": {wrong[0]}" if len(set(wrong)) == 1 else ""
    return f"{len(wrong)} of {len(reasons)} entries differ{why}"


def _leaf_differs(reference: Any, came: Any, rtol: float, floor: float) -> str:
    if isinstance(reference, Formula) or isinstance(came, Formula):
        return _formula_differs(reference, came, rtol, floor)
    if isinstance(reference, dict):
        return _differs(reference, came, rtol)
    if _is_number(reference) and _is_number(came):
        return _number_differs(reference, came, rtol, floor)
    if type(reference) is not type(came) or isinstance(came, Other):
        return f"needed {_named(reference)}, came {_named(came)}"
    return "" if reference == came else f"{_named(came)}, but not the one asked for"


def _formula_differs(reference: Any, came: Any, rtol: float, floor: float) -> str:
    try:
        read = Function(came.text) if isinstance(came, Formula) else came
    except FormulaError as problem:
        return f"the formula cannot be read: it {problem.sentence[:200]}"
    if isinstance(reference, Formula):
        try:
            wanted = Function(reference.text)
        except FormulaError as problem:
            return f"the reference cannot be read: it {problem.sentence[:200]}"
        if wanted.number is None or (isinstance(read, Function) and read.names):
            if isinstance(read, Function) or (_is_number(read) and isinstance(read, int | float)):
                return differ(wanted, read, rtol)
            return f"needed a formula, came {_named(came)}"
        reference = wanted.number
    if isinstance(read, Function):
        if read.number is None:
            return f"needed {_named(reference)}, came a formula that is none"
        read = read.number
    return _leaf_differs(reference, read, rtol, floor)


def _number_differs(reference: Any, came: Any, rtol: float, floor: float) -> str:
    if isinstance(reference, int) and isinstance(came, int):
        return "" if reference == came else "the number differs"
    if isinstance(reference, int):
        rtol, floor = min(rtol, WHOLE), 0.0
    try:
        one, other = complex(reference), complex(came)
        sizes = abs(one), abs(other)  # of finite parts, too, it may be too large for a float
    except OverflowError:
        return "the number differs"
    if not (cmath.isfinite(one) and cmath.isfinite(other)):
        same = repr(one) == repr(other) or (cmath.isnan(one) and cmath.isnan(other))
        return "" if same else "the number differs" if cmath.isfinite(other) else "the number is not finite"
    apart, size = abs(one - other), max(sizes)
    if apart <= max(rtol * size, floor) or size < NOISE:
        return ""
    nearly = rtol < 1e-5 and apart <= 1e-5 * size
    return "the number differs" + (" after its first digits: was it rounded, or float32?" if nearly else "")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | complex) and not isinstance(value, bool)


def _shape(value: Any) -> tuple[int, ...] | None:
    """The shape of an array or of lists like one, () of what is neither, None of lists whose entries differ in it."""
    if isinstance(value, np.ndarray):
        return tuple(value.shape)
    if not isinstance(value, list):
        return ()
    shapes = {_shape(entry) for entry in value}
    if len(shapes) > 1 or None in shapes:
        return None
    return (len(value), *(shapes.pop() if shapes else ()))  # type: ignore[misc]


def _leaves(value: Any) -> Iterator[Any]:
    """The entries of arrays and lists within each other, as Python's own."""
    if isinstance(value, np.ndarray):
        yield from value.ravel().tolist()
    elif isinstance(value, list):
        for entry in value:
            yield from _leaves(entry)
    else:
        yield value


def _letters(value: Any) -> int:
    """The letters of all formulas in a value."""
    if isinstance(value, dict):
        return sum(map(_letters, value.values()))
    return (
        sum(map(_letters, value)) if isinstance(value, list) else len(value.text) if isinstance(value, Formula) else 0
    )


def _listed(value: Any) -> list[Any]:
    return value.tolist() if isinstance(value, np.ndarray) else value  # type: ignore[no-any-return]


def _leaf(value: Any) -> Any:
    return value.item() if isinstance(value, np.ndarray) else value


def _named(value: Any) -> str:
    """What kind of thing a value is, in words."""
    shape = _shape(value)
    if shape is None:
        return f"a list of {len(value)} entries"
    if shape:
        return f"{'an array' if isinstance(value, np.ndarray) else 'a list'} of shape {shape}"
    value = _leaf(value)
    if isinstance(value, Other):
        return f"an object of type {value.type if value.type.isidentifier() else '?'}"
    kinds = {bool: "True or False", str: "text", Formula: "a formula", dict: "a dict", type(None): "None"}
    return kinds.get(type(value), "a number")
