"""A CUDA kernel whose threads walk whole runs in registers, and what the host works out for it beforehand.

`sweep_text` is the kernel alone, for reading; `program_text` is Python text that holds it with the functions of the
host, so that one text is all that a machine needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from textwrap import indent
from typing import NamedTuple

from gdlib.emit.as_cuda import CUDA, IN_DOUBLE, TYPES, block, comment, curvature_text, objective_text, printed
from gdlib.emit.as_numpy import NUMPY
from gdlib.emit.printable import Formula, MethodByComponent, TracedRule
from gdlib.emit.straight_line import identifiers, print_code
from gdlib.emit.trajectory import FACTOR, T, Trajectory, trajectory_of
from gdlib.trace.graph import Node, in_order


def pair_text(f: Formula, rule: TracedRule) -> str:
    """The objective's functions, and a kernel `sweep` whose threads walk runs."""
    return f"{objective_text(f)}\n{sweep_text(trajectory_of(f, rule))}"


def method_pair_text(f: Formula, method: MethodByComponent) -> str:
    """The same for a method on an objective of one or two variables, with `hessian` as well."""
    return f"{objective_text(f)}\n{curvature_text(f)}\n{sweep_text(trajectory_of(f, method))}"


def sweep_text(
    trajectory: Trajectory, dtype: str = "float64", swept: Collection[str] = (), watched: bool = False
) -> str:
    """The kernel for points of this type, runs that differ in the numbers `swept`, and a tol if `watched`."""
    return _Kernel(trajectory, dtype, swept, watched).text()


def program_text(trajectory: Trajectory, *, dtype: str, swept: Collection[str], watched: bool) -> str:
    """Python text with KERNEL, the functions `before` and `each_step` of the host, and what says how to call them."""
    kernel = _Kernel(trajectory, dtype, swept, watched)
    before, each_step = kernel.split.before, kernel.split.each_step
    powers = {power: factor for power, factor in trajectory.powers.items() if factor not in swept}
    given = tuple(name for name in trajectory.numbers if name not in swept)
    facts = {
        "KERNEL": kernel.text(), "DTYPE": dtype, "GIVEN": given, "POWERS": powers, "SWEPT": kernel.swept,
        "PARAMETERS": kernel.parameters, "KEPT": len(kernel.kept),
        "HANDED": {array.name: (_places(array.before, before), _places(array.each_step, each_step))
                   for array in kernel.arrays if array.name in kernel.parameters},
    }  # fmt: skip
    told = "".join(f"{name} = {fact!r}\n" for name, fact in facts.items())
    functions = [
        _host_function("before", given, before), _host_function("each_step", (*before, *powers, T, FACTOR), each_step)
    ]  # fmt: skip
    return f"import numpy as np\n\n{told}\n\n" + "\n\n".join(functions)


def _places(names: Iterable[str], part: Mapping[str, Node]) -> tuple[int, ...]:
    return tuple(list(part).index(name) for name in names)


def _host_function(name: str, takes: Iterable[str], results: Mapping[str, Node]) -> str:
    names = identifiers(takes, NUMPY)
    code = print_code(list(results.values()), names, NUMPY)
    returned = f"return ({' '.join(f'{text},' for text in code.outputs)})"
    return f"def {name}({', '.join(names.values())}):\n{indent(chr(10).join([*code.lines, returned]), '    ')}\n"


class _Array(NamedTuple):
    """What the host hands over in one array: results of `before`, then for each step a row of those of `each_step`."""

    name: str
    kind: str
    names: Mapping[str, str]
    before: list[str]
    each_step: list[str]


class _Kernel:
    """The kernel's parts.

    A result of the split has a name in the type of the points, where a point needs it, and another in double, where
    the numbers that are a run's own are worked out from it.
    """

    def __init__(self, trajectory: Trajectory, dtype: str, swept: Collection[str], watched: bool) -> None:
        self.trajectory, self.dtype, self.watched = trajectory, dtype, watched
        self.split = split = trajectory.split(swept)
        self._roots = [*split.moved, split.slope] if watched else list(split.moved)
        self._own_powers = {power: factor for power, factor in trajectory.powers.items() if factor in swept}
        self.kept = [*trajectory.memory, *self._own_powers]
        self._results = {name: node for part in split[:4] for name, node in part.items()}
        self._wanted = _inputs(self._roots)
        of_own = _inputs([*split.own_before.values(), *split.own_each_step.values()])
        needed = of_own | {*self._own_powers.values()}
        self.swept = tuple(name for name in trajectory.numbers if name in swept and name in needed)
        self._name_all()
        self.arrays = [
            _Array(name, kind, names, *([one for one in part if one in wanted] for part in split[:2]))
            for name, kind, names, wanted in (
                ("shared", "T", self._name, self._wanted), ("in_double", "double", self._double, of_own)
            )
        ]  # fmt: skip

    def _name_all(self) -> None:
        """An identifier for each thing in each type; a result that is one of the inputs bears that one's name."""
        carried = self.trajectory.carried
        label = {name: str(node.payload) if node.op == "symbol" else name for name, node in self._results.items()}
        label |= dict(zip(carried, carried, strict=True))
        doubles = {one: f"{label.get(one, one)} in double" for one in (*self.swept, *self._own_powers, *self._results)}
        after = {name: f"next {name}" for name in carried}
        chosen = identifiers(dict.fromkeys([*label.values(), *doubles.values(), *after.values()]), CUDA)
        self._name, self._double, self._next = (
            {one: chosen[words] for one, words in told.items()} for told in (label, doubles, after)
        )

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of what the kernel takes, in order."""
        handed = {array.name: array.before or array.each_step for array in self.arrays}
        needed = {**handed, "own": self.swept, "tol": self.watched, "rest": self.kept}
        return tuple(name for name in _PARAMETERS if needed.get(name, True))

    def text(self) -> str:
        """The kernel, with what its arguments hold."""
        told = [f"{self.trajectory.title}: each thread walks runs in registers, through steps first to last of steps."]
        told += [f"{array.name}: {self._legend(array)}" for array in self.arrays if array.name in self.parameters]
        told += [f"own, for all runs: {', '.join(self.swept)}"] if self.swept else []
        told += [f"rest, from one launch to the next: {', '.join(self.kept)}"] if self.kept else []
        met = ", 1 at a point where the gradient's norm is at most tol" if self.watched else ""
        told += [f"taken: steps to finite points; ended: 0 after all steps, -1 before a point that is not finite{met}"]
        signature = ", ".join(_PARAMETERS[name] for name in self.parameters)
        fixed = [
            f"const {array.kind} {array.names[one]} = {array.name}[{place}];"
            for array in self.arrays
            for place, one in enumerate(array.before)
        ]
        body = [*fixed, *_LOOP, *_within(self._run()), "}"]
        head = f"typedef {TYPES[self.dtype]} T;\n\n{''.join(map(comment, told))}"
        return f'{head}extern "C" __global__ void sweep({signature}) {{\n{block(body)}}}\n'

    def _legend(self, array: _Array) -> str:
        """What stands in an array, as formulas."""
        inputs = (*self.trajectory.numbers, *self.trajectory.powers, T, FACTOR)
        names = {**self._name, **{one: one for one in inputs}}

        def formulas(wanted: Iterable[str]) -> str:
            codes = [print_code([self._results[one]], names, NUMPY) for one in wanted]
            return ", ".join(code.outputs[0] if not code.lines else "…" for code in codes)

        rows = f"in each step {formulas(array.each_step)}" if array.each_step else ""
        return "; ".join(filter(None, [formulas(array.before), rows]))

    def _own(self, part: Mapping[str, Node], prefix: str) -> list[str]:
        """A run's own numbers, worked out in double and rounded to the type of the points."""
        code = printed(list(part.values()), {**self._double, **_apart(self._name)}, IN_DOUBLE, prefix)
        lines = code.lines
        for (name, node), text in zip(part.items(), code.outputs, strict=True):
            if node.op != "symbol":
                lines.append(f"const double {self._double[name]} = {text};")
            if name in self._wanted:
                lines.append(f"const T {self._name[name]} = T({self._double[name]});")
        return lines

    def _run(self) -> list[str]:
        """A run from its start, or from where the last launch left it."""
        trajectory, name, double = self.trajectory, self._name, self._double
        point = [(f"run * {len(trajectory.point)} + {i}", name[x]) for i, x in enumerate(trajectory.point)]
        kept = [("T", name[one], CUDA.number(float(first))) for one, first in trajectory.memory.items()]
        kept += [("double", double[power], "1.0") for power in self._own_powers]
        kept_at = [(f"rest[{k} * runs + run]", *one) for k, one in enumerate(kept)]
        lines = [
            *(["if (first > 1 && ended[run] != 0) continue;"]),
            *(f"const double {double[one]} = own[{k} * runs + run];" for k, one in enumerate(self.swept)),
            *self._own(self.split.own_before, "b"),
            *(f"T {x} = start[{place}];" for place, x in point),
            *(f"{kind} {one} = first == 1 ? {begin} : {kind}({place});" for place, kind, one, begin in kept_at),
            *("long long now = first;", "signed char how = 0;", "for (; now <= last; ++now) {"),
            *_within(self._step()),
            "}",
        ]
        if self.watched:
            slope = printed([self.split.slope], {**name, **_apart(double)}, prefix="s")
            test = [*slope.lines, f"if ({slope.outputs[0]} <= tol) how = 1;"]
            lines += ["if (how == 0 && last == steps) {", *_within(test), "}"]
        lines += [f"points[{place}] = {x};" for place, x in point]
        lines += ["taken[run] = now - 1;", "ended[run] = how;"]
        if kept:
            lines += ["if (last < steps) {", *_within(f"{place} = {one};" for place, _, one, _ in kept_at), "}"]
        return lines

    def _step(self) -> list[str]:
        """A step, which ends the run where it has met tol or would leave the finite numbers."""
        trajectory, name, after = self.trajectory, self._name, self._next
        lines = []
        for array in self.arrays:
            width, first = len(array.each_step), len(array.before)
            row = "now - first" if width == 1 else f"(now - first) * {width}"
            lines += [
                f"const {array.kind} {array.names[one]} = {array.name}[{first + place} + {row}];"
                for place, one in enumerate(array.each_step)
            ]
        lines += [f"{self._double[power]} *= {self._double[factor]};" for power, factor in self._own_powers.items()]
        lines += self._own(self.split.own_each_step, "e")
        code = printed(self._roots, {**name, **_apart(self._double)})
        lines += code.lines
        if self.watched:
            lines.append(f"if ({code.outputs[-1]} <= tol) {{ how = 1; break; }}")
        texts = zip(after.values(), code.outputs[: len(after)], strict=True)
        finite = " && ".join(f"isfinite({after[x]})" for x in trajectory.point)
        return [
            *lines,
            *(f"const T {new} = {text};" for new, text in texts),
            f"if (!({finite})) {{ how = -1; break; }}",
            *(f"{name[one]} = {new};" for one, new in after.items()),
        ]


_LOOP = (
    "for (long long run = blockIdx.x * (long long)blockDim.x + threadIdx.x; run < runs;",
    "     run += (long long)gridDim.x * blockDim.x) {",
)
_PARAMETERS = {
    "runs": "const long long runs", "first": "const long long first", "last": "const long long last",
    "steps": "const long long steps", "tol": "const T tol", "start": "const T *start",
    "own": "const double *__restrict__ own", "shared": "const T *__restrict__ shared",
    "in_double": "const double *__restrict__ in_double", "points": "T *points", "rest": "double *rest",
    "taken": "long long *taken", "ended": "signed char *ended",
}  # fmt: skip


def _within(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _inputs(nodes: Iterable[Node]) -> set[str]:
    return {str(node.payload) for node in in_order(nodes) if node.op == "symbol"}


def _apart(names: Mapping[str, str]) -> dict[str, str]:
    """Names that are taken, under keys that no graph asks for."""
    return {f"taken by {name}": identifier for name, identifier in names.items()}
