"""GLSL from the graph, for WebGL2: what a page's graphics processor runs, in single precision, one pixel a run.

What GLSL leaves undefined is not left to it: roots and logarithms of negative numbers, their powers, NaN in min and in
max, tanh of large numbers. Sine and cosine, which it allows to be wrong by 2e-4, are written out (functions.glsl).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import indent

import numpy as np

from gdlib.emit.as_c import c_language, fitted
from gdlib.emit.printable import Curved, Formula, MethodByComponent, TracedRule
from gdlib.emit.straight_line import Code, identifiers, print_code
from gdlib.trace.graph import Node, in_order, substitute, symbol
from gdlib.trace.powers import carried_powers


def _bare(text: str) -> str:
    """A program without its comments."""
    return re.sub(r"[ \t]*//.*", "", text).lstrip()


HEAD = "#version 300 es\nprecision highp float;\nprecision highp int;\n"
FUNCTIONS = Path(__file__).with_name("functions.glsl").read_text(encoding="utf-8")
MAP = Path(__file__).with_name("map.glsl").read_text(encoding="utf-8")
"""The loop of steps."""
PROGRAM = {"head": HEAD + _bare(FUNCTIONS), "loop": _bare(MAP)}
"""What a page puts in front of a landscape's text and a step's, and behind them, to make a program of any two."""

_FUNCTION = {found[1]: text for text in FUNCTIONS.split("\n\n") if (found := re.search(r"^float (\w+)\(", text, re.M))}
_TYPES = {1: "float", 2: "vec2", 3: "vec3", 4: "vec4"}
_RESERVED = f"""\
attribute buffer cast centroid coherent common discard external filter fixed flat half highp hvec2 hvec3 hvec4 iimage1D
input interface invariant in inout layout lowp mat2 mat3 mat4 mediump noinline out output packed partition patch precise
precision readonly resource restrict sample shared smooth subroutine superp uniform varying vec2 vec3 vec4 bvec2 bvec3
bvec4 dvec2 dvec3 dvec4 ivec2 ivec3 ivec4 uvec2 uvec3 uvec4 uint atomic_uint writeonly filter input output active
sampler1D sampler2D sampler3D samplerCube texture step sign min max mix clamp mod length dot main {" ".join(_FUNCTION)}
"""


def number(value: float) -> str:
    """A number as GLSL reads it, rounded to single precision."""
    with np.errstate(over="ignore"):
        single = np.float32(value)
    if not np.isfinite(single):
        bits = {"inf": "0x7f800000u", "-inf": "0xff800000u"}.get(str(single), "0x7fc00000u")
        return f"uintBitsToFloat({bits})"
    return f"({single})" if single < 0 else str(single)


_C = c_language(
    "float", number, _RESERVED.split(), max="larger({0}, {1})", min="smaller({0}, {1})", sign="signum({0})",
    sqrt="root({0})", log="logarithm({0})", pow="power({0}, {1})", sin="sine({0})", cos="cosine({0})",
    tan="tangent({0})", tanh="tangent_hyperbolic({0})",
)  # fmt: skip
# A constant's value must be known before the program runs, so the lines hold variables.
GLSL = replace(_C, line="float {0} = {1};", truth="bool {0} = {1};")


def objective_text(f: Formula) -> str:
    """Functions `value(x, y)` and `gradient(x, y)`, of a float for each variable; the gradient is a float or a vec."""
    return with_functions(_value_and_gradient(f, len(f.graphs.variables)))


def landscape_text(f: Formula, held: int = 0) -> str:
    """The part of a program that is the objective's; the last `held` of its variables stay as they are in a run."""
    assert isinstance(f, Curved)
    n = len(f.graphs.variables) - held
    if n not in (1, 2):
        raise ValueError(f"objective: needs 1 or 2 variables that are not held for a map, got {n}")
    names = _identifiers(f.graphs.variables)
    entries = [f.hessian_graph[i][j] for i in range(n) for j in range(i, n)]
    curvature = _function("hessian", names.values(), _printed(entries, names))
    at = ", ".join([*("p.x", "p.y")[:n], *(f"held[{k}]" for k in range(held))])
    slope, second = (
        ("gradient({0})", "hessian({0})") if n == 2 else ("vec2(gradient({0}), 0.0)", "vec3(hessian({0}), vec2(0.0))")
    )
    return (
        f"const int N = {n}, HELD = {held};\nfloat held[{max(held, 1)}];\n"
        f"{_value_and_gradient(f, n)}{curvature}"
        f"float value_at(vec2 p) {{ return value({at}); }}\n"
        f"vec2 slope_at(vec2 p) {{ return {slope.format(at)}; }}\n"
        f"vec3 curvature_at(vec2 p) {{ return {second.format(at)}; }}\n"
    )


def _value_and_gradient(f: Formula, n: int) -> str:
    if n > max(_TYPES):
        raise ValueError(f"objective: GLSL has vectors of up to {max(_TYPES)} numbers, got {n} variables")
    names = _identifiers(f.graphs.variables)
    value = _function("value", names.values(), _printed([f.graphs.value], names))
    return value + _function("gradient", names.values(), _printed(f.graphs.gradient[:n], names))


def rule_text(rule: TracedRule) -> str:
    """`take_step`, one coordinate's step that changes theta and the state in place, and `gradient_at` if there is one.

    Behind g, f, the state and t it takes the hyperparameters, what is worked out of them before the first step, and for
    step t the powers beta**t and their rests 1 - beta**t.
    """
    return with_functions(_rule_functions(InSingle(rule)))


class InSingle:
    """A rule's graphs for single precision, in which 1 - beta**t is carried by itself lest its digits cancel."""

    def __init__(self, rule: TracedRule) -> None:
        trace, self.rule = rule.trace, rule
        outputs, self.once, powers = carried_powers(trace.outputs, rule.defaults)
        rests = _rests(outputs, powers)
        self.outputs = substitute(outputs, rests)
        used = {str(node.payload) for node in in_order(self.outputs) if node.op == "symbol"}
        self.powers = {power: factor for power, factor in powers.items() if power in used}
        self.rests = {f"rest {power}": factor for power, factor in powers.items() if f"rest {power}" in used}
        own = (*rule.defaults, *self.once)
        self.names = _identifiers((*rule.takes, *own, *self.powers, *self.rests))
        changed = {"theta", *rule.state}
        self.takes = [f"{'inout ' * (name in changed)}float {self.names[name]}" for name in rule.takes]
        self.numbers = [f"float {self.names[name]}" for name in (*own, *self.powers, *self.rests)]


def _rests(outputs: Sequence[Node], powers: Mapping[str, str]) -> dict[Node, Node]:
    """What stands for 1 - beta**t and 1 - beta**(t + 1): a carried number, and that number one step on."""
    found: dict[Node, Node] = {}
    for power, name in powers.items():
        rest, factor = symbol(f"rest {power}"), symbol(name)
        found[1.0 - symbol(power)] = rest
        found[1.0 - symbol(power) * factor] = rest * factor + (1.0 - factor)
    return found


def _rule_functions(step: InSingle) -> str:
    trace, names = step.rule.trace, step.names
    code = _printed(step.outputs, names)
    fresh = _identifiers([f"new {name}" for name in trace.outputs_named], taken=names.values())
    targets = [names[name] for name in trace.outputs_named]
    # All at once: an output may be another's old value.
    lines = [*code.lines, *(f"float {new} = {text};" for new, text in zip(fresh.values(), code.outputs, strict=True))]
    lines += [f"{target} = {new};" for target, new in zip(targets, fresh.values(), strict=True)]
    body = indent("\n".join(lines), "  ")
    text = f"void take_step({', '.join([*step.takes, *step.numbers])}) {{\n{body}\n}}\n"
    if trace.gradient_at is not None:
        given = [names[name] for name in (*trace.outputs_named, *step.rule.defaults)]
        text += _function("gradient_at", given, _printed([trace.gradient_at], names))
    return text


def method_text(method: MethodByComponent) -> str:
    """`move1` and `move2`, the step for one and for two coordinates: of theta, g, H on and above its diagonal."""
    return with_functions(_moves(method))


def _moves(method: MethodByComponent) -> str:
    texts = []
    for n in (1, 2):
        names = _identifiers((*method.component_names(n), *method.defaults))
        texts.append(_function(f"move{n}", names.values(), _printed(method.component_graph(n), names)))
    return "".join(texts)


def step_text(step: TracedRule | MethodByComponent) -> str:
    """The part of a program that is the rule's or method's."""
    count = len(step.defaults)
    own = [f"own[{k}]" for k in range(count)]
    head = f"const int OWN = {count};\nfloat own[{max(count, 1)}];\n"
    return head + (_rule_part(InSingle(step), own) if isinstance(step, TracedRule) else _method_part(step, own))


_METHOD_PART = """\
void begin_run() {{}}
void advance(inout vec2 theta, vec2 slope, float t) {{
  vec3 h = curvature_at(theta);
  if (N == 1) theta.x = move1({one});
  else theta = move2({two});
}}
"""


def _method_part(method: MethodByComponent, own: Sequence[str]) -> str:
    one = ", ".join(["theta.x", "slope.x", "h.x", *own])
    two = ", ".join(["theta.x", "theta.y", "slope.x", "slope.y", "h.x", "h.y", "h.z", *own])
    return _moves(method) + _METHOD_PART.format(one=one, two=two)


def _rule_part(step: InSingle, own: Sequence[str]) -> str:
    """State, powers and rests as variables of the program, set by `begin_run`, changed by `advance`."""
    rule = step.rule
    memory = {name: f"memory_{k}" for k, name in enumerate(rule.state)}
    factors = dict(zip(rule.defaults, own, strict=True)) | {name: f"once_{k}" for k, name in enumerate(step.once)}
    powers = {name: f"power_{k}" for k, name in enumerate(step.powers)}
    rests = {name: f"rest_{k}" for k, name in enumerate(step.rests)}
    first = _printed(list(step.once.values()), factors)
    begin = [f"{text} = vec2(0.0);" for text in memory.values()] + first.lines
    begin += [f"{factors[name]} = {text};" for name, text in zip(step.once, first.outputs, strict=True)]
    begin += [f"{text} = 1.0;" for text in powers.values()] + [f"{text} = 0.0;" for text in rests.values()]
    lines = [f"{powers[name]} *= {factors[factor]};" for name, factor in step.powers.items()]
    lines += [f"{rests[name]} = {rests[name]} * {factors[factor]} + (1.0 - {factors[factor]});"
              for name, factor in step.rests.items()]  # fmt: skip
    if rule.trace.gradient_at is not None:
        each = (", ".join([f"theta.{c}", *(f"{m}.{c}" for m in memory.values()), *own]) for c in "xy")
        lines.append(f"slope = slope_at(vec2({', '.join(f'gradient_at({given})' for given in each)}));")
    if "f" in rule.takes:
        lines.append("float f = value_at(theta);")
    shared = [*own, *(factors[name] for name in step.once), *powers.values(), *rests.values()]
    for c in "xy":
        places = {"theta": f"theta.{c}", "g": f"slope.{c}", "f": "f", "t": "t"}
        places |= {name: f"{text}.{c}" for name, text in memory.items()}
        lines.append(
            "if (N > 1) " * (c == "y") + f"take_step({', '.join([*(places[name] for name in rule.takes), *shared])});"
        )
    variables = [f"vec2 {text};" for text in memory.values()]
    variables += [f"float {text};" for text in [*list(factors.values())[len(own) :], *powers.values(), *rests.values()]]
    return "\n".join([
        _rule_functions(step) + "\n".join(variables), f"void begin_run() {{\n{indent(chr(10).join(begin), '  ')}\n}}",
        f"void advance(inout vec2 theta, vec2 slope, float t) {{\n{indent(chr(10).join(lines), '  ')}\n}}\n",
    ])  # fmt: skip


def pair_text(f: Formula, step: TracedRule | MethodByComponent) -> str:
    """A whole fragment program: each pixel of a map is a run of the rule or method on the objective."""
    return HEAD + with_functions(landscape_text(f) + step_text(step) + MAP)


def with_functions(text: str) -> str:
    """The text behind those of our functions that it calls."""
    needed: dict[str, None] = {}

    def look(into: str) -> None:
        for name in _FUNCTION:
            if name not in needed and re.search(rf"\b{name}\(", into):
                needed[name] = None
                look(_FUNCTION[name].partition("{")[2])

    look(text)
    return "".join(f"{body.strip()}\n\n" for name, body in _FUNCTION.items() if name in needed) + text


def _identifiers(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """No name may hold two _ side by side, or begin as GLSL's own do."""
    clean = {name: re.sub(r"^(?=_?(?:web)?gl_)", "own_", re.sub(r"\W", "_", name)) for name in names}
    clean = {name: re.sub(r"_(?=_)|_$", "_u", text) for name, text in clean.items()}
    chosen = identifiers(clean.values(), GLSL, taken)
    return {name: chosen[text] for name, text in clean.items()}


def _printed(outputs: Sequence[Node], names: Mapping[str, str]) -> Code:
    return print_code(fitted(outputs), names, GLSL)


def _function(name: str, arguments: Iterable[str], code: Code) -> str:
    """A function of floats that returns a float or a vector."""
    kind = _TYPES[len(code.outputs)]
    result = code.outputs[0] if len(code.outputs) == 1 else f"{kind}({', '.join(code.outputs)})"
    body = indent("\n".join([*code.lines, f"return {result};"]), "  ")
    return f"{kind} {name}({', '.join(f'float {one}' for one in arguments)}) {{\n{body}\n}}\n"
