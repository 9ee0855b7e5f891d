"""How late a submission is, and what that costs: from the deadlines in course.json, never from a guess.

course.json: {"due": {"hw1": "2026-11-22T23:59 Europe/Berlin"}, "late": {"grace_minutes": 15, "per_day": 0.1,
"latest_days": 5}, "extensions": {"hw1": {"s07": "2026-11-24T23:59 Europe/Berlin"}}}. A time bears its zone: an offset
(+01:00, Z) or a name (Europe/Berlin), with which a late day ends at the deadline's hour on the clock, also in the week
in which the clocks change; with an offset a day is 24 hours. `per_day` is the share of the points earned that each
started day costs; after `latest_days` nothing counts.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from homework.course import Course, UserError, write
from homework.people.clock import moment, stamp, started_days

RECORD = "handed-in.json"  # beside the notebook


@dataclass(frozen=True)
class HandedIn:
    """When a submission came, as far as can be said; `exact` False: at `time` or before, by a clock that came later."""

    time: datetime | None
    source: str  # who says so, in words
    exact: bool = True
    marked_late: bool | None = None  # what the learning system itself said, None: nothing

    def to_json(self) -> str:
        said = {"time": self.time and stamp(self.time), "source": self.source, "exact": self.exact}
        return json.dumps(said | {"marked_late": self.marked_late}, indent=1, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Late:
    """What lateness costs: a share of the points earned (0 none, 1 all, None not known), the days, and why."""

    share: float | None
    days: int | None
    reason: str


@dataclass(frozen=True)
class Policy:
    """The course's rule for late work."""

    grace: timedelta = timedelta(0)
    per_day: float = 0.0
    latest_days: int | None = None


def lateness(course: Course, student: str, assignment: str) -> Late:
    """What a student's lateness costs; `student` is the name in the course's folders."""
    due, extended = deadline(course, student, assignment)
    if due is None:
        return Late(0.0, 0, "")
    late = judge(due, policy(course), handed_in(course, student, assignment))
    return Late(late.share, late.days, f"{late.reason} (extended)" if extended and late.reason else late.reason)


def judge(due: datetime, rule: Policy, handed: HandedIn | None) -> Late:
    """What a submission's time costs under a rule; a time that nobody knows costs nothing known, and says so."""
    if handed is None or (handed.time is None and handed.marked_late is None):
        return Late(None, None, "the time of handing in is not known: give it with `collect --times FILE.csv`")
    if handed.time is not None and handed.time <= due.astimezone(UTC) + rule.grace:
        return Late(0.0, 0, "")
    if not handed.exact or handed.time is None:
        if handed.marked_late is False:  # the system's own deadline was kept, and it alone knows the time
            return Late(0.0, 0, "")
        said = "the learning system says late; " if handed.marked_late else ""
        how = f"how late is not known ({handed.source})" if said else f"whether late is not known ({handed.source})"
        return Late(None, None, f"{said}{how}: give the time with `collect --times FILE.csv`")
    days = started_days(due, handed.time)
    begun = f"{days} started day{'s' if days > 1 else ''} late"
    if rule.latest_days is not None and days > rule.latest_days:
        return Late(1.0, days, f"{begun}: after {rule.latest_days} nothing counts")
    share = min(1.0, rule.per_day * days)
    return Late(share, days, f"{begun}: −{100 * share:.6g} % of the points earned")


def deadline(course: Course, student: str, assignment: str) -> tuple[datetime | None, bool]:
    """A student's deadline, None where there is none, and whether it is an extended one."""
    due = _table(course, "due").get(assignment)
    if due is None:
        return None, False
    common = _setting("due", assignment, due)
    longer = _table(course, "extensions").get(assignment, {})
    if not isinstance(longer, dict):
        raise UserError(f"course.json, extensions: needed students and times for {assignment}, came {longer!r}")
    if student not in longer:
        return common, False
    own = _setting("extensions", f"{assignment}, {student}", longer[student])
    return (own, True) if own.astimezone(UTC) > common.astimezone(UTC) else (common, False)


def policy(course: Course) -> Policy:
    """The course's rule; without one, late work costs nothing."""
    said = _table(course, "late")
    if unknown := set(said) - {"grace_minutes", "per_day", "latest_days"}:
        raise UserError(f"course.json, late: needed grace_minutes, per_day, latest_days, came {', '.join(unknown)}")
    for name, value in said.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
            raise UserError(f"course.json, late, {name}: needed a number from 0 on, came {value!r}")
    if said.get("per_day", 0) > 1:
        raise UserError(f"course.json, late, per_day: needed a share from 0 to 1, came {said['per_day']!r}")
    latest = said.get("latest_days")
    if latest is not None and latest != int(latest):
        raise UserError(f"course.json, late, latest_days: needed whole days, came {latest!r}")
    return Policy(
        timedelta(minutes=said.get("grace_minutes", 0)),
        float(said.get("per_day", 0)),
        None if latest is None else int(latest),
    )


def handed_in(course: Course, student: str, assignment: str) -> HandedIn | None:
    """When a submission came; None where nothing says so."""
    folder = course.submitted(student, assignment).parent
    try:
        said: dict[str, Any] = json.loads((folder / RECORD).read_text("utf-8"))
        time = None if said["time"] is None else moment(said["time"])
        return HandedIn(time, said["source"], said["exact"], said["marked_late"])
    except FileNotFoundError:
        return stamped(folder / "timestamp.txt")
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise UserError(f"{folder / RECORD}: needed what `collect` writes; {problem!r}; collect it again") from None


def stamped(path: Path) -> HandedIn | None:
    """What nbgrader's timestamp.txt says; None if there is none."""
    try:
        return read_stamp(path.read_bytes()[:200])
    except OSError:
        return None


def read_stamp(said: bytes) -> HandedIn | None:
    """The time in a timestamp.txt; nbgrader means UTC where it writes no zone."""
    try:
        return HandedIn(moment(said.decode("utf-8").strip(), utc=True), "timestamp.txt")
    except ValueError:
        return None


def extend(course: Course, student: str, assignment: str, until: str) -> datetime:
    """Write a later deadline for one student into course.json; raises UserError for one that is not later."""
    due = _table(course, "due").get(assignment)
    if due is None:
        raise UserError(f"extend: needed an assignment with a time under due in course.json, came {assignment}")
    common = _setting("due", assignment, due)
    try:
        own = moment(until, end=True)
    except ValueError as problem:
        raise UserError(f"--until: {problem}") from None
    if own.astimezone(UTC) <= common.astimezone(UTC):
        raise UserError(f"--until: needed a time after {due}, when {assignment} is due, came {until}")
    extensions = {**_table(course, "extensions")}
    extensions[assignment] = {**extensions.get(assignment, {}), student: until}
    settings = course.settings | {"extensions": extensions}
    write(course.root / "course.json", json.dumps(settings, indent=1, ensure_ascii=False) + "\n")
    return own


def _setting(table: str, key: str, value: Any) -> datetime:
    try:
        return moment(value if isinstance(value, str) else repr(value), end=True)
    except ValueError as problem:
        raise UserError(f"course.json, {table}, {key}: {problem}") from None


def _table(course: Course, name: str) -> dict[str, Any]:
    said = course.settings.get(name) or {}
    if not isinstance(said, dict):
        raise UserError(f"course.json, {name}: needed an object, came {type(said).__name__}")
    return said
