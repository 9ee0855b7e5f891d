"""A student's own check of a notebook before it is handed in: needs the book's environment and nothing else.

It knows the sheet by what the notebook itself says: the names of its cells, and the sums that `release` wrote beside
the texts of those that must not change. It cannot know what the graders will ask beyond the visible tests.
"""

import ast
import difflib
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from homework import trying
from homework.answers import uncoded, unwritten
from homework.course import UserError

LARGE = 10 * 10**6  # bytes; far above a sheet with plots
ENDING = ".ipynb"


@dataclass(frozen=True)
class Finding:
    """What was found; `advice` says what to do about it, "" where there is nothing to do."""

    text: str
    advice: str = ""


class Sheet:
    """A student's notebook, its cells by the names that the sheet gave them."""

    def __init__(self, notebook: Any) -> None:
        self.cells: list[Any] = notebook.cells
        self.notebook = notebook
        said = notebook.metadata.get("homework", {})
        self.assignment = str(said.get("assignment", ""))
        self.named: dict[str, list[int]] = {}
        for place, cell in enumerate(self.cells):
            if name := self.name(cell):
                self.named.setdefault(name, []).append(place)
        pairs = [name.removesuffix("-test") for name in self.named if name.endswith("-test")]
        self.expected = [str(name) for name in said.get("cells", [])] or [*pairs, *self.named]

    @staticmethod
    def name(cell: Any) -> str:
        return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))

    def called(self, place: int) -> str:
        """A cell as its reader finds it: by its number from the top, and its name."""
        name = self.name(self.cells[place])
        return f"cell {place + 1}" + (f" ({name})" if name else "")

    def as_released(self, cell: Any) -> bool:
        """Whether a cell still holds what the sheet gave out: nbgrader's own sum over its text and settings."""
        said = cell.metadata.nbgrader
        grade, solution = bool(said.get("grade")), bool(said.get("solution"))
        locked = not solution and (grade or bool(said.get("locked")))
        text = cell.source.replace("\r\n", "\n") + cell.cell_type + f"{grade}{solution}{locked}" + said["grade_id"]
        if grade:
            text += str(float(said.get("points", 0)))
        return bool(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() == said.get("checksum"))


def check(path: Path, seconds: float = trying.CELL_SECONDS) -> Iterator[Finding]:
    """What is found in a notebook, in the order in which a student would mend it; raises UserError for no file."""
    path = _present(path)
    sheet, problem = _read(path)
    yield from _file(path, sheet)
    if sheet is None:
        yield Finding(problem, "Open it in Jupyter and save it again, or begin with the notebook that was handed out.")
        return
    yield from _cells(sheet)
    broken = list(_syntax(sheet))
    yield from broken
    tried = trying.run(sheet.notebook, path.parent, seconds)
    yield from _run(sheet, tried, {place for place, cell in enumerate(sheet.cells) if _unreadable(cell)})
    yield from _answers(sheet, tried)


def _present(path: Path) -> Path:
    """The file; raises UserError that helps to find it."""
    if path.is_file():
        return path
    folder = path if path.is_dir() else path.parent
    if not folder.is_dir():
        raise UserError(f"FILE: needed a notebook, and there is no folder {folder}")
    names = sorted(one.name for one in folder.iterdir() if ENDING in one.name or one.name.startswith(f"{path.stem}."))
    near = difflib.get_close_matches(path.name, names, n=3, cutoff=0.5) or names[:5]
    there = f"there are {', '.join(near)}" if near else "there are no notebooks"
    raise UserError(f"FILE: needed a notebook, came {path}, which is no file; in {folder.resolve()} {there}")


def _read(path: Path) -> tuple[Sheet | None, str]:
    """The notebook, or what is wrong with the file."""
    content = path.read_bytes()
    if not content:
        return None, "the file is empty"
    try:
        notebook = nbformat.reads(content.decode("utf-8-sig"), as_version=4)
        nbformat.validate(notebook)
        return Sheet(notebook), ""
    except UnicodeDecodeError:
        return None, "the file is no text, so no notebook"
    except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError) as problem:
        try:
            json.loads(content.decode("utf-8-sig"))
        except ValueError as reason:
            return None, f"the file is no JSON, so no notebook: {reason}"
        return None, f"the file is JSON, but no notebook: {str(problem).splitlines()[0][:100]}"


def _file(path: Path, sheet: Sheet | None) -> Iterator[Finding]:
    name = path.name
    wanted = f"{sheet.assignment}{ENDING}" if sheet and sheet.assignment else ""
    plain = re.sub(r"(\.ipynb)?(\.txt|\.json)?$", "", re.sub(r" ?\(\d+\)|[- ]Copy\d*|^Copy of ", "", name)) + ENDING
    if name != (wanted or plain):
        yield Finding(f"the file is named {name}", f"Rename it to {wanted or plain}.")
    else:
        yield Finding(f"the file is named {name}")
    size = path.stat().st_size
    if size > LARGE:
        yield Finding(f"the file has {size / 1e6:.0f} MB", "Clear the outputs of the cells that print much, and save.")


def _cells(sheet: Sheet) -> Iterator[Finding]:
    if not sheet.named:
        advice = "Copy your answers into a notebook as it was handed out; a program has dropped what names the cells."
        yield Finding("no cell has the name that the sheet gave it", advice)
        return
    clean = True
    if missing := [name for name in dict.fromkeys(sheet.expected) if name not in sheet.named]:
        clean = False
        yield Finding(
            f"missing: {', '.join(missing)}",
            "Copy these cells, whole, from the notebook that was handed out, or hand in your answers in a fresh one.",
        )
    for name, places in sheet.named.items():
        if len(places) > 1:
            clean = False
            where = " and ".join(f"cell {place + 1}" for place in places)
            yield Finding(f"{name} is there more than once: {where}", "Delete the copies.")
        cell = sheet.cells[places[0]]
        said = cell.metadata.nbgrader
        if said.get("cell_type", cell.cell_type) != cell.cell_type:
            clean = False
            yield Finding(
                f"{sheet.called(places[0])} has become a {cell.cell_type} cell",
                f"Turn it back into a {said['cell_type']} cell.",
            )
        elif not said.get("solution") and "checksum" in said and not sheet.as_released(cell):
            clean = False
            yield Finding(
                f"{sheet.called(places[0])} is not as it was handed out",
                "Undo the change: the graders put the original back, so that what you see may differ from what counts.",
            )
    if clean:
        yield Finding("all cells of the sheet are there, its tests as they were handed out")
    language = sheet.notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language.lower() != "python":
        yield Finding(f"the notebook's kernel is for {language}", "In the menu Kernel, choose Python 3, and save.")


def _code(cell: Any) -> ast.Module | SyntaxError | None:
    """A cell's Python, IPython's own commands included, or why it does not read as that; None of what is none."""
    if cell.cell_type != "code" or cell.source.lstrip().startswith("%%"):
        return None
    try:
        python = TransformerManager().transform_cell(cell.source)  # type: ignore[no-untyped-call]
        compile(python, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        return ast.parse(python)
    except SyntaxError as problem:
        return problem
    except ValueError as problem:  # a NUL character
        return SyntaxError(str(problem))


def _unreadable(cell: Any) -> SyntaxError | None:
    code = _code(cell)
    return code if isinstance(code, SyntaxError) else None


def _syntax(sheet: Sheet) -> Iterator[Finding]:
    for place, cell in enumerate(sheet.cells):
        if problem := _unreadable(cell):
            line = f", in its line {problem.lineno}" if problem.lineno else ""
            yield Finding(f"{sheet.called(place)} does not read as Python{line}: {problem.msg}", "Mend this first.")


def _run(sheet: Sheet, tried: trying.Tried, unreadable: set[int]) -> Iterator[Finding]:
    stopped = len(tried.ran) < sum(cell.cell_type == "code" for cell in sheet.cells)
    for place, said in tried.ran.items():
        name = sheet.name(sheet.cells[place])
        if (
            said.ename
            and place not in unreadable
            and not name.endswith("-test")
            and said.ename != "NotImplementedError"
        ):
            advice = {
                "NameError": "In a fresh kernel only the cells above it have run: define the name there.",
                "StdinNotImplementedError": "Nobody answers when a notebook is graded: give the value in the cell.",
            }.get(said.ename, "Mend it; Kernel > Restart Kernel and Run All Cells shows it in Jupyter too.")
            yield Finding(f"{sheet.called(place)} ends with {said.ename}: {said.evalue}", advice)
        if said.size > trying.MUCH:
            yield Finding(
                f"{sheet.called(place)} prints {said.size / 1e6:.0f} MB", "Print less: most of it is cut off."
            )
    if stopped:
        at = f" in {sheet.called(tried.stopped_at)}" if tried.stopped_at is not None else ""
        yield Finding(f"the run stopped{at}: {tried.why}", "Mend it; the cells below it were not run.")
    else:
        yield Finding(f"ran from top to bottom in a fresh kernel, in {tried.seconds:.0f} s")


def _answers(sheet: Sheet, tried: trying.Tried) -> Iterator[Finding]:
    tests = {name.removesuffix("-test"): places[0] for name, places in sheet.named.items() if name.endswith("-test")}
    came = {question: tried.ran[place] for question, place in tests.items() if place in tried.ran}
    passed = [question for question, said in came.items() if not said.ename]
    cells = {name: sheet.cells[places[0]] for name, places in sheet.named.items()}
    empty = [
        name
        for name, cell in cells.items()
        if cell.metadata.nbgrader.get("solution") and name not in passed and (_blank(cell) or sheet.as_released(cell))
    ]
    for question, said in came.items():
        if said.ename and (question not in empty or said.ename != "NotImplementedError"):
            yield Finding(f"visible test of {question}: {said.ename}: {said.evalue}", f"Look at {question} again.")
    if passed:
        yield Finding(f"visible tests passed: {', '.join(passed)}")
    if empty:
        yield Finding(f"still without an answer: {', '.join(empty)}", "Answer them; an empty answer earns nothing.")


def _blank(cell: Any) -> bool:
    """Whether an answer's cell was left without an answer; one that cannot be read was not."""
    if cell.cell_type != "code":
        return unwritten(cell.source)
    code = _code(cell)
    return isinstance(code, ast.Module) and uncoded(code)
