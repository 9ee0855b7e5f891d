"""The simulated class gets what it deserves, nothing else changes, and the guide shows the table as it is."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from homework.commands import demo as command
from homework.demo import guards, handing_in, running, table
from homework.demo.sheets import MOMENTUM, Sheet
from homework.grading import grades

COMMANDS = {  # what the demo types: each command with all options that the guide may show
    "release": {"--course", "--sources", "--seed"},
    "collect": {"--course", "--roster", "--times"},
    "extend": {"--course", "--student", "--until"},
    "grade": {"--course", "--jobs"},
    "regrade": {"--course", "--student"},
    "feedback": {"--course"},
    "export": {"--course", "--format"},
    "report": {"--course"},
    "forget": {"--course", "--student", "--yes"},
}


# Endless until every limit of time is reached, twice: with the class, and once more alone to be sure; together half of the
# demo's time. Both are in runner_test's loops and one in grading_test's class; the third loop stays in every class here.
LONG = {"loop in a function", "loop that ignores interrupts"}


@pytest.mark.parametrize("left_out", [LONG, pytest.param(set(), marks=pytest.mark.slow)], ids=["short", "whole"])
def test_a_class_gets_what_it_deserves_from_start_to_finish(
    sandbox: object, tmp_path: Path, left_out: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One test, for it takes a minute or two."""
    asked = handing_in.kinds()
    assert left_out <= {kind.name for kind in asked}
    monkeypatch.setattr(handing_in, "kinds", lambda: [kind for kind in asked if kind.name not in left_out])
    typed: list[list[str]] = []

    def type_in(words: list[str]) -> int:
        typed.append(words)
        return command.typed(words)

    demo = running.run(tmp_path, grades.cores(), type_in)
    assert [row for row in demo.rows if not row.equal] == []
    assert demo.troubles == []  # nothing outside the sandbox changed, nothing hidden was told
    kept = [(row.kind, row.got) for row in table.kept() if row.kind not in left_out]
    assert [(row.kind, row.got) for row in demo.rows] == kept
    used = {
        words[0]: {word for one in typed if one[0] == words[0] for word in one if word[:2] == "--"} for words in typed
    }
    assert used == COMMANDS


def test_the_guides_table_has_every_kind_and_its_story() -> None:
    kinds = [(kind.name, kind.story) for kind in handing_in.kinds()]
    assert [(row.kind, row.story) for row in table.kept()] == kinds
    assert all(row.equal for row in table.kept())


def test_what_is_deserved_adds_up() -> None:
    """Said by hand, so that a slip of the hand is possible."""
    for kind in handing_in.kinds():
        due = kind.deserved
        assert (due.points or 0) + due.unknown <= 7, kind.name
        assert (due.status == "graded") == (due.unknown == 0), kind.name
        assert (due.points is None) == (due.status in ("failed", "missing")), kind.name
        assert (due.words is None) == (due.points is None), kind.name
        assert due.kept == (0.8 if kind.hours_late and not kind.extension else 1), kind.name


def test_every_kind_named_by_the_homeworks_own_list_is_there() -> None:
    names = " ".join(kind.name for kind in handing_in.kinds())
    for word in (
        *("perfect", "partly", "empty", "syntax", "loop in a cell", "loop in a function", "ignores interrupts"),
        *("deleted test", "edited tests", "copied a test", "NumPy", "SymPy", "IPython", "reads the disk", "gradebook"),
        *(
            "network",
            "fork bomb",
            "memory bomb",
            "long lines",
            "short lines",
            "300 MB file",
            "pickle",
            "forged results",
        ),
        *("killed kernel", "not JSON", "wrong kernel", "wrong file name", "old notebook", "input()", "plots", "slow"),
        *("metadata", "empty file", "missing", "late", "extension"),
    ):
        assert word in names, word


def test_a_change_is_seen(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "kept.txt").write_text("a")
    (tmp_path / "gone.txt").write_text("b")
    before = guards.sums([tmp_path])
    assert guards.changes(before, guards.sums([tmp_path])) == []
    (tmp_path / "folder" / "kept.txt").write_text("c")
    (tmp_path / "gone.txt").unlink()
    (tmp_path / "new").symlink_to("/etc")
    assert guards.changes(before, guards.sums([tmp_path])) == [
        f"{tmp_path}/folder/kept.txt has changed",
        f"{tmp_path}/gone.txt is gone",
        f"{tmp_path}/new is new",
    ]


def test_the_listener_hears_calls_and_letters() -> None:
    with guards.Listener() as listener:
        with socket.create_connection(("127.0.0.1", listener.port)):
            pass
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as letter:
            letter.sendto(b"hello", ("127.0.0.1", listener.port))
        for _ in range(200):
            if len(listener.heard) == 2:
                break
            time.sleep(0.01)
    assert sorted(listener.heard) == ["a call by TCP", "a letter by UDP: b'hello'"]


@pytest.fixture
def one_kind(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Leave one kind of the class."""

    def leave(name: str) -> None:
        kept = [kind for kind in handing_in.kinds() if kind.name == name]
        monkeypatch.setattr(handing_in, "kinds", lambda: kept)

    return leave


@pytest.mark.slow
def test_a_submission_that_gets_too_much_fails_the_demo(
    sandbox: object, one_kind: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A student who answers all and is said to deserve nothing: the demo must say so."""
    one_kind("patched NumPy")
    monkeypatch.setattr(Sheet, "nonsense", lambda self: self.solved(momentum=MOMENTUM))
    demo = running.run(tmp_path, 1, command.typed)
    assert [(row.equal, row.got) for row in demo.rows] == [(False, "7 + 0 = 7; flagged")]
    expected = ["grade demo --jobs 1", *(f"export demo --format {form}" for form in ("csv", "canvas", "moodle"))]
    assert {f"{words}: needed exit status 3, came 0" for words in expected} <= set(demo.troubles)
