"""Says whether an answer's cell was left without an answer: blank, as it was handed out, or still with its stub.

`check` tells students by it, and grading gives points by it to written answers. What code is worth is never read off
its text: a judge asks for its value, and the stub that is still there raises NotImplementedError.
"""

import ast
import re
from collections.abc import Sequence

WORDS = "YOUR ANSWER HERE"  # nbgrader's, in place of a written solution
_MARKS = re.compile(r"[\s*_#>`-]+")  # blanks, and what Markdown sets words off with: not all signs, a formula is some


def unwritten(text: str, released: str = "") -> bool:
    """Whether a written answer says nothing beyond what its cell held when it was handed out.

    >>> unwritten("*YOUR ANSWER HERE*"), unwritten("YOUR ANSWER HERE: it zigzags"), unwritten("$>$")
    (True, False, False)
    """
    return _MARKS.sub(" ", text).strip() in ("", WORDS) or text.strip() == released.strip()


def uncoded(tree: ast.Module) -> bool:
    """Whether code still comes to the stub: `raise NotImplementedError`, in a cell's own lines or in a function of it.

    One that no line leads to, behind a `return`, or that a branch keeps for what is not asked, is none.

    >>> uncoded(ast.parse("def f(x):\\n    raise NotImplementedError()"))
    True
    >>> uncoded(ast.parse("def f(x):\\n    return x\\n    raise NotImplementedError()  # gone by"))
    False
    """
    return not tree.body or _comes_to_it(tree.body)


def _comes_to_it(block: Sequence[ast.stmt]) -> bool:
    for line in block:
        if isinstance(line, ast.Raise) and _is_stub(line):
            return True
        if isinstance(line, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and _comes_to_it(line.body):
            return True
        if _ends(line):
            return False
    return False


def _is_stub(line: ast.Raise) -> bool:
    said = line.exc.func if isinstance(line.exc, ast.Call) else line.exc
    return isinstance(said, ast.Name) and said.id == "NotImplementedError"


def _ends(line: ast.stmt) -> bool:
    """Whether nothing behind a line of the same block is reached."""
    if isinstance(line, ast.If):
        return all(any(map(_ends, branch)) for branch in (line.body, line.orelse))
    if isinstance(line, ast.With | ast.AsyncWith):
        return any(map(_ends, line.body))
    if isinstance(line, ast.Try):
        ways = [line.body + line.orelse, *(handler.body for handler in line.handlers)]
        return any(map(_ends, line.finalbody)) or all(any(map(_ends, way)) for way in ways)
    if isinstance(line, ast.While):  # which only a `break` would leave
        always = isinstance(line.test, ast.Constant) and bool(line.test.value)
        return always and not any(isinstance(part, ast.Break) for part in ast.walk(line))
    return isinstance(line, ast.Return | ast.Raise)
