"""Grades: one submission from its file to its outcome, and a class of them side by side, none of which harms another.

A submission runs in a thread that waits for its sandbox; the main thread alone writes. An outcome is written last of
what belongs to it, so that what an interruption left undone has none, and is done when the command runs again.
"""

import concurrent.futures
import os
import threading
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from homework import outcomes, wording
from homework.course import Course, UserError, write
from homework.gradebook import Gradebook
from homework.grading import judging, scan
from homework.grading.matching import match
from homework.grading.standing import digest_now, fallen
from homework.grading.submission import Came, UnreadableError, load, read
from homework.outcomes import Outcome, Part
from homework.pages import marking
from homework.plan import Judge, Plan, Released
from homework.progress import Progress
from homework.sandbox import running
from homework.sandbox.ran import CellRan, Job, JudgeRan, Limits, Ran

UNFINISHED = ("timeout", "memory", "crashed", "output", "not run")
OF_THE_MACHINE = ("timeout", "not run")  # what a busy machine can be the reason of
OURS = "the grading itself failed, which says nothing of the answers: grade again"


@dataclass(frozen=True)
class Graded:
    """A submission's outcome, and what its marking page shows of it."""

    outcome: Outcome
    cells: tuple[Released, ...] = ()
    ran: Ran | None = None
    trouble: str = ""  # of the grading itself: a traceback

    @property
    def doubtful(self) -> bool:
        """Whether the same submission could fare better on a machine that does nothing else."""
        cells = [one.status for one in self.ran.cells] if self.ran else []
        judges = [one.status for each in self.ran.judges for one in each] if self.ran else []
        return bool(self.trouble) or any(status in OF_THE_MACHINE for status in (*cells, *judges))


@dataclass(frozen=True)
class Grader:
    """All that grading any submission to an assignment needs."""

    course: Course
    plan: Plan
    limits: Limits = field(default_factory=Limits)
    sandboxed: bool = True
    stop: threading.Event | None = None

    def grade(self, student: str) -> Graded:
        """What comes of a student's submission; raises nothing, whatever was handed in."""
        blank = self._blank(student)
        try:
            path = self.course.submitted(blank.student, blank.assignment)
            raw = load(path)
            if raw is None:
                reason = f"the folder of this student has no {path.name} in it" if path.parent.exists() else ""
                return Graded(replace(blank, status="missing", reason=reason))
            blank = replace(blank, submission=sha256(raw).hexdigest())
            return self._grade(blank, read(raw))
        except UnreadableError as problem:
            return Graded(replace(blank, reason=str(problem)))
        except Exception as problem:
            outcome = replace(self.failed(student, problem), submission=blank.submission)
            return Graded(outcome, trouble="".join(traceback.format_exception(problem)))

    def kept(self, student: str) -> Outcome | None:
        """The outcome that stands, if grading the file that lies there now would give it again."""
        old = outcomes.load(self.course.outcome(student, self.plan.assignment))
        digest = digest_now(self.course, student, self.plan.assignment)
        if old is None or old.ours or not old.submission or fallen(old, self.plan, self.limits, digest):
            return None
        now = self._blank(student)
        return old if (old.student, old.sandbox) == (now.student, now.sandbox) else None

    def failed(self, student: str, problem: Exception) -> Outcome:
        """What is known of a submission where the grading itself failed: nothing."""
        return replace(self._blank(student), reason=f"{OURS} ({type(problem).__name__})", ours=True)

    def _blank(self, student: str) -> Outcome:
        """An outcome before anything of the submission is known."""
        parts = tuple(Part(judge.question, judge.title, judge.points, "not run") for judge in self.plan.judges)
        sandbox = "bubblewrap" if self.sandboxed else "none"
        name, by, within = self.plan.assignment, self.plan.digest, self.limits.digest
        return Outcome(student, name, "failed", parts=parts, sandbox=sandbox, plan=by, limits=within)

    def _grade(self, blank: Outcome, came: Sequence[Came]) -> Graded:
        matched = match(self.plan, came)
        ran = running.run(job(self.plan, matched.cells), self.limits, sandboxed=self.sandboxed, stop=self.stop)
        parts = tuple(_parts(self.plan, matched.cells, ran))
        status, reason = _whole(parts)
        outcome = replace(
            blank,
            status=status,
            reason=reason,
            parts=parts,
            flags=matched.flags + _scanned(self.plan, matched.cells) + tuple(_stopped(matched.cells, ran.cells)),
            answers=matched.answers,
        )
        return Graded(outcome, matched.cells, ran)


def grade_class(
    grader: Grader, students: Sequence[str], gradebook: Gradebook, progress: Progress, *, jobs: int, force: bool
) -> Iterator[tuple[Outcome, float | None]]:
    """Grade those whose outcome does not stand any more; gives every outcome and the seconds of processor it took.

    Seconds are None for an outcome that stood. What ran beside others and may have run out of time for it runs once
    more at the end, alone, and that counts.
    """
    todo = []
    for student in students:
        old = None if force else grader.kept(student)
        if old:
            gradebook.record(old, grader.plan)
            progress.add(said(old) + ", as before")
            yield old, None
        else:
            grader.course.outcome(student, grader.plan.assignment).unlink(missing_ok=True)  # it is of another file
            todo.append(student)
    stop = threading.Event()
    grader = replace(grader, stop=stop)
    again = []
    pool = concurrent.futures.ThreadPoolExecutor(jobs)
    try:
        pending = [pool.submit(grader.grade, student) for student in todo]
        for future in concurrent.futures.as_completed(pending):
            graded = future.result()
            pending.remove(future)  # with all that its notebook printed
            if graded.doubtful and jobs > 1 and len(todo) > 1:
                again.append(graded.outcome.student)
            else:
                yield _settled(grader, graded, gradebook, progress)
        for student in sorted(again):
            yield _settled(grader, pool.submit(grader.grade, student).result(), gradebook, progress)
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _settled(grader: Grader, graded: Graded, gradebook: Gradebook, progress: Progress) -> tuple[Outcome, float | None]:
    """`_keep`; where that fails the outcome says so, and none is written: the next run tries again."""
    try:
        return _keep(grader, graded, gradebook, progress)
    except UserError:  # of the course: no other submission would fare better
        raise
    except Exception as problem:
        gradebook.undo()
        progress.note(f"{graded.outcome.student}: {traceback.format_exc()}")
        failed = grader.failed(graded.outcome.student, problem)
        progress.add(said(failed))
        return failed, graded.ran.cpu_seconds if graded.ran else 0.0


def _keep(grader: Grader, graded: Graded, gradebook: Gradebook, progress: Progress) -> tuple[Outcome, float | None]:
    """Write all that belongs to an outcome, and then the outcome."""
    course, plan, outcome = grader.course, grader.plan, graded.outcome
    if graded.trouble:
        progress.note(f"{outcome.student}: {graded.trouble}")
    if outcome.status == "missing":
        course.autograded(outcome.student, plan.assignment).unlink(missing_ok=True)
    else:
        try:
            marking.write(course, plan, outcome.student, graded.cells, graded.ran, outcome)
        except Exception:  # of what is in the notebook: its verdicts stand, and the page shows it empty
            progress.note(f"{outcome.student}: no marking page with what was handed in: {traceback.format_exc()}")
            marking.write(course, plan, outcome.student, (), None, outcome)
    gradebook.record(outcome, plan)
    write(course.outcome(outcome.student, plan.assignment), outcome.to_json())
    progress.add(said(outcome))
    return outcome, graded.ran.cpu_seconds if graded.ran else 0.0


def said(outcome: Outcome) -> str:
    """An outcome in a line."""
    if outcome.status in ("failed", "missing"):
        return f"{outcome.student} {outcome.status}"
    return f"{outcome.student} {outcome.status}, {wording.points(earned(outcome))} of {wording.points(worth(outcome))}"


def earned(outcome: Outcome) -> float:
    """The judged points that are known."""
    return sum(part.earned or 0.0 for part in outcome.parts)


def worth(outcome: Outcome) -> float:
    return sum(part.points for part in outcome.parts)


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _judges(plan: Plan, cell: Released) -> list[Judge]:
    """The judges that run right after a cell: those of the question that it tests."""
    return [judge for judge in plan.judges if (cell.role, cell.question) == ("test", judge.question)]


def job(plan: Plan, cells: Iterable[Released]) -> Job:
    """What the sandbox runs of a notebook: its cells, and each question's judges right after its visible test."""
    return {
        "cells": [
            {"kind": cell.kind, "text": cell.text, "judges": [judge.code for judge in _judges(plan, cell)]}
            for cell in cells
        ]
    }


def _parts(plan: Plan, cells: Sequence[Released], ran: Ran) -> Iterator[Part]:
    """What came of each judge, in the plan's order."""
    asked: list[tuple[Judge, JudgeRan, int]] = []
    for place, (cell, answers) in enumerate(zip(cells, ran.judges, strict=True)):
        asked += [(judge, answer, place) for judge, answer in zip(_judges(plan, cell), answers, strict=True)]
    for judge, answer, place in sorted(asked, key=lambda one: plan.judges.index(one[0])):
        part = judging.part(judge, answer)
        lost = _lost(cells, ran.cells, place, answer.reason.startswith("NameError"))
        if lost and part.status in ("wrong", "unanswered", "error"):
            number, status = lost
            reason = f"cell {number + 1}, which it needs, {wording.PART[status]}"
            part = replace(part, status=status, reason=reason)
        yield part


def _lost(
    cells: Sequence[Released], ran: Sequence[CellRan], test: int, unknown_name: bool
) -> tuple[int, outcomes.PartStatus] | None:
    """A cell that did not end and whose effect a judge after `test` may miss, and how it ended.

    Any in the question's own part, from its answer to its test; before it, too, where a name is not known.
    """
    question = cells[test].question
    answer = next((n for n, cell in enumerate(cells) if cell.role == "answer" and cell.question == question), test)
    for number in range(0 if unknown_name else answer, test):
        status = ran[number].status
        if status in UNFINISHED:
            return number, status  # type: ignore[return-value]
    return None


def _whole(parts: Sequence[Part]) -> tuple[outcomes.Status, str]:
    """A submission's status by its parts, and the reason if not all is known."""
    unknown = [part for part in parts if part.earned is None]
    if not unknown:
        return "graded", ""
    why = dict.fromkeys(f"{part.question}: {part.reason or wording.PART[part.status]}" for part in unknown)
    points = wording.points(sum(part.points for part in unknown))
    of = wording.points(sum(part.points for part in parts))
    return "failed" if len(unknown) == len(parts) else "partly", f"{points} of {of} points not known; {'; '.join(why)}"


def _scanned(plan: Plan, cells: Iterable[Released]) -> tuple[str, ...]:
    """What stands out in the code that the student wrote."""
    given = {"".join(cell.text.split()) for cell in plan.cells}
    own = [
        (number, cell.text, cell.role == "answer")
        for number, cell in enumerate(cells, 1)
        if cell.kind == "code" and cell.role != "test" and "".join(cell.text.split()) not in given
    ]
    return scan.flags(own, "\n".join(cell.text for cell in plan.cells if cell.kind == "code"))


def _stopped(cells: Sequence[Released], ran: Sequence[CellRan]) -> Iterator[str]:
    for number, (cell, one) in enumerate(zip(cells, ran, strict=True), 1):
        if one.status in UNFINISHED and cell.kind == "code":
            yield f"cell {number} did not end: it {wording.PART[one.status]}"  # type: ignore[index]
