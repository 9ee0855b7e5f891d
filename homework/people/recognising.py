"""Tells from a file's place and name who handed it in, and whether it is the assignment's notebook.

The shapes are those that the systems' own sources write. Moodle, mod/assign/classes/downloader.php: a folder `Full
Name_NUMBER_assignsubmission_file` for each student (older ones end in `_`; `…_onlinetext` for text typed in the page),
or the same as the beginning of the file's name; NUMBER is the student's in this assignment alone. Canvas,
lib/content_zipper.rb: `lastfirst_LATE_USER_FILE_name`, LATE where its own deadline was missed, or `anon_WORD` for name
and user; a name handed in again ends in `-1`, `-2`, ….
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from homework.people.archives import Archive, Entry

MOODLE = re.compile(r"(?P<who>.+?)_(?P<number>\d+)_assignsubmission_(?P<what>file|onlinetext)(?:_(?P<file>.*))?", re.S)
CANVAS = re.compile(r"(?P<who>.+?)(?P<late>_LATE)?_(?P<number>\d+)_(?P<upload>\d+)_(?P<file>.+)", re.S)
HIDDEN_IN_CANVAS = re.compile(r"(?P<late>LATE_)?anon_(?P<who>\w+?)_(?P<upload>\d+)_(?P<file>.+)", re.S)
NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json))?$", re.I)
COPY = re.compile(r"\((\d+)\)|-(\d+)$")

System = Literal["a folder", "Moodle", "Canvas"]


@dataclass(frozen=True)
class Found:
    """A file that somebody handed in."""

    entry: Entry
    system: System
    who: str  # as the file's place names them
    number: str  # the system's for them: Canvas's own, Moodle's in this assignment
    late: bool | None  # Canvas's mark
    upload: int  # Canvas numbers what is uploaded: the greater came later
    file: str  # the name that the student gave

    @property
    def is_notebook(self) -> bool:
        return bool(NOTEBOOK.search(self.file))

    @property
    def copy(self) -> int:
        """2 of `hw1 (2).ipynb` and of `hw1-2.ipynb`."""
        found = COPY.search(NOTEBOOK.sub("", self.file))
        return int((found[1] or found[2])[:9]) if found else 0


def recognise(archive: Archive, assignment: str) -> tuple[list[Found], list[Entry]]:
    """What was handed in by whom, and the files that nobody can be told for."""
    found, unknown = [], []
    top = len(wrapper(archive, assignment))
    level = _level(archive, top)
    for entry in archive.entries:
        path = entry.path[top:]
        one = _moodle(entry, level) or (_canvas(entry) if len(path) == 1 else None) or _plain(entry, path, assignment)
        if one is None:
            unknown.append(entry)
        else:
            found.append(one)
    return found, unknown


def wrapper(archive: Archive, assignment: str) -> tuple[str, ...]:
    """The folder in which a zip holds the students' folders, where it is not itself a student's."""
    paths = [entry.path for entry in archive.entries]
    tops = {path[0] for path in paths}
    deep = all(len(path) > 2 or (len(path) == 2 and CANVAS.fullmatch(path[1])) for path in paths)
    if len(tops) != 1 or not deep:
        return ()
    if {path[1].casefold() for path in paths} == {assignment} or any(MOODLE.fullmatch(top) for top in tops):
        return ()
    return (paths[0][0],)


def named(file: str, assignment: str, others: Iterable[str] = ()) -> bool:
    """Whether a notebook's name has the assignment's in it, and no other's that is longer."""
    stem = NOTEBOOK.sub("", file)
    fitting = [name for name in {assignment, *others} if _holds(stem, name)]
    return bool(fitting) and max(fitting, key=len) == assignment


def exactly(file: str, assignment: str) -> bool:
    return file == f"{assignment}.ipynb"


def _holds(stem: str, name: str) -> bool:
    return bool(re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", stem, re.I))


def _level(archive: Archive, top: int) -> int:
    """Behind how many folders Moodle's names stand: behind as many as they do for all notebooks, else `top`.

    Several downloads may lie in a folder each; but a student's own folder may hold a name such as Moodle gives others.
    """
    notebooks = [entry.path for entry in archive.entries if NOTEBOOK.search(entry.name)]
    levels = {next((n for n, part in enumerate(path) if MOODLE.fullmatch(part)), None) for path in notebooks}
    level = levels.pop() if len(levels) == 1 else None
    return top if level is None else level


def _moodle(entry: Entry, level: int) -> Found | None:
    if len(entry.path) <= level or not (said := MOODLE.fullmatch(entry.path[level])):
        return None
    last = level == len(entry.path) - 1
    if last and not said["file"]:
        return None
    file = said["file"] if last else entry.name
    if said["what"] == "onlinetext":
        file = "text typed in Moodle"
    return Found(entry, "Moodle", said["who"], said["number"], None, 0, file)


def _canvas(entry: Entry) -> Found | None:
    if said := HIDDEN_IN_CANVAS.fullmatch(entry.name):
        who, number = f"anon-{said['who']}", ""
    elif said := CANVAS.fullmatch(entry.name):
        who, number = said["who"], said["number"]
    else:
        return None
    return Found(entry, "Canvas", who, number, bool(said["late"]), int(said["upload"][:18]), said["file"])


def _plain(entry: Entry, path: tuple[str, ...], assignment: str) -> Found | None:
    if len(path) > 1:
        return Found(entry, "a folder", path[0], "", None, 0, path[-1])
    pattern = rf"(?P<who>.+?)[ _-]+(?P<file>{re.escape(assignment)}(?![a-z0-9]).*)"
    if said := re.fullmatch(pattern, entry.name, re.I | re.S):
        return Found(entry, "a folder", said["who"], "", None, 0, said["file"])
    return None
