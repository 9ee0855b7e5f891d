"""Deletes all that a course keeps of one student, and then looks through every byte of it for what is left."""

import csv
import io
import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from homework.course import Course, write
from homework.gradebook import Gradebook
from homework.people.roster import Person, Roster, StrangerError, alike
from homework.people.tables import cell

PLACES = {  # where a student's work lies: whose name there is their folder's and this ending
    "submitted/*": "",
    "autograded/*": "",
    "outcomes/*/*.json": ".json",
    "feedback/*/*.html": ".html",
}
OURS = ("private", "source", "release", "submitted", "outcomes", "autograded", "feedback", "exports")
FORMS = (  # how the tables begin that `export` writes; in the first, the third column is the folder
    ("id", "name", "student"),
    ("Student", "ID", "SIS User ID"),
    ("Identifier", "Full name", "Email address"),
)
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
    exact: tuple[str, ...]  # all of them: where one stands alone, it is the student's
    names: tuple[str, ...]  # those that tell of the student in a text as well
    told_apart: tuple[str, ...]  # of these, those that are in no other's names even as a part
    common: bool  # the folder's name is also one of the course's own

    def said(self, content: bytes, *, packed: bool = False) -> bool:
        """Whether a name stands in bytes; between words, or `packed` without any gap, as a database keeps them."""
        return any(
            re.search(b"%s%s%s" % ((b"", form, b"") if loose else (NOT_BEFORE, form, NOT_AFTER)), content, re.I)
            for name in self.names
            for loose in {False, packed and name in self.told_apart and not re.fullmatch("[0-9a-f]+", name)}
            for form in {re.escape(name.encode()), re.escape(json.dumps(name)[1:-1].encode())}
        )

    def bear(self, place: Path) -> bool:
        """Whether a place in the course bears the folder's name, whoever else is called so."""
        return not self.common and self.folder in (*place.parts, place.stem)


NOT_BEFORE, NOT_AFTER = rb"(?<![0-9A-Za-z])", rb"(?![0-9A-Za-z])"  # s1 is not in s10


def traces(course: Course, student: str) -> Traces:
    """What a student left; raises UserError for nobody."""
    people = Roster(course)
    try:
        folder = people.find(student)
    except StrangerError:
        elsewhere = {one for each in course.settings.get("extensions", {}).values() for one in each}
        if not (_places(course, student) or student in elsewhere):
            raise
        folder = student
    person = people.person(folder)
    others = {name for other, one in people.people.items() if other != folder for name in _names(other, one)}
    others |= {one for each in (course.root / "submitted").glob("*") if (one := each.name) != folder}
    common = {*OURS, *(path.name for place in ("private", "release") for path in (course.root / place).glob("*/"))}
    exact = tuple(name for name in _names(folder, person) if name not in others)
    # Numbers of a few digits stand everywhere and say nothing, as do an assignment's name and a folder's of the course.
    names = tuple(name for name in exact if name not in common and not re.fullmatch(r"\d{1,4}", name))
    told_apart = tuple(name for name in names if not any(name in other for other in others))
    return Traces(folder, person, exact, names, told_apart, folder in common)


def forget(course: Course, who: Traces) -> Forgotten:
    """Delete everything of one student; the other students' files stay as they are, to the byte."""
    people, done = Roster(course), Forgotten()
    for path in _places(course, who.folder) + _bearing(course.exports, who.names):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
        done.removed.append(_place(course, path))
    if course.gradebook.exists():
        with Gradebook(course) as gradebook:
            if gradebook.forget(who.folder):
                done.removed.append("points and comments in gradebook.db")
    doubtful = set()
    for path in sorted(path for path in course.exports.rglob("*") if path.is_file()):
        if path.suffix == ".csv":
            rows, doubt = _strike(path, who)
            if doubt:
                doubtful.add(path)
            if rows:
                done.removed.append(f"{rows} row{'s' if rows > 1 else ''} of {_place(course, path)}")
        elif who.said(path.read_bytes()):
            path.unlink()
            done.removed.append(f"{_place(course, path)}, which named them; make it anew")
    extensions = {**course.settings.get("extensions", {})}
    for name, each in extensions.items():
        if any(student in (who.folder, *who.exact) for student in each):
            extensions[name] = {one: until for one, until in each.items() if one not in (who.folder, *who.exact)}
            done.removed.append(f"the extension of {name}")
    if extensions != course.settings.get("extensions", {}):
        settings = course.settings | {"extensions": extensions}
        write(course.root / "course.json", json.dumps(settings, indent=1, ensure_ascii=False) + "\n")
    if people.people.pop(who.folder, None):  # last, as it leads to the other names: the command can be run again
        people.save()
        done.removed.append("the entry in roster.json")
    places = {*_places(course, who.folder), *doubtful}
    for path in sorted(course.root.rglob("*")):
        inside = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        bears = path in places or who.bear(path.relative_to(course.root)) or who.said(_place(course, path).encode())
        if bears or who.said(inside, packed=".db" in path.name):
            done.left.append(_place(course, path))
    return done


def _names(folder: str, one: Person) -> list[str]:
    """All that a student goes by."""
    words = [folder, one.id, one.name, one.email, one.lms_id, one.sis_id, one.login, *one.numbers.values()]
    return [word for word in dict.fromkeys(words) if word]


def _places(course: Course, folder: str) -> list[Path]:
    """What is one student's by where it lies; names are compared and never joined, so that none leads elsewhere."""
    found = [(path, ending) for place, ending in PLACES.items() for path in sorted(course.root.glob(place))]
    return [path for path, ending in found if path.name == folder + ending]


def _bearing(root: Path, names: tuple[str, ...]) -> list[Path]:
    """The files and folders under one that bear a student's name, none of them inside another."""
    found: list[Path] = []
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        bears = path.name in names or (path.is_file() and path.stem in names)
        if bears and not any(one in path.parents for one in found):
            found.append(path)
    return found


def _strike(path: Path, who: Traces) -> tuple[int, bool]:
    """Take a student's rows out of a table; gives how many there were, and whether another may be theirs."""
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig", "replace"), newline="")))
    columns = [place for place, name in enumerate(rows[0]) if name.strip().casefold() in WHOSE] if rows else []
    form = next((form for form in FORMS if rows and tuple(rows[0][: len(form)]) == form), None)
    words = who.names if form is None else who.exact  # in another's table an id of few digits may be a line's number
    theirs = {alike(said) for name in words for said in (name, cell(name), f"Participant {name}")}
    maybe = {alike(said) for said in (who.folder, who.person.id)}
    kept, doubt = rows[:1], False
    for row in rows[1:]:
        said = {alike(row[at]) for at in columns if at < len(row)}
        if said & theirs or (form == FORMS[0] and row[2:3] == [cell(who.folder)]):
            continue
        kept.append(row)
        doubt = doubt or (form != FORMS[0] and bool(said & maybe))
    if len(kept) < len(rows):
        file = io.StringIO(newline="")
        csv.writer(file, lineterminator="\r\n").writerows(kept)
        write(path, file.getvalue())
    return len(rows) - len(kept), doubt


def _place(course: Course, path: Path) -> str:
    return str(path.relative_to(course.root))
