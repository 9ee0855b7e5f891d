"""Hands the class's submissions in as they reach an instructor: a Moodle zip, a Canvas zip, a folder."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from homework.course import write
from homework.demo import harmful, honest, hostile
from homework.demo.kinds import KINDS, Kind
from homework.demo.sheets import Sheet, Target

DUE = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
EARLY = timedelta(hours=30)  # before the deadline, of those who are in time
NUMBER = 40_000  # of the first student in Moodle's and Canvas's lists


@dataclass(frozen=True)
class Student:
    """A simulated student: who they are, and what they handed in."""

    id: str
    name: str
    kind: Kind
    number: int
    content: bytes | None

    @property
    def time(self) -> datetime:
        return DUE + (timedelta(hours=self.kind.hours_late) if self.kind.hours_late else -EARLY)


def kinds() -> list[Kind]:
    """All kinds, the honest first: each module enters its own into the table."""
    modules = [module.__name__ for module in (honest, harmful, hostile)]
    return sorted(KINDS.values(), key=lambda kind: modules.index(kind.make.__module__))


def everyone(released: bytes, target: Target) -> Iterator[Student]:
    """One student of each kind."""
    for place, kind in enumerate(kinds(), 1):
        made = kind.make(Sheet(released), target)
        content = made.bytes() if isinstance(made, Sheet) else made
        yield Student(f"s{place:02}", f"Student {place:02}", kind, NUMBER + place, content)


def roster(students: Iterable[Student], path: Path) -> Path:
    """The list of students as a course's office gives it, as CSV."""
    lines = io.StringIO()
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(["id", "name", "lms id"])
    table.writerows([student.id, student.name, student.number] for student in students)
    write(path, lines.getvalue())
    return path


def times(students: Iterable[Student], path: Path) -> Path:
    """When each handed in, as the learning system's own table says: a zip's times may be those of the download."""
    lines = io.StringIO()
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(["id", "time"])
    table.writerows([student.id, student.time.isoformat()] for student in students if student.content is not None)
    write(path, lines.getvalue())
    return path


def pack(students: Iterable[Student], place: Path) -> list[Path]:
    """What the instructor gets, by the ways in which it came."""
    ways: dict[str, list[Student]] = {}
    for student in students:
        if student.content is not None:
            ways.setdefault(student.kind.way, []).append(student)
    return [PACKED[way](those, place) for way, those in ways.items()]


def _moodle(students: list[Student], place: Path) -> Path:
    names = {one.id: f"{one.name}_{one.number}_assignsubmission_file/{one.kind.file}" for one in students}
    return _zip(place / "moodle.zip", {names[one.id]: one for one in students})


def _canvas(students: list[Student], place: Path) -> Path:
    names = {
        one.id: f"{one.name.replace(' ', '').lower()}_{one.number}_{one.number + 7}_{one.kind.file}" for one in students
    }
    return _zip(place / "canvas.zip", {names[one.id]: one for one in students})


def _folder(students: list[Student], place: Path) -> Path:
    for one in students:
        path = place / "by-mail" / one.id / one.kind.file
        path.parent.mkdir(parents=True)
        path.write_bytes(one.content or b"")
    return place / "by-mail"


PACKED = {"moodle": _moodle, "canvas": _canvas, "folder": _folder}


def _zip(path: Path, files: dict[str, Student]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, student in files.items():
            packed.writestr(name, student.content or b"", zipfile.ZIP_DEFLATED)
    return path
