"""What a run in the sandbox is asked, the limits it has, and what came of it: plain data, believed by nobody."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, TypedDict

from homework.course import Course, UserError

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

    @classmethod
    def of(cls, course: Course) -> "Limits":
        """A course's: these, but for those that its course.json sets."""
        said, known = course.settings.get("limits") or {}, {field.name: field.type for field in fields(cls)}
        if not isinstance(said, dict) or not said.keys() <= known.keys():
            raise UserError(
                f"course.json, limits: needed an object with some of {', '.join(known)}, came {said!r}"[:500]
            )
        for name, value in said.items():
            whole = known[name] is int
            right = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
            if not right or not 0 < value < 1e15:
                needed = f"needed a {'whole ' * whole}number > 0 and < 1e15"
                raise UserError(f"course.json, limits: {name}: {needed}, came {value!r}"[:500])
        return cls(**said)

    @property
    def digest(self) -> str:
        """What stands for them in an outcome, which is one under these limits and no others."""
        said = {name: float(value) for name, value in asdict(self).items()}  # 30 seconds are 30.0
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


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
