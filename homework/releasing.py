"""Releasing an assignment: a master becomes what students get and what they are judged by, if it proves sound.

Sound means: the solution runs, passes the visible tests and gives every judge a value, the same one when it runs again;
with nothing answered every visible test fails and no judge gives a point. Nothing is written before that is known.
"""

import copy
import json
import logging
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from homework.course import Course, UserError, write
from homework.gradebook import Gradebook
from homework.grading.grades import job
from homework.grading.judging import judged
from homework.masters import drawing, master, notebooks
from homework.masters.master import Master, MasterError
from homework.plan import Judge, Plan, Released
from homework.sandbox import running
from homework.sandbox.ran import Limits

ASSIGNMENTS = Path(__file__).parent / "assignments"
SETTINGS: dict[str, Any] = {  # of a new course; what they mean stands in the instructor's guide
    "seed": "",
    "sources": None,
    "anonymous": False,
    "due": {},
    "late": {"grace_minutes": 15, "per_day": 0.1, "latest_days": 5},
    "extensions": {},
    "limits": {},
}


@dataclass(frozen=True)
class Prepared:
    """An assignment that proved sound."""

    plan: Plan
    source: NotebookNode
    released: NotebookNode


def release(
    course: Course,
    assignment: str,
    *,
    sources: Path | None = None,
    seed: str | None = None,
    force: bool = False,
    say: Callable[[str], None] = print,
) -> Plan:
    """Write all that an assignment needs into a course's folder, which is made if there is none.

    What was released before stays as it is if the new plan is another and something was handed in or graded by the
    old one, unless `force`; and whatever is found unsound.
    """
    settings = _settings(course)
    if sources is not None:
        settings["sources"] = str(sources.resolve())
    if seed is not None:
        if not settings["seed"]:
            settings["seed"] = seed
        settings.get("seeds", {}).pop(assignment, None)
        if seed != settings["seed"]:  # which is that of assignments that were released before
            settings.setdefault("seeds", {})[assignment] = seed
    settings["seed"] = settings["seed"] or secrets.token_hex(16)
    text = _read(assignment, sources, settings["sources"], say)
    limits = Limits.of(course) if (course.root / "course.json").exists() else Limits()
    prepared = prepare(text, settings.get("seeds", {}).get(assignment, settings["seed"]), say, limits)
    path = course.private(assignment) / "plan.json"
    if changed := not path.exists() or path.read_text("utf-8") != prepared.plan.to_json():
        _refuse_if_used(course, assignment, force)
    write(course.root / "course.json", json.dumps(settings, indent=1, ensure_ascii=False) + "\n")
    write(course.source(assignment), notebooks.text(prepared.source))
    write(course.released(assignment), notebooks.text(prepared.released))
    course.released(assignment).chmod(0o644)
    with Gradebook(course) as gradebook:
        if changed or not gradebook.knows(assignment):
            gradebook.put(assignment, prepared.released)
    write(path, prepared.plan.to_json())  # last: an assignment without a plan is not released
    path.parent.parent.chmod(0o700)
    return prepared.plan


def prepare(
    text: Master, seed: str, say: Callable[[str], None] = lambda sentence: None, limits: Limits | None = None
) -> Prepared:
    """Draw the values, make the notebooks, run the solution twice and the empty notebook once; raises UserError."""
    try:
        filled = drawing.filled(text, seed)
    except MasterError as problem:
        raise UserError(str(problem)) from None
    source = notebooks.source(filled)
    released = without_solutions(filled.name, source)
    solved, cells = notebooks.released(source, filled), notebooks.released(released, filled)
    plan = Plan(filled.name, filled.title, cells, notebooks.judges(filled), notebooks.by_hand(filled))

    def ran(cells: tuple[Released, ...], what: str) -> running.Ran:
        say(f"{plan.assignment}: {what}")
        walled = running.why_not() is None  # all of it is the instructor's own: it may run without
        return running.run(job(plan, cells), limits or Limits(), sandboxed=walled)

    values = list(_values(plan, ran(solved, "running the solution")))
    for judge, value, again in zip(plan.judges, values, _values(plan, ran(solved, "running it again")), strict=True):
        if (reason := judged(value, value, judge.rtol)) != (True, ""):
            raise UserError(f"{_called(plan, judge)}: needed a value that can be compared; {reason[1]}")
        if not judged(value, again, judge.rtol)[0]:
            raise UserError(f"{_called(plan, judge)}: needed the same value from two runs, came another")
    judges = tuple(replace(judge, value=value) for judge, value in zip(plan.judges, values, strict=True))
    plan = replace(plan, judges=judges)
    _refuse_gifts(plan, ran(cells, "running it with nothing answered"))
    return Prepared(plan, source, released)


def _settings(course: Course) -> dict[str, Any]:
    fresh = Course(course.root)  # a course reads its settings once
    return copy.deepcopy(SETTINGS) | (fresh.settings if (course.root / "course.json").exists() else {})


def _read(assignment: str, sources: Path | None, kept: str | None, say: Callable[[str], None]) -> Master:
    """The master of an assignment: from `sources` and nowhere else if given; else an instructor's before the book's."""
    if not re.fullmatch(r"[a-z][a-z0-9-]*", assignment):
        raise UserError(f"assignment: needed a name of small letters, digits and hyphens, came {assignment!r}")
    folders = [sources] if sources else [*([Path(kept)] if kept else []), ASSIGNMENTS]
    for folder in folders:
        if (path := folder / f"{assignment}.md").exists():
            say(f"{assignment}: from {path}")
            try:
                return master.read(path)
            except MasterError as problem:
                raise UserError(str(problem)) from None
    there = ", ".join(sorted({path.stem for folder in folders for path in folder.glob("*.md")}))
    raise UserError(
        f"assignment: needed one of {there or 'none'} (in {', '.join(map(str, folders))}), came {assignment}"
    )


def _refuse_if_used(course: Course, assignment: str, force: bool) -> None:
    graded = list(course.outcome("", assignment).parent.glob("*.json"))
    came = course.students(assignment)
    if (graded or came) and not force:
        raise UserError(
            f"{assignment}: needed the plan by which {len(came)} were handed in and {len(graded)} graded, came another "
            "(other text, or another seed); --force releases it all the same, and then all must be graded again"
        )


def without_solutions(name: str, source: NotebookNode) -> NotebookNode:
    """What nbgrader makes of a source: solutions cut, tests locked, a sum of each cell beside it."""
    said: list[str] = []
    log = logging.Logger("nbgrader")
    log.addHandler(handler := logging.Handler())
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.realpath(folder)
        write(Path(root) / "source" / name / f"{name}.ipynb", notebooks.text(source))
        settings = Config({"SaveCells": {"enabled": False}})  # the gradebook learns of it once it proved sound
        where = CourseDirectory(root=root, assignment_id=name)
        try:
            GenerateAssignment(coursedir=where, no_database=True, config=settings, log=log).start()
        except NbGraderException:
            reason = next(
                (line for text in said if "Error: " in text for line in text.splitlines()[-1:]), "\n".join(said)
            )
            raise UserError(f"{name}: needed a master that nbgrader can release; {reason}") from None
        made: NotebookNode = nbformat.read(Path(root) / "release" / name / f"{name}.ipynb", as_version=4)
        return made


def _values(plan: Plan, ran: running.Ran) -> Iterator[Any]:
    """The reference's values, in the order of the judges."""
    for number, (cell, came) in enumerate(zip(plan.cells, ran.cells, strict=True), 1):
        if cell.kind == "code" and came.status != "ok":
            which = f"{cell.role}:{cell.question}" if cell.question else f"cell {number}"
            raise UserError(f"{plan.assignment}, {which}: needed to run with the solution in place, came {_end(came)}")
    for judge, answer in zip(plan.judges, chain.from_iterable(ran.judges), strict=True):
        if answer.status != "value":
            what = answer.reason or answer.status
            raise UserError(f"{_called(plan, judge)}: needed a value from the solution, came {what}")
        yield answer.value


def _refuse_gifts(plan: Plan, ran: running.Ran) -> None:
    """A test that passes on nothing tests nothing, and points for nothing are none."""
    for number, (cell, came) in enumerate(zip(plan.cells, ran.cells, strict=True), 1):
        if cell.role == "test" and came.status == "ok":
            raise UserError(
                f"{plan.assignment}, test:{cell.question}: needed to fail with nothing answered, came a pass"
            )
        if cell.role == "shown" and cell.kind == "code" and came.status != "ok":
            raise UserError(f"{plan.assignment}, cell {number}: needed to run with nothing answered, came {_end(came)}")
    for judge, answer in zip(plan.judges, chain.from_iterable(ran.judges), strict=True):
        if answer.status == "value" and judged(judge.value, answer.value, judge.rtol)[0]:
            raise UserError(f"{_called(plan, judge)}: needed no points for nothing answered, came the right value")


def _called(plan: Plan, judge: Judge) -> str:
    return f"{plan.assignment}, judge:{judge.question} ({judge.title})"


def _end(came: running.CellRan) -> str:
    return f"{came.ename}: {came.evalue}" if came.status == "error" else came.status
