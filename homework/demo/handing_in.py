"""Hands the class's submissions in as they reach an instructor: a Moodle zip, a Canvas zip, a folder."""

import csv
import io
import os
import struct
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from homework.course import write
from homework.demo import harmful, honest, hostile  # noqa: F401  each enters its kinds into the table
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


def everyone(released: bytes, target: Target) -> list[Student]:
    """One student of each kind."""
    return list(_everyone(released, target))


def _everyone(released: bytes, target: Target) -> Iterator[Student]:
    for place, kind in enumerate(KINDS.values(), 1):
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
        os.utime(path, (one.time.timestamp(),) * 2)
    return place / "by-mail"


PACKED = {"moodle": _moodle, "canvas": _canvas, "folder": _folder}


def _zip(path: Path, files: dict[str, Student]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, student in files.items():
            info = zipfile.ZipInfo(name, student.time.timetuple()[:6])
            info.extra = struct.pack("<HHBi", 0x5455, 5, 1, int(student.time.timestamp()))  # the time, in UTC
            packed.writestr(info, student.content or b"", zipfile.ZIP_DEFLATED)
    return path
