"""CUDA C++ from the graph: a rule's step for one coordinate, an objective's value and derivatives, as templates.

Texts need no header and compile with nvcc and NVRTC alike. Compiled without fused multiply-add (`--fmad=false`) they do
NumPy's operations, so they give its bits; the numbers that all coordinates share come in, worked out in double.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import indent

from gdlib.emit.as_c import c_language, fitted
from gdlib.emit.printable import Curved, Formula, MethodByComponent, TracedRule
from gdlib.emit.straight_line import Code, Language, identifiers, print_code
from gdlib.emit.two_parts import TwoParts, in_two_parts
from gdlib.trace.graph import Node

_NOT_FINITE = {"inf": "0x7ff0000000000000", "-inf": "0xfff0000000000000", "nan": "0x7ff8000000000000"}


def _double(value: float) -> str:
    text = repr(value)
    if text in _NOT_FINITE:  # the headers that name them are not there in NVRTC
        return f"__longlong_as_double({_NOT_FINITE[text]}LL)"
    return f"({text})" if text.startswith("-") else text


_RESERVED = """\
T sweep runs first last steps tol start own shared in_double points rest taken ended run now how value gradient hessian
step numbers gradient_at move1 move2 made near far huge blockIdx blockDim threadIdx gridDim isfinite fabs
"""
_SPECIAL = {"abs": "fabs({0})"}
CUDA = c_language("T", lambda value: f"T({_double(value)})", _RESERVED.split(), **_SPECIAL)
"""For the numbers of a point, in the template's or the kernel's type T."""
IN_DOUBLE = c_language("double", _double, _RESERVED.split(), **_SPECIAL)
"""For what is shared, which is double whatever T is."""


def printed(outputs: Sequence[Node], names: Mapping[str, str], language: Language = CUDA, prefix: str = "n") -> Code:
    """The outputs as lines and expressions of CUDA."""
    return print_code(fitted(outputs), names, language, prefix)


def objective_text(f: Formula) -> str:
    """Templates `value(x, y)` and `gradient(x, y, g)`, which writes the slopes to g."""
    graphs = f.graphs
    names = identifiers(graphs.variables, CUDA, taken=("g",))
    value = printed([graphs.value], names)
    return comment(f.title) + "\n".join(
        [
            _function("T", "value", names.values(), [*value.lines, f"return {value.outputs[0]};"]),
            _filling("gradient", names.values(), "g", printed(graphs.gradient, names)),
        ]
    )


def rule_text(rule: TracedRule) -> str:
    """`step` for one coordinate as a template, and `numbers`, what all coordinates share in a step, in double."""
    parts = in_two_parts(rule)
    return comment(rule.summary or rule.name) + "\n".join([*_numbers(parts), _step(rule, parts), *_place(rule, parts)])


PACK = 16
"""Bytes that a thread reads and writes at once: the most that one instruction moves."""

TYPES = {"float64": "double", "float32": "float"}
"""What CUDA calls the types of points."""

_STEP_ALL = """\
typedef {type} T;

{rule}
struct alignas({pack}) Pack {{
  T at[{width}];
}};

// The step over whole arrays, a pack a thread, and one by one the entries that fill no pack. Arrays may be the same.
extern "C" __global__ void step_all(const long long entries, {signature}) {{
  const long long thread = blockIdx.x * (long long)blockDim.x + threadIdx.x, packs = entries / {width};
  if (thread < packs) {{
{packed}  }} else if (thread - packs < entries % {width}) {{
    const long long i = thread + packs * {rest};
{single}  }}
}}
"""


def step_all_text(rule: TracedRule, dtype: str) -> str:
    """A kernel `step_all(entries, arrays…, numbers…, arrays to write…)` on arrays of so many entries of this type."""
    parts = in_two_parts(rule)
    width = PACK // {"double": 8, "float": 4}[TYPES[dtype]]
    gives, shared = [f"in{k}" for k in range(len(parts.arrays))], [f"k{k}" for k in range(len(parts.given))]
    makes = [f"out{k}" for k in range(len(rule.trace.outputs_named))]
    signature = [*(f"const T *{one}" for one in gives), *(f"const T {one}" for one in shared)]
    entry = [*(f"{one}_.at[k]" for one in gives), *shared, *(f"{one}_.at[k]" for one in makes)]
    packed = [f"const Pack {one}_ = ((const Pack *){one})[thread];" for one in gives]
    packed += [f"Pack {', '.join(f'{one}_' for one in makes)};", "#pragma unroll"]
    packed += [f"for (int k = 0; k < {width}; ++k) step<T>({', '.join(entry)});"]
    packed += [f"((Pack *){one})[thread] = {one}_;" for one in makes]
    single = [*(f"{one}[i]" for one in gives), *shared, *(f"{one}[i]" for one in makes)]
    return _STEP_ALL.format(
        type=TYPES[dtype], rule=rule_text(rule), pack=PACK, width=width, rest=width - 1,
        signature=", ".join([*signature, *(f"T *{one}" for one in makes)]),
        packed=block(packed, 2), single=block([f"step<T>({', '.join(single)});"], 2),
    )  # fmt: skip


def _step_names(rule: TracedRule) -> dict[str, str]:
    """The identifiers of what `step` takes, in its order: arrays, then the numbers, then where it writes."""
    parts = in_two_parts(rule)
    after = [f"{name} after" for name in rule.trace.outputs_named]
    return identifiers((*parts.arrays, *parts.given, *after), CUDA)


def _numbers(parts: TwoParts) -> list[str]:
    if not parts.numbers:
        return []
    names = identifiers(parts.scalars, IN_DOUBLE)
    code = printed(parts.numbers, names, IN_DOUBLE)
    needed = [f"const double {names[name]}" for name in parts.scalars]
    lines = [*code.lines, *(f"made[{place}] = {text};" for place, text in enumerate(code.outputs))]
    head = f"__host__ __device__ inline void numbers({', '.join(needed)}, double *made)"
    why = comment("What all coordinates share in a step; beta_t is the power of beta to the number t of the step.")
    return [f"{why}{head} {{\n{block(lines)}}}\n"]


def _step(rule: TracedRule, parts: TwoParts) -> str:
    names = _step_names(rule)
    code = printed(parts.outputs, names)
    after = [names[f"{name} after"] for name in rule.trace.outputs_named]
    lines = [*code.lines, *(f"{name} = {text};" for name, text in zip(after, code.outputs, strict=True))]
    takes = [names[name] for name in (*parts.arrays, *parts.given)]
    return _function("void", "step", takes, lines, [f"T &{name}" for name in after])


def _place(rule: TracedRule, parts: TwoParts) -> list[str]:
    if parts.gradient_at is None:
        return []
    names = _step_names(rule)
    code = printed([parts.gradient_at], names)
    takes = [names[name] for name in (*rule.trace.outputs_named, *parts.given)]
    return [_function("T", "gradient_at", takes, [*code.lines, f"return {code.outputs[0]};"])]


def method_text(method: MethodByComponent) -> str:
    """Templates `move1` and `move2`: the step for one and for two coordinates, which they write to `made`."""
    texts = []
    for n in (1, 2):
        names = identifiers((*method.component_names(n), *method.defaults), CUDA)
        texts.append(_filling(f"move{n}", names.values(), "made", printed(method.component_graph(n), names)))
    return comment(method.summary) + "\n".join(texts)


def curvature_text(f: Formula) -> str:
    """A template `hessian(x, y, H)`, which writes the entries to H, row by row."""
    assert isinstance(f, Curved)
    names = identifiers(f.graphs.variables, CUDA, taken=("H",))
    entries = [entry for row in f.hessian_graph for entry in row]
    return _filling("hessian", names.values(), "H", printed(entries, names))


def _function(kind: str, name: str, takes: Iterable[str], lines: Iterable[str], more: Sequence[str] = ()) -> str:
    signature = ", ".join([*(f"const T {one}" for one in takes), *more])
    return f"template <typename T>\n__device__ inline {kind} {name}({signature}) {{\n{block(lines)}}}\n"


def _filling(name: str, takes: Iterable[str], target: str, code: Code) -> str:
    filled = [f"{target}[{place}] = {text};" for place, text in enumerate(code.outputs)]
    return _function("void", name, takes, [*code.lines, *filled], [f"T *{target}"])


def comment(text: str) -> str:
    """A line of comment: a reader's own title may hold anything."""
    return f"// {' '.join(text.split())}".replace("\\", "/") + "\n"


def block(lines: Iterable[str], depth: int = 1) -> str:
    """The lines, indented."""
    return indent("\n".join(lines), "  " * depth) + "\n"
