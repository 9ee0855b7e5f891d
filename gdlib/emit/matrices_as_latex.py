"""LaTeX of a method's step: statements of matrix algebra in Python, with transposes, systems, conditions and loops.

What the step assigns has index t, what it was given t-1; g_t, f_t, H_t, G_t are taken at theta_{t-1}, and g_prev is
g_{t-1}. What a loop changes bears no index. A vector to the left of @ is transposed; capital letters are matrices.
Beside arithmetic the statements know: p = solved(A, b), the system A p = b; L, Q = eigen(H); outer, diag, norm, abs;
a = such_that(conditions); j = smallest(condition), from 0 upwards; s, y = remembered(pairs, s, y, memory).
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from gdlib.emit.as_latex import indexed, number
from gdlib.vocabulary import latex_name

# How tightly an operation binds: what binds less than its place asks for is bracketed.
_CHOICE, _TRUTH, _COMPARISON, _SUM, _PRODUCT, _POWER, _ATOM = range(7)
_SIGNS = {ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">", ast.GtE: r"\ge", ast.Eq: "="}
_BARE = frozenset("Iijkmt")
_TRANSPOSED = r"^{\mathsf T}"
_FUNCTIONS = {"value": "f", "gradient": r"\nabla f", "diag": r"\operatorname{diag}", "diagonal": r"\operatorname{diag}",
              "min": r"\min", "max": r"\max"}  # fmt: skip
_PRODUCTS = {"curve": "H", "curve_of_squares": "G"}


def method_lines(statements: Sequence[ast.stmt], memory: Collection[str], settings: Collection[str]) -> list[str]:
    """A line for each statement; `memory` and `settings` name what is kept between steps, and the hyperparameters."""
    write = _Lines({"theta", *memory}, settings, _changed_in_loops(statements))
    return [line for statement in statements for line in write.statement(statement)]


def _changed_in_loops(statements: Sequence[ast.stmt]) -> set[str]:
    loops = [statement for statement in statements if isinstance(statement, ast.For)]
    return {
        target.id
        for loop in loops
        for part in loop.body
        if isinstance(part, ast.Assign)
        for target in part.targets
        if isinstance(target, ast.Name)
    }


class _Lines:
    """Writes statement after statement, and knows what has been assigned so far."""

    def __init__(self, given_before: Collection[str], settings: Collection[str], running: Collection[str]) -> None:
        self._given_before, self._settings, self._running = given_before, settings, running
        self._assigned: set[str] = set()

    def statement(self, node: ast.stmt) -> list[str]:
        if isinstance(node, ast.For):
            return self._loop(node)
        if not isinstance(node, ast.Assign):
            raise TypeError(f"`{ast.unparse(node)}`: is no equation")
        target, value = node.targets[0], node.value
        called = value.func.id if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) else ""
        arguments = value.args if isinstance(value, ast.Call) else []
        if called == "remembered":
            return self._remembered(arguments)
        right = "" if called in ("solved", "solved_if_positive", "eigen", "such_that", "smallest") else self.text(value)
        of_matrix = self.text(arguments[0], _PRODUCT) if called.startswith(("solved", "eigen")) else ""
        self._assigned |= {name.id for name in ast.walk(target) if isinstance(name, ast.Name)}
        if isinstance(target, ast.Tuple):  # the decomposition of a symmetric matrix
            numbers, vectors = (self.text(part) for part in target.elts)
            diagonal = rf"\operatorname{{diag}}\left({numbers}\right)"
            return [f"{of_matrix} = {vectors} {diagonal} {vectors}{_TRANSPOSED}"]
        left = self.text(target)
        if called.startswith("solved"):
            return [f"{of_matrix} {left} = {self.text(arguments[1])}"]
        if called == "such_that":
            return self._such_that(left, arguments)
        if called == "smallest":
            return [rf"{left} = \text{{the smallest of }} 0, 1, 2, \dots \text{{ with }} {self.text(arguments[0])}"]
        sign = r"\leftarrow" if isinstance(target, ast.Name) and target.id in self._running else "="
        return [f"{left} {sign} {right}"]

    def _such_that(self, left: str, conditions: Sequence[ast.expr]) -> list[str]:
        told = [self.text(condition) for condition in conditions]
        if told[0].startswith(f"{left} > "):  # the sign of the unknown stands with it
            left, told = told[0], told[1:]
        first = rf"{left} \text{{ such that}}"  # each condition on a line of its own: a phone is narrow
        return [first, rf"\quad {told[0]}", *(rf"\quad \text{{and }} {one}" for one in told[1:])]

    def _remembered(self, arguments: Sequence[ast.expr]) -> list[str]:
        _, step, change, most = (self.text(argument) for argument in arguments)
        pairs = r"\left(s_1, y_1\right), \dots, \left(s_k, y_k\right)"
        self._assigned.discard("s")
        return [f"{pairs} =", rf"\quad \text{{the last }} {most} \text{{ pairs, up to }} \left({step}, {change}\right)"]

    def _loop(self, node: ast.For) -> list[str]:
        backwards = ast.unparse(node.iter).startswith("reversed")
        places = r"k, \dots, 1" if backwards else r"1, \dots, k"
        body = [rf"\quad {line}" for part in node.body for line in self.statement(part)]
        return [rf"\text{{for }} {self.text(node.target)} = {places}:", *body]

    def text(self, node: ast.expr, place: int = _CHOICE) -> str:
        """The expression, in brackets where its place asks for them."""
        text, binds = self._expression(node)
        return rf"\left({text}\right)" if binds < place else text

    def _expression(self, node: ast.expr) -> tuple[str, int]:
        if isinstance(node, ast.Name):
            name = self._name(node.id)
            return name, _POWER if "^" in name else _ATOM
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return number(float(node.value)), _ATOM
        if isinstance(node, ast.Subscript):
            assert isinstance(node.value, ast.Name)
            last = ast.unparse(node.slice) == "-1"
            return f"{latex_name(node.value.id)}_{'k' if last else self.text(node.slice)}", _ATOM
        if isinstance(node, ast.Attribute):
            return self.text(node.value, _ATOM) + _TRANSPOSED, _POWER
        if isinstance(node, ast.UnaryOp):
            return f"-{self.text(node.operand, _PRODUCT)}", _SUM
        if isinstance(node, ast.Compare):
            if isinstance(node.ops[0], ast.Is):  # no memory yet
                return "t = 1", _COMPARISON
            sign = _SIGNS[type(node.ops[0])]
            return f"{self.text(node.left, _SUM)} {sign} {self.text(node.comparators[0], _SUM)}", _COMPARISON
        if isinstance(node, ast.BoolOp):
            return r"\ \text{and}\ ".join(self.text(part, _COMPARISON) for part in node.values), _TRUTH
        if isinstance(node, ast.IfExp):
            return self._cases(node), _CHOICE
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        raise TypeError(f"`{ast.unparse(node)}`: is no matrix algebra")

    def _name(self, name: str) -> str:
        if name in self._settings or name in _BARE or name in self._running:
            return latex_name(name)
        if name.endswith("_prev"):
            return indexed(name.removesuffix("_prev"), "t-1")
        return indexed(name, "t-1" if name in self._given_before and name not in self._assigned else "t")

    def _binary(self, node: ast.BinOp) -> tuple[str, int]:
        left, right, op = node.left, node.right, node.op
        if isinstance(op, ast.Add | ast.Sub):
            sign, place = ("+", _SUM) if isinstance(op, ast.Add) else ("-", _PRODUCT)
            return f"{self.text(left, _SUM)} {sign} {self.text(right, place)}", _SUM
        if isinstance(op, ast.Div):
            return rf"\frac{{{self.text(left)}}}{{{self.text(right)}}}", _PRODUCT
        if isinstance(op, ast.Pow):
            return f"{self.text(left, _ATOM)}^{{{self.text(right)}}}", _POWER
        if isinstance(left, ast.UnaryOp):  # (-B) @ g reads -B g
            return f"-{self.text(ast.BinOp(left.operand, op, right), _PRODUCT)}", _SUM
        one, two = self.text(left, _PRODUCT), self.text(right, _PRODUCT)
        if isinstance(op, ast.MatMult):
            return f"{one if _is_matrix(left) else self.text(left, _ATOM) + _TRANSPOSED} {two}", _PRODUCT
        return rf"{one} \cdot {two}" if two[0].isdigit() else rf"{one} \, {two}", _PRODUCT

    def _call(self, node: ast.Call) -> tuple[str, int]:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        arguments = node.args
        if called in _PRODUCTS:
            return f"{_PRODUCTS[called]}_t {self.text(arguments[0], _PRODUCT)}", _PRODUCT
        if called == "outer":
            return f"{self.text(arguments[0], _PRODUCT)} {self.text(arguments[1], _ATOM)}{_TRANSPOSED}", _PRODUCT
        if called == "positive_definite":
            return rf"{self.text(arguments[0], _SUM)} \succ 0", _COMPARISON
        if called == "sqrt":
            return rf"\sqrt{{{self.text(arguments[0])}}}", _ATOM
        if called == "abs":
            return rf"\left|{self.text(arguments[0])}\right|", _ATOM
        if called == "norm":
            which = f"_{self.text(arguments[1])}" if len(arguments) > 1 else ""
            return rf"\left\|{self.text(arguments[0])}\right\|{which}", _ATOM
        if called not in _FUNCTIONS:
            raise TypeError(f"`{ast.unparse(node)}`: {called} has no sign in matrix algebra")
        inside = r",\ ".join(self.text(argument) for argument in arguments)
        return rf"{_FUNCTIONS[called]}\left({inside}\right)", _ATOM

    def _cases(self, node: ast.expr) -> str:
        rows = []
        while isinstance(node, ast.IfExp):
            rows.append(rf"{self.text(node.body, _SUM)} & \text{{if }} {self.text(node.test)}")
            node = node.orelse
        rows.append(rf"{self.text(node, _SUM)} & \text{{otherwise}}")
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def _is_matrix(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return len(node.id) == 1 and node.id.isupper()
    if isinstance(node, ast.UnaryOp):
        return _is_matrix(node.operand)
    if isinstance(node, ast.BinOp):
        both_or_one = all if isinstance(node.op, ast.MatMult) else any
        return both_or_one(map(_is_matrix, (node.left, node.right)))
    return isinstance(node, ast.Attribute) or (isinstance(node, ast.Call) and ast.unparse(node.func) == "outer")
