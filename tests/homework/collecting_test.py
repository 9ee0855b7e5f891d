"""Collecting: folders and zips as Moodle and Canvas make them, names as students give them, zips that would do harm."""

import contextlib
import json
import os
import re
import shutil
import stat
import struct
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homework.__main__ import main
from homework.course import Course, UserError, write
from homework.people.archives import Limits
from homework.people.clock import moment
from homework.people.collecting import collect
from homework.people.lateness import handed_in, lateness
from homework.people.recognising import named
from homework.people.roster import Person, Roster

ROSTER = "id,name,lms id,email\ns07,Student 07,1007,s07@example.org\ns08,Üñí Cödé-ß,1008,s08@example.org\ns09,Student 09,1009,\n"


@pytest.fixture
def course(tmp_path):
    root = tmp_path / "course"
    for name in ("hw1", "hw2"):
        (root / "release" / name).mkdir(parents=True)
    (root / "course.json").write_text(json.dumps({"due": {"hw1": "2026-11-20T23:59Z"}}))
    return Course(root)


@pytest.fixture
def roster(tmp_path):
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    return tmp_path / "roster.csv"


def zipped(path, files, day=20):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(files):
            info = (
                name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, (2026, 11, day, 12, 0, 2 * number))
            )
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return path


def folder(path, files):
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(content, "utf-8")
    return path


def content(course, student, assignment="hw1"):
    return course.submitted(student, assignment).read_text("utf-8")


def tree(root):
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_folder_in_each_of_its_three_shapes(course, tmp_path):
    source = folder(
        tmp_path / "in",
        {"s07/hw1.ipynb": "a", "s08/hw1/hw1.ipynb": "b", "Student 09_hw1.ipynb": "c", "s08/hw2/hw2.ipynb": "no",
         "s07/.ipynb_checkpoints/hw1-checkpoint.ipynb": "no", "s10/hw2/hw2.ipynb": "no"},
    )  # fmt: skip
    done = collect(course, "hw1", source)
    assert course.students("hw1") == ["Student 09", "s07", "s08"]
    assert [content(course, one) for one in ("s07", "s08", "Student 09")] == ["a", "b", "c"]
    assert done.trouble == []
    assert [line.partition(":")[0] for line in done.taken] == ["Student 09", "s07", "s08"]


@pytest.mark.parametrize("end", ["", "_"])
@pytest.mark.parametrize("wrapped", ["", "Course-hw1-4711/"])
def test_a_moodle_zip(course, roster, tmp_path, end, wrapped):
    source = zipped(
        tmp_path / "moodle.zip",
        [
            (f"{wrapped}Student 07_123456_assignsubmission_file{end}/hw1.ipynb", "a"),
            (f"{wrapped}Üñí Cödé-ß_123457_assignsubmission_file{end}/hw1.ipynb", "b"),
            (f"{wrapped}Üñí Cödé-ß_123457_assignsubmission_onlinetext{end}/onlinetext.html", "<p>hello</p>"),
            (f"{wrapped}Student 09_123458_assignsubmission_onlinetext{end}/onlinetext.html", "<p>hello</p>"),
        ],
    )
    done = collect(course, "hw1", source, roster=roster)
    assert done.system == "Moodle"
    assert [content(course, one) for one in ("s07", "s08")] == ["a", "b"]
    assert done.missing == ["Student 09 (s09)"]
    assert done.trouble == ["s09: needed a notebook named hw1.ipynb, came text typed in Moodle; nothing collected"]
    assert Roster(course).person("s08").numbers == {"hw1": "123457"}
    assert Roster(course).person("s08").name == "Üñí Cödé-ß"


def test_a_moodle_zip_without_folders(course, tmp_path):
    source = zipped(tmp_path / "flat.zip", [("Student 07_123456_assignsubmission_file_hw1.ipynb", "a")])
    assert collect(course, "hw1", source).taken[0].startswith("Student 07: ")


def test_an_unpacked_moodle_zip(course, tmp_path):
    source = folder(tmp_path / "in", {"Student 07_123456_assignsubmission_file/hw1.ipynb": "a"})
    collect(course, "hw1", source)
    assert course.students("hw1") == ["Student 07"]


@pytest.mark.parametrize("wrapped", ["", "submissions/"])
def test_a_canvas_zip(course, roster, tmp_path, wrapped):
    source = zipped(
        tmp_path / "canvas.zip",
        [
            (f"{wrapped}07student_1007_555_hw1-2.ipynb", "a"),
            (f"{wrapped}cödéßüñí_LATE_1008_556_hw1.ipynb", "b"),
            (f"{wrapped}student09_1009_557_text.html", "typed"),
        ],
        day=27,
    )
    done = collect(course, "hw1", source, roster=roster)
    assert done.system == "Canvas"
    assert [content(course, one) for one in ("s07", "s08")] == ["a", "b"]
    assert "Student 07 (s07): took hw1-2.ipynb for hw1.ipynb" in [
        note.replace("s07:", "Student 07 (s07):") for note in done.notes
    ]
    assert (handed_in(course, "s07", "hw1").marked_late, handed_in(course, "s08", "hw1").marked_late) == (False, True)
    # the zip was made after the deadline: Canvas's mark alone says who was in time, and nobody how late the other was
    assert lateness(course, "s07", "hw1").share == 0
    assert lateness(course, "s08", "hw1").share is None
    assert done.missing == ["Student 09 (s09)"]


def test_a_canvas_zip_without_a_roster_or_with_hidden_names(course, tmp_path):
    files = [
        ("student07_11_55_hw1.ipynb", "a"),
        ("student07_12_56_hw1.ipynb", "b"),
        ("LATE_anon_xYz12_57_hw1.ipynb", "c"),
    ]
    done = collect(course, "hw1", zipped(tmp_path / "canvas.zip", files))
    assert course.students("hw1") == ["anon-xYz12", "student07 11", "student07 12"]
    assert sum("several students are called student07" in note for note in done.notes) == 2
    assert handed_in(course, "anon-xYz12", "hw1").marked_late is True


def test_students_of_one_name_are_never_taken_for_each_other(course, tmp_path):
    collect(course, "hw1", zipped(tmp_path / "1.zip", [("student07_11_55_hw1.ipynb", "a")]))
    collect(course, "hw1", zipped(tmp_path / "2.zip", [("student07_12_56_hw1.ipynb", "b")]))
    assert [content(course, one) for one in ("student07", "student07 12")] == ["a", "b"]
    moodle = [(f"Student 07_{number}_assignsubmission_file/hw1.ipynb", text) for number, text in ((1, "c"), (2, "d"))]
    collect(course, "hw1", zipped(tmp_path / "3.zip", moodle))
    assert [content(course, one) for one in ("Student 07 1", "Student 07 2")] == ["c", "d"]


def test_a_name_that_one_can_choose_takes_nobodys_place(course, roster, tmp_path):
    """Who calls himself as another's id, or as another, does not come to the other's grade: numbers tell them apart."""
    (tmp_path / "roster.csv").write_text("id,name\ns07,Student 07\ns08,Student 08\n", "utf-8")
    files = [("student07_11_55_hw1.ipynb", "a"), ("s07_12_56_hw1.ipynb", "b"), ("student08_13_57_hw1.ipynb", "c")]
    done = collect(course, "hw1", zipped(tmp_path / "canvas.zip", files), roster=roster)
    assert [content(course, one) for one in ("student07 11", "s07 12", "s08")] == ["a", "b", "c"]
    assert sum("comes as s07, and so do others; collected apart" in line for line in done.trouble) == 2
    assert "Student 07 (s07)" in done.missing
    (tmp_path / "roster.csv").write_text("id,name,lms id\ns07,Student 07,11\n", "utf-8")
    collect(course, "hw1", zipped(tmp_path / "canvas.zip", files), roster=roster)
    assert content(course, "s07") == "a"  # the number is theirs
    other = Course(tmp_path / "other")
    shutil.copytree(course.root / "release", other.root / "release")
    write(other.root / "course.json", "{}")
    moodle = [
        (f"{name}_{number}_assignsubmission_file/hw1.ipynb", name) for number, name in ((1, "Student 07"), (2, "s07"))
    ]
    collect(other, "hw1", zipped(tmp_path / "moodle.zip", moodle), roster=roster)
    assert [content(other, one) for one in ("Student 07 1", "s07 2")] == ["Student 07", "s07"]
    assert other.students("hw1") == ["Student 07 1", "s07 2"]


def test_numbers_once_known_decide_and_names_no_more(course, roster, tmp_path):
    """Collecting again changes nothing: who was set apart stays so, and nobody comes to another's folder."""

    def moodle(assignment, *students):
        files = [(f"{who}_{n}_assignsubmission_file/{assignment}.ipynb", f"{who} {n}") for who, n in students]
        return collect(course, assignment, zipped(tmp_path / "m.zip", files), roster=roster)

    (tmp_path / "roster.csv").write_text("id,name\ns07,Student 07\ns08,Student 08\n", "utf-8")
    moodle("hw1", ("Student 07", 1), ("s07", 2), ("Student 09", 3))
    before = tree(course.root)
    done = moodle("hw1", ("Student 07", 1), ("s07", 2), ("Student 09", 3))
    assert tree(course.root) == before
    assert course.students("hw1") == ["Student 07 1", "Student 09", "s07 2"]
    assert [line.partition(":")[0] for line in done.trouble] == ["Student 07 1", "s07 2", "Student 09"]
    moodle("hw1", ("Student 09", 3), ("Student 09", 4))
    assert course.students("hw1") == ["Student 07 1", "Student 09", "Student 09 4", "s07 2"]
    assert [content(course, one) for one in ("Student 09", "Student 09 4")] == ["Student 09 3", "Student 09 4"]
    moodle("hw2", ("Student 09", 13))  # of the two so called nobody knows which
    assert course.students("hw2") == ["Student 09 13"]


def test_a_name_that_is_an_id_is_said_and_keeps_its_number(course, roster, tmp_path):
    files = [("s07_2_assignsubmission_file/hw1.ipynb", "b"), ("Student 07_1_assignsubmission_file/hw1.ipynb", "a")]
    done = collect(course, "hw1", zipped(tmp_path / "1.zip", files[:1]), roster=roster)
    said = "Student 07 (s07): came with the id as a name, which anybody may choose; look who it is"
    assert done.trouble == [said]
    done = collect(course, "hw1", zipped(tmp_path / "2.zip", files))
    assert done.trouble[0] == "Student 07 1: comes as s07, whose number is 2; collected apart"
    assert [content(course, one) for one in ("Student 07 1", "s07")] == ["a", "b"]


@pytest.mark.parametrize("place", ["{}_assignsubmission_file_hw1.ipynb", "{}_assignsubmission_file/hw1.ipynb"])
def test_a_name_in_a_students_own_folder_is_nobody_elses(course, roster, tmp_path, place):
    files = {"s07/hw1.ipynb": "a", "s08/hw1.ipynb": "b", f"s08/{place.format('s07_1')}": "x"}
    done = collect(course, "hw1", folder(tmp_path / "in", files), roster=roster)
    assert (course.students("hw1"), content(course, "s07")) == (["s07", "s08"], "a")
    assert done.trouble == []
    (tmp_path / "in/s07_1_assignsubmission_file_hw1.ipynb").write_text("y")  # here it is the instructor who put it
    collect(course, "hw1", tmp_path / "in", roster=roster)
    assert course.students("hw1") == ["s07", "s07 1", "s08"]
    assert content(course, "s07") == "a"


def test_several_moodle_downloads_in_a_folder_each(course, tmp_path):
    names = ("a/Student 07_1_assignsubmission_file/hw1.ipynb", "b/Student 08_2_assignsubmission_file_hw1.ipynb")
    collect(course, "hw1", folder(tmp_path / "in", dict.fromkeys([*names, "worksheet.csv"], "x")))
    assert course.students("hw1") == ["Student 07", "Student 08"]


@pytest.mark.parametrize("make", ["zip", "folder"])
@pytest.mark.parametrize(
    ("name", "where"),
    [("学生\u3000七", "学生 七"), ("Student\xa007", "Student 07"), ("st\u200cu\xaddent", "st-u-dent")],
)
def test_blanks_and_joiners_are_letters_of_a_name(course, tmp_path, name, where, make):
    place = f"{name}_1_assignsubmission_file/hw1\xa0(1).ipynb"
    source = zipped(tmp_path / "m.zip", [(place, "a")]) if make == "zip" else folder(tmp_path / "in", {place: "a"})
    done = collect(course, "hw1", source)
    assert course.students("hw1") == [where]
    assert done.trouble == []


def test_a_file_that_is_named_as_anothers_folder_stays_with_who_handed_it_in(course, tmp_path):
    name = "Student 07_1_assignsubmission_file_Student 08_2_assignsubmission_file_hw1.ipynb"
    collect(course, "hw1", zipped(tmp_path / "flat.zip", [(name, "a")]))
    assert course.students("hw1") == ["Student 07"]
    assert Roster(course).person("Student 07").numbers == {"hw1": "1"}


@pytest.mark.parametrize(
    "name",
    ["hw1 (1).ipynb", "HW1.ipynb", "hw1-final.ipynb", "hw1.ipynb.txt", "hw1 - Kopie.ipynb", "Copy of hw1.ipynb", "hw1_s07.ipynb",
     "my homework.ipynb", "Hw1.IPYNB", "hw1.ipynb.json", "hw1(2).ipynb"],
)  # fmt: skip
def test_names_that_are_nearly_right_are_recognised_and_said(course, tmp_path, name):
    done = collect(course, "hw1", folder(tmp_path / "in", {f"s07/{name}": "a"}))
    assert content(course, "s07") == "a"
    assert done.notes == [f"s07: took {name} for hw1.ipynb"]
    assert done.trouble == []


@pytest.mark.parametrize("name", ["hw10.ipynb", "hw2.ipynb", "hw1.pdf", "hw1.zip", "xhw1", "hw1.py"])
def test_names_of_other_things_are_not(course, tmp_path, name):
    (course.root / "release" / "hw10").mkdir()
    done = collect(course, "hw1", folder(tmp_path / "in", {f"s07/{name}": "a"}))
    assert course.students("hw1") == []
    others = name in ("hw10.ipynb", "hw2.ipynb")  # they were handed in for another assignment: nothing to look at
    assert done.trouble == (
        [] if others else [f"s07: needed a notebook named hw1.ipynb, came {name}; nothing collected"]
    )


def test_the_longest_assignment_in_a_name_is_meant():
    assert named("hw1-extra.ipynb", "hw1-extra", {"hw1"})
    assert not named("hw1-extra.ipynb", "hw1", {"hw1-extra"})
    assert not named("hw11.ipynb", "hw1")
    assert not named("shw1.ipynb", "hw1")


def test_two_notebooks_of_no_name_are_left_for_a_person(course, tmp_path):
    done = collect(course, "hw1", folder(tmp_path / "in", {"s07/a.ipynb": "a", "s07/b.ipynb": "b"}))
    assert done.trouble == ["s07: needed a notebook named hw1.ipynb, came a.ipynb, b.ipynb; nothing collected"]


def test_of_several_files_the_newest_wins_and_the_rest_is_named(course, tmp_path):
    canvas = [("a_11_57_hw1-1.ipynb", "new"), ("a_11_56_hw1.ipynb", "old"), ("b_12_58_hw1.ipynb", "only")]
    done = collect(course, "hw1", zipped(tmp_path / "canvas.zip", canvas))
    assert content(course, "a") == "new"
    assert "a: took hw1-1.ipynb, the newest by its number; left hw1.ipynb" in done.notes
    moodle = [
        (f"Student 07_1_assignsubmission_file/{name}", name)
        for name in ("hw1 (1).ipynb", "hw1.ipynb", "hw1 (10).ipynb")
    ]
    done = collect(course, "hw1", zipped(tmp_path / "moodle.zip", moodle))
    assert content(course, "Student 07") == "hw1 (10).ipynb"
    assert done.notes == ["Student 07: took hw1 (10).ipynb, the newest by its name; left hw1 (1).ipynb, hw1.ipynb"]


def test_of_files_made_at_different_times_the_last_is_the_newest(course, tmp_path):
    source = folder(
        tmp_path / "in",
        {"s07/hw1 (1).ipynb": "old", "s07/hw1.ipynb": "new", "s08/hw1.ipynb": "x", "s08/hw1/hw1.ipynb": "y"},
    )
    os.utime(source / "s07/hw1 (1).ipynb", (1.6e9, 1.6e9))
    os.utime(source / "s08/hw1.ipynb", (1.6e9, 1.6e9))
    done = collect(course, "hw1", source)
    assert (content(course, "s07"), content(course, "s08")) == ("new", "y")
    assert done.notes[0] == "s07: took hw1.ipynb, the newest by the files' times; left hw1 (1).ipynb"
    assert done.notes[1] == "s08: took s08/hw1/hw1.ipynb, the newest by the files' times; left s08/hw1.ipynb"


def test_the_time_of_handing_in_and_who_says_so(course, roster, tmp_path):
    """--times first, then nbgrader's timestamp.txt, then the zip's: which can only say that it was not later."""
    files = {"s07/hw1.ipynb": "a", "s07/timestamp.txt": "2026-11-21 10:00:00.000000 UTC\n",
             "s08/hw1/hw1.ipynb": "b", "s08/hw1/timestamp.txt": "2026-11-21 11:00:00 UTC\n", "s08/hw2/timestamp.txt": "2026-11-01 00:00:00 UTC",
             "s09/hw1.ipynb": "c"}  # fmt: skip
    (tmp_path / "times.csv").write_text(
        "Email;Time\ns08@example.org;2026-11-22T12:00+01:00\nnobody;2026-11-22T12:00Z\n"
    )
    collect(course, "hw1", folder(tmp_path / "in", files), roster=roster, times=tmp_path / "times.csv")
    told = {student: handed_in(course, student, "hw1") for student in ("s07", "s08", "s09")}
    assert (told["s07"].time, told["s07"].source, told["s07"].exact) == (
        moment("2026-11-21T10:00Z"),
        "timestamp.txt",
        True,
    )
    assert (told["s08"].time, told["s08"].source) == (moment("2026-11-22T11:00Z"), "times.csv")
    assert (told["s09"].source, told["s09"].exact) == ("when it was collected", False)
    assert course.submitted("s08", "hw1").with_name("timestamp.txt").read_text() == "2026-11-22 11:00:00+00:00\n"
    assert not course.submitted("s09", "hw1").with_name("timestamp.txt").exists()


def test_moodles_grading_worksheet_gives_the_times(course, tmp_path):
    (tmp_path / "worksheet.csv").write_text(
        "\ufeffIdentifier,Full name,Email address,Status,Grade,Last modified (submission),Last modified (grade)\r\n"
        'Teilnehmer/in123456,Student 07,,Submitted,,"Saturday, 21 November 2026, 3:30 PM",-\r\n'
        "Teilnehmer/in123457,Student 08,,No submission,,-,-\r\n",
        "utf-8",
    )
    source = zipped(tmp_path / "m.zip", [("Student 07_123456_assignsubmission_file/hw1.ipynb", "a")])
    collect(course, "hw1", source, times=tmp_path / "worksheet.csv")
    assert handed_in(course, "Student 07", "hw1").time == datetime(2026, 11, 21, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("id,when\ns07,2026\n", "--times t.csv: needed the columns id"),
        ("id,time\ns07,2026-11-22T12:00 Europe/Atlantis\n", "--times t.csv, line 2: needed a time with its zone"),
        ("id,time\nnobody,2026-11-22T12:00Z\n", "--times t.csv: needed times of students who handed in, came none"),
    ],
)
def test_a_table_of_times_that_tells_none_is_refused_before_anything_is_written(course, tmp_path, text, sentence):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(UserError, match=sentence):
        collect(course, "hw1", folder(tmp_path / "in", {"s07/hw1.ipynb": "a"}), times=tmp_path / "t.csv")
    assert course.students("hw1") == []


def test_a_students_own_timestamp_in_a_zip_is_not_believed(course, tmp_path):
    moodle = [
        (f"Student 07_1_assignsubmission_file/{name}", text)
        for name, text in (("hw1.ipynb", "a"), ("timestamp.txt", "2020-01-01 00:00:00 UTC"))
    ]
    collect(course, "hw1", zipped(tmp_path / "m.zip", moodle, day=27))
    assert lateness(course, "Student 07", "hw1").share is None
    assert "download" in lateness(course, "Student 07", "hw1").reason


def test_a_zip_made_before_the_deadline_proves_that_all_in_it_were_in_time(course, tmp_path):
    collect(course, "hw1", zipped(tmp_path / "m.zip", [("Student 07_1_assignsubmission_file/hw1.ipynb", "a")], day=18))
    assert lateness(course, "Student 07", "hw1").share == 0


def test_an_older_file_never_takes_a_newers_place_unless_asked(course, tmp_path):
    def came(text, time):
        folder(tmp_path / "in", {"s07/hw1.ipynb": text, "s07/timestamp.txt": time})
        return tmp_path / "in"

    collect(course, "hw1", came("new", "2026-11-20 10:00:00 UTC"))
    done = collect(course, "hw1", came("old", "2026-11-19 10:00:00 UTC"))
    assert content(course, "s07") == "new"
    assert done.trouble == [
        "s07: kept the file of 2026-11-20 10:00:00+00:00, newer than this one of 2026-11-19 10:00:00+00:00"
    ]
    done = collect(course, "hw1", came("old", "2026-11-19 10:00:00 UTC"), replace_newer=True)
    assert content(course, "s07") == "old"
    assert "put the older file" in done.notes[0]
    done = collect(course, "hw1", came("newest", "2026-11-21 10:00:00 UTC"))
    assert done.notes == ["s07: put this file in place of another, collected before"]
    (tmp_path / "in/s07/timestamp.txt").unlink()
    done = collect(course, "hw1", tmp_path / "in")
    assert handed_in(course, "s07", "hw1").time == moment("2026-11-21T10:00Z")  # the same file: its time stays known
    assert done.notes == []


def test_collecting_twice_is_as_good_as_once(course, roster, tmp_path):
    source = zipped(tmp_path / "m.zip", [("Student 07_1_assignsubmission_file/hw1.ipynb", "a")])
    collect(course, "hw1", source, roster=roster)
    before = tree(course.root)
    done = collect(course, "hw1", source, roster=roster)
    assert tree(course.root) == before
    assert done.notes == []


def test_a_stranger_is_collected_and_said(course, roster, tmp_path):
    collect(course, "hw1", folder(tmp_path / "in", {"s07/hw1.ipynb": "a"}), roster=roster)
    done = collect(course, "hw1", folder(tmp_path / "in2", {"Student 99/hw1.ipynb": "a"}))
    assert done.trouble == ["Student 99: is not in the roster; collected under this name"]
    assert content(course, "Student 99") == "a"


GOOD = ("Student 07_1_assignsubmission_file/hw1.ipynb", "good")


def entry(name, *, mode=stat.S_IFREG | 0o644, flags=0):
    info = zipfile.ZipInfo(name, (2026, 11, 20, 12, 0, 0))
    info.external_attr = mode << 16
    info.flag_bits |= flags
    return info


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("../../../etc/Student 08_2_assignsubmission_file/hw1.ipynb", "leads out of the zip"),
        ("Student 08_2_assignsubmission_file/../../hw1.ipynb", "leads out of the zip"),
        ("..\\..\\Student 08_2_assignsubmission_file\\hw1.ipynb", "leads out of the zip"),
        ("/etc/Student 08_2_assignsubmission_file/hw1.ipynb", "begins at the root of a disk"),
        ("C:\\Student 08_2_assignsubmission_file\\hw1.ipynb", "begins at the root of a disk"),
        ("Student 08_2_assignsubmission_file/hw1.ipynb\x1b[2J.ipynb", "characters that cannot be written"),
        ("Student 08_2_assignsubmission_file/\u202ehw1.ipynb", "characters that cannot be written"),
        ("Student 08_2_assignsubmission_file/hw1\u2028.ipynb", "characters that cannot be written"),
    ],
)
def test_a_path_in_a_zip_writes_nowhere(course, tmp_path, name, sentence):
    outside = tree(tmp_path)
    source = zipped(tmp_path / "m.zip", [(entry(name), "bad"), GOOD])
    done = collect(course, "hw1", source)
    assert course.students("hw1") == ["Student 07"]
    assert len(done.trouble) == 1
    assert sentence in done.trouble[0]
    assert done.trouble[0].isprintable()
    new = set(tree(tmp_path)) - set(outside) - {"m.zip"}
    assert new == {
        f"course/{p}"
        for p in ("roster.json", "submitted/Student 07/hw1/hw1.ipynb", "submitted/Student 07/hw1/handed-in.json")
    }


def test_links_pipes_and_folders_in_a_files_place_are_refused(course, tmp_path):
    files = [
        (entry("Student 08_2_assignsubmission_file/hw1.ipynb", mode=stat.S_IFLNK | 0o777), "/etc/passwd"),
        (entry("Student 09_3_assignsubmission_file/hw1.ipynb", mode=stat.S_IFIFO | 0o644), ""),
        (entry("Student 10_4_assignsubmission_file/hw1.ipynb/", mode=stat.S_IFDIR | 0o755), ""),
        GOOD,
    ]
    done = collect(course, "hw1", zipped(tmp_path / "m.zip", files))
    assert course.students("hw1") == ["Student 07"]
    for words in ("is a link", "is no plain file", "is a folder, where a notebook's name needs a file"):
        assert sum(words in line for line in done.trouble) == 1


def test_links_and_pipes_in_a_folder_are_refused(course, tmp_path):
    source = folder(tmp_path / "in", {"s07/hw1.ipynb": "good"})
    (tmp_path / "secret").write_text("secret")
    for student in ("s08", "s09"):
        (source / student).mkdir()
    (source / "s08" / "hw1.ipynb").symlink_to(tmp_path / "secret")
    os.mkfifo(source / "s09" / "hw1.ipynb")
    (source / "s10").symlink_to(source / "s07")
    (source / "s11" / "hw1.ipynb").mkdir(parents=True)
    done = collect(course, "hw1", source)
    assert course.students("hw1") == ["s07"]
    assert sorted(line.partition(":")[0] for line in done.trouble) == [
        "s08/hw1.ipynb",
        "s09/hw1.ipynb",
        "s10",
        "s11/hw1.ipynb",
    ]


def test_bombs_are_refused_by_ratio_size_sum_and_number(course, tmp_path):
    bomb = ("Student 08_2_assignsubmission_file/hw1.ipynb", b"0" * (5 << 20))
    done = collect(course, "hw1", zipped(tmp_path / "m.zip", [bomb, GOOD]))
    assert "unpacks to more than 200 times its size" in done.trouble[0]
    loose = Limits(ratio=1e9, file_bytes=4 << 20)
    done = collect(course, "hw1", zipped(tmp_path / "m.zip", [bomb, GOOD]), limits=loose)
    assert "unpacks to 5 MiB, and 4 are allowed" in done.trouble[0]
    done = collect(
        course, "hw1", zipped(tmp_path / "m.zip", [bomb, GOOD]), limits=Limits(ratio=1e9, whole_bytes=4 << 20)
    )
    assert sum("the files together are more than 4 MiB" in line for line in done.trouble) == 1
    assert course.students("hw1") == ["Student 07"]
    with pytest.raises(UserError, match="needed at most 1 files in a zip, came 2"):
        collect(course, "hw1", tmp_path / "m.zip", limits=Limits(files=1))


def test_a_size_that_lies_is_found_out(course, tmp_path):
    """Both headers say 4 bytes of 5 MiB: what is read is what is counted."""
    path = zipped(tmp_path / "m.zip", [("Student 08_2_assignsubmission_file/hw1.ipynb", b"0" * (5 << 20)), GOOD])
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 5 << 20), struct.pack("<I", 4)))
    done = collect(course, "hw1", path)
    assert course.students("hw1") == ["Student 07"]
    assert "cannot be read" in done.trouble[0]


def test_what_cannot_be_read_harms_nobody_else(course, tmp_path):
    path = zipped(tmp_path / "m.zip", [("Student 08_2_assignsubmission_file/hw1.ipynb", os.urandom(500)), GOOD])
    raw = bytearray(path.read_bytes())
    raw[200] ^= 255  # in the first file's content
    path.write_bytes(raw)
    done = collect(course, "hw1", path)
    assert course.students("hw1") == ["Student 07"]
    assert "Student 08_2_assignsubmission_file/hw1.ipynb: cannot be read" in done.trouble[0]


def test_a_file_packed_in_a_rarer_way_and_broken_harms_nobody_else(course, tmp_path):
    path = tmp_path / "m.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("Student 08_2_assignsubmission_file/hw1.ipynb", os.urandom(500))
        archive.writestr(*GOOD)
    raw = bytearray(path.read_bytes())
    raw[90:400] = bytes(310)
    path.write_bytes(raw)
    done = collect(course, "hw1", path)
    assert course.students("hw1") == ["Student 07"]
    assert "cannot be read" in done.trouble[0]


@pytest.mark.skipif(os.name == "nt", reason="names are no bytes there")
def test_a_name_that_is_no_text_harms_nobody_else(course, tmp_path):
    source = folder(tmp_path / "in", {"s07/hw1.ipynb": "good"})
    for name in (b"s08\xff", b"s09\x1b[2J"):
        os.mkdir(os.fsencode(source) + b"/" + name)
        with open(os.fsencode(source) + b"/" + name + b"/hw1.ipynb", "w") as file:
            file.write("bad")
    done = collect(course, "hw1", source)
    assert course.students("hw1") == ["s07"]
    assert done.trouble == [
        f"{who}/hw1.ipynb: its name has characters that cannot be written; not read" for who in ("s08�", "s09�[2J")
    ]
    assert "\x1b" not in "".join(done.trouble)


def test_a_long_name_in_letters_of_several_bytes_is_a_folder_too(course, tmp_path):
    collect(course, "hw1", zipped(tmp_path / "m.zip", [(f"{'学' * 99}_1_assignsubmission_file/hw1.ipynb", "a"), GOOD]))
    assert course.students("hw1") == ["Student 07", "学" * 66]
    write(course.outcome("学" * 66, "hw1"), "{}")


def test_an_interruption_leaves_no_file_with_the_time_of_another(course, tmp_path, monkeypatch):
    source = folder(tmp_path / "in", {"s07/hw1.ipynb": "a", "s07/timestamp.txt": "2026-11-19 10:00:00 UTC"})
    collect(course, "hw1", source)
    folder(source, {"s07/hw1.ipynb": "b"})
    (source / "s07" / "timestamp.txt").unlink()
    for writes in range(3):
        left = iter(range(writes))

        def interrupted(path, said, left=left):
            if next(left, None) is None:
                raise KeyboardInterrupt
            write(path, said)

        with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
            patch.setattr("homework.people.collecting.write", interrupted)
            collect(course, "hw1", source)
        handed = handed_in(course, "s07", "hw1")
        assert handed is None or handed.exact == (content(course, "s07") == "a")  # "b" has no time of its own
        assert content(course, "s07") == "a" or lateness(course, "s07", "hw1").days != 0
    collect(course, "hw1", source)
    assert content(course, "s07") == "b"
    assert lateness(course, "s07", "hw1").days != 0  # it came after the deadline, whenever that was


def test_an_encrypted_file_is_said(course, tmp_path):
    path = zipped(tmp_path / "m.zip", [("Student 08_2_assignsubmission_file/hw1.ipynb", "x"), GOOD])
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    done = collect(course, "hw1", path)
    assert "is encrypted; not read" in done.trouble[0]
    assert course.students("hw1") == ["Student 07"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp437"])
def test_names_whose_writing_the_zip_does_not_say_are_read(course, tmp_path, encoding):
    name = "Üñß_2_assignsubmission_file/hw1.ipynb"
    raw_name = name.encode(encoding)
    path = zipped(tmp_path / "m.zip", [("X" * len(raw_name), "a"), GOOD])
    path.write_bytes(path.read_bytes().replace(b"X" * len(raw_name), raw_name))
    collect(course, "hw1", path)
    assert course.students("hw1") == ["Student 07", "Üñß"]


def test_names_that_are_not_what_the_zip_says_are_refused_with_the_zip(course, tmp_path):
    path = zipped(tmp_path / "m.zip", [("Ü" * 5, "a"), GOOD])
    path.write_bytes(path.read_bytes().replace("Ü".encode() * 5, b"\xff" * 10))
    with pytest.raises(UserError, match="says that its names are UTF-8, and one is not"):
        collect(course, "hw1", path)


def test_an_entry_twice_is_the_later_one(course, tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = zipped(tmp_path / "m.zip", [GOOD, (GOOD[0], "again")])
    done = collect(course, "hw1", path)
    assert content(course, "Student 07") == "again"
    assert len(done.notes) == 1


@pytest.mark.parametrize("raw", [b"", b"PK", b"not a zip", b"7z\xbc\xaf\x27\x1c" + bytes(50)])
def test_what_is_no_zip_is_refused_in_a_sentence(course, tmp_path, raw):
    (tmp_path / "x.zip").write_bytes(raw)
    with pytest.raises(UserError, match=r"x\.zip: needed a folder or a zip, came a file that is none or is broken"):
        collect(course, "hw1", tmp_path / "x.zip")


def test_a_zip_cut_short_is_refused_in_a_sentence(course, tmp_path):
    path = zipped(tmp_path / "m.zip", [GOOD])
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(UserError, match="needed a folder or a zip"):
        collect(course, "hw1", path)


def test_what_is_not_there_and_what_was_not_released_is_said(course, tmp_path):
    with pytest.raises(UserError, match="which is not there"):
        collect(course, "hw1", tmp_path / "nothing")
    with pytest.raises(UserError, match="needed one that was released in this course, came 'hw7'"):
        collect(course, "hw7", tmp_path)


def test_a_canvas_text_or_a_stray_file_does_not_stop_the_others(course, tmp_path):
    files = [("readme.txt", "x"), ("student07_11_55_hw1.ipynb", "a"), ("student08_12_56_link.html", "x")]
    done = collect(course, "hw1", zipped(tmp_path / "c.zip", files))
    assert done.trouble[0] == "readme.txt: no telling who handed this in"
    assert course.students("hw1") == ["student07"]


def test_names_that_would_leave_the_folder_cannot(course, tmp_path):
    files = [("-._2_assignsubmission_file/hw1.ipynb", "a"), ("ab:c*d_3_assignsubmission_file/hw1.ipynb", "b")]
    done = collect(course, "hw1", zipped(tmp_path / "m.zip", files))
    assert course.students("hw1") == ["ab-c-d"]
    assert len(done.trouble) == 1


def test_a_name_of_blanks_is_not_that_of_who_has_none(course, tmp_path):
    (tmp_path / "r.csv").write_text("id\ns07\n")
    blank = zipped(tmp_path / "m.zip", [("\u3000_2_assignsubmission_file/hw1.ipynb", "a")])
    done = collect(course, "hw1", blank, roster=tmp_path / "r.csv")
    assert course.students("hw1") == []
    assert done.trouble[-1].startswith("student: needed a name with a letter or a digit in it, came ' '")


def test_two_ids_that_would_share_a_folder_are_told_apart_or_refused(course, tmp_path):
    done = collect(course, "hw1", folder(tmp_path / "in", {"A*/hw1.ipynb": "a", "a?/hw1.ipynb": "b"}))
    assert len(course.students("hw1")) == 1
    assert "needed ids that give folders of two names" in done.trouble[0]


def test_the_command_says_who_did_and_who_did_not(course, roster, tmp_path, capsys):
    source = zipped(tmp_path / "m.zip", [GOOD, ("Üñí Cödé-ß_2_assignsubmission_file/HW1 (1).ipynb", "b")])
    words = ["collect", "hw1", str(source), "--course", str(course.root), "--roster", str(roster)]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "Collected hw1 of 2 from Moodle:" in said
    assert "took HW1 (1).ipynb for hw1.ipynb" in said
    assert "Not handed in, 1:\n  Student 09 (s09)\n" in said
    assert main([*words[:2], str(tmp_path / "none.zip"), *words[3:5]]) == 2


def test_extending_by_name_writes_the_folders_name(course, roster, tmp_path, capsys):
    collect(course, "hw1", zipped(tmp_path / "m.zip", [GOOD]), roster=roster)
    words = ["extend", "hw1", "--until", "2026-11-24T23:59Z", "--course", str(course.root), "--student"]
    assert main([*words, "student 07"]) == 0
    assert json.loads((course.root / "course.json").read_text())["extensions"] == {"hw1": {"s07": "2026-11-24T23:59Z"}}
    assert main([*words, "s77"]) == 2
    assert "needed one of the course's 3 students, came 's77'" in capsys.readouterr().err


def test_a_name_that_several_bear_is_no_newcomers(course, capsys):
    roster = Roster(course)
    for student in ("s1", "s2"):
        roster.add(Person(student, "Ann Lee"))
    roster.save()
    words = ["extend", "hw1", "--until", "2026-11-24T23:59Z", "--course", str(course.root), "--student"]
    assert main([*words, "Ann Lee"]) == 2
    assert "which several are called: s1, s2" in capsys.readouterr().err
    assert "extensions" not in json.loads((course.root / "course.json").read_text())
    assert main([*words, "s3"]) == 0  # who has not handed in yet, where nobody gave a roster
    assert "the extension waits for them" in capsys.readouterr().out


PIECES = st.sampled_from(["..", ".", "", "/", "\\", "hw1.ipynb", "s07", "_1_assignsubmission_file", "_1_2_", "C:", "\u202e", "ß", "hw1", "~", "$X", " ", "\n", "_LATE_"])  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(PIECES | st.text(max_size=4), min_size=1, max_size=6).map("".join).filter(bool),
        max_size=4,
        unique=True,
    )
)
def test_whatever_a_zip_calls_its_files_only_notebooks_in_students_folders_are_written(tmp_path_factory, names):
    root = tmp_path_factory.mktemp("fuzz")
    (root / "course/release/hw1").mkdir(parents=True)
    write(root / "course/course.json", "{}")
    try:
        path = zipped(root / "m.zip", [(name, "x") for name in names])
    except (UnicodeEncodeError, ValueError, UserWarning):
        return  # no zip has such a name
    collect(Course(root / "course"), "hw1", path)
    written = {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()} - {"m.zip", "course/course.json"}
    for place in written - {"course/roster.json"}:
        assert re.fullmatch(r"course/submitted/[^/]+/hw1/(hw1\.ipynb|handed-in\.json)", place)
