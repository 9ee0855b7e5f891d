"""What is known of each student's grade, and the tables that say it: one's own, Canvas's and Moodle's.

What is not known is blank, never 0, and named. A learning system takes a blank for "delete" (Canvas's
lib/gradebook_importer.rb: a score where there was one, a blank now, is a change; Moodle's mod/assign/feedback/offline:
an empty comment replaces one), so that its table leaves out the students whose total is not known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from homework import outcomes, wording
from homework.course import Course
from homework.gradebook import Gradebook, Mark
from homework.grading.standing import digest_now, fallen
from homework.outcomes import Outcome
from homework.people.lateness import Late, handed_in, lateness
from homework.people.roster import Person, Roster
from homework.people.tables import in_html, text
from homework.plan import Plan
from homework.sandbox.ran import Limits

Format = Literal["csv", "canvas", "moodle"]
ON_TIME = Late(0.0, 0, "")


@dataclass(frozen=True)
class Row:
    """A student's grade; `gaps`: question -> why its points are not known."""

    folder: str
    person: Person
    outcome: Outcome | None  # that stands; None where none does
    status: str
    reason: str
    handed: str
    points: Mapping[str, float | None]
    comments: Mapping[str, str]
    gaps: Mapping[str, str]
    late: Late

    @property
    def flags(self) -> tuple[str, ...]:
        return self.outcome.flags if self.outcome else ()

    @property
    def sandbox(self) -> str:
        """What the code ran in, "" where none of it ran."""
        return self.outcome.sandbox if self.outcome and self.outcome.status != "missing" else ""

    @property
    def raw(self) -> float | None:
        """The points of all questions."""
        return None if None in self.points.values() else sum(one for one in self.points.values() if one is not None)

    @property
    def total(self) -> float | None:
        """What counts, after lateness."""
        return None if self.raw is None or self.late.share is None else self.raw * (1 - self.late.share)

    @property
    def unknown(self) -> str:
        """Why there is no total, "" where there is one."""
        if self.total is not None:
            return ""
        if len(set(self.gaps.values())) == 1 and len(self.gaps) == len(self.points):
            return next(iter(self.gaps.values()))
        late = [self.late.reason] if self.late.share is None else []
        return "; ".join([*(f"{question}: {why}" for question, why in self.gaps.items()), *late])


def gathered(course: Course, plan: Plan) -> list[Row]:
    """A row for each student who is known to the course or handed this in, in the order of their ids."""
    marks: Mapping[str, Mapping[str, Mark]] = {}
    if course.gradebook.exists():
        with Gradebook(course) as gradebook:
            marks = gradebook.marks(plan)
    people, limits = Roster(course), Limits.of(course)
    return [
        _row(course, plan, limits, people, folder, marks.get(folder, {})) for folder in people.everyone(plan.assignment)
    ]


def _row(course: Course, plan: Plan, limits: Limits, people: Roster, folder: str, marks: Mapping[str, Mark]) -> Row:
    questions, name = plan.questions, plan.assignment
    outcome = outcomes.load(course.outcome(folder, name))
    digest = digest_now(course, folder, name)
    here, why = digest is not None, fallen(outcome, plan, limits, digest)
    if not here:
        outcome = Outcome(folder, name, "missing")
    status: str = outcome.status if outcome else "not graded"
    if why and here:
        status = "stale" if outcome and outcome.submission else "not graded"
    if why or outcome is None:
        points, gaps = dict.fromkeys(questions), dict.fromkeys(questions, why)
    else:
        points = {question: marks[question].points if question in marks else None for question in questions}
        gaps = {question: _gap(plan, outcome, question) for question, known in points.items() if known is None}
    when = handed_in(course, folder, name) if here else None
    time = "" if not when or not when.time else f"{'' if when.exact else 'by '}{when.time.isoformat(' ', 'seconds')}"
    return Row(
        folder,
        people.person(folder),
        None if why and here else outcome,
        status,
        why or (outcome.reason if outcome else ""),
        time,
        points,
        {question: mark.comment for question, mark in marks.items() if mark.comment and not why},
        gaps,
        lateness(course, folder, name) if here else ON_TIME,
    )


def _gap(plan: Plan, outcome: Outcome, question: str) -> str:
    """Why a question's points are not known."""
    if outcome.status == "failed":
        return outcome.reason or wording.WHOLE["failed"]
    if any(question == name for name, _ in plan.by_hand):
        return "not marked yet"
    stopped = dict.fromkeys(p.status for p in outcome.parts if p.question == question and not wording.known(p.status))
    return ", ".join(wording.PART[status] for status in stopped) or "not marked yet"


def own(plan: Plan, rows: list[Row]) -> str:
    """The course's own table: everything that is known, a line a student."""
    head = ["id", "name", "student", "status", "reason", "flags", "handed in"]
    for name, most in plan.questions.items():
        head += [f"{name} (of {wording.points(most)})", f"{name}: not known because"]
    head += [f"points (of {wording.points(plan.points)})", "days late", "late penalty", "why", "total", "sandbox"]
    table = [head]
    for row in rows:
        line = [row.person.id, row.person.name, row.folder, row.status, row.reason, "; ".join(row.flags), row.handed]
        for name, points in row.points.items():
            line += [_number(points), row.gaps.get(name, "")]
        days = "" if row.late.days is None else str(row.late.days)
        share = "" if row.late.share is None else f"{row.late.share:.6g}"
        line += [_number(row.raw), days, share, row.late.reason, _number(row.total), row.sandbox]
        table.append(line)
    return text(table)


def canvas(plan: Plan, rows: list[Row], canvas_id: str = "") -> str:
    """What Canvas's gradebook imports: Student, ID, SIS User ID, SIS Login ID, Section, then `Title (id)`.

    So lib/gradebook_importer.rb reads it: a student by ID, else by the SIS ids, else by name; an assignment by the
    number in brackets, else by its title; a row whose first cell has Points Possible gives the most it can be.
    """
    title = f"{plan.title} ({canvas_id})" if canvas_id else plan.title
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title]
    table = [head, ["Points Possible", "", "", "", "", wording.points(plan.points)]]
    for row in rows:
        if row.total is not None:
            one = row.person
            line = [one.name or one.id, one.lms_id, one.sis_id, one.login, one.section, _number(row.total)]
            table.append(line)
    return text(table)


def moodle(plan: Plan, rows: list[Row]) -> str:
    """What Moodle's assignment takes as its offline grading worksheet, in a site whose language is English.

    mod/assign/feedback/offline/importgradeslib.php needs Identifier, Grade and Last modified (grade), and takes
    Feedback comments, which are HTML; the gradebook's own import of CSV maps Email address and Grade.
    """
    asked = plan.questions
    table = [
        [
            "Identifier",
            "Full name",
            "Email address",
            "Grade",
            "Maximum Grade",
            "Last modified (grade)",
            "Feedback comments",
        ]
    ]
    for row in rows:
        if row.total is not None:
            words = [
                f"{name}: {wording.share(points, asked[name])}"
                + (f". {said}" if (said := row.comments.get(name)) else "")
                for name, points in row.points.items()
            ]
            number = row.person.numbers.get(plan.assignment, "")
            line = [f"Participant {number}" if number else "", row.person.name or row.person.id, row.person.email]
            words += [row.late.reason] if row.late.reason else []
            comment = "<br>".join(in_html(word) for word in words)
            table.append([*line, _number(row.total), wording.points(plan.points), "-", comment])
    return text(table)


def _number(points: float | None) -> str:
    return "" if points is None else wording.points(points)
