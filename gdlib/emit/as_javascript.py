"""JavaScript from the graph, as ES modules: what a page runs, with the operations of the Python in their order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import indent
from typing import Any

import numpy as np

from gdlib.emit.as_numpy import compile_rule
from gdlib.emit.printable import Curved, Formula, MethodByComponent, TracedRule
from gdlib.emit.straight_line import Code, Language, identifiers, operations, print_code
from gdlib.trace.graph import ELEMENTARY, Node, in_order
from gdlib.trace.plain_function import leaves, trace_function
from gdlib.trace.powers import carried_powers

RUNNER = Path(__file__).with_name("descend.mjs")
"""The loop of steps in JavaScript, which pages import and a pair's text includes."""

_RESERVED = """\
arguments await break case catch class const continue debugger default delete do else enum eval export extends false
finally for function if implements import in instanceof interface let new null package private protected public return
static super switch this throw true try typeof undefined var void while with yield Infinity Math NaN Number
"""


def number(value: float) -> str:
    """A number as JavaScript reads it."""
    text = {"inf": "Infinity", "-inf": "(-Infinity)", "nan": "NaN"}.get(repr(value), repr(value))
    return f"({text})" if text.startswith("-") else text


JAVASCRIPT = Language(
    operations=operations(
        **{name: f"Math.{name}({{0}})" for name in ELEMENTARY - {"pow"}},
        eq="({0} === {1})",
        ne="({0} !== {1})",
        sqrt="Math.sqrt({0})",
        abs="Math.abs({0})",
        floor="Math.floor({0})",
        pow="Math.pow({0}, {1})",
        sign="({0} > 0.0 ? 1.0 : ({0} < 0.0 ? -1.0 : ({0} === 0.0 ? 0.0 : {0})))",
        max="({0} >= {1} || {0} !== {0} ? {0} : {1})",
        min="({0} <= {1} || {0} !== {0} ? {0} : {1})",
        where="({0} ? {1} : {2})",
        **{"and": "({0} && {1})", "or": "({0} || {1})", "not": "(!{0})"},
    ),
    number=number,
    line="const {0} = {1};",
    reserved=frozenset(_RESERVED.split()),
)


def objective_text(f: Formula) -> str:
    """A module with `variables`, `value(x, y)` and `gradient(x, y)`, and the same two of a point as an array."""
    graphs = f.graphs
    names = identifiers(graphs.variables, JAVASCRIPT)
    signature = ", ".join(names.values())
    value = spelt_function("value", signature, print_code([graphs.value], names, JAVASCRIPT))
    gradient = spelt_function("gradient", signature, print_code(graphs.gradient, names, JAVASCRIPT), several=True)
    spelt = ", ".join(f"p[{i}]" for i in range(len(names)))
    of_points = f"export const valueAt = (p) => value({spelt});\nexport const slopeAt = (p) => gradient({spelt});\n"
    return f"export const variables = {json.dumps(list(graphs.variables))};\n{value}{gradient}{of_points}"


def rule_text(rule: TracedRule) -> str:
    """A module with `step` for one coordinate, what it takes and keeps, and the powers that a loop carries for it."""
    outputs, once, carried = carried_powers(rule.trace.outputs, rule.defaults)
    names = identifiers((*rule.takes, *rule.defaults, *once, *carried), JAVASCRIPT)
    taken = _taken(rule.defaults, names)
    settings = [f"{taken[name]} = {number(default)}" for name, default in rule.defaults.items()]
    own = f"{{{', '.join(taken.values())}}}"
    first = [f"{name}: ({own}) => {_once(rule, base, names, name)}" for name, base in once.items()]
    settings += [f"{names[name]} = once.{name}({own})" for name in once]
    settings += [f"{names[power]} = {names[factor]} ** {names['t']}" for power, factor in carried.items()]
    keywords = f"{{{', '.join(settings)}}} = {{}}"
    takes = ", ".join([*(names[name] for name in rule.takes), keywords])
    body = spelt_function("step", takes, print_code(outputs, names, JAVASCRIPT), several=bool(rule.state))
    where = rule.trace.gradient_at
    if where is None:
        at = "export const gradientAt = null;\n"
    else:
        # the point is needed before the step, so the powers of t have no place in it
        plain = f"{{{', '.join(settings[: len(rule.defaults)])}}} = {{}}"
        signature = ", ".join([*(names[name] for name in rule.trace.outputs_named), plain])
        at = spelt_function("gradientAt", signature, print_code([where], names, JAVASCRIPT))
    facts = {"name": rule.name, "takes": list(rule.takes), "state": list(rule.state), "defaults": dict(rule.defaults)}
    exported = "".join(f"export const {key} = {json.dumps(fact)};\n" for key, fact in facts.items())
    # Spelt out, since spreading an array of arguments made a race take four times as long.
    places = {"theta": "theta[i]", "g": "g[i]", "f": "f", "t": "t"}
    places |= {name: f"memory[{k}][i]" for k, name in enumerate(rule.state)}
    spelt = ", ".join([*(places[name] for name in rule.takes), "settings"])
    one = f"export const stepOf = (i, theta, g, f, t, memory, settings) => step({spelt});\n"
    fixed = f"export const once = {{{', '.join(first)}}};\nexport const powers = {json.dumps(carried)};\n"
    return f"{exported}{fixed}{body}{one}{at}"


def settings_pattern(defaults: Mapping[str, float], names: Mapping[str, str]) -> str:
    """A function's last parameter: settings by their own names, each of which may be left out."""
    taken = _taken(defaults, names)
    return f"{{{', '.join(f'{taken[name]} = {number(default)}' for name, default in defaults.items())}}} = {{}}"


def _taken(settings: Mapping[str, float], names: Mapping[str, str]) -> dict[str, str]:
    """Callers give settings by the rule's own names, which JavaScript may forbid as variables: {new: new_ = 0.5}."""
    return {name: name if names[name] == name else f"{name}: {names[name]}" for name in settings}


def _once(rule: TracedRule, base: Node, names: Mapping[str, str], name: str) -> str:
    """A base's text; where the default settings would need a function of the browser's, their number itself.

    A power of the browser's may differ in the last bit, and what is raised to the number of the step makes it grow.
    """
    text = print_code([base], names, JAVASCRIPT).outputs[0]
    parts = in_order([base])
    if not any(part.op in ELEMENTARY for part in parts):
        return text
    made = compile_rule(rule).once(*map(np.float64, rule.defaults.values()))[name]
    needed = [str(part.payload) for part in parts if part.op == "symbol"]
    default = " && ".join(f"{names[one]} === {number(rule.defaults[one])}" for one in needed)
    return f"{default} ? {number(float(made))} : {text}"


def curvature_text(f: Formula) -> str:
    """What `objective_text` leaves out and a method needs: `hessian(x, y)`, and the same of a point as an array."""
    assert isinstance(f, Curved)
    names = identifiers(f.graphs.variables, JAVASCRIPT)
    n = len(names)
    code = print_code([entry for row in f.hessian_graph for entry in row], names, JAVASCRIPT)
    rows = [f"[{', '.join(code.outputs[i * n : i * n + n])}]" for i in range(n)]
    hessian = spelt_function("hessian", ", ".join(names.values()), Code(code.lines, rows), several=True)
    spelt = ", ".join(f"p[{i}]" for i in range(n))
    return f"{hessian}export const curvatureAt = (p) => hessian({spelt});\n"


def method_text(method: MethodByComponent) -> str:
    """A module with `move(theta, g, H, settings)` for one and two coordinates, in the place of a rule's module."""
    names = {n: identifiers((*method.component_names(n), *method.defaults), JAVASCRIPT) for n in (1, 2)}
    moves = ""
    for n in (1, 2):
        settings = settings_pattern(method.defaults, names[n])
        code = print_code(method.component_graph(n), names[n], JAVASCRIPT)
        signature = ", ".join([*(names[n][name] for name in method.component_names(n)), settings])
        moves += spelt_function(f"move{n}", signature, code, several=True)
    places = ["theta[0]", "g[0]", "H[0][0]"], ["theta[0]", "theta[1]", "g[0]", "g[1]", "H[0][0]", "H[0][1]", "H[1][1]"]
    one, two = (f"move{n}({', '.join(places[n - 1])}, settings)" for n in (1, 2))
    move = f"export const move = (theta, g, H, settings) => theta.length === 1 ? {one} : {two};\n"
    facts = {"name": method.name, "takes": ["theta", "g", "H"], "state": [], "defaults": dict(method.defaults)}
    return "".join(f"export const {key} = {json.dumps(fact)};\n" for key, fact in facts.items()) + moves + move


def function_text(name: str, function: Callable[..., Any], arguments: Sequence[Any] | None = None) -> str:
    """A module that exports `name(a, b, …)`: a plain function of numbers; several of these texts make one module.

    `arguments` are the names of what it takes, in order; a tuple of names is an argument that is an array, such as
    (("a", "b"), ("b", "d")) for a symmetric matrix by rows. Left out, they are the function's own parameters. What it
    returns, a number or tuples or lists of any depth (a matrix by rows, a NamedTuple), comes as number or arrays.
    TypeError with the line, and what to write instead, for what cannot be traced.

    >>> from gdlib import rates
    >>> print(function_text("step", rates.optimal_step, ["mu", "L"]))
    export function step(mu, L) {
      return 2.0 / (mu + L);
    }
    <BLANKLINE>
    """
    if identifiers([name], JAVASCRIPT)[name] != name:
        raise ValueError(f"name: needs one that JavaScript allows, such as 'step', got {name!r}")
    traced = trace_function(function, arguments)
    plain = [one for one in traced.arguments if isinstance(one, str)]
    if len(set(plain)) < len(plain):
        raise ValueError(f"arguments: needs each name once, got {', '.join(plain)}")
    spelt = identifiers(dict.fromkeys(_names(traced.arguments)), JAVASCRIPT)
    code = print_code(leaves(traced.answer), spelt, JAVASCRIPT)
    signature = _signature(traced.arguments, spelt, traced.defaults, set())
    return spelt_function(name, signature, Code(code.lines, [_nested(traced.answer, iter(code.outputs))]))


def function_of_its_name(function: Callable[..., Any]) -> str:
    """The same, exported under the function's own name and with its own parameters."""
    return function_text(function.__name__, function)


def _names(pattern: Any) -> list[str]:
    return [name for part in pattern for name in _names(part)] if isinstance(pattern, tuple) else [pattern]


def _signature(
    patterns: tuple[Any, ...], spelt: Mapping[str, str], defaults: Mapping[str, float], seen: set[str]
) -> str:
    """Parameters of a function; an array is taken apart, and a name that has come before has an empty place in it."""
    texts = []
    for pattern in patterns:
        if isinstance(pattern, tuple):
            texts.append(f"[{_signature(pattern, spelt, {}, seen)}]")
        elif pattern in seen:
            texts.append("")
        else:
            seen.add(pattern)
            texts.append(spelt[pattern] + (f" = {number(defaults[pattern])}" if pattern in defaults else ""))
    return ", ".join(texts)


def _nested(answer: Any, outputs: Iterator[str]) -> str:
    if isinstance(answer, tuple):
        return f"[{', '.join(_nested(part, outputs) for part in answer)}]"
    return next(outputs)


def spelt_function(name: str, signature: str, code: Code, several: bool = False) -> str:
    """An exported function of straight-line code; `several`: it returns its outputs as an array."""
    result = f"[{', '.join(code.outputs)}]" if several else code.outputs[0]
    body = indent("\n".join([*code.lines, f"return {result};"]), "  ")
    return f"export function {name}({signature}) {{\n{body}\n}}\n"


_PAIR = """\
{runner}
const objective = (() => {{
{objective}  return {{{of_objective}}};
}})();
const rule = (() => {{
{rule}  return {{{of_rule}}};
}})();
export const {{value, gradient}} = objective;
export function run(start, steps, hyperparameters = {{}}, options = {{}}) {{
  return descend(objective, rule, start, steps, hyperparameters, options);
}}
"""


def pair_text(f: Formula, rule: TracedRule) -> str:
    """A module with `value`, `gradient` and `run(start, steps, hyperparameters, options)`, which returns the path."""
    return _pair(objective_text(f), _OF_OBJECTIVE, rule_text(rule), _OF_RULE)


def method_pair_text(f: Formula, method: MethodByComponent) -> str:
    """The same for a method on an objective of one or two variables, with `hessian` as well."""
    objective = objective_text(f) + curvature_text(f)
    text = _pair(objective, f"{_OF_OBJECTIVE}, hessian, curvatureAt", method_text(method), _OF_METHOD)
    return text.replace("export const {value, gradient} =", "export const {value, gradient, hessian} =")


_OF_OBJECTIVE = "variables, value, gradient, valueAt, slopeAt"
_OF_RULE = "name, takes, state, defaults, once, powers, step, stepOf, gradientAt"
_OF_METHOD = "name, takes, state, defaults, move"


def _pair(objective: str, of_objective: str, rule: str, of_rule: str) -> str:
    inner = [indent(text.replace("export ", ""), "  ") for text in (objective, rule)]
    runner = RUNNER.read_text(encoding="utf-8")
    return _PAIR.format(runner=runner, objective=inner[0], rule=inner[1], of_objective=of_objective, of_rule=of_rule)
