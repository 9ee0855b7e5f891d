"""Straight-line Python from the graph: plain floats, no compiler, about ten times as fast as NumPy on short vectors."""

from __future__ import annotations

import keyword
from dataclasses import replace
from functools import lru_cache
from textwrap import indent
from typing import Any

from gdlib.emit.printable import Formula, TracedRule
from gdlib.emit.straight_line import Code, Language, identifiers, operations, print_code
from gdlib.emit.whole_step import whole_step
from gdlib.trace.graph import Node, in_order, substitute, symbol
from gdlib.trace.powers import carried_powers

_FUNCTIONS = {name: name for name in ("sqrt", "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh")}
_FUNCTIONS |= {"atan": "atan", "pow": "power"}
_ORIGIN = {"atan": ("math.atan", "np.arctan"), "power": ("math.pow", "np.power")}

_OPERATIONS = operations(
    eq="({0} == {1})",
    abs="abs({0})",
    floor="({0} // 1.0 if {0} - {0} == 0.0 else {0})",
    sign="(1.0 if {0} > 0.0 else (-1.0 if {0} < 0.0 else (0.0 if {0} == 0.0 else {0})))",
    max="({0} if {0} >= {1} or {0} != {0} else {1})",
    min="({0} if {0} <= {1} or {0} != {0} else {1})",
    where="({1} if {0} else {2})",
    **{"and": "({0} and {1})", "or": "({0} or {1})", "not": "(not {0})"},
    **{op: f"{name}({', '.join(['{0}', '{1}'][: 1 + (op == 'pow')])})" for op, name in _FUNCTIONS.items()},
)


def _number(value: float) -> str:
    text = repr(value)
    if text in ("inf", "-inf", "nan"):
        return f"float('{text}')"
    return f"({text})" if value < 0 or text == "-0.0" else text


PYTHON = Language(
    operations=_OPERATIONS,
    number=_number,
    line="{0} = {1}",
    reserved=frozenset(
        {*keyword.kwlist, *_FUNCTIONS.values(), "abs", "append", "float", "last", "math", "np", "number", "path"}
    ),
)


def for_numbers(language: Language) -> Language:
    """The language with `**` for powers: on NumPy's single numbers it is what Python's floats give, unlike np.power."""
    return replace(language, operations={**language.operations, "pow": "({0} ** {1})"})


_ONCE = for_numbers(
    replace(PYTHON, operations={**_OPERATIONS, **{op: f"{_ORIGIN.get(name, ('', f'np.{name}'))[1]}({{0}})"
                                                  for op, name in _FUNCTIONS.items()}})
)  # fmt: skip


def objective_text(f: Formula) -> str:
    """Functions `value` and `gradient` of the coordinates."""
    graphs = f.graphs
    names = identifiers(graphs.variables, PYTHON)
    signature = ", ".join(names.values())
    value = function_text("value", signature, print_code([graphs.value], names, PYTHON), f"The value of {f.title}.")
    gradient = function_text(
        "gradient", signature, print_code(graphs.gradient, names, PYTHON), f"The gradient of {f.title}.", bracket=True
    )
    return _imports([graphs.value, *graphs.gradient]) + value + "\n\n" + gradient


def rule_text(rule: TracedRule) -> str:
    """A function `step` for one coordinate, called like the rule; `beta_t=` hands in a carried power beta**t."""
    outputs, once, carried = carried_powers(rule.trace.outputs, rule.defaults)
    where = rule.trace.gradient_at
    everything = [*outputs, *once.values(), *([] if where is None else [where])]
    # Called like the rule, so its hyperparameters keep their names wherever the text has no other use for them.
    used = _used(everything)
    language = replace(PYTHON, reserved=frozenset({*keyword.kwlist, *used, "abs", "float"}))
    names = identifiers((*rule.takes, *rule.defaults, *once, *carried), language)
    code = print_code(outputs, names, language)
    first = print_code(list(once.values()), names, for_numbers(language))
    powers = [*first.lines, *(f"{names[n]} = {text}" for n, text in zip(once, first.outputs, strict=True))]
    powers += [
        f"if {names[power]} is None:\n    {names[power]} = {names[factor]} ** {names['t']}"
        for power, factor in carried.items()
    ]
    settings = [f"{names[name]}={default!r}" for name, default in rule.defaults.items()]
    keywords = [*settings, *(f"{names[power]}=None" for power in carried)]
    signature = ", ".join([*(names[name] for name in rule.takes), *(["*", *keywords] if keywords else [])])
    code = Code("\n".join([*powers, *code.lines]).splitlines(), code.outputs)
    text = function_text("step", signature, code, rule.summary or f"One step of {rule.name}.", bracket=bool(rule.state))
    if where is not None:
        place = print_code([where], names, language)
        at = ", ".join([*(names[name] for name in rule.trace.outputs_named), *(["*", *settings] if settings else [])])
        text += "\n\n" + function_text("gradient_at", at, place, "The point at which the gradient is taken.")
    return _imports(everything) + text


def function_text(name: str, signature: str, code: Code, doc: str, bracket: bool = False) -> str:
    """A function of straight-line code; `bracket`: it returns its outputs as a tuple."""
    comma = "," if len(code.outputs) == 1 else ""
    result = f"({', '.join(code.outputs)}{comma})" if bracket else code.outputs[0]
    body = "\n".join([f'"""{_quoted(doc)}"""', *code.lines, f"return {result}"])
    return f"def {name}({signature}):\n{indent(body, '    ')}\n"


def _quoted(text: str) -> str:
    """A text to stand in a docstring: a reader's own may hold anything."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _used(nodes: list[Node]) -> list[str]:
    ops = {node.op for node in in_order(nodes)}
    return sorted({name for op, name in _FUNCTIONS.items() if op in ops})


def _imports(nodes: list[Node]) -> str:
    named = [f"{name} = {_ORIGIN.get(name, (f'math.{name}',))[0]}" for name in _used(nodes)]
    return "\n".join(["import math\n", *named, "\n"]) if named else ""


_PAIR = '''\
"""{rule} on {objective}: one run as straight-line Python."""

import math

import numpy as np

{functions}

DEFAULTS = {defaults}


def steps_with({used}):
    """The loop of steps, on Python's floats or on NumPy's: by the number type and the functions it is given."""

    def advance({carried}, t, last, path, {given}):
        append = path.append
        try:
            while t < last:
                now = t + 1
{body}
                {assigned}, t = {results}, now
                if {broken}:
                    break
                append(({point},))
        except (ArithmeticError, ValueError):
            pass
        return {carried}, t

    return advance


advance = steps_with({python})
advance_numpy = steps_with({numpy})


def once({hyper}):
    """What the hyperparameters alone decide, and what is raised to the number of the step."""
{once}


def finite(values):
    """Whether all values are finite numbers."""
    return all(value - value == 0.0 for value in values)


def resume(carried, t, last, path, hyper):
    """Go on from `carried` after step t up to step `last`; return what is carried and the step reached.

    Python's floats raise on 1/0, the root of a negative number and overflow, where NumPy's go on with inf or nan:
    such a step is repeated with NumPy's. A run ends before its first point that is not finite.
    """
    with np.errstate(all="ignore"):
        hyper = [*hyper, *map(float, once(*map(np.float64, hyper)))]
    while t < last and finite(carried[:{n}]):
        *carried, t = advance(*carried, t, last, path, *hyper)
        if t < last and finite(carried[:{n}]):
            with np.errstate(all="ignore"):
                *carried, t = advance_numpy(*map(np.float64, carried), t, t + 1, path, *map(np.float64, hyper))
            carried = [float(value) for value in carried]
            if finite(carried[:{n}]):
                path[-1] = tuple(carried[:{n}])
    return carried, t


def begin(start):
    """What is carried into the first step: the start, memory at zero, powers at one."""
    return [*map(float, start), {zeros}]


def run(start, steps, hyperparameters=()):
    """The path of a run as a list of points, the start first; it ends before the first that is not finite."""
    hyper = {{**DEFAULTS, **dict(hyperparameters)}}
    path = [tuple(map(float, start))]
    resume(begin(start), 0, steps, path, [hyper[name] for name in DEFAULTS])
    return path
'''


def pair_text(f: Formula, rule: TracedRule) -> str:
    """`value`, `gradient` and `run(start, steps, hyperparameters)`, with the rule and the gradient in one loop."""
    step = whole_step(f, rule)
    n, once, powers = step.n, step.once, step.powers
    multiplied = {symbol(power): symbol(power) * symbol(factor) for power, factor in powers.items()}
    # carried are all thetas, then all state, then the powers
    ordered = [*substitute(step.outputs, multiplied), *multiplied.values()]
    carried = [*step.carried, *powers]
    names = identifiers([*carried, *rule.defaults, *once, "t"], PYTHON, taken=("t", "now"))
    code = print_code(ordered, names, PYTHON)
    if any(node is symbol("t") for node in in_order(ordered)):
        code.lines.insert(0, f"{names['t']} = number(now)")
    first = print_code(list(once.values()), names, _ONCE)
    carried_text = ", ".join(names[name] for name in carried)
    used = _used(ordered)
    functions = objective_text(f).removeprefix("import math\n").strip("\n") + "\n"
    return _PAIR.format(
        rule=_quoted(rule.name), objective=_quoted(f.title), functions=functions,
        defaults=repr(dict(rule.defaults)), used=", ".join(["number", *used]), carried=carried_text,
        hyper=", ".join(names[name] for name in rule.defaults),
        given=", ".join(names[name] for name in (*rule.defaults, *once)),
        once=indent("\n".join([*first.lines, f"return [{', '.join(first.outputs)}]"]), "    "),
        body=indent("\n".join(code.lines), " " * 16),
        assigned=carried_text, results=", ".join(code.outputs), n=n,
        broken=" or ".join(f"{names[f'theta {i}']} - {names[f'theta {i}']}" for i in range(n)),
        point=", ".join(names[f"theta {i}"] for i in range(n)),
        python=", ".join(["float", *(_ORIGIN.get(name, (f"math.{name}", ""))[0] for name in used)]),
        numpy=", ".join(["np.float64", *(_ORIGIN.get(name, ("", f"np.{name}"))[1] for name in used)]),
        zeros=", ".join(["0.0"] * (n * len(rule.state)) + ["1.0"] * len(powers)),
    )  # fmt: skip


def compiled(text: str) -> dict[str, Any]:
    """The names that a generated text defines."""
    namespace: dict[str, Any] = {}
    exec(compile(text, "<generated by gdlib>", "exec"), namespace)  # our own text: printed from the graph above
    return namespace


@lru_cache(maxsize=256)
def compiled_pair(f: Formula, rule: TracedRule) -> dict[str, Any]:
    """The compiled text of a pair, kept for the next run of the same two."""
    return compiled(pair_text(f, rule))
