"""What a kind of submission is: how a student makes it from the released notebook, and what it deserves, said by hand.

What is deserved stands beside each kind as a person would argue it. No grader computes it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from homework.demo.sheets import Sheet, Target
from homework.outcomes import Status

Make = Callable[[Sheet, Target], Sheet | bytes | None]
KINDS: dict[str, "Kind"] = {}  # by name, in the order of the table


@dataclass(frozen=True)
class Deserved:
    """What is right for a submission, whatever the grader makes of it."""

    points: float | None  # of the 7 that are judged; None: nothing can be said of any of them
    unknown: float = 0.0  # of the 7: points of which nothing can be said
    words: float | None = 3.0  # of the 3 for the written answer, which the demo gives by hand; None: no answer to mark
    status: Status = "graded"
    flags: tuple[str, ...] = ()  # for each thing that a person should look at, a word which says it
    kept: float = 1.0  # the share that lateness leaves


@dataclass(frozen=True)
class Kind:
    """A kind of submission: what the student did, how, and what it deserves for which reason."""

    name: str
    story: str
    make: Make
    deserved: Deserved
    file: str = "demo.ipynb"  # the name under which it was handed in
    way: str = "moodle"  # how it reached the instructor: moodle, canvas or folder
    hours_late: float = 0.0
    extension: bool = False


def kind(
    name: str,
    story: str,
    points: float | None,
    *flags: str,
    unknown: float = 0.0,
    words: float | None = 3.0,
    status: Status = "graded",
    kept: float = 1.0,
    file: str = "demo.ipynb",
    way: str = "moodle",
    hours_late: float = 0.0,
    extension: bool = False,
) -> Callable[[Make], Make]:
    """Enter a function into the table of kinds."""

    def enter(make: Make) -> Make:
        if name in KINDS:
            raise ValueError(f"name: needed one that no other kind has, came {name!r}")
        deserved = Deserved(points, unknown, words, status, flags, kept)
        KINDS[name] = Kind(name, story, make, deserved, file, way, hours_late, extension)
        return make

    return enter
