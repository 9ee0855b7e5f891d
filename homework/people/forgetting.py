"""Deletes all that a course keeps of one student, and then looks through every byte of it for what is left."""

import csv
import io
import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from homework.course import Course, UserError, write
from homework.gradebook import Gradebook
from homework.people.roster import Person, Roster, alike
from homework.people.tables import cell

OURS = ("submitted", "outcomes", "autograded", "feedback", "exports")  # where files and folders bear students' names
WHOSE = ("id", "name", "student", "sis user id", "sis login id", "identifier", "full name", "email address")


@dataclass
class Forgotten:
    """What was removed, in words, and where the student is still named."""

    removed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Traces:
    """What to look for: the student's folder, and the names that nobody else in the course has."""

    folder: str
    person: Person
    names: tuple[str, ...]
    told_apart: tuple[str, ...]  # those that are in no other's names even as a part

    def said(self, content: bytes, *, packed: bool = False) -> bool:
        """Whether a name stands in bytes; between words, or `packed` without any gap, as a database keeps them."""
        return any(
            re.search(b"%s%s%s" % ((b"", form, b"") if loose else (NOT_BEFORE, form, NOT_AFTER)), content, re.I)
            for name in self.names
            for loose in {False, packed and name in self.told_apart and not re.fullmatch("[0-9a-f]+", name)}
            for form in {re.escape(name.encode()), re.escape(json.dumps(name)[1:-1].encode())}
        )


NOT_BEFORE, NOT_AFTER = rb"(?<![0-9A-Za-z])", rb"(?![0-9A-Za-z])"  # s1 is not in s10


def traces(course: Course, student: str) -> Traces:
    """What a student left; raises UserError for nobody."""
    people = Roster(course)
    try:
        folder = people.find(student)
    except UserError:
        elsewhere = {path.stem for place in ("outcomes", "feedback") for path in (course.root / place).glob("*/*.*")}
        elsewhere |= {path.name for path in (course.root / "autograded").glob("*")}
        elsewhere |= {one for each in course.settings.get("extensions", {}).values() for one in each}
        if student not in elsewhere:
            raise
        folder = student
    person = people.person(folder)
    others = {name for other, one in people.people.items() if other != folder for name in _names(other, one)}
    others |= {one for each in (course.root / "submitted").glob("*") if (one := each.name) != folder}
    names = tuple(name for name in _names(folder, person) if name not in others)
    return Traces(folder, person, names, tuple(name for name in names if not any(name in other for other in others)))


def forget(course: Course, who: Traces) -> Forgotten:
    """Delete everything of one student; the other students' files stay as they are, to the byte."""
    people, done = Roster(course), Forgotten()
    for place in OURS:
        for path in _bearing(course.root / place, who.names):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
            done.removed.append(_place(course, path))
    if course.gradebook.exists():
        with Gradebook(course) as gradebook:
            if gradebook.forget(who.folder):
                done.removed.append("points and comments in gradebook.db")
    for path in sorted(path for path in course.exports.rglob("*") if path.is_file()):
        if path.suffix == ".csv" and (rows := _strike(path, who)):
            done.removed.append(f"{rows} row{'s' if rows > 1 else ''} of {_place(course, path)}")
        elif path.suffix != ".csv" and who.said(path.read_bytes()):
            path.unlink()
            done.removed.append(f"{_place(course, path)}, which named them; make it anew")
    extensions = {**course.settings.get("extensions", {})}
    for name, each in extensions.items():
        if any(student in (who.folder, *who.names) for student in each):
            extensions[name] = {one: until for one, until in each.items() if one not in (who.folder, *who.names)}
            done.removed.append(f"the extension of {name}")
    if extensions != course.settings.get("extensions", {}):
        settings = course.settings | {"extensions": extensions}
        write(course.root / "course.json", json.dumps(settings, indent=1, ensure_ascii=False) + "\n")
    if people.people.pop(who.folder, None):  # last, as it leads to the other names: the command can be run again
        people.save()
        done.removed.append("the entry in roster.json")
    for path in sorted(course.root.rglob("*")):
        inside = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        if who.said(_place(course, path).encode()) or who.said(inside, packed=".db" in path.name):
            done.left.append(_place(course, path))
    return done


def _names(folder: str, one: Person) -> list[str]:
    """All that a student goes by; numbers of a few digits stand everywhere and say nothing."""
    words = [folder, one.id, one.name, one.email, one.lms_id, one.sis_id, one.login, *one.numbers.values()]
    return [word for word in dict.fromkeys(words) if word and not re.fullmatch(r"\d{1,4}", word)]


def _bearing(root: Path, names: tuple[str, ...]) -> list[Path]:
    """The files and folders under one that bear a student's name, none of them inside another."""
    found: list[Path] = []
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        bears = path.name in names or (path.is_file() and path.stem in names)
        if bears and not any(one in path.parents for one in found):
            found.append(path)
    return found


def _strike(path: Path, who: Traces) -> int:
    """Take a student's rows out of a table; gives how many there were."""
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig", "replace"), newline="")))
    columns = [place for place, name in enumerate(rows[0]) if name.strip().casefold() in WHOSE] if rows else []
    theirs = {alike(form) for name in who.names for form in (name, cell(name), f"Participant {name}")}
    kept = [row for row in rows if not any(alike(row[at]) in theirs for at in columns if at < len(row))]
    if len(kept) < len(rows):
        file = io.StringIO(newline="")
        csv.writer(file, lineterminator="\r\n").writerows(kept)
        write(path, file.getvalue())
    return len(rows) - len(kept)


def _place(course: Course, path: Path) -> str:
    return str(path.relative_to(course.root))
