"""Collects what students handed in: of each one file, from a folder or a learning system's zip, into the course's."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from homework.course import Course, UserError, write
from homework.people.archives import Entry, Limits, RefusedError, opened
from homework.people.clock import in_table, stamp
from homework.people.lateness import RECORD, HandedIn, deadline, handed_in, read_stamp
from homework.people.recognising import Found, exactly, named, recognise
from homework.people.roster import Person, Roster, alike, read_roster, written
from homework.people.tables import table

SAME = timedelta(minutes=10)  # an archive's times that are no further apart are those of its making
TIMES = ("time", "last modified (submission)")  # the second: of Moodle's grading worksheet
WHO = ("id", "name", "full name", "email", "email address", "lms id", "identifier")


@dataclass
class Collected:
    """What came of collecting, in words."""

    system: str
    taken: list[str] = field(default_factory=list)  # a line for each student
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what was taken for what
    trouble: list[str] = field(default_factory=list)  # what a person must look at: refused, unknown, not told apart


@dataclass
class _Student:
    """All that one student handed in."""

    identity: str
    person: Person
    files: list[Found] = field(default_factory=list)


def collect(
    course: Course,
    assignment: str,
    source: Path,
    *,
    roster: Path | None = None,
    times: Path | None = None,
    replace_newer: bool = False,
    limits: Limits | None = None,
) -> Collected:
    """Take each student's newest notebook into submitted/; what cannot be taken is said and harms nobody else."""
    others = {path.name for folder in ("private", "release") for path in (course.root / folder).glob("*/")}
    if assignment not in others:
        raise UserError(f"assignment: needed one that was released in this course, came {assignment!r}")
    people = Roster(course)
    listed = read_roster(roster) if roster else []
    for person in listed:
        people.add(person)
    with opened(source, limits) as archive:
        found, unknown = recognise(archive, assignment)
        done = Collected(found[0].system if found else "a folder", trouble=list(archive.refused))
        done.trouble += [f"{entry.shown}: no telling who handed this in" for entry in unknown if _counts(entry)]
        stamps = _stamps(found, assignment)
        students = _students(found, assignment, people, done)
        told = _times(times, course, assignment, people, students) if times else {}
        for student in sorted(students, key=lambda one: one.identity):
            one = _choose(student, assignment, others - {assignment}, done)
            if one is None:
                continue
            try:
                content = one.entry.read()
            except RefusedError as problem:
                done.trouble.append(f"{student.person.shown}: {problem}")
                continue
            when = told.get(student.identity) or stamps.get(one.who) or _by(one, archive.zipped)
            try:
                folder = people.add(student.person)
            except UserError as problem:
                done.trouble.append(f"{problem}; nothing collected of {student.person.shown}")
                continue
            _take(course, assignment, folder, student, content, when, replace_newer, done)
    people.save()
    here = set(course.students(assignment))
    missing = [folder for folder in people.everyone(assignment) if folder not in here]
    done.missing = [people.person(folder).shown for folder in missing]
    return done


def _students(found: list[Found], assignment: str, people: Roster, done: Collected) -> list[_Student]:
    """The files by student: one that is known, else one that the system's name and number make.

    Names can be chosen: one is proof enough until another comes with it, or a number that is another's.
    """
    groups: dict[tuple[str, str], list[Found]] = defaultdict(list)
    for one in found:
        groups[alike(one.who), one.number].append(one)
    called = Counter(name for name, _ in groups)
    listed = any(person.listed for person in people.people.values())
    students: dict[str, _Student] = {}
    claims = {key: _known(files[0], called[key[0]] == 1, assignment, people) for key, files in groups.items()}
    rivals = Counter(known for (_, number), known in claims.items() if known and number)
    for (name, number), files in groups.items():
        first, known = files[0], claims[name, number]
        alone = not number or (called[name] == 1 and people.by_id(first.who) is None)  # so that the name is a new id
        canvas = first.system == "Canvas"
        whose = next((one for one in people.people.values() if one.id == known), None)
        theirs = _number(whose, first, assignment) if whose else ""
        if number and known and theirs != number and (theirs or rivals[known] > 1):
            why = f"whose number is {theirs}" if theirs else "and so do others"
            done.trouble.append(f"{first.who} {number}: comes as {known}, {why}; collected apart")
            whose, known, alone = None, None, False
        elif number and whose and whose.name and not theirs and name not in written(whose.name, canvas=canvas):
            done.trouble.append(f"{whose.shown}: came with the id as a name, which anybody may choose; look who it is")
        identity = known or (first.who if alone else f"{first.who} {number}")
        if listed and not (whose and whose.listed):
            done.trouble.append(f"{identity}: is not in the roster; collected under this name")
        if not alone and not known:
            how = f"told apart by {first.system}'s numbers"
            done.notes.append(f"{identity}: several students are called {first.who}; {how}")
        person = Person(identity, lms_id=number) if canvas else Person(identity, "" if known else first.who)
        if first.system == "Moodle":
            person = replace(person, numbers={assignment: number})
        students.setdefault(identity, _Student(identity, person)).files.extend(files)
    return list(students.values())


def _known(one: Found, alone: bool, assignment: str, people: Roster) -> str | None:
    """The id of the student whom a file names: the learning system's number decides, else an id or a name."""
    numbered = [p for p in people.people.values() if one.number and _number(p, one, assignment) == one.number]
    if numbered:
        return max(numbered, key=lambda person: person.listed).id
    if one.system == "a folder":  # the instructor's, who calls it by an id first
        return people.by_id(one.who) or people.by_name(one.who)
    return people.by_name(one.who, canvas=one.system == "Canvas") if alone else None


def _number(person: Person, one: Found, assignment: str) -> str:
    """The number that a student is known to have in a file's learning system."""
    return {"Canvas": person.lms_id, "Moodle": person.numbers.get(assignment, ""), "a folder": ""}[one.system]


def _choose(student: _Student, assignment: str, others: set[str], done: Collected) -> Found | None:
    """The one file of a student's that counts, and a note where that is not plain."""
    who = student.person.shown
    fitting = [one for one in student.files if one.is_notebook and named(one.file, assignment, others)]
    rest = [one for one in student.files if one not in fitting and not _is_others(one, assignment, others)]
    if not fitting:
        fitting = [one for one in rest if one.is_notebook and _lies(one, assignment)]
        if len(fitting) != 1:
            if came := sorted({one.file for one in rest if one.file != "timestamp.txt"}):
                needed = f"needed a notebook named {assignment}.ipynb, came {', '.join(came)}"
                done.trouble.append(f"{who}: {needed}; nothing collected")
            return None
    times = [one.entry.time for one in fitting if one.entry.time]
    told = len(times) == len(fitting) and max(times) - min(times) > SAME
    start = datetime.fromtimestamp(0, UTC)

    def age(one: Found) -> tuple[int, datetime, int, bool, str]:
        time = one.entry.time if told and one.entry.time else start
        return one.upload, time, one.copy, exactly(one.file, assignment), one.entry.place

    *older, newest = sorted(fitting, key=age)
    if older:
        alone = len({one.file for one in fitting}) == len(fitting)
        left = ", ".join(sorted(one.file if alone else one.entry.place for one in older))
        how = "by its number" if newest.upload else "by the files' times" if told else "by its name"
        done.notes.append(f"{who}: took {newest.file if alone else newest.entry.place}, the newest {how}; left {left}")
    elif not exactly(newest.file, assignment):
        done.notes.append(f"{who}: took {newest.file} for {assignment}.ipynb")
    return newest


def _is_others(one: Found, assignment: str, others: set[str]) -> bool:
    """Whether a file is of another assignment, by its name or its folder's."""
    if any(named(one.file, other, {assignment}) for other in others):
        return True
    return one.system == "a folder" and any(part.casefold() in others for part in one.entry.path[1:-1])


def _lies(one: Found, assignment: str) -> bool:
    """Whether a file lies where a student's own for this assignment does, not in a folder further down."""
    return one.system != "a folder" or one.entry.path[-2].casefold() in (one.who.casefold(), assignment)


def _take(
    course: Course,
    assignment: str,
    folder: str,
    student: _Student,
    content: bytes,
    when: HandedIn,
    replace_newer: bool,
    done: Collected,
) -> None:
    """Write one submission, unless what is there is newer."""
    path, who = course.submitted(folder, assignment), student.person.shown
    record, time = path.with_name(RECORD), path.with_name("timestamp.txt")
    try:
        before = handed_in(course, folder, assignment) if path.exists() else None
    except UserError:
        before = None  # a record that was cut short is written anew
    changed = path.exists() and path.read_bytes() != content
    said = f"{who}: {_said(when)}"
    if changed and before and before.time and when.time and before.exact and when.exact and when.time < before.time:
        if not replace_newer:
            done.trouble.append(
                f"{who}: kept the file of {stamp(before.time)}, newer than this one of {stamp(when.time)}"
            )
            return
        done.notes.append(f"{who}: put the older file of {stamp(when.time)} in place of that of {stamp(before.time)}")
    elif changed:
        done.notes.append(f"{who}: put this file in place of another, collected before")
    elif before and before.time and not when.exact and (not when.time or before.exact or before.time < when.time):
        late = before.marked_late if when.marked_late is None else when.marked_late
        when = replace(before, marked_late=late)  # the same file, whose time was known better
    if changed or not path.exists():  # an interruption leaves a file whose time is not known, none with another's
        record.unlink(missing_ok=True)
        time.unlink(missing_ok=True)
    write(path, content)
    write(record, when.to_json())
    if when.exact and when.time:
        write(time, stamp(when.time) + "\n")
    else:
        time.unlink(missing_ok=True)
    done.taken.append(said)


def _by(one: Found, zipped: bool) -> HandedIn:
    """What a file's own time says: an LMS stamps a zip when it makes it, so that nothing came later than that."""
    if zipped and one.system != "a folder":
        return HandedIn(one.entry.time, "the zip entry's time, which may be that of the download", False, one.late)
    return HandedIn(datetime.now(UTC), "when it was collected", False, one.late)


def _stamps(found: list[Found], assignment: str) -> dict[str, HandedIn]:
    """Students' timestamp.txt, as nbgrader puts it into a folder; in a system's zip it would be the student's word."""
    stamps = {}
    for one in found:
        if one.system == "a folder" and one.file == "timestamp.txt" and _lies(one, assignment):
            try:
                said = read_stamp(one.entry.read()[:200])
            except RefusedError:
                continue
            if said:
                stamps[one.who] = said
    return stamps


def _times(
    path: Path, course: Course, assignment: str, people: Roster, students: list[_Student]
) -> dict[str, HandedIn]:
    """id -> the time that a table gives; a name that several have tells nothing."""
    due, _ = deadline(course, "", assignment)
    whose: dict[str, set[str]] = defaultdict(set)
    for person in [*people.people.values(), *(one.person for one in students)]:
        for name in (person.id, person.name, person.email, person.lms_id, person.login, person.numbers.get(assignment)):
            whose[alike(name or "")].add(person.id)
    for one in students:
        for file in one.files:
            whose[alike(file.who)].add(one.identity)
    told = {}
    for number, row in table(path, set(), "--times"):
        if not set(row) & set(TIMES) or not set(row) & set(WHO):
            raise UserError(f"--times {path.name}: needed the columns id (or name, email) and time, came {sorted(row)}")
        text = next((row[column] for column in TIMES if row.get(column)), "-")
        if "identifier" in row:
            row["identifier"] = re.sub(r"^\D*", "", row["identifier"])  # Participant 123, in the site's language
        names = [whose[alike(row[column])] for column in WHO if row.get(column) and alike(row[column]) in whose]
        whom = next((ids for ids in names if len(ids) == 1), None)
        if whom is None or text == "-":
            continue
        try:
            told[min(whom)] = HandedIn(in_table(text, due.tzinfo if due else None), path.name)
        except ValueError as problem:
            raise UserError(f"--times {path.name}, line {number}: {problem}") from None
    if not told:
        raise UserError(f"--times {path.name}: needed times of students who handed in, came none")
    return told


def _counts(entry: Entry) -> bool:
    return entry.name != "timestamp.txt" and not entry.name.startswith(".")


def _said(when: HandedIn) -> str:
    late = "; marked LATE" if when.marked_late else ""
    if when.time is None:
        return f"time not known ({when.source}){late}"
    return f"{stamp(when.time)}{'' if when.exact else ' at the latest'} ({when.source}){late}"
