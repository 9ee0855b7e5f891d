"""LaTeX from the graph: a rule's equations line by line, as it is written, and an objective's formula."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

import sympy as sp

from gdlib.emit.printable import Formula, TracedRule
from gdlib.trace.contract import AFTER, GIVEN, Line, Trace
from gdlib.trace.graph import Node, symbol
from gdlib.vocabulary import latex_name

# How tightly an operation binds: what binds less than its place asks for is bracketed.
_CHOICE, _TRUTH, _COMPARISON, _SUM, _PRODUCT, _POWER, _ATOM = range(7)
_SIGNS = {"lt": "<", "le": r"\le", "gt": ">", "ge": r"\ge", "eq": "=", "ne": r"\ne"}


def objective_text(f: Formula) -> str:
    """The formula, as SymPy typesets it."""
    return str(sp.latex(f.expr, ln_notation=False))


def rule_text(rule: TracedRule) -> str:
    """The rule's lines, aligned at their equals signs."""
    return aligned(equations(rule.trace))


def aligned(lines: Sequence[str]) -> str:
    """Equations below one another, aligned at the first sign that relates two sides, or at their left end."""
    sign = re.compile(r" (=|\\text\{ such that\})")
    loops = any(line.startswith(r"\text{for }") for line in lines)  # what a loop does is set in from its left end
    told = [f"&{line}" if loops or not sign.search(line) else sign.sub(r" &\1", line, count=1) for line in lines]
    return "\\begin{aligned}\n" + " \\\\\n".join(told) + "\n\\end{aligned}"


def equations(trace: Trace) -> list[str]:
    """A rule's statements as equations in the source's order; without a source, one line for each of its outputs.

    What the step assigns has index t, what it was given t-1; g_t, f_t are the gradient and the value at theta_{t-1}.
    A rule that takes its gradient elsewhere begins with the line that says where.
    """
    lines = trace.lines
    if lines is None:
        named = zip(trace.outputs_named, trace.outputs, strict=True)
        lines = tuple(Line(name + AFTER, value) for name, value in named)
    write = _writer(trace)
    where = trace.gradient_at
    first = [] if where is None else [rf"g_t = \nabla f\left({write(where, _CHOICE)}\right)"]
    return first + [f"{write(symbol(line.target), _CHOICE)} = {write(line.value, _CHOICE)}" for line in lines]


def indexed(name: str, index: str) -> str:
    """A name of the code with an index: `m_hat` at t is \\hat{m}_t."""
    base = latex_name(name)
    if "_" in base:
        base = f"{{{base}}}"  # a second index needs the first in braces
    return f"{base}_{{{index}}}" if len(index) > 1 else f"{base}_{index}"


def number(value: float) -> str:
    """A number as it is written in a formula: 0.001, 10^{-8}."""
    if not math.isfinite(value):
        return r"\text{nan}" if math.isnan(value) else r"\infty" if value > 0 else r"-\infty"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        return mantissa
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa in ("1", "1.0") else rf"{mantissa} \cdot {power}"


def _power_of(node: Node) -> tuple[Node, int]:
    """A product of equal factors as base and whole exponent, however the graph has bracketed it."""
    if node.op != "mul":
        return node, 1
    (left, i), (right, j) = map(_power_of, node.args)
    return (left, i + j) if left is right else (node, 1)


def _opposite(node: Node) -> Node | None:
    """What a product or quotient that begins with a minus is the negative of; None if it does not begin so."""
    if node.op == "neg":
        return node.args[0]
    if node.op not in ("mul", "div") or _power_of(node)[1] > 1:
        return None
    first = _opposite(node.args[0])
    if first is None:
        return None
    opposite: Node = first * node.args[1] if node.op == "mul" else first / node.args[1]
    return opposite


def _writer(trace: Trace) -> Callable[[Node, int], str]:
    given_before = {"theta", *trace.state}

    def name_of(name: str) -> str:
        if name.endswith(AFTER):
            return indexed(name.removesuffix(AFTER), "t")
        if name in given_before:
            return indexed(name, "t-1")
        return indexed(name, "t") if name in GIVEN and name != "t" else latex_name(name)

    def write(node: Node, place: int) -> str:
        text, binds = _write(node)
        return rf"\left({text}\right)" if binds < place else text

    def _write(node: Node) -> tuple[str, int]:
        op, args = node.op, node.args
        if op == "symbol":
            name = str(node.payload)
            return name_of(name), _POWER if "^" in name_of(name) else _ATOM
        if op == "constant":
            assert isinstance(node.payload, float)
            return number(node.payload), _SUM if node.payload < 0 else _ATOM
        if op in ("add", "sub"):
            sign = "+" if op == "add" else "-"
            return f"{write(args[0], _SUM)} {sign} {write(args[1], _SUM if op == 'add' else _PRODUCT)}", _SUM
        if op == "mul":
            base, exponent = _power_of(node)
            if exponent > 1:
                return raised(base, str(exponent)), _POWER
        opposite = _opposite(node) if op in ("mul", "div") else None
        if opposite is not None:
            return f"-{write(opposite, _PRODUCT)}", _SUM
        if op == "mul":
            return product(*args), _PRODUCT
        if op == "div":
            return rf"\frac{{{write(args[0], _CHOICE)}}}{{{write(args[1], _CHOICE)}}}", _PRODUCT
        if op == "pow":
            return raised(args[0], write(args[1], _CHOICE)), _POWER
        if op == "neg":
            return f"-{write(args[0], _PRODUCT)}", _SUM
        if op == "sqrt":
            return rf"\sqrt{{{write(args[0], _CHOICE)}}}", _ATOM
        if op == "abs":
            return rf"\left|{write(args[0], _CHOICE)}\right|", _ATOM
        if op == "floor":
            return rf"\left\lfloor {write(args[0], _CHOICE)} \right\rfloor", _ATOM
        if op == "where":
            return cases(node), _CHOICE
        if op in ("max", "min"):
            return rf"\{op}\left({write(args[0], _CHOICE)},\ {write(args[1], _CHOICE)}\right)", _ATOM
        if op in _SIGNS:
            return f"{write(args[0], _SUM)} {_SIGNS[op]} {write(args[1], _SUM)}", _COMPARISON
        if op in ("and", "or"):
            word = r"\ \text{and}\ " if op == "and" else r"\ \text{or}\ "
            return f"{write(args[0], _COMPARISON)}{word}{write(args[1], _COMPARISON)}", _TRUTH
        if op == "not":
            return rf"\text{{not}}\ {write(args[0], _COMPARISON)}", _TRUTH
        function = {"sign": r"\operatorname{sign}", "atan": r"\arctan"}.get(op, f"\\{op}")
        return rf"{function}\left({write(args[0], _CHOICE)}\right)", _ATOM

    def raised(base: Node, exponent: str) -> str:
        """A power; an indexed name gets it beside its index, g_t^2, since no bracket is needed there."""
        return f"{write(base, _ATOM)}^{{{exponent}}}" if len(exponent) > 1 else f"{write(base, _ATOM)}^{exponent}"

    def product(left: Node, right: Node) -> str:
        one, two = write(left, _PRODUCT), write(right, _PRODUCT)
        digits = re.match(r"\d", two) is not None
        return rf"{one} \cdot {two}" if digits else rf"{one} \, {two}"

    def cases(node: Node) -> str:
        rows = []
        while node.op == "where":
            condition, chosen, node = node.args
            rows.append(rf"{write(chosen, _SUM)} & \text{{if }} {write(condition, _CHOICE)}")
        rows.append(rf"{write(node, _SUM)} & \text{{otherwise}}")
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"

    return write


def pair_text(f: Formula, rule: TracedRule) -> str:
    """The formula, then the rule's lines."""
    return rf"f = {objective_text(f)} \qquad {rule_text(rule)}"
