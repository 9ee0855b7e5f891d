"""A rule's working as JavaScript: what each name of its code is in one step, for a page that tells how it decides."""

from __future__ import annotations

from textwrap import indent

from gdlib.emit.as_javascript import JAVASCRIPT, settings_pattern
from gdlib.emit.printable import TracedRule
from gdlib.emit.straight_line import identifiers, print_code
from gdlib.trace.contract import AFTER
from gdlib.trace.graph import ELEMENTARY, in_order


def working_text(rule: TracedRule) -> str:
    """What joins a rule's module: `working(…, settings)`, called as `step` is, gives {name: value} for each line.

    The names are those that the rule's code assigns, theta and the state as they are after the step. `workingOf` takes
    what `stepOf` takes. ValueError for a rule whose lines are not known or take powers of t: a loop carries those.

    >>> import gdlib as gd
    >>> print(working_text(gd.rules.momentum))
    export function working(theta, g, v, {lr = 0.01, beta = 0.9} = {}) {
      const v_ = (beta * v) - (lr * g);
      const theta_ = theta + v_;
      return {v: v_, theta: theta_};
    }
    export const workingOf = (i, theta, g, f, t, memory, settings) => working(theta[i], g[i], memory[0][i], settings);
    <BLANKLINE>
    """
    lines = rule.trace.lines
    if lines is None or any(node.op in ELEMENTARY for node in in_order([line.value for line in lines])):
        raise ValueError(f"rule {rule.name}: needs lines of + - * / and comparisons that are known one by one")
    names = identifiers([*rule.takes, *rule.defaults, *(line.target for line in lines)], JAVASCRIPT)
    body = []
    for line in lines:
        code = print_code([line.value], names, JAVASCRIPT, prefix=f"{names[line.target]}n")
        body += [*code.lines, JAVASCRIPT.line.format(names[line.target], code.outputs[0])]
    made = ", ".join(f"{line.target.removesuffix(AFTER)}: {names[line.target]}" for line in lines)
    body.append(f"return {{{made}}};")
    places = {"theta": "theta[i]", "g": "g[i]", "f": "f", "t": "t"}
    places |= {name: f"memory[{k}][i]" for k, name in enumerate(rule.state)}
    signature = ", ".join([*(names[name] for name in rule.takes), settings_pattern(rule.defaults, names)])
    spelt = ", ".join([*(places[name] for name in rule.takes), "settings"])
    return (
        f"export function working({signature}) {{\n{indent(chr(10).join(body), '  ')}\n}}\n"
        f"export const workingOf = (i, theta, g, f, t, memory, settings) => working({spelt});\n"
    )
