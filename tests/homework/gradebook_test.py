"""nbgrader's gradebook holds what was judged last and no older score; marks by hand hold for what was marked."""

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader import api

from homework import releasing
from homework.course import Course, UserError
from homework.gradebook import Gradebook, Mark
from homework.masters import drawing, notebooks
from homework.masters.master import read
from homework.outcomes import Outcome, Part, digest_of
from homework.plan import Plan

TINY = Path(__file__).parent / "data" / "tiny.md"
WHY = {"why": digest_of("The curvatures differ.")}
UNREAD = Mark(None, None, 0.0, "", True)


@pytest.fixture(scope="module")
def released():
    filled = drawing.filled(read(TINY), "seed")
    notebook = releasing.without_solutions("tiny", notebooks.source(filled))
    cells, judges = notebooks.released(notebook, filled), notebooks.judges(filled)
    return Plan("tiny", filled.title, cells, judges, notebooks.by_hand(filled)), notebook


@pytest.fixture(scope="module")
def empty(tmp_path_factory, released):
    """A course's folder with the assignment in its gradebook; making one anew takes alembic a second."""
    root = tmp_path_factory.mktemp("a course") / "folder with spaces"
    with Gradebook(Course(root)) as book:
        book.put("tiny", released[1])
    return root


@pytest.fixture
def course(tmp_path, empty):
    shutil.copytree(empty, tmp_path / "course")
    return Course(tmp_path / "course")


@pytest.fixture
def plan(released):
    return released[0]


def outcome(*statuses, student="s01", answers=WHY, submission="file 1", status="graded"):
    titles = ("one step from another point", "ten steps, the values of f on the way")
    parts = tuple(
        Part("step", title, points, came) for title, points, came in zip(titles, (1, 3), statuses, strict=False)
    )
    return Outcome(student, "tiny", status, "", parts, (), dict(answers), "bubblewrap", submission)


OURS = replace(outcome(answers={}, status="failed"), ours=True)


def by_hand(course, question, points=None, comment=None, student="s01", extra=None):
    """What the marking page does on a marker's word."""
    with api.Gradebook(f"sqlite:///{course.gradebook}") as book:
        grade = book.find_grade(question, "tiny", "tiny", student)
        grade.manual_score, grade.extra_credit = points, extra
        grade.needs_manual_grade = grade.manual_score is None and grade.auto_score is None
        if comment is not None:
            book.find_comment(question.removesuffix("-test"), "tiny", "tiny", student).manual_comment = comment
        book.db.commit()


def marks(course, plan):
    with Gradebook(course) as book:
        return book.marks(plan)


def record(course, plan, *outcomes):
    with Gradebook(course) as book:
        for one in outcomes:
            book.record(one, plan)
    return marks(course, plan)


def rows(course):
    """All that the gradebook holds, without nbgrader's random names for rows."""
    with sqlite3.connect(course.gradebook) as base:
        tables = [name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: len(base.execute(f"SELECT * FROM {name}").fetchall()) for name in tables}


def test_points_are_the_sum_of_the_parts_and_a_written_answer_waits_for_a_person(course, plan):
    assert record(course, plan, outcome("right", "wrong"))["s01"] == {
        "step": Mark(1.0, None, 0.0, "", False),
        "why": UNREAD,
    }
    assert marks(course, plan)["s01"]["why"].points is None


@pytest.mark.parametrize("status", ["timeout", "memory", "crashed", "output", "not run"])
def test_what_is_not_known_is_no_zero(course, plan, status):
    found = record(course, plan, outcome("right", status, status="partly"))["s01"]["step"]
    assert (found.judged, found.points, found.wanted) == (None, None, True)


def test_a_submission_without_parts_is_not_known(course, plan):
    failed = outcome(answers={}, status="failed")
    assert record(course, plan, failed)["s01"] == {"step": UNREAD, "why": UNREAD}


def test_an_unanswered_or_emptied_text_needs_no_marker(course, plan):
    found = record(course, plan, outcome("right", "right", answers={"why": digest_of("  \n")}))
    assert found["s01"]["why"] == Mark(0.0, None, 0.0, "", False)


def test_recording_twice_changes_nothing(course, plan):
    first = record(course, plan, outcome("right", "wrong"))
    by_hand(course, "why", 2.0, "The second coordinate?", extra=0.5)
    counted, marked = rows(course), marks(course, plan)
    assert marked["s01"]["why"] == Mark(None, 2.0, 0.5, "The second coordinate?", False)
    assert marked["s01"]["why"].points == 2.5
    assert record(course, plan, outcome("right", "wrong")) == marked
    assert rows(course) == counted
    assert first["s01"]["step"] == marked["s01"]["step"]


def test_no_stale_score_is_kept(course, plan):
    record(course, plan, outcome("right", "right"))
    found = record(course, plan, outcome("right", "crashed", status="partly"))["s01"]["step"]
    assert (found.judged, found.wanted) == (None, True)
    assert record(course, plan, outcome("wrong", "wrong"))["s01"]["step"].points == 0.0
    assert record(course, plan, outcome(answers={}, status="failed"))["s01"]["step"].points is None


def test_a_mark_holds_while_the_answer_is_the_same_and_goes_with_it(course, plan):
    record(course, plan, outcome("right", "right"))
    by_hand(course, "why", 3.0, "Well seen.")
    again = record(course, plan, outcome("wrong", "wrong", submission="file 2"))["s01"]
    assert again["why"] == Mark(None, 3.0, 0.0, "Well seen.", False)
    assert again["step"].points == 0.0
    other = outcome("right", "right", answers={"why": digest_of("Because.")}, submission="file 3")
    assert record(course, plan, other)["s01"]["why"] == UNREAD
    assert record(course, plan, outcome("right", "right"))["s01"]["why"] == UNREAD  # the mark is gone, not kept aside


def test_a_marker_settles_what_is_not_known_until_it_is(course, plan):
    unknown = outcome("right", "timeout", status="partly")
    record(course, plan, unknown)
    by_hand(course, "step-test", 2.5, "It runs on my machine.")
    kept = record(course, plan, unknown)["s01"]["step"]
    assert (kept.judged, kept.points, kept.comment, kept.wanted) == (None, 2.5, "It runs on my machine.", False)
    judged = record(course, plan, outcome("right", "right"))["s01"]["step"]
    assert judged == Mark(4.0, None, 0.0, "", False)


def test_points_given_on_appeal_hold_for_the_same_file_only(course, plan):
    record(course, plan, outcome("right", "wrong"))
    by_hand(course, "step-test", 4.0)
    assert record(course, plan, outcome("right", "wrong"))["s01"]["step"].points == 4.0
    assert record(course, plan, outcome("right", "wrong", submission="file 2"))["s01"]["step"].points == 1.0


def test_who_handed_nothing_in_has_no_marks_and_loses_those_of_a_file_taken_back(course, plan):
    missing = Outcome("s02", "tiny", "missing", "nothing was handed in")
    assert record(course, plan, outcome("right", "right"), missing).keys() == {"s01"}
    by_hand(course, "why", 3.0)
    assert record(course, plan, replace(missing, student="s01")) == {}
    assert record(course, plan, outcome("right", "right"))["s01"]["why"] == UNREAD


def test_a_mark_can_be_given_without_the_page(course, plan):
    record(course, plan, outcome("right", "timeout", status="partly"))
    with Gradebook(course) as book:
        book.give("s01", "tiny", "why", 2.0, "Almost.")
        book.give("s01", "tiny", "step", 3.0)
        with pytest.raises(UserError, match="student: needed one whose tiny was graded, came s02"):
            book.give("s02", "tiny", "why", 2.0)
        with pytest.raises(UserError, match="question: needed one of tiny's, came whose"):
            book.give("s01", "tiny", "whose", 2.0)
        assert book.marks(plan)["s01"] == {
            "step": Mark(None, 3.0, 0.0, "", False),
            "why": Mark(None, 2.0, 0.0, "Almost.", False),
        }


def test_a_failure_of_the_grading_itself_takes_no_ones_word_away(course, plan):
    record(course, plan, outcome("right", "timeout", status="partly"))
    by_hand(course, "why", 2.0, "The second coordinate?")
    by_hand(course, "step-test", 3.0, "It runs on my machine.")
    before = marks(course, plan)
    assert [mark.points for mark in record(course, plan, OURS)["s01"].values()] == [None, None]  # of what, nobody knows
    assert record(course, plan, outcome("right", "timeout", status="partly")) == before


def test_what_is_said_of_a_failure_of_the_grading_holds_until_the_file_is_graded(course, plan):
    record(course, plan, OURS)
    by_hand(course, "why", 1.0)
    by_hand(course, "step-test", 0.0, "It could not be read.")
    assert [mark.points for mark in record(course, plan, OURS)["s01"].values()] == [0.0, 1.0]
    other = record(course, plan, replace(OURS, submission="file 2"))["s01"]
    assert [mark.points for mark in other.values()] == [None, None]
    assert record(course, plan, outcome("right", "right"))["s01"] == {
        "step": Mark(4.0, None, 0.0, "", False),
        "why": UNREAD,
    }


def test_a_gradebook_that_does_not_know_the_assignment_says_what_helps(course, plan):
    course.gradebook.unlink()
    with Gradebook(course) as book, pytest.raises(UserError, match=r"needed tiny in it, .* `release tiny` enters it"):
        book.record(outcome("right", "right"), plan)


def test_students_do_not_touch_each_other(course, plan):
    record(course, plan, outcome("right", "right"), outcome("wrong", "wrong", student="s02"))
    by_hand(course, "why", 1.0)
    found = record(course, plan, outcome("right", "wrong", student="s02", submission="file 2"))
    assert (found["s01"]["step"].points, found["s01"]["why"].points) == (4.0, 1.0)
    assert (found["s02"]["step"].points, found["s02"]["why"]) == (1.0, UNREAD)
    assert list(found) == ["s01", "s02"]


def test_a_new_version_of_an_assignment_leaves_nothing_judged_by_the_old_one(course, plan, released):
    record(course, plan, outcome("right", "right"))
    by_hand(course, "why", 3.0, "Well seen.")
    notebook = releasing.without_solutions("tiny", released[1])
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata and cell.metadata.nbgrader.grade_id == "step-test":
            cell.metadata.nbgrader.points = 5
    with Gradebook(course) as book:
        book.put("tiny", notebook)
    found = marks(course, plan)["s01"]
    assert found["step"] == UNREAD
    assert found["why"] == Mark(None, 3.0, 0.0, "Well seen.", False)  # as many points as before, the same answer


def test_a_new_version_with_other_questions_has_rows_for_them_and_none_for_the_old(course, plan, released):
    record(course, plan, outcome("right", "right"))
    by_hand(course, "why", 3.0)
    notebook = releasing.without_solutions("tiny", released[1])
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata and cell.metadata.nbgrader.grade_id == "why":
            cell.metadata.nbgrader.grade_id = "wherefore"
    with Gradebook(course) as book:
        book.put("tiny", notebook)
    found = marks(course, replace(plan, by_hand=(("wherefore", 3.0),)))["s01"]
    assert found == {"step": UNREAD, "wherefore": UNREAD}
    assert rows(course)["grade"] == 2


def test_a_forgotten_student_leaves_no_trace_in_the_file(course, plan):
    one, other = "s01-a-name-to-forget", "s02"
    record(course, plan, outcome("right", "right", student=one), outcome("right", "wrong", student=other))
    by_hand(course, "why", 2.0, "", student=one)
    with sqlite3.connect(course.gradebook) as base:  # of a marking page whose SQLite does not wipe what it frees
        base.execute("PRAGMA secure_delete = OFF")
        for words in ("A long comment to forget. " * 500, "A comment to forget."):
            base.execute(
                "UPDATE comment SET manual_comment = ? WHERE manual_comment = '' OR manual_comment > 'A'", [words]
            )
            base.commit()
    assert b"A long comment" in course.gradebook.read_bytes()
    assert one.encode() in course.gradebook.read_bytes()
    with Gradebook(course) as book:
        assert book.forget(one)
        assert not book.forget(one)
    left = course.gradebook.read_bytes()
    assert one.encode() not in left
    assert b"comment to forget" not in left
    assert [path.name for path in course.root.iterdir()] == ["gradebook.db"]
    assert marks(course, plan).keys() == {other}


def test_the_time_of_handing_in_is_nbgraders_as_well(course, plan):
    file = course.submitted("s01", "tiny").with_name("timestamp.txt")
    file.parent.mkdir(parents=True)
    file.write_text("2026-11-22 12:30:00.250000 UTC\n")
    record(course, plan, outcome("right", "right"))
    with api.Gradebook(f"sqlite:///{course.gradebook}") as book:
        assert book.find_submission("tiny", "s01").timestamp.isoformat() == "2026-11-22T12:30:00.250000"
    for wrong in (b"on Monday, I think", b"\xff\xfe", b"9" * 400, b"2026-11-20 10:00 .."):
        file.write_bytes(wrong)
        assert record(course, plan, outcome("right", "right"))["s01"]["step"].points == 4.0


def test_it_is_made_whole_or_not_at_all_whatever_the_path(tmp_path, monkeypatch):
    def interrupted(*words):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(api, "get_alembic_version", interrupted)
        with pytest.raises(KeyboardInterrupt):
            Gradebook(Course(tmp_path))
    assert not (tmp_path / "gradebook.db").exists()
    monkeypatch.setenv("PATH", "/nowhere")  # nbgrader calls alembic by name
    Gradebook(Course(tmp_path)).__exit__()
    assert [path.name for path in tmp_path.iterdir()] == ["gradebook.db"]
    assert (tmp_path / "gradebook.db").stat().st_mode & 0o777 == 0o600
