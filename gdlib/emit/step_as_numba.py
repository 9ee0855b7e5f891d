"""One step of a rule on whole arrays, in place, as a single loop over their entries for Numba.

A rule that divides by what all entries share has a second loop, which takes those quotients by the inverse and notes
what it overwrites: a piece in which a quotient is not sure is put back, and divided. The bits are the same, but for
those of a NaN.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from textwrap import indent
from typing import NamedTuple

from gdlib.emit.as_c import fitted
from gdlib.emit.as_numba import BY_INVERSE, typed_python
from gdlib.emit.inverses import SURE_OF, by_inverses, by_ones, unsure
from gdlib.emit.printable import TracedRule
from gdlib.emit.straight_line import identifiers, print_code
from gdlib.emit.two_parts import TwoParts, in_two_parts
from gdlib.trace.graph import Node

_TEXT = '''\
"""One step of {rule} on flat arrays of {dtype}, printed by gdlib."""

import numpy as np

real = np.{dtype}


def wide():
    """For a compiler: it may use vectors as wide as the processor has."""


def apart():
    """For a compiler: the arrays do not overlap."""


def step({signature}, f, numbers):
    """Move theta and its memory, in place; the numbers, in double, are those that all entries share."""
    wide()
    apart()
{unpack}
    for i in range(theta.size):
{body}
'''
_QUICK = '''

{by_inverse}

def quick({signature}, f, numbers, before):
    """As `step`, which notes row by row what was there; for how many entries a quotient may be another than x / y."""
    wide()
    apart()
{unpack}
    unsure = real(0.0)
    for i in range(theta.size):
{body}
    return unsure


def quick_step({signature}, f, numbers):
    """As `step`, sooner."""
    if not ({fits}):
        step({signature}, f, numbers)
        return
    before = np.empty({rows} * {piece}, real)
    wait, left = 0, 0
    for first in range(0, theta.size, {piece}):
        last = min(first + {piece}, theta.size)
{cut}
        if left > 0:
            left -= 1
            step({parts}, f, numbers)
        elif quick({parts}, f, numbers, before) == real(0.0):
            wait = 0
        else:
            for i in range(last - first):
{back}
            step({parts}, f, numbers)
            wait = min(2 * wait + 1, {longest})
            left = wait
'''
_PIECE = {"float64": 512, "float32": 1024}
"""Entries whose arrays, and what is noted of them, lie in the fastest cache side by side."""
_LONGEST = 15
"""Pieces that are divided at once, at the most, after some that were not sure: those are seldom alone."""
_OWN = {
    *("i", "step", "quick", "quick_step", "numbers", "before", "unsure", "first", "last", "wait", "left"),
    *("over", "fma", "wide", "apart", "count"),
}


class _Loop(NamedTuple):
    """What a loop over entries consists of; `more` are the texts of outputs beyond theta and the memory.

    `parts` names a part of each array.
    """

    names: dict[str, str]
    signature: str
    parts: dict[str, str]
    unpack: list[str]
    load: list[str]
    work: list[str]
    store: list[str]
    more: list[str]


def step_text(rule: TracedRule, dtype: str, ones: Collection[str] = ()) -> str:
    """`step(theta, *memory, g, f, numbers)`; f is one number, whether the rule asks for it or not.

    A rule that divides by what all entries share also has a `quick_step`, for a compiler that is given all of the words
    in `loops/compiler_words.py`. `ones` are those of `divisors` that are 1: a text for them has one step, without them.
    """
    parts, memory = in_two_parts(rule), rule.trace.outputs_named
    loop = _loop(parts, memory, dtype, by_ones(parts.outputs, ones))
    text = _TEXT.format(
        rule=rule.name, dtype=dtype, signature=loop.signature, unpack=_lines(4, loop.unpack),
        body=_lines(8, loop.load, loop.work, loop.store),
    )  # fmt: skip
    return text if ones else text + _quick(parts, memory, dtype)


@lru_cache(maxsize=256)
def divisors(rule: TracedRule) -> dict[str, int]:
    """The shared numbers that a rule divides by, such as 1 - beta**t, with their places in `numbers`."""
    parts = in_two_parts(rule)
    return {name: parts.given.index(name) for name in by_inverses(parts.outputs, parts.given).inverses}


def _quick(parts: TwoParts, memory: Sequence[str], dtype: str) -> str:
    """The text from `by_inverse` on; nothing where nothing is divided by what all entries share."""
    quotients = by_inverses(parts.outputs, parts.given)
    if not quotients.divided:
        return ""
    outputs = [*quotients.outputs, unsure(quotients.divided, dtype)]
    loop = _loop(parts, memory, dtype, outputs, tuple(quotients.inverses.values()))
    inverses = [f"{loop.names[inverse]} = real(1.0) / {loop.names[of]}" for of, inverse in quotients.inverses.items()]
    piece = _PIECE[dtype]
    rows = {loop.names[name]: k * piece for k, name in enumerate(memory)}
    note = [f"before[{row} + i] = {name}[i]" for name, row in rows.items()]
    low, high = SURE_OF[dtype][:2]
    return _QUICK.format(
        by_inverse=BY_INVERSE.replace("by_inverse", "over", 1), signature=loop.signature,
        unpack=_lines(4, loop.unpack, inverses),
        body=_lines(8, loop.load, note, loop.work, [f"unsure = count(unsure, {loop.more[0]})"], loop.store),
        fits=" and ".join(f"{low} <= numbers[{parts.given.index(name)}] <= {high}" for name in quotients.inverses),
        rows=len(rows), piece=piece, longest=_LONGEST, parts=", ".join(loop.parts.values()),
        cut=_lines(8, [f"{part} = {name}[first:last]" for name, part in loop.parts.items()]),
        back=_lines(16, [f"{loop.parts[name]}[i] = before[{row} + i]" for name, row in rows.items()]),
    )  # fmt: skip


def _loop(
    parts: TwoParts, memory: Sequence[str], dtype: str, outputs: Sequence[Node], inverses: Sequence[str] = ()
) -> _Loop:
    arrays = [*memory, "g"]
    language = typed_python("" if dtype == "float64" else "real")
    forms = [form.format(name) for form in ("{}", "{} here", "next {}", "part of {}") for name in arrays]
    names = identifiers([*forms, "f", *parts.given, *inverses], language, taken=_OWN)
    here, after, cut = ([names[form.format(name)] for name in arrays] for form in ("{} here", "next {}", "part of {}"))
    lines = replace(language, reserved=language.reserved | _OWN | set(names.values()))
    code = print_code(fitted(outputs), names | dict(zip(arrays, here, strict=True)), lines)
    return _Loop(
        names=names,
        signature=", ".join(names[name] for name in arrays),
        parts={names[name]: part for name, part in zip(arrays, cut, strict=True)},
        unpack=[f"{names[name]} = real(numbers[{k}])" for k, name in enumerate(parts.given)],
        load=[f"{entry} = {names[name]}[i]" for name, entry in zip(arrays, here, strict=True) if name in parts.arrays],
        work=code.lines
        + [f"{entry} = {text}" for entry, text in zip(after, code.outputs[: len(memory)], strict=False)],
        store=[f"{names[name]}[i] = {entry}" for name, entry in zip(memory, after, strict=False)],
        more=code.outputs[len(memory) :],
    )


def _lines(depth: int, *groups: Sequence[str]) -> str:
    return indent("\n".join(line for group in groups for line in group), " " * depth)
