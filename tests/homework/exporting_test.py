"""Tables of grades: what is not known is blank and said, what is known is what the gradebook says, bytes are equal."""

import csv
import html
import io
import json
import re
import shutil
from dataclasses import replace

import pytest

from homework import outcomes, wording
from homework.__main__ import main
from homework.course import Course, write
from homework.exporting import canvas, gathered, moodle, own
from homework.people.roster import Person, Roster
from tests.homework import handmade

PEOPLE = {
    "s01": Person("s01", "Student 01", "10001", "s01@example.org", "SIS1", "login1", "A", {"tiny": "900001"}),
    "s02": Person("s02", "=HYPERLINK(1)", "10002", "@s02", "-SIS2", "+login2", "A", {"tiny": "900002"}),
    "s03": Person("s03", 'Üñí "Cödé", ß', "10003", "s03@example.org", numbers={"tiny": "900003"}),
    "s04": Person("s04", "Student 04"),
    "s05": Person("s05", "Student 05"),
    "s06": Person("s06", "Student 06"),
}


@pytest.fixture(scope="module")
def graded(handmade_course, tmp_path_factory):
    """The class made by hand: s01 and s02 judged, s03 in part, s04 failed, s05 handed nothing in, s06 not graded yet."""
    course = Course(shutil.copytree(handmade_course, tmp_path_factory.mktemp("graded") / "course"))
    write(course.submitted("s06", "tiny"), "{}")
    roster = Roster(course)
    roster.people = dict(PEOPLE)
    roster.save()
    return course


@pytest.fixture
def course(graded, tmp_path):
    shutil.copytree(graded.root, tmp_path / "course")
    return Course(tmp_path / "course")


def mark(course, student, points, comment=""):
    """Points and a comment by hand, as nbgrader's marking page writes them."""
    from nbgrader.api import Gradebook as Book

    with Book(f"sqlite:///{course.gradebook}") as book:
        grade = book.find_grade("why", "tiny", "tiny", student)
        grade.manual_score, grade.needs_manual_grade = points, False
        book.find_comment("why", "tiny", "tiny", student).manual_comment = comment
        book.db.commit()


def table(text):
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    assert all(len(row) == len(head) for row in rows)
    return [dict(zip(head, row, strict=True)) for row in rows]


def rows(course):
    return {row["student"]: row for row in table(own(handmade.plan(), gathered(course, handmade.plan())))}


def test_what_is_not_known_is_blank_and_says_why_and_is_never_0(course):
    said = rows(course)
    assert list(said) == list(PEOPLE)
    assert handmade.plan().questions == {"step": 4.0, "why": 3.0}
    assert said["s01"]["step (of 4)"] == "4"
    assert (said["s01"]["why (of 3)"], said["s01"]["why: not known because"]) == ("", "not marked yet")
    assert (said["s03"]["step (of 4)"], said["s03"]["step: not known because"]) == ("", "ran out of time")
    assert said["s04"]["step: not known because"] == "needed a notebook, which is JSON; came a PDF"
    for student, status in (
        ("s01", "graded"),
        ("s03", "partly"),
        ("s04", "failed"),
        ("s05", "missing"),
        ("s06", "not graded"),
    ):
        assert said[student]["status"] == status
        assert (said[student]["points (of 7)"], said[student]["total"]) == ("", "")
    assert not any(
        row[column] == "0"
        for row in said.values()
        for column in ("step (of 4)", "why (of 3)", "points (of 7)", "total")
        if row["student"] != "s02"
    )
    assert said["s02"]["step (of 4)"] == "1"
    assert "cell 3 replaces np.dot" in said["s02"]["flags"]


def test_points_by_hand_complete_a_grade_and_lateness_takes_its_share(course):
    mark(course, "s01", 2.5, "Say which <coordinate>.")
    mark(course, "s02", 0.0)
    settings = {
        "due": {"tiny": "2026-11-18T10:00Z"},
        "late": {"per_day": 0.1},
        "extensions": {"tiny": {"s02": "2026-11-20T10:00Z"}},
    }
    write(course.root / "course.json", json.dumps(settings))
    said = rows(Course(course.root))
    assert [said["s01"][column] for column in ("points (of 7)", "days late", "late penalty", "total")] == [
        "6.5",
        "2",
        "0.2",
        "5.2",
    ]
    assert said["s01"]["why"] == "2 started days late: −20 % of the points earned"
    assert [said["s02"][column] for column in ("points (of 7)", "days late", "late penalty", "total")] == [
        "1",
        "0",
        "0",
        "1",
    ]
    assert said["s01"]["sandbox"] == "bubblewrap"


def test_a_time_that_is_not_known_leaves_the_total_open(course):
    mark(course, "s01", 3)
    write(course.root / "course.json", json.dumps({"due": {"tiny": "2026-11-18T10:00Z"}}))
    course.submitted("s01", "tiny").with_name("timestamp.txt").unlink()
    row = next(row for row in gathered(Course(course.root), handmade.plan()) if row.folder == "s01")
    assert (row.raw, row.total) == (7.0, None)
    assert row.unknown.startswith("the time of handing in is not known")


def test_points_of_another_file_or_another_plan_do_not_count(course):
    mark(course, "s01", 3)
    assert rows(course)["s01"]["total"] == "7"
    write(course.submitted("s01", "tiny"), "{ }")
    said = rows(course)["s01"]
    assert (said["status"], said["total"], said["step (of 4)"]) == ("stale", "", "")
    assert said["reason"] == "collected again since it was graded: run `grade tiny`"
    write(course.submitted("s01", "tiny"), "{}")
    other = replace(handmade.plan(), title="Another")
    row = next(row for row in gathered(course, other) if row.folder == "s01")
    assert (row.status, row.total) == ("stale", None)


def test_points_won_under_other_limits_do_not_count(course):
    mark(course, "s01", 3)
    for limits, total in (({"cell_seconds": 31}, ""), ({"cell_seconds": 30}, "7"), ({}, "7")):
        write(course.root / "course.json", json.dumps({"limits": limits}))
        said = rows(Course(course.root))["s01"]
        assert (said["total"], "the limits in course.json have changed" in said["reason"]) == (total, not total)


def test_what_was_no_file_to_open_does_not_speak_for_the_next_one(course):
    path, outcome = course.submitted("s04", "tiny"), outcomes.load(course.outcome("s04", "tiny"))
    write(course.outcome("s04", "tiny"), replace(outcome, submission="", reason="came a link").to_json())
    said = rows(course)["s04"]
    assert (said["status"], said["reason"]) == ("not graded", "not graded yet: run `grade tiny`")
    path.unlink()
    path.symlink_to(course.submitted("s01", "tiny"))
    said = rows(course)["s04"]
    assert (said["status"], said["reason"]) == ("failed", "came a link")


def test_a_submission_taken_back_has_no_points_anywhere(course):
    mark(course, "s01", 3, "Well seen.")
    course.submitted("s01", "tiny").unlink()
    said = rows(course)["s01"]
    assert (said["status"], said["total"], said["sandbox"]) == ("missing", "", "")
    assert main(["feedback", "tiny", "--student", "s01", "--course", str(course.root)]) == 0
    page = course.feedback("s01", "tiny").read_text("utf-8")
    assert "Missing: nothing was handed in." in page
    assert "Well seen." not in page
    assert "4 of 4" not in page
    assert next(row for row in gathered(course, handmade.plan()) if row.folder == "s01").outcome.parts == ()


def test_two_exports_are_the_same_bytes_and_rfc_4180(course):
    mark(course, "s01", 2.5)
    plan = handmade.plan()
    texts = [[make(plan, gathered(course, plan)) for make in (own, canvas, moodle)] for _ in range(2)]
    assert texts[0] == texts[1]
    for text in texts[0]:
        assert not text.startswith("\ufeff")
        assert text.endswith("\r\n")
        assert "\n" not in text.replace("\r\n", "")
    assert '"Üñí ""Cödé"", ß"' in texts[0][0]


def test_no_cell_is_a_formula(course):
    mark(course, "s02", 1, '=cmd|"/c calc"!A1\n@x')
    plan = handmade.plan()
    found = gathered(course, plan)
    found = [
        replace(row, reason="\t=1+1", outcome=replace(row.outcome, flags=("＝x", "names the path ';=1+1'", "@x")))
        for row in found
        if row.outcome
    ]
    for text in (own(plan, found), canvas(plan, found), moodle(plan, found)):
        cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
        assert not any(
            cell.startswith(("=", "+", "@", "\t", "\r", "＝")) or (cell.startswith("-") and cell != "-")
            for cell in cells
        )
        assert "'=HYPERLINK(1)" in cells
        assert not re.search(r";\s*[=+@]", text)  # where a list's separator is the semicolon, a cell begins behind it


def test_canvas_gets_its_columns_and_only_students_whose_total_is_known(course):
    mark(course, "s01", 2.5)
    mark(course, "s02", 1)
    plan = handmade.plan()
    lines = list(csv.reader(io.StringIO(canvas(plan, gathered(course, plan), "4711"), newline="")))
    assert lines[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "A tiny assignment (4711)"]
    assert lines[1] == ["Points Possible", "", "", "", "", "7"]
    assert lines[2] == ["Student 01", "10001", "SIS1", "login1", "A", "6.5"]
    assert [line[0] for line in lines[2:]] == ["Student 01", "'=HYPERLINK(1)"]
    assert canvas(plan, []).splitlines()[0].endswith(",A tiny assignment")


def test_moodle_gets_its_columns_and_the_points_in_words(course):
    mark(course, "s01", 2.5, "Say which <coordinate>.")
    plan = handmade.plan()
    (row,) = table(moodle(plan, gathered(course, plan)))
    assert row == {
        "Identifier": "Participant 900001",
        "Full name": "Student 01",
        "Email address": "s01@example.org",
        "Grade": "6.5",
        "Maximum Grade": "7",
        "Last modified (grade)": "-",
        "Feedback comments": "step: 4 of 4<br>why: 2.5 of 3. Say which &lt;coordinate&gt;.",
    }


def test_signs_in_a_comment_reach_moodle_as_they_are_and_make_no_formula(course):
    said = "Needs a<=b, not a> -1 & < =-@; =1+1."
    mark(course, "s01", 2.5, said)
    plan = handmade.plan()
    (row,) = table(moodle(plan, gathered(course, plan)))
    assert html.unescape(row["Feedback comments"]) == f"step: 4 of 4<br>why: 2.5 of 3. {said}"
    assert not re.search(r";\s*[=+@-]", row["Feedback comments"])


def test_the_command_ends_with_3_and_lists_what_is_not_known(course, capsys):
    mark(course, "s01", 2.5)
    words = ["export", "tiny", "--course", str(course.root)]
    assert main(words) == 3
    said = capsys.readouterr().out
    assert "1 of 6 students have a total" in said
    assert "Student 04 (s04): needed a notebook, which is JSON; came a PDF" in said
    assert f"Student 05 (s05): {wording.WHOLE['missing']}" in said
    assert "Student 03" not in said
    assert 'Üñí "Cödé", ß (s03): step: ran out of time; why: not marked yet' in said
    assert table((course.exports / "tiny.csv").read_bytes().decode())[0]["total"] == "6.5"
    assert main([*words, "--format", "canvas", "--canvas-id", "x"]) == 2
    assert main([*words, "--format", "moodle"]) == 3
    assert "left out of the file" in capsys.readouterr().out


def test_what_is_not_known_moves_no_cursor(course, capsys):
    path = course.outcome("s04", "tiny")
    write(path, replace(outcomes.load(path), reason="came\x1b[2J\x9b2J a PDF").to_json())
    assert main(["export", "tiny", "--course", str(course.root)]) == 3
    assert not re.search("[\x1b\x9b]", said := capsys.readouterr().out)
    assert "Student 04 (s04): came" in said


def test_the_command_ends_with_0_where_all_is_known(course):
    for student in ("s03", "s04", "s05", "s06"):
        shutil.rmtree(course.root / "submitted" / student, ignore_errors=True)
    roster = Roster(course)
    roster.people = {name: PEOPLE[name] for name in ("s01", "s02")}
    roster.save()
    mark(course, "s01", 2.5)
    mark(course, "s02", 1)
    assert main(["export", "tiny", "--course", str(course.root)]) == 0
