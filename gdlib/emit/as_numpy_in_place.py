"""NumPy that moves a block of runs in place: a trajectory as one ufunc a line, each into an array that is free by then.

A block's arrays fit the cache and no line makes a new one, which is what leaves plain NumPy several times behind. The
exception is a choice: NumPy has none that writes into a given array and is as fast as the one that makes its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from textwrap import indent

from gdlib.emit.as_numpy import NUMPY
from gdlib.emit.straight_line import identifiers, print_code
from gdlib.emit.trajectory import Split, Trajectory
from gdlib.trace.graph import TRUTHS, UFUNCS, Node, in_order, on_operands, symbol

_DOUBLES = replace(NUMPY, number=lambda value: f"np.float64({NUMPY.number(value)})")
"""For plain numbers among themselves: Python's would raise an error on 1/0."""

_TEXT = '''\
"""{title}: a block of runs that take their steps side by side, in NumPy, printed by gdlib.

`before`, `each_step`, `own_before` and `own_each_step` add to what is given: numbers that are the same for all runs, or
arrays with one for each. STEADY and MOVING name those of them that `step` and `slope` unpack, in this order.
`step` takes what each run carries, then ROOM arrays to work in and TRUTHS for truths, and returns as many: what is
carried after the step,{slope_too} the old point, and the rest to work in. `slope` is the gradient's norm.
"""

import numpy as np

MEMORY = {memory}
POWERS = {powers}
STEADY, MOVING = {steady}, {moving}
ROOM, TRUTHS = {room}, {truths}


{parts}


def step(arrays, numbers):
{step}


def slope(arrays, numbers):
{slope}
'''


def in_place_text(trajectory: Trajectory, *, dtype: str, swept: Collection[str], watched: bool) -> str:
    """The text of a trajectory for blocks of runs; `watched`: `step` gives the slope too."""
    split = trajectory.split(swept)
    used = {str(node.payload) for node in in_order([*split.moved, split.slope]) if node.op == "symbol"}
    steady = [name for part in (split.before, split.own_before) for name in part if name in used]
    moving = [name for part in (split.each_step, split.own_each_step) for name in part if name in used]
    numbers = identifiers([*steady, *moving], NUMPY, taken=("arrays", "numbers"))
    point = [symbol(name) for name in trajectory.point]
    step = _Registers(trajectory.carried, numbers, dtype)
    step_lines = step.lines([*split.moved, *([split.slope] if watched else []), *point])
    slope = _Registers(trajectory.carried, numbers, dtype)
    slope_lines = slope.lines([split.slope])
    room, truths = max(step.floats, slope.floats) - len(trajectory.carried), max(step.truths, slope.truths)
    unpack = f"{', '.join(numbers.values())}, = numbers\n" if numbers else ""
    for one in (step, slope):
        one.floats, one.truths = room + len(trajectory.carried), truths
    return _TEXT.format(
        title=trajectory.title.replace("\\", "\\\\").replace('"', '\\"'),
        slope_too=" the slope before it," if watched else "",
        memory=f"({' '.join(f'{NUMPY.number(start)},' for start in trajectory.memory.values())})",
        powers=dict(trajectory.powers),
        steady=tuple(steady), moving=tuple(moving), room=room, truths=truths,
        parts="\n\n".join(
            f"def {name}(given):\n{indent(_part(split, name), '    ')}"
            for name in ("before", "each_step", "own_before", "own_each_step")
        ),
        step=indent(f"{unpack}{step.unpacked}{step_lines}{step.all_results}", "    "),
        slope=indent(f"{unpack}{slope.unpacked}{slope_lines}{slope.first_result}", "    "),
    )  # fmt: skip


def _part(split: Split, name: str) -> str:
    """The body of a function that works out one of the first four parts."""
    nodes: Mapping[str, Node] = getattr(split, name)
    inputs = {str(node.payload) for node in in_order(nodes.values()) if node.op == "symbol"}
    names = identifiers(sorted(inputs), NUMPY, taken=("given",))
    code = print_code(list(nodes.values()), names, _DOUBLES)
    taken = [f"{identifier} = given[{name!r}]" for name, identifier in names.items()]
    results = ", ".join(f"{name!r}: {text}" for name, text in zip(nodes, code.outputs, strict=True))
    return "\n".join([*taken, *code.lines, f"return {{{results}}}"])


def _fewer_signs(outputs: Sequence[Node]) -> list[Node]:
    """The outputs with y - x in place of -x + y, which is the same to the bit and one line less."""
    new: dict[int, Node] = {}
    for node in in_order(outputs):
        args = [new[id(operand)] for operand in node.args]
        signed = [operand.op == "neg" for operand in args]
        if node.op == "add" and signed[0]:
            new[id(node)] = args[1] - args[0].args[0]
        elif node.op == "add" and signed[1]:
            new[id(node)] = args[0] - args[1].args[0]
        elif node.op == "sub" and signed[1]:
            new[id(node)] = args[0] + args[1].args[0]
        else:
            new[id(node)] = on_operands(node, args) if args else node
    return [new[id(node)] for node in outputs]


class _Registers:
    """Lines of ufuncs, each of which writes into an array whose value nothing needs any more."""

    def __init__(self, carried: Sequence[str], numbers: Mapping[str, str], dtype: str) -> None:
        self._inputs = {name: f"a{place}" for place, name in enumerate(carried)}
        self._numbers, self._dtype = numbers, dtype
        self._free: dict[str, list[str]] = {"a": [], "b": []}
        self._results: list[str] = []
        self.floats, self.truths = len(carried), 0

    def lines(self, outputs: Sequence[Node]) -> str:
        """The lines that work out the outputs; afterwards `floats` and `truths` are how many arrays they need."""
        outputs = _fewer_signs(outputs)
        nodes = in_order(outputs)
        uses = {id(node): 0 for node in nodes}
        for operand in [*(operand for node in nodes for operand in node.args), *outputs]:
            uses[id(operand)] += 1
        # What is carried and not used at all is free from the first line on.
        wanted = {str(node.payload) for node in nodes if node.op == "symbol"}
        self._free["a"] = [register for name, register in self._inputs.items() if name not in wanted]
        held: dict[int, str] = {}
        written: list[str] = []
        for node in nodes:
            if not node.args:
                held[id(node)] = self._leaf(node)
                continue
            operands = [held[id(operand)] for operand in node.args]
            for operand in node.args:
                uses[id(operand)] -= 1
            for register in {held[id(operand)] for operand in node.args if not uses[id(operand)]}:
                self._give_back(register)
            target = self._take("b" if node.op in TRUTHS else "a")
            held[id(node)] = target
            written.append(self._line(node, target, operands))
        for node in outputs:
            source = held[id(node)]
            if source in self._results or not source.startswith("a"):
                copy = self._take("a")
                written.append(f"np.copyto({copy}, {source})\n")
                source = copy
            self._results.append(source)
        return "".join(written)

    @property
    def unpacked(self) -> str:
        """The line that gives each array its name."""
        return f"{', '.join(self._all())}, = arrays\n"

    @property
    def all_results(self) -> str:
        """The line that returns the outputs, and behind them the arrays that are free again."""
        rest = [register for register in self._all() if register not in self._results]
        return f"return [{', '.join([*self._results, *rest])}]"

    @property
    def first_result(self) -> str:
        """The line that returns the first output alone."""
        return f"return {self._results[0]}"

    def _all(self) -> list[str]:
        return [*(f"a{place}" for place in range(self.floats)), *(f"b{place}" for place in range(self.truths))]

    def _leaf(self, node: Node) -> str:
        if node.op == "constant":
            assert isinstance(node.payload, float)
            return NUMPY.number(node.payload)
        name = str(node.payload)
        return self._inputs.get(name) or self._numbers[name]

    def _line(self, node: Node, target: str, operands: Sequence[str]) -> str:
        if node.op == "where":
            chosen = f"np.where({', '.join(operands)})"
            plain = not any(text.startswith("a") for text in operands[1:])
            return f"{target} = {chosen}{f'.astype(np.{self._dtype})' if plain else ''}\n"
        return f"np.{UFUNCS[node.op].__name__}({', '.join(operands)}, out={target})\n"

    def _take(self, kind: str) -> str:
        if self._free[kind]:
            return self._free[kind].pop()
        place = self.floats if kind == "a" else self.truths
        if kind == "a":
            self.floats += 1
        else:
            self.truths += 1
        return f"{kind}{place}"

    def _give_back(self, register: str) -> None:
        if register in self._all():  # no number and no plain constant
            self._free[register[0]].append(register)
