"""Who stands behind each name in the course's folders: their id, or a pseudonym where marking is anonymous.

A student's folder bears their id; with "anonymous": true in course.json it bears a pseudonym, a hash of the id under a
key that lies in private/. roster.json leads back from either to the person, for the tables and the feedback alone.
"""

import hashlib
import hmac
import json
import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from homework.course import Course, UserError, write
from homework.people.tables import table

COLUMNS = {  # a roster's column -> the field; the second group: of a gradebook as Canvas exports it
    "id": "id",
    "name": "name",
    "lms id": "lms_id",
    "email": "email",
    "student": "name",
    "full name": "name",
    "sis user id": "sis_id",
    "sis login id": "login",
    "section": "section",
    "email address": "email",
}
LONGEST = 200  # bytes of a folder's name: with an ending they are to fit into the 255 of a file's


@dataclass(frozen=True)
class Person:
    """A student, as far as roster and learning system tell."""

    id: str
    name: str = ""
    lms_id: str = ""  # the learning system's own number for them
    email: str = ""
    sis_id: str = ""
    login: str = ""
    section: str = ""
    numbers: dict[str, str] = field(default_factory=dict)  # assignment -> Moodle's number for them in it
    listed: bool = False  # in the roster that the instructor gave

    @property
    def shown(self) -> str:
        """How a list names them."""
        return f"{self.name} ({self.id})" if self.name and self.name != self.id else self.id


class StrangerError(UserError):
    """A name that nobody of the course bears."""


class Roster:
    """The course's people, by the names of their folders."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.people: dict[str, Person] = {}
        path = course.root / "roster.json"
        try:
            said = json.loads(path.read_text("utf-8"))
            self.people = {folder: Person(**person) for folder, person in said["students"].items()}
        except FileNotFoundError:
            pass
        except (ValueError, TypeError, KeyError, AttributeError) as problem:
            raise UserError(f"{path}: needed a roster as `collect` writes it; {problem!r}") from None

    def save(self) -> None:
        students = {folder: asdict(person) for folder, person in sorted(self.people.items())}
        text = json.dumps({"students": students}, indent=1, ensure_ascii=False) + "\n"
        write(self.course.root / "roster.json", text)

    def person(self, folder: str) -> Person:
        """Who a folder belongs to; one that nobody is known for is its own id."""
        return self.people.get(folder, Person(folder))

    def everyone(self, assignment: str) -> list[str]:
        """The folders of all students who are known or handed this in, in the order of their ids."""
        folders = {*self.people, *self.course.students(assignment)}
        return sorted(folders, key=lambda folder: (self.person(folder).id, folder))

    def add(self, person: Person) -> str:
        """Take a student in, or what is newly known of one; gives the name of their folder."""
        folder = next((folder for folder, known in self.people.items() if known.id == person.id), None)
        if folder is None:
            folder = self.folder_of(person.id)
            clash = next((known for known in self.people if known.casefold() == folder.casefold()), None)
            if clash is not None:
                other = self.people[clash].id
                raise UserError(
                    f"{person.id!r} and {other!r}: needed ids that give folders of two names, came {folder}"
                )
            self.people[folder] = person
        else:
            known, new = asdict(self.people[folder]), asdict(person)
            numbers = {**known["numbers"], **new["numbers"]}
            self.people[folder] = Person(**{**known, **{k: v for k, v in new.items() if v}, "numbers": numbers})
        return folder

    def folder_of(self, identity: str) -> str:
        """The name that a student's folders get."""
        return pseudonym(key(self.course), identity) if self.course.settings.get("anonymous") else safe(identity)

    def find(self, said: str) -> str:
        """The folder of the student that a user means: by folder, id, email or name.

        Raises UserError where several are called so, StrangerError where nobody is.
        """
        if not said.strip():  # an empty shell variable: it would fit whoever has no email
            raise UserError(f"--student: needed an id, a name or an email, came {said!r}")
        same = [folder for folder, person in self.people.items() if said in (folder, person.id)]
        on_disk = {path.name for path in (self.course.root / "submitted").glob("*") if path.is_dir()}
        if not same and said in on_disk:
            same = [said]
        if not same:
            same = [
                folder
                for folder, person in self.people.items()
                if alike(said) in (alike(person.name), alike(person.email), alike(person.id), person.lms_id)
            ]
        if len(same) == 1:
            return same[0]
        if same:
            several = ", ".join(sorted(self.person(folder).id for folder in same))
            raise UserError(f"--student: needed one student, came {said!r}, which several are called: {several}")
        known = len({*self.people, *on_disk})
        raise StrangerError(f"--student: needed one of the course's {known} students, came {said!r}")

    def by_id(self, said: str) -> str | None:
        """The id of the student who has it, whatever its capitals."""
        same = [person.id for person in self.people.values() if alike(person.id) == alike(said)]
        return said if said in same else same[0] if len(same) == 1 else None

    def by_name(self, said: str, *, canvas: bool = False) -> str | None:
        """The id of the only student so called, by name or id; `canvas`: as Canvas writes names in a file's name."""
        names = {p.id: {alike(p.id), *written(p.name, canvas=canvas)} for p in self.people.values()}
        same = [identity for identity, ways in names.items() if alike(said) in ways]
        return same[0] if len(same) == 1 else None


def read_roster(path: Path) -> list[Person]:
    """The students in a table with the columns id and name, and lms id, email, … if it has them.

    Canvas's own export of a gradebook will do: its Student, ID, SIS User ID, SIS Login ID and Section are read.
    """
    people: list[Person] = []
    for number, row in table(path, {"id"}, "--roster"):
        said: dict[str, Any] = {COLUMNS[column]: row[column] for column in COLUMNS if row.get(column)}
        if not said.get("id") and "points possible" in said.get("name", "").casefold():
            continue  # Canvas's second row
        if not said.get("id"):
            raise UserError(f"--roster {path.name}, line {number}: needed an id, came none")
        if any(person.id == said["id"] for person in people):
            raise UserError(f"--roster {path.name}, line {number}: needed every id once, came {said['id']!r} again")
        canvas = "student" in row and "sis login id" in row
        person = Person(**said, listed=True)
        people.append(replace(person, lms_id=person.id) if canvas else person)
    return people


def key(course: Course) -> bytes:
    """The key of the course's pseudonyms, made when it is first asked for."""
    path = course.root / "private" / "pseudonyms.key"
    if not path.exists():
        write(path, secrets.token_hex(32) + "\n")
    return path.read_bytes().strip()


def pseudonym(secret: bytes, identity: str) -> str:
    """The name that stands for an id: nothing without the key leads from one to the other.

    >>> pseudonym(b"key", "s07")
    'p-2976336fd9'
    """
    return "p-" + hmac.new(secret, identity.encode(), hashlib.sha256).hexdigest()[:10]


def safe(identity: str) -> str:
    """An id as a folder's name on every system: letters, digits, spaces and -_.@', and nothing that leads elsewhere.

    >>> safe("../Üñí Cödé-ß: 7")
    'Üñí Cödé-ß- 7'
    """
    written = re.sub(r"[^\w \-.@']", "-", unicodedata.normalize("NFC", identity)).strip(" .-").encode()
    name = written[:LONGEST].decode("utf-8", "ignore").strip(" .-")
    if not name:
        raise UserError(f"student: needed a name with a letter or a digit in it, came {identity!r}")
    return name


def alike(name: str) -> str:
    """A name as names are compared: whatever its capitals, its spaces and the way its accents are coded."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def written(name: str, *, canvas: bool) -> set[str]:
    """The ways in which a learning system may write a name, as names are compared; none of a name that is empty."""
    return set(in_canvas(name) if canvas else [alike(name)]) - {""}


def in_canvas(name: str) -> Iterator[str]:
    """The ways in which Canvas may write a name in a file's name: small letters, nothing between, last name first.

    Where a surname begins cannot be told from a name, so that every turn of its words is one.

    >>> sorted(in_canvas("Student 07"))
    ['07student', 'student07']
    """
    words = [re.sub(r"\W", "", word) for word in alike(name).split()]
    for place in range(len(words)):
        yield "".join(words[place:] + words[:place])
