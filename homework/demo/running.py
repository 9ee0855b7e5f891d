"""Takes the simulated class through a course, from release to report, and puts what it got beside what it deserves."""

import csv
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from homework import outcomes, plan, wording
from homework.course import Course, write
from homework.demo import guards, handing_in
from homework.demo.handing_in import Student
from homework.demo.sheets import Target
from homework.demo.table import Row
from homework.gradebook import Gradebook, Mark
from homework.masters import drawing, master
from homework.outcomes import Outcome
from homework.plan import Plan

NAME = "demo"
SEED = "the demo's own seed"
HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
SETTINGS: dict[str, Any] = {
    "due": {NAME: handing_in.DUE.isoformat()},
    "late": {"grace_minutes": 15, "per_day": 0.1, "latest_days": 5},
    # Small: endless loops are waited for, and a flood is stopped at 256 times what is kept of it.
    "limits": {"cell_seconds": 5, "whole_seconds": 60, "output_bytes": 1 << 17},
}
Type = Callable[[list[str]], int]  # a command's words -> its exit status


@dataclass
class Demo:
    """What came of the class: the table, and whatever went wrong beside it, in sentences."""

    rows: list[Row] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


def run(root: Path, jobs: int, command: Type) -> Demo:
    """Take the class through a course made in `root`, an empty folder; `command` does what an instructor types."""
    demo, course, canary = Demo(), Course(root / "course"), root / "beside-the-course"
    write(canary / "of-another-course.txt", "Nothing of this class's may be found here.\n")

    def typed(*words: str, status: int = 0) -> None:
        if (came := command([*words, "--course", str(course.root)])) != status:
            demo.troubles.append(f"{' '.join(words)}: needed exit status {status}, came {came}")

    with guards.Listener() as listener:
        typed("release", NAME, "--sources", str(HERE), "--seed", SEED)
        write(course.root / "course.json", json.dumps(course.settings | SETTINGS, indent=1))
        course = Course(course.root)  # its settings are read once
        target = Target(course.root, canary, listener.port)
        students = list(handing_in.everyone(course.released(NAME).read_bytes(), target))
        _collect(students, root / "handed-in", typed)
        for student in students:
            if student.kind.extension:
                until = (student.time + handing_in.EARLY).isoformat()
                typed("extend", NAME, "--student", student.id, "--until", until)
        kept = [REPOSITORY, canary, *(course.root / name for name in ("private", "source", "release", "submitted"))]
        before = guards.sums(kept)
        typed("grade", NAME, "--jobs", str(jobs), status=3)  # some could not be graded, and it says so
        demo.troubles += guards.changes(before, guards.sums(kept))
        demo.troubles += [f"heard on 127.0.0.1 while grading: {what}" for what in listener.heard]
    asked = plan.load(course.private(NAME) / "plan.json")
    _mark(course, asked, students)
    demo.troubles += _regraded(course, students[0], typed)
    typed("feedback", NAME)
    for form in ("csv", "canvas", "moodle"):
        typed("export", NAME, "--format", form, status=3)  # some have no total, and it says who
    typed("report", NAME)
    demo.troubles += _told(course, asked)
    with Gradebook(course) as gradebook:
        marks = gradebook.marks(asked)
    totals = _totals(course)
    for student in students:
        outcome = outcomes.load(course.outcome(student.id, NAME))
        if outcome is None:
            demo.troubles.append(f"{student.kind.name}: needed an outcome, came none")
        else:
            demo.rows.append(_row(student, outcome, marks.get(student.id, {}), totals.get(student.id)))
    gone = students[-1].id
    typed("forget", "--student", gone, "--yes")
    demo.troubles += [f"forget: {path} is left" for path in sorted(course.root.rglob(f"*{gone}*"))]
    return demo


def _collect(students: list[Student], place: Path, typed: Callable[..., None]) -> None:
    """Collect from each of the ways by which the class handed in."""
    place.mkdir()
    roster = handing_in.roster(students, place / "students.csv")
    times = handing_in.times(students, place / "times.csv")
    for source in handing_in.pack(students, place):
        typed("collect", NAME, str(source), "--roster", str(roster), "--times", str(times))


def _mark(course: Course, asked: Plan, students: list[Student]) -> None:
    """Give the points for words by hand, as on the marking page, wherever the gradebook asks for a person."""
    with Gradebook(course) as gradebook:
        marks = gradebook.marks(asked)
        for student in students:
            for question, _ in asked.by_hand:
                mark = marks.get(student.id, {}).get(question)
                if mark and mark.wanted and student.kind.deserved.words is not None:
                    gradebook.give(student.id, NAME, question, student.kind.deserved.words, "Marked by hand.")


def _regraded(course: Course, student: Student, typed: Callable[..., None]) -> Iterator[str]:
    """Whether grading one student again gives the same bytes, and keeps what was marked by hand."""
    path = course.outcome(student.id, NAME)
    before = path.read_bytes()
    typed("regrade", NAME, "--student", student.id)
    if path.read_bytes() != before:
        yield f"regrade: needed the same outcome for {student.id}, came another"


def _told(course: Course, asked: Plan) -> Iterator[str]:
    """Hidden values, judges' lines or solutions, in what students or a learning system get."""
    text = master.read(HERE / f"{NAME}.md")
    hidden = {name: value for name, value in drawing.draw(text, SEED).items() if name.startswith(master.HIDDEN)}
    secrets = [repr(value) for value in hidden.values() if isinstance(value, float | list)]
    secrets += [judge.code for judge in asked.judges] + ["BEGIN SOLUTION", "np.asarray(grad(point))", SEED]
    for folder in (course.root / "release", course.root / "feedback", course.exports):  # what leaves the course
        for path in sorted(folder.rglob("*")):
            said = path.read_text("utf-8", errors="replace") if path.is_file() else ""
            yield from (f"{path.relative_to(course.root)} holds {secret!r}" for secret in secrets if secret in said)
            if "<script>fetch" in said or "onerror=" in said.replace("onerror=&", ""):
                yield f"{path.relative_to(course.root)} holds a student's script"


def _totals(course: Course) -> dict[str, float]:
    """Student -> what counts after lateness, as in the table that an instructor reads; without those not known."""
    with (course.exports / f"{NAME}.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: float(row["total"]) for row in csv.DictReader(file) if row["total"]}


def _row(student: Student, outcome: Outcome, marks: dict[str, Mark], total: float | None) -> Row:
    """What a submission deserves and what it got, both in the same words."""
    due, kind = student.kind.deserved, student.kind
    known = [part.earned for part in outcome.parts if part.earned is not None]
    unknown = sum(part.points for part in outcome.parts if part.earned is None)
    words = marks["words"].points if "words" in marks else None
    seen = [word for word in due.flags if any(word in flag for flag in outcome.flags)]
    flagged = (
        "flagged" if outcome.flags and len(seen) == len(due.flags) else "flagged otherwise" if outcome.flags else ""
    )
    whole = None if due.points is None or due.words is None or due.unknown else (due.points + due.words) * due.kept
    deserved = _said(due.status, due.points, due.words, due.unknown, whole, "flagged" if due.flags else "")
    got = _said(outcome.status, sum(known) if known else None, words, unknown, total, flagged)
    return Row(kind.name, kind.story, deserved, got, _why(outcome))


def _said(
    status: str, points: float | None, words: float | None, unknown: float, total: float | None, flagged: str
) -> str:
    """A result in a few words: `7 + 3 = 10`, the judged points and those by hand."""
    by = f"{wording.points(points)} + {wording.points(words)}"
    if status == "graded" and points is not None and total is not None:
        both = points + (words or 0.0)
        said = f"{by} = {wording.points(both)}" + ("" if total == both else f", late: {wording.points(total)}")
    else:
        said = f"{status}: {by}, {wording.points(unknown)} not known" if points is not None else status
        said += "" if total is None else f", and yet a total of {wording.points(total)}"
    return f"{said}; {flagged}" if flagged else said


def _why(outcome: Outcome) -> str:
    """What the graders say to it, in the order in which an instructor asks."""
    lost = [part for part in outcome.parts if part.status != "right"] if outcome.status in ("graded", "partly") else []
    parts = dict.fromkeys(f"{part.question}: {part.reason or wording.PART[part.status]}" for part in lost)
    return ". ".join([*([outcome.reason] if outcome.status in ("failed", "missing") else []), *parts, *outcome.flags])


def in_new_folder(jobs: int, command: Type, keep: Path | None = None) -> Demo:
    """The same in a folder that is gone afterwards, unless one to keep is named."""
    if keep is not None:
        keep.mkdir(parents=True)
        return run(keep.resolve(), jobs, command)
    with tempfile.TemporaryDirectory(prefix="homework-demo-") as folder:
        return run(Path(folder).resolve(), jobs, command)
