"""What a run in the sandbox is asked, the limits it has, and what came of it: plain data, believed by nobody."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

CellStatus = Literal["ok", "error", "timeout", "memory", "crashed", "output", "not run"]
JudgeStatus = Literal["value", "error", "unanswered", "timeout", "memory", "crashed", "output", "not run"]


class AskedCell(TypedDict):
    """A cell to run, and the judges' code to run right after it; a cell that is no code runs only its judges."""

    kind: str  # code or markdown
    text: str
    judges: list[str]


class Job(TypedDict):
    """A notebook to run, from its first cell to its last, in one kernel."""

    cells: list[AskedCell]


@dataclass(frozen=True)
class Limits:
    """What one submission may use; beyond it, it is stopped at the cell that went too far."""

    cell_seconds: float = 30.0  # of one cell, and of one judge
    whole_seconds: float = 300.0  # of all together, with every new start
    memory_bytes: int = 2 << 30  # of all its processes together
    processes: int = 64  # beside those that run the notebook
    file_bytes: int = 64 << 20  # of one file
    disk_bytes: int = 256 << 20  # of all files; they live in memory and vanish with the run
    files: int = 20_000
    output_bytes: int = 1 << 20  # kept of one cell; what goes on beyond 256 times as much is stopped
    cell_count: int = 500  # cells and judges beyond are not run


@dataclass(frozen=True)
class CellRan:
    """What came of a cell. Its outputs are a notebook's, checked for form and cut, but the student's: hostile text."""

    status: CellStatus
    ename: str = ""  # of the error, or what stopped the cell
    evalue: str = ""
    outputs: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class JudgeRan:
    """What came of a judge: with status "value" data for homework.inside.values.decode, else a reason in words."""

    status: JudgeStatus
    value: Any = None
    reason: str = ""


@dataclass(frozen=True)
class Ran:
    """What came of a job: a CellRan for each cell, a list of JudgeRan for each cell's judges."""

    cells: tuple[CellRan, ...]
    judges: tuple[tuple[JudgeRan, ...], ...]
    notes: tuple[str, ...] = ()  # sentences: started anew after cell 3, …
    cpu_seconds: float = field(default=0.0, compare=False)
