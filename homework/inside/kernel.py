"""The student's kernel: IPython's own, which also answers what a judge asks of the student's names."""

import ast
import builtins
import re
import sys
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config

from homework.inside.values import DataError, encode

ADDRESS = re.compile(r"\b0x[0-9a-fA-F]+")
LIBRARIES = {"np": "numpy", "sp": "sympy", "gd": "gdlib"}
PYTHONS = dict(vars(builtins))  # as they are before any of the student's code


class Kernel(IPythonKernel):
    """Answers "judge_request" beside IPython's messages: not as a cell, which IPython's transformers would rewrite."""

    msg_types = [*IPythonKernel.msg_types, "judge_request"]

    async def judge_request(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        shell: Any = self.shell
        session: Any = self.session
        try:
            answer = judged(parent["content"]["code"], shell.user_ns)
        except KeyboardInterrupt:
            answer = {"status": "interrupted"}
        session.send(stream, "judge_reply", answer, parent=parent, ident=ident)


def judged(code: str, names: dict[str, Any]) -> dict[str, Any]:
    """What a judge's lines give in a copy of the student's names; Python's and the libraries' own mean what they do."""
    try:
        tree = ast.parse(code)
        last = tree.body.pop()
        if not isinstance(last, ast.Expr):
            raise SyntaxError("a judge's last line needs to be an expression")
        own = {name: value for name, value in names.items() if name not in PYTHONS}  # a `sum = 0` is the student's
        own |= {"__name__": "__main__", "__builtins__": dict(PYTHONS)} | _libraries(tree, last)
        exec(compile(tree, "<judge>", "exec"), own)
        return {"status": "value", "value": encode(eval(compile(ast.Expression(last.value), "<judge>", "eval"), own))}
    except KeyboardInterrupt:
        raise
    except NotImplementedError as problem:
        return {"status": "unanswered", "reason": said(problem)}
    except MemoryError as problem:
        return {"status": "memory", "reason": said(problem)}
    except DataError as problem:
        return {"status": "error", "reason": str(problem)}
    except BaseException as problem:  # SystemExit too: it is the student's answer that ends so
        return {"status": "error", "reason": said(problem)}


def _libraries(*trees: ast.AST) -> dict[str, Any]:
    """The libraries that the lines name, imported only then: SymPy alone takes half a second."""
    used = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}
    found = {}
    for name in used & set(LIBRARIES):
        __import__(LIBRARIES[name])
        found[name] = sys.modules[LIBRARIES[name]]
    return found


def said(problem: BaseException) -> str:
    """An exception in one line, the same whenever it comes: without addresses."""
    try:
        text = str(problem).strip().partition("\n")[0]
    except KeyboardInterrupt:
        raise
    except BaseException:  # its __str__ is the student's
        text = ""
    name = type(problem).__name__
    return ADDRESS.sub("0x…", f"{name}: {text}" if text else name)[:300]


def main(connection_file: str) -> None:
    config = Config()
    config.HistoryManager.enabled = False
    config.IPKernelApp.connection_file = connection_file
    config.IPKernelApp.kernel_class = Kernel
    config.InteractiveShell.colors = "nocolor"
    app: Any = IPKernelApp.instance(config=config)  # where IPython looks for it
    app.initialize([])
    app.shell.ask_exit = lambda: None  # exit() would end Python a moment later, in a cell that is not to blame
    app.start()


if __name__ == "__main__":
    main(sys.argv[1])
