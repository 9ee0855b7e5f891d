"""Says whether an outcome is still that of what lies in the course now: this file, this plan, these limits."""

from hashlib import sha256

from homework import wording
from homework.course import Course
from homework.grading.submission import UnreadableError, load
from homework.outcomes import Outcome
from homework.plan import Plan
from homework.sandbox.ran import Limits


def digest_now(course: Course, student: str, assignment: str) -> str | None:
    """What stands for the file that lies there; None if there is none, "" if it is none that grading opens."""
    try:
        raw = load(course.submitted(student, assignment))
    except UnreadableError:
        return ""
    return None if raw is None else sha256(raw).hexdigest()


def fallen(outcome: Outcome | None, plan: Plan, limits: Limits, digest: str | None) -> str:
    """Why no points of an outcome count for the file of this digest, "" where they do."""
    again = f"run `grade {plan.assignment}`"
    if digest is None:
        return wording.WHOLE["missing"]
    if outcome is None or not (outcome.submission or outcome.status == "missing" or digest == ""):
        return f"not graded yet: {again}"  # or this was no file to open, and is one now
    if outcome.plan != plan.digest:
        return f"released again since it was graded: {again}"
    if outcome.limits != limits.digest:
        return f"the limits in course.json have changed since it was graded: {again}"
    if outcome.submission != digest:
        return f"collected again since it was graded: {again}"
    return ""
