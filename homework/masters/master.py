"""An assignment's master: the one text that holds the questions, their solutions, and what is judged.

A master is a MyST notebook. Tags give its cells their parts:

    draw                       code: gives values to names; «name» in any other cell stands for the value
    answer:ID                  code: the student's; what stands between ### BEGIN SOLUTION and ### END SOLUTION is cut
    test:ID                    code: visible checks, plain asserts with a message; locked
    judge:ID, points:N         code, never released: a comment that names it, then lines whose last is an expression;
                               its value in the student's notebook is compared with its value in the solution's
    judge:ID, points:N, rtol:R the same, floating-point numbers within R of the larger of the two (1e-9 if not said)
    written:ID, points:N       text: the student's words, marked by hand
    rubric:ID                  text, never released: what earns the points of written:ID
    (none)                     shown as it is

A judge's cell gives values, never a verdict, so that nothing in the student's process can decide a grade. In it the
names that Python itself has, such as sum, mean Python's, whatever the student calls so.
"""

import builtins
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import jupytext

Role = Literal["draw", "answer", "test", "judge", "written", "rubric", "shown"]
ROLES: dict[str, str] = {  # role -> the kind of cell that can have it
    "draw": "code",
    "answer": "code",
    "test": "code",
    "judge": "code",
    "written": "markdown",
    "rubric": "markdown",
}
RTOL = 1e-9
PLACE = re.compile("«([^«»]*)»")
HIDDEN = "hidden_"


@dataclass(frozen=True)
class Cell:
    """One cell of a master; `question` is "" for a cell that belongs to none."""

    role: Role
    kind: str
    text: str
    question: str = ""
    points: float = 0.0
    rtol: float = RTOL

    @property
    def title(self) -> str:
        """What a judge's cell says of itself, in the comment that begins it."""
        return self.text.lstrip().partition("\n")[0].lstrip("# ").strip()

    @property
    def name(self) -> str:
        """The cell's name in released and handed-in notebooks; "" for a cell that is only shown."""
        return {"answer": self.question, "written": self.question, "test": f"{self.question}-test"}.get(self.role, "")


@dataclass(frozen=True)
class Question:
    """A question: its name, the points it gives, and whether a person marks it."""

    name: str
    points: float
    by_hand: bool


@dataclass(frozen=True)
class Master:
    """An assignment as it is written: cells in order, with places for what is drawn."""

    name: str
    cells: tuple[Cell, ...]

    @property
    def title(self) -> str:
        headings = (re.search(r"^# (.+)$", cell.text, re.M) for cell in self.cells if cell.kind == "markdown")
        return next((found[1] for found in headings if found), self.name)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions in the order of their first cell."""
        names = dict.fromkeys(cell.question for cell in self.cells if cell.question)
        return tuple(
            Question(name, sum(cell.points for cell in self.of(name)), any(c.role == "written" for c in self.of(name)))
            for name in names
        )

    @property
    def points(self) -> float:
        return sum(cell.points for cell in self.cells)

    def of(self, question: str, role: str | None = None) -> Iterator[Cell]:
        """The cells of a question, those of one role if it is given."""
        return (cell for cell in self.cells if cell.question == question and role in (None, cell.role))

    def filled(self, values: Mapping[str, Any]) -> "Master":
        """The master with every «name» replaced by its value, as Python writes it (text: as it is)."""

        def fill(cell: Cell) -> Cell:
            text = PLACE.sub(lambda place: _written(values[place[1]]), cell.text)
            return Cell(cell.role, cell.kind, text, cell.question, cell.points, cell.rtol)

        return Master(self.name, tuple(fill(cell) for cell in self.cells if cell.role != "draw"))


class MasterError(ValueError):
    """A master that cannot be used; says which cell, what was needed and what came."""


def read(path: Path) -> Master:
    """The master in a file; raises MasterError, with the cell's number from 1, for what is not one."""
    try:
        notebook = jupytext.reads(path.read_text("utf-8"), fmt="md:myst")
    except OSError:
        raise
    except Exception as problem:  # jupytext raises whatever YAML, MyST or nbformat raise
        raise MasterError(f"{path.name}: needed a MyST notebook; {problem}") from problem
    cells = []
    for number, cell in enumerate(notebook.cells, 1):
        try:
            cells.append(_cell(cell))
        except ValueError as problem:
            raise MasterError(f"{path.name}, cell {number}: {problem}") from None
    master = Master(path.stem, tuple(cells))
    if problems := list(_faults(master)):
        raise MasterError("\n".join(f"{path.name}: {problem}" for problem in problems))
    return master


def _cell(cell: Any) -> Cell:
    said = dict(tag.split(":", 1) if ":" in tag else (tag, "") for tag in cell.metadata.get("tags", []))
    roles = [word for word in said if word in ROLES]
    if not roles:
        if unknown := set(said) & {"points", "rtol"}:
            raise ValueError(f"{', '.join(sorted(unknown))}: needed beside judge:ID or written:ID, came alone")
        return Cell("shown", cell.cell_type, cell.source)
    role = roles[0]
    if len(roles) > 1:
        raise ValueError(f"tags: needed one of {', '.join(ROLES)}, came {' and '.join(roles)}")
    if cell.cell_type != ROLES[role]:
        raise ValueError(f"{role}: needed a {ROLES[role]} cell, came a {cell.cell_type} cell")
    question = said[role]
    if role != "draw" and not re.fullmatch(r"[a-z][a-z0-9-]*", question):
        raise ValueError(f"{role}: needed a name of small letters, digits and hyphens, came {question!r}")
    try:
        points, rtol = float(said.get("points", 0)), float(said.get("rtol", RTOL))
    except ValueError:
        raise ValueError(f"points and rtol: needed numbers, came {sorted(said.items())}") from None
    if (role in ("judge", "written")) != (points > 0):
        raise ValueError(f"points: needed more than 0 for judge and written and none else, came {points:g} for {role}")
    return Cell(role, cell.cell_type, cell.source, question, points, rtol)


def _faults(master: Master) -> Iterator[str]:
    if sum(cell.role == "draw" for cell in master.cells) > 1:
        yield "draw: needed one cell at most, came several"
    for question in master.questions:
        if f"{question.name}-test" in {other.name for other in master.questions}:
            yield f"{question.name}-test: needed a name of its own, came that of {question.name}'s test"
        roles = [cell.role for cell in master.of(question.name)]
        shape = ["written"] if question.by_hand else ["answer", "test", "judge"]
        if missing := [role for role in shape if role not in roles]:
            yield f"{question.name}: needed {', '.join(shape)}, came no {', '.join(missing)}"
        if any(roles.count(role) > 1 for role in ("answer", "test", "written", "rubric")):
            yield f"{question.name}: needed one cell a role but judge's, came {', '.join(roles)}"
        if question.by_hand and ("rubric" not in roles or {"answer", "test", "judge"} & set(roles)):
            yield f"{question.name}: needed written and rubric alone, came {', '.join(roles)}"
    answers = "\n".join(cell.text for cell in master.cells if cell.role == "answer")
    defined = re.findall(r"^(?:def|class) (\w+)", answers, re.M)
    pythons = sorted({name for name in defined if hasattr(builtins, name)})
    for cell in master.cells:
        if cell.role == "judge" and (not cell.text.lstrip().startswith("#") or not cell.title):
            yield f"judge:{cell.question}: needed a comment first that names it, came {cell.title!r}"
        for name in pythons if cell.role == "judge" else ():
            if re.search(rf"\b{name}\b", cell.text):
                yield f"judge:{cell.question}: needed an answer whose name Python has not, came {name}"
        if cell.role in ("answer", "written") and "### BEGIN SOLUTION" not in cell.text:
            yield f"{cell.role}:{cell.question}: needed a solution after ### BEGIN SOLUTION, came none"
        if cell.role in ("shown", "answer", "test", "written"):
            for name in PLACE.findall(cell.text):
                if name.startswith(HIDDEN):
                    yield f"{cell.role}:{cell.question}: «{name}» is hidden: needed in a judge's cell only"


def _written(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)
