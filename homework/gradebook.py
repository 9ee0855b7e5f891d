"""nbgrader's gradebook, which its marking page writes into: what is released, what was judged, what people said.

A mark given by hand holds for what was marked: a written answer's for its text, a judged question's for its verdicts on
one file. Once those change the mark is gone and nbgrader asks for another; while they do not, grading again keeps it.
Only one thread may use a Gradebook; nothing else in this package knows nbgrader's database.
"""

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader import api
from nbgrader.utils import parse_utc
from sqlalchemy import text
from sqlalchemy.engine import URL

from homework.course import Course, UserError
from homework.outcomes import Outcome, Part, digest_of
from homework.plan import Plan

NOTHING = digest_of("")  # a written answer that nobody wrote: it needs no marker
# Beside nbgrader's tables: which answer a mark by hand belongs to.
MARKED = """CREATE TABLE IF NOT EXISTS homework_marked (
    student VARCHAR NOT NULL, assignment VARCHAR NOT NULL, question VARCHAR NOT NULL, answer VARCHAR NOT NULL,
    PRIMARY KEY (student, assignment, question))"""


@dataclass(frozen=True)
class Mark:
    """What the gradebook says of a question: the points from judges and from a person, None where there are none."""

    judged: float | None
    by_hand: float | None
    extra: float
    comment: str
    wanted: bool  # a person has to mark it

    @property
    def points(self) -> float | None:
        """What counts, None if not known yet; a person's points go before the judges'."""
        if self.wanted:
            return None
        points = self.judged if self.by_hand is None else self.by_hand
        return None if points is None else points + self.extra


class Gradebook:
    """A course's gradebook, made if there is none; `with` closes it."""

    def __init__(self, course: Course) -> None:
        self.course = course
        if not course.gradebook.exists():
            _create(course.gradebook)
        self._nbgrader = api.Gradebook(_address(course.gradebook))
        self._db = self._nbgrader.db
        self._db.execute(text(MARKED))
        self._db.commit()

    def __enter__(self) -> "Gradebook":
        return self

    def __exit__(self, *exception: object) -> None:
        self._nbgrader.close()

    def knows(self, assignment: str) -> bool:
        """Whether an assignment is in it; one that was deleted is made anew, with none."""
        try:
            self._nbgrader.find_notebook(assignment, assignment)
        except api.MissingEntry:
            return False
        return True

    def put(self, assignment: str, notebook: NotebookNode) -> None:
        """Enter an assignment as it was released; what judges said of another version of it is not known any more."""
        book = self._nbgrader
        book.update_or_create_assignment(assignment)
        kernel = json.dumps(notebook.metadata.kernelspec)
        kept = book.update_or_create_notebook(assignment, assignment, kernelspec=kernel)
        points = {cell.name: cell.max_score for cell in kept.grade_cells}
        ours = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
        for cell in ours:
            said = cell.metadata.nbgrader
            where = (said.grade_id, assignment, assignment)
            if said.grade:
                book.update_or_create_grade_cell(*where, max_score=float(said.points), cell_type=cell.cell_type)
            if said.solution:
                book.update_or_create_solution_cell(*where)
            book.update_or_create_source_cell(
                *where, cell_type=cell.cell_type, source=cell.source, locked=said.locked, checksum=said.checksum
            )
        now = {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader for cell in ours}
        for cell in [*kept.grade_cells, *kept.solution_cells, *kept.source_cells]:
            if cell.name not in now:
                for row in [*(getattr(cell, "grades", None) or ()), *(getattr(cell, "comments", None) or ())]:
                    self._db.delete(row)
                self._db.delete(cell)
        self._db.commit()
        for submission in kept.submissions:
            self._complete(submission)
            for grade in submission.grades:
                grade.auto_score = None
                if points.get(grade.name) != now[grade.name].get("points"):
                    grade.manual_score = grade.extra_credit = None  # they were of other points
                grade.needs_manual_grade = grade.manual_score is None
        self._db.commit()

    def record(self, outcome: Outcome, plan: Plan) -> None:
        """Enter what came of a submission in place of what was there; the same outcome twice is as good as once.

        Where the grading itself failed, the outcome says nothing of the file: what people had said of it waits, and
        what they say from then on counts for that file until it is graded.
        """
        book, where = self._nbgrader, (outcome.assignment, outcome.student)
        book.update_or_create_student(outcome.student)
        if outcome.status == "missing":
            self._withdraw(*where)
            return
        with self._db.no_autoflush:  # else SQLAlchemy warns of nbgrader's half-made rows
            try:
                notebook = book.update_or_create_submission(*where, timestamp=self._timestamp(*where)).notebooks[0]
            except api.MissingEntry:
                needed = f"needed {outcome.assignment} in it, came a book that does not know it"
                raise UserError(f"gradebook.db: {needed}; `release {outcome.assignment}` enters it again") from None
        marked, answers = self._answers(*where), {}
        if outcome.ours:
            unseen = f"ours, {outcome.submission}"  # no answer's digest: a mark for this is none for a verdict
            for grade in notebook.grades:
                name = _question(grade.name, plan)
                if grade.manual_score is None:
                    answers[name] = unseen
                grade.auto_score = None
                grade.needs_manual_grade = grade.manual_score is None or marked.get(name) != unseen
            self._remember(*where, answers)
            return
        comments = {comment.name: comment for comment in notebook.comments}
        for grade in notebook.grades:
            name = _question(grade.name, plan)
            parts = [part for part in outcome.parts if part.question == name]
            if _is_by_hand(name, plan):
                answers[name] = outcome.answers.get(name, "")
                grade.auto_score = 0.0 if answers[name] == NOTHING else None
            else:
                answers[name] = _verdicts(outcome, parts)
                grade.auto_score = _earned(parts, plan, name)
            if marked.get(name, answers[name]) != answers[name]:
                grade.manual_score = grade.extra_credit = None
                if name in comments:
                    comments[name].manual_comment = None
            grade.needs_manual_grade = grade.manual_score is None and grade.auto_score is None
        self._remember(*where, answers)

    def undo(self) -> None:
        """Forget what an entry that failed had begun: the next one would keep it."""
        self._db.rollback()

    def give(self, student: str, assignment: str, question: str, points: float, comment: str = "") -> None:
        """Enter a person's mark, as the marking page does; raises UserError where there is nothing to mark."""
        try:
            notebook = self._nbgrader.find_submission(assignment, student).notebooks[0]
        except api.MissingEntry:
            raise UserError(f"student: needed one whose {assignment} was graded, came {student}") from None
        grades = {grade.name: grade for grade in notebook.grades}
        grade = grades.get(question) or grades.get(f"{question}-test")
        if grade is None:
            raise UserError(f"question: needed one of {assignment}'s, came {question}")
        grade.manual_score, grade.needs_manual_grade = points, False
        for said in notebook.comments:
            if said.name == question and comment:
                said.manual_comment = comment
        self._db.commit()

    def marks(self, plan: Plan) -> dict[str, dict[str, Mark]]:
        """Student -> question -> mark, for those who handed something in that was recorded."""
        found = {}
        for submission in self._nbgrader.assignment_submissions(plan.assignment):
            notebook = submission.notebooks[0]
            comments = {comment.name: comment.manual_comment or "" for comment in notebook.comments}
            found[submission.student.id] = {
                (name := _question(grade.name, plan)): Mark(
                    grade.auto_score,
                    grade.manual_score,
                    grade.extra_credit or 0.0,
                    comments.get(name, ""),
                    grade.needs_manual_grade,
                )
                for grade in notebook.grades
            }
        return dict(sorted(found.items()))

    def forget(self, student: str) -> bool:
        """Remove a student and all that was said of them, from the file's free pages too; False if there was none."""
        try:
            self._nbgrader.find_student(student)
        except api.MissingEntry:
            return False
        self._db.execute(text("PRAGMA secure_delete = ON"))
        self._nbgrader.remove_student(student)
        self._db.execute(text("DELETE FROM homework_marked WHERE student = :student"), {"student": student})
        self._db.commit()
        self._db.remove()
        with self._nbgrader.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))
        return True

    def _complete(self, submission: Any) -> None:
        """Rows for the cells that an assignment got after it was handed in."""
        graded = {grade.cell_id for grade in submission.grades}
        said = {comment.cell_id for comment in submission.comments}
        new = [api.Grade(cell_id=cell.id) for cell in submission.notebook.grade_cells if cell.id not in graded]
        new += [api.Comment(cell_id=cell.id) for cell in submission.notebook.solution_cells if cell.id not in said]
        for row in new:
            row.notebook_id = submission.id
        self._db.add_all(new)
        self._db.commit()

    def _withdraw(self, assignment: str, student: str) -> None:
        with contextlib.suppress(api.MissingEntry):
            self._nbgrader.remove_submission(assignment, student)
        self._db.execute(
            text("DELETE FROM homework_marked WHERE student = :student AND assignment = :assignment"),
            {"student": student, "assignment": assignment},
        )
        self._db.commit()

    def _answers(self, assignment: str, student: str) -> dict[str, str]:
        rows = self._db.execute(
            text("SELECT question, answer FROM homework_marked WHERE student = :student AND assignment = :assignment"),
            {"student": student, "assignment": assignment},
        )
        return {row.question: row.answer for row in rows}

    def _remember(self, assignment: str, student: str, answers: Mapping[str, str]) -> None:
        """Keep which answer to each of these questions a mark by hand would be for, with all else that was entered."""
        for question, answer in answers.items():
            self._db.execute(
                text("INSERT OR REPLACE INTO homework_marked VALUES (:student, :assignment, :question, :answer)"),
                {"student": student, "assignment": assignment, "question": question, "answer": answer},
            )
        self._db.commit()

    def _timestamp(self, assignment: str, student: str) -> str | None:
        """When it came, as collected: nbgrader compares the gradebook's time with the file's."""
        path = self.course.submitted(student, assignment).with_name("timestamp.txt")
        try:
            said = path.read_text("utf-8").strip()
            parse_utc(said)
        except Exception:  # whoever wrote it, and whatever dateutil raises: no time is not worth a class
            return None
        return said


def _create(path: Path) -> None:
    """An empty gradebook, whole or not at all; nbgrader calls alembic by its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".half-{path.name}")
    half.unlink(missing_ok=True)
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        api.Gradebook(_address(half)).close()
    finally:
        os.environ["PATH"] = before
    half.chmod(0o600)
    os.replace(half, path)


def _address(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))


def _is_by_hand(question: str, plan: Plan) -> bool:
    return any(question == name for name, _ in plan.by_hand)


def _question(cell: str, plan: Plan) -> str:
    return cell if _is_by_hand(cell, plan) else cell.removesuffix("-test")


def _verdicts(outcome: Outcome, parts: list[Part]) -> str:
    """What a person who marks a judged question by hand had before them."""
    return hashlib.sha256(json.dumps([outcome.submission, *map(asdict, parts)], sort_keys=True).encode()).hexdigest()


def _earned(parts: list[Part], plan: Plan, question: str) -> float | None:
    """The judged points of a question, None where those of any part are not known."""
    earned = [part.earned for part in parts]
    if len(earned) != sum(judge.question == question for judge in plan.judges):
        return None
    return None if None in earned else sum(points for points in earned if points is not None)
