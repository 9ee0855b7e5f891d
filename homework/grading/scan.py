"""Reads students' code, which it does not run, for what a person should look at: a patched library, a path elsewhere.

A flag is no verdict and costs no points: values are judged where no patch reaches them. It catches the clumsy.
"""

import ast
import re
import threading
import warnings
from collections.abc import Iterable, Iterator

LONGEST = 100_000  # letters of a cell that are read
MOST = 40  # flags of one submission
IMPORTS = {  # what homework has no use for
    *("atexit", "code", "codeop", "ctypes", "faulthandler", "ftplib", "gc", "http", "IPython", "ipykernel", "marshal"),
    *("multiprocessing", "nbformat", "nbgrader", "posix", "pty", "requests", "resource", "signal", "smtplib", "socket"),
    *("sqlite3", "subprocess", "unittest", "urllib", "zmq"),
}
GUARDED = {"numpy", "sympy", "gdlib", "builtins", "IPython", "sys", "os", "json", "math", "__main__"}
CALLS = {"get_ipython", "exec", "eval", "compile", "__import__", "breakpoint"}
ATTRIBUTES = {
    *("__builtins__", "__code__", "__globals__", "__subclasses__", "ast_transformers", "f_back", "f_globals"),
    *("f_locals", "input_transformers_cleanup", "input_transformers_post", "input_transformer_manager"),
}
OF_MODULES = {
    "os": {"_exit", "abort", "chdir", "environ", "execv", "execve", "execvp", "fork", "kill", "listdir", "popen"}
    | {"remove", "scandir", "setsid", "spawnl", "spawnv", "system", "walk"},
    "sys": {"_current_frames", "_getframe", "addaudithook", "meta_path", "modules", "setprofile", "settrace"},
    "importlib": {"import_module", "reload"},
    "inspect": {"currentframe", "getouterframes", "stack"},
    "threading": {"Thread", "Timer"},
}
_PATH = re.compile(r"(^|/)\.\.(/|$)|^/[\w.-]+/|^~/|^[A-Za-z]:[\\/]|\.ipynb$|\.db$|gradebook")
_MAGIC = re.compile(r"[%!?]|\w+[ \t]*=[ \t]*[%!]")  # how IPython's own lines begin
_SHELL = re.compile(r"(?m)^[ \t]*(?:\w+[ \t]*=[ \t]*)?(!|%%?(?:bash|sh|script|system|sx|run|writefile|load_ext|sc)\b)")
_ONE_AT_A_TIME = threading.Lock()


def parsed(text: str) -> ast.Module | None:
    """The tree of a cell's code, with IPython's own lines left out; None if it has none."""
    if len(text) > LONGEST:
        return None
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():  # which are all threads' together
            warnings.simplefilter("ignore")
            try:
                return ast.parse(text)
            except SyntaxError:
                return ast.parse("\n".join(map(_python, text.split("\n"))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _python(line: str) -> str:
    """A line, `pass` in place of one of IPython's own; no pattern is tried in it that could go back and forth."""
    said = line.strip(" \t")
    if _MAGIC.match(said) or (said.endswith("?") and not any(mark in said for mark in "#'\"")):
        return line[: len(line) - len(line.lstrip(" \t"))] + "pass"
    return line


def flags(cells: Iterable[tuple[int, str, bool]], given: str) -> tuple[str, ...]:
    """What stands out in a submission's code, in sentences.

    `cells` are numbers, texts and whether they are answers; `given` is the code that was released: what of gdlib is
    not used there, an answer was to do without.
    """
    cells = list(cells)
    trees = [(number, answers, parsed(text)) for number, text, answers in cells]
    modules = {"np": "numpy", "sp": "sympy", "gd": "gdlib"}
    for _, _, tree in trees:
        modules |= _imported(tree) if tree else {}
    found: dict[str, None] = {}
    for number, text, _ in cells:
        if len(text) > LONGEST:
            found[f"cell {number}: too long to be read by a program"] = None
        found |= {f"cell {number}: {shell[1]} gives a command to the shell": None for shell in _SHELL.finditer(text)}
    for number, answers, tree in trees:
        for node in ast.walk(tree) if tree else ():
            found |= {f"cell {number}: {said}": None for said in _seen(node, modules)}
            if answers and (rule := _of_gdlib(node, modules)) and not re.search(rf"\bgd\.{rule}\b", given):
                found[f"cell {number}: an answer uses gdlib's {rule}, which the assignment does not"] = None
    listed = list(found)
    return tuple(listed[:MOST] + ([f"and {len(listed) - MOST} more like these"] if len(listed) > MOST else []))


def _imported(tree: ast.Module) -> dict[str, str]:
    """Name in the notebook -> the module it stands for."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {(alias.asname or alias.name.partition(".")[0])[:60]: alias.name[:60] for alias in node.names}
    return names


def _seen(node: ast.AST, modules: dict[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        for name in names:
            if name.partition(".")[0] in IMPORTS and not name.startswith("IPython.display"):
                yield f"imports {name[:60]}"
    elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete):
        targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else [node.target]
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Attribute) and _guarded(part.value, modules):
                    yield f"gives {_written(part)} another meaning"
                elif isinstance(part, ast.Subscript) and _guarded(part.value, modules):
                    yield f"changes an entry of {_written(part.value)}"
    elif isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in CALLS:
            yield f"calls {name}"
        elif name in ("setattr", "delattr", "vars") and node.args and _guarded(node.args[0], modules):
            yield f"calls {name} on {_written(node.args[0])}"
        elif name == "open" and not (node.args and isinstance(node.args[0], ast.Constant)):
            yield "opens a file whose name it makes up"
    elif isinstance(node, ast.Attribute):
        if node.attr in ATTRIBUTES:
            yield f"reaches for {node.attr}"
        elif isinstance(node.value, ast.Name):
            module = modules.get(node.value.id, "")
            if node.attr in OF_MODULES.get(module, ()):
                yield f"uses {module}.{node.attr}"
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        if len(node.value) < 300 and "\n" not in node.value and _PATH.search(node.value):
            yield f"names the path {node.value[:60]!r}"
    elif isinstance(node, ast.Name) and node.id in ("__builtins__", "__IPYTHON__"):
        yield f"reaches for {node.id}"


def _written(node: ast.AST) -> str:
    return ast.unparse(node)[:60]  # at most as deep as _guarded looks


def _guarded(node: ast.AST, modules: dict[str, str]) -> bool:
    """Whether an expression is part of a library that is watched, as np.linalg is."""
    for _ in range(6):
        if not isinstance(node, ast.Attribute):
            break
        node = node.value
    return isinstance(node, ast.Name) and modules.get(node.id, node.id).partition(".")[0] in GUARDED


def _of_gdlib(node: ast.AST, modules: dict[str, str]) -> str:
    """The name of gdlib that a node uses, "" if none."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr if modules.get(node.value.id, "").partition(".")[0] == "gdlib" else ""
    if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "gdlib":
        return node.names[0].name.replace("*", "everything")
    return ""
