"""Numba's lanes from a trajectory: plain Python whose innermost loop goes over runs, so that it becomes vectors.

A block of runs lies in small arrays, coordinate by coordinate: all of them take a step before any takes the next. No
run is watched in between: a block that has taken some steps is looked over, and a run that has ended somewhere in them
takes them once more, alone, step by step. What comes is the same to the bit, and a step has nothing but the rule in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from textwrap import indent
from typing import NamedTuple

from gdlib.emit.as_c import fitted
from gdlib.emit.as_numpy import NUMPY
from gdlib.emit.inverses import OVER, SURE_OF, by_inverses
from gdlib.emit.straight_line import Language, identifiers, print_code
from gdlib.emit.trajectory import FACTOR, T, Trajectory
from gdlib.trace.graph import Node, in_order

LANES, _FEWEST, _ROWS = 128, 16, 24
"""Runs in a block, and their fewest where many rows for each (coordinates and memory) would leave the fastest cache."""

_UNWATCHED = 32
"""Steps that a block takes between two looks at its runs."""

_OWN = {
    *("lanes", "own", "numbers", "swept", "factors", "powers", "square", "ends", "points", "width", "start", "last"),
    *("first", "now", "fits", "least", "most", "size", "lane", "at", "real", "np", "min", "range", "float"),
    *("wide", "over", "by_inverse", "SURE"),
}

_OPERATIONS = {
    **NUMPY.operations,
    OVER: "over({0}, {1}, {2})",
    "max": "({0} if {0} >= {1} or {0} != {0} else {1})",
    "min": "({0} if {0} <= {1} or {0} != {0} else {1})",
    "where": "({1} if {0} else {2})",
    "and": "({0} and {1})",
    "or": "({0} or {1})",
    "not": "(not {0})",
}


def typed_python(real: str) -> Language:
    """Python for Numba; `real` is the name of the type in which plain numbers are written, "" for doubles."""

    def number(value: float) -> str:
        text = f"np.{value!r}" if value - value != 0.0 else repr(value)
        text = text.replace("np.-inf", "-np.inf")
        return f"{real}({text})" if real else f"({text})" if text.startswith("-") else text

    zero, one, minus = number(0.0), number(1.0), number(-1.0)
    sign = f"({one} if {{0}} > {zero} else ({minus} if {{0}} < {zero} else ({zero} if {{0}} == {zero} else {{0}})))"
    return Language({**_OPERATIONS, "sign": sign}, number, "{0} = {1}", NUMPY.reserved | _OWN)


BY_INVERSE = '''\
def by_inverse(x, y, inverse):
    """x / y to the bit for sizes that are sure: a product, and what it lacks, by two that are rounded once."""
    near = x * inverse
    return fma(-fma(y, near, -x), inverse, near)
'''
"""The quotient for a compiler that gives `fma`, x*y + z rounded once."""

_TEXT = '''\
"""{title}: {block} runs side by side, printed by gdlib."""

import numpy as np

real = np.{dtype}
SHARED, SWEPT = {shared!r}, {apart!r}
SURE = True
BLOCK, ROWS, OWN_ROWS, POWERS, UNWATCHED = {block}, {rows}, {own_rows}, {powers}, {unwatched}


def begin(lanes, own, points, swept, first, width):
    """Lay the runs from the first one on into the lanes, as they stand before their first step."""
    for lane in range(width):
        at = first + lane
{load}


def wide():
    """For a compiler: it may use vectors as wide as the processor has."""


def over(x, y, inverse):
    """x / y."""
    return x / y


{by_inverse}

def walk(lanes, own, numbers, factors, powers, square, ends, width, start, last):
    """Steps start + 1 to last.

    `ends` becomes 1 where one found tol met, else -1 where the last point is not finite. Where SURE is False, because
    `over` is `by_inverse`, it becomes 2 where a quotient may be another than x / y.
    """
    wide()
{once}
    for now in range(start + 1, last + 1):
{step}
        for lane in range(width):
{body}
{carry}
    for lane in range(width):
        ends[lane] = real(1.0) if ends[lane] > 0.0 else (real(0.0) if {finite} else real(-1.0))
{sure}'''


def lanes_text(trajectory: Trajectory, dtype: str, swept: Collection[str], watched: bool) -> str:
    """`begin` and `walk`, plain Python for Numba, with the sizes of the arrays that `sweeps.blocks` is to give them.

    `points` (N, n) are the starts; `numbers` are those that the text calls SHARED, `swept` (…, N) those it calls SWEPT;
    `factors` has one for each step; `square`, in the points' type, is the greatest square of a norm that ends a run.
    Coordinates and memory lie in `lanes`, row by row, what a run has of its own beside them, in double, in `own`.
    """
    parts = trajectory.split(swept)
    shared = tuple(name for name in trajectory.numbers if name not in swept)
    apart = tuple(name for name in trajectory.numbers if name in swept)
    powers = {power: factor for power, factor in trajectory.powers.items() if factor not in swept}
    own_powers = {power: factor for power, factor in trajectory.powers.items() if factor in swept}
    double, real = typed_python(""), typed_python("" if dtype == "float64" else "real")
    results = [name for part in parts[:4] for name in part]
    inputs = [*trajectory.carried, *trajectory.numbers, *trajectory.powers, T, FACTOR]
    names = identifiers([*inputs, *results], double)
    rounded = names if dtype == "float64" else names | identifiers(results, double, taken=names.values())
    block = runs_at_once(len(trajectory.carried))
    row = {name: f"lanes[{_at(k, block)}]" for k, name in enumerate(trajectory.carried)}
    kept_apart = [*parts.own_before, *own_powers, *dict.fromkeys(own_powers.values())]
    own_row = {name: f"own[{_at(k, block)}]" for k, name in enumerate(kept_apart)}

    def worked_out(part: Mapping[str, Node], prefix: str) -> list[str]:
        return _assigned({names[name]: node for name, node in part.items()}, names, double, prefix)

    def round_off(part: Iterable[str]) -> list[str]:
        return [f"{rounded[name]} = real({names[name]})" for name in part if rounded[name] != names[name]]

    def read(rows: Mapping[str, str], wanted: Iterable[str]) -> list[str]:
        return [f"{names[name]} = {rows[name]}" for name in wanted]

    once = [f"{names[name]} = numbers[{k}]" for k, name in enumerate(shared)]
    once += worked_out(parts.before, "a") + round_off(parts.before)
    once += [f"{names[power]} = powers[{k}]" for k, power in enumerate(powers)]
    step = [f"{names[power]} = {names[power]} * {names[factor]}" for power, factor in powers.items()]
    step += [f"{names[T]} = float(now)"]
    step += [f"{names[FACTOR]} = factors[min(now, factors.size) - 1]"] if trajectory.is_scheduled else []
    step += worked_out(parts.each_step, "b") + round_off(parts.each_step)
    load = [f"{row[name]} = points[at, {k}]" for k, name in enumerate(trajectory.point)]
    load += [f"{names[name]} = swept[{k}, at]" for k, name in enumerate(apart)]
    load += [f"{row[name]} = {double.number(start)}" for name, start in trajectory.memory.items()]
    load += worked_out(parts.own_before, "c")
    load += [f"{own_row[name]} = {names[name]}" for name in (*parts.own_before, *dict.fromkeys(own_powers.values()))]
    load += [f"{own_row[power]} = 1.0" for power in own_powers]
    body = read(row, trajectory.carried) + read(own_row, parts.own_before)
    body += [f"{own_row[power]} *= {own_row[factor]}" for power, factor in own_powers.items()]
    body += read(own_row, own_powers)
    body += worked_out(parts.own_each_step, "d") + round_off([*parts.own_before, *parts.own_each_step])
    slope = parts.slope
    squared = slope.args[0] if slope.op == "sqrt" else slope * slope  # no root for the sake of a look
    outputs = fitted([*parts.moved, *([squared] if watched else [])])
    quotients = by_inverses(outputs, {*parts.before, *parts.each_step})
    rounded = rounded | identifiers(quotients.inverses.values(), double, taken=rounded.values())
    for part, lines in ((parts.before, once), (parts.each_step, step)):
        lines += _inverted({name: rounded[name] for name in part}, quotients.inverses, rounded, dtype)
    code = print_code([*quotients.outputs, *quotients.divided], rounded, real, "n")
    watch = _watch(code.outputs[len(outputs) :], [_at(k, block) for k in (len(row), len(row) + 1)], dtype)
    body += code.lines + watch.step
    body += [f"ends[lane] = real(1.0) if {code.outputs[len(row)]} <= square else ends[lane]"] if watched else []
    moved = identifiers([f"next {k}" for k in range(len(row))], double, taken=rounded.values()).values()
    body += [f"{name} = {text}" for name, text in zip(moved, code.outputs, strict=False)]  # all, before any is stored
    body += [f"{row[name]} = {text}" for name, text in zip(trajectory.carried, moved, strict=True)]
    still = [f"({row[name]} - {row[name]})" for name in trajectory.point]  # 0, or nan
    return _TEXT.format(
        title=trajectory.title.replace("\\", "").replace('"', "'"), dtype=dtype, shared=shared, apart=apart,
        block=block, rows=len(row) + 2 * bool(quotients.divided), own_rows=len(own_row), powers=len(powers),
        unwatched=_UNWATCHED if _stays_out(trajectory) else 1, by_inverse=BY_INVERSE,
        load=indent("\n".join(load), " " * 8), once=indent("\n".join([*watch.once, *once]), " " * 4),
        step=indent("\n".join(step), " " * 8), body=indent("\n".join(body), " " * 12),
        carry=indent("\n".join(f"powers[{k}] = {names[power]}" for k, power in enumerate(powers)), " " * 4),
        finite=f"{' + '.join(still)} == 0.0", sure=indent("".join(f"{line}\n" for line in watch.end), " " * 8),
    )  # fmt: skip


def runs_at_once(rows: int) -> int:
    """How many runs a block holds, when each carries so many numbers from step to step."""
    block = LANES
    while block > _FEWEST and rows * block > _ROWS * LANES:
        block //= 2
    return block


def _at(row: int, block: int) -> str:
    return "lane" if row == 0 else f"{row * block} + lane"


def _assigned(outputs: Mapping[str, Node], names: Mapping[str, str], language: Language, prefix: str) -> list[str]:
    """Lines that give each name the value of its graph."""
    code = print_code(fitted(list(outputs.values())), names, language, prefix)
    return code.lines + [f"{name} = {text}" for name, text in zip(outputs, code.outputs, strict=True)]


def _inverted(
    divisors: Mapping[str, str], inverses: Mapping[str, str], names: Mapping[str, str], dtype: str
) -> list[str]:
    """Lines that take the inverses of those among the divisors that have one, and see whether their sizes fit."""
    low, high, _, _ = SURE_OF[dtype]
    lines = []
    for name, divisor in divisors.items():
        if name in inverses:
            lines += [
                f"{names[inverses[name]]} = real(1.0) / {divisor}",
                f"fits = fits and {low} <= {divisor} <= {high}",
            ]
    return lines


class _Watch(NamedTuple):
    """Lines that watch the sizes of what is divided by inverses: before the first step, in each, and after the last."""

    once: list[str]
    step: list[str]
    end: list[str]


def _watch(divided: Sequence[str], places: Sequence[str], dtype: str) -> _Watch:
    if not divided:
        return _Watch([], [], [])
    least, most = (f"lanes[{place}]" for place in places)
    _, _, tiny, huge = SURE_OF[dtype]
    once = ["fits = True", "for lane in range(width):", f"    {least} = real(1.0)", f"    {most} = real(1.0)"]
    step = [f"least = {least}", f"most = {most}"]
    for text in divided:
        step += [f"size = np.abs({text})", "least = size if size < least else least"]
        step += ["most = size if size > most else most"]
    step += [f"{least} = least", f"{most} = most"]
    sure = f"if not SURE and not (fits and {least} >= {tiny} and {most} <= {huge}):"
    return _Watch(once, step, [sure, "    ends[lane] = real(2.0)"])


def _stays_out(trajectory: Trajectory) -> bool:
    """Whether a coordinate that is not finite can never be finite again: it enters its next value in a sum or product.

    Inf or nan plus, minus or times anything, or over anything, is inf or nan.
    """
    for name, after in zip(trajectory.point, trajectory.moved, strict=False):
        out: dict[int, bool] = {}
        for node in in_order([after]):
            from_operands = [out[id(operand)] for operand in node.args]
            if node.op in ("add", "sub", "mul", "neg"):
                out[id(node)] = any(from_operands)
            else:
                out[id(node)] = node.payload == name or (node.op == "div" and from_operands[0])
        if not out[id(after)]:
            return False
    return True
