"""People: rosters as they come, names that lead nowhere without the key, and forgetting that leaves no byte."""

import json
import re
import shutil
import zipfile
from dataclasses import replace
from hashlib import sha256

import pytest

from homework.__main__ import main
from homework.course import Course, UserError, write
from homework.exporting import canvas, gathered, moodle, own
from homework.gradebook import Gradebook
from homework.pages.feedback import page
from homework.people.collecting import collect
from homework.people.forgetting import forget, traces
from homework.people.roster import Person, Roster, alike, pseudonym, read_roster, safe
from tests.homework import handmade

NAMES = ("Student 07", "Üñí Cödé-ß", "Student 08")


@pytest.fixture
def course(tmp_path):
    (tmp_path / "course" / "release" / "hw1").mkdir(parents=True)
    (tmp_path / "course" / "course.json").write_text('{"anonymous": true}')
    return Course(tmp_path / "course")


def moodle_zip(path, names, assignment="hw1"):
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(names, 900001):
            archive.writestr(f"{name}_{number}_assignsubmission_file/{assignment}.ipynb", "{}")
    return path


def roster_of(path, text):
    path.write_text(text, "utf-8")
    return read_roster(path)


def test_a_roster_in_its_own_columns(tmp_path):
    people = roster_of(
        tmp_path / "r.csv",
        "\ufeffID;Name;LMS ID;Email;Room\r\ns07;Student 07;1007;s07@example.org;5\r\n;;;;\r\ns08;Üñí Cödé-ß\r\n",
    )
    assert people == [
        Person("s07", "Student 07", "1007", "s07@example.org", listed=True),
        Person("s08", "Üñí Cödé-ß", listed=True),
    ]


def test_canvas_own_export_is_a_roster(tmp_path):
    text = 'Student,ID,SIS User ID,SIS Login ID,Section,hw1 (5)\n    Points Possible,,,,,7\n"07, Student",1007,S7,l7,"A, B",\n'
    assert roster_of(tmp_path / "r.csv", text) == [
        Person("1007", "07, Student", "1007", "", "S7", "l7", "A, B", listed=True)
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name\nStudent 07\n", "--roster r.csv: needed a column id, came ['name']"),
        ("id,name\n,Student 07\n", "--roster r.csv, line 2: needed an id, came none"),
        ("id,name\ns07,a\ns07,b\n", "--roster r.csv, line 3: needed every id once, came 's07' again"),
        ("", "--roster r.csv: needed a column id, came []"),
    ],
)
def test_a_roster_that_is_none_is_refused_in_a_sentence(tmp_path, text, sentence):
    with pytest.raises(UserError, match=re.escape(sentence)):
        roster_of(tmp_path / "r.csv", text)


def test_a_roster_in_another_encoding_or_none_at_all_is_refused(tmp_path):
    (tmp_path / "r.csv").write_bytes("id,name\ns07,Üñí\n".encode("latin-1"))
    for path, sentence in ((tmp_path / "r.csv", "in another encoding"), (tmp_path / "no.csv", "No such file")):
        with pytest.raises(UserError, match=sentence):
            read_roster(path)


@pytest.mark.parametrize("said", ["..", "/", "", " . ", "\x00"])
def test_a_name_without_letters_is_no_folder(said):
    with pytest.raises(UserError):
        safe(said)


def test_a_folders_name_leads_nowhere_and_is_one_name_however_it_is_coded():
    assert safe("../../etc/passwd") == "etc-passwd"
    assert safe("a/b\\c\x00d") == "a-b-c-d"
    assert safe("U\u0308") == safe("Ü")
    assert alike("  U\u0308ñí  CÖDÉ-SS ") == alike("Üñí Cödé-ß")
    assert [len(safe(letter * 500).encode()) for letter in "xß学"] == [200, 200, 198]  # a file's name takes 255 bytes


def test_a_pseudonym_hangs_on_the_key_alone():
    assert pseudonym(b"1", "s07") == pseudonym(b"1", "s07") != pseudonym(b"2", "s07")
    assert pseudonym(b"1", "s07") != pseudonym(b"1", "s08")
    assert re.fullmatch("p-[0-9a-f]{10}", pseudonym(b"1", "s07"))


def test_students_are_found_by_whatever_names_one_of_them(course):
    roster = Roster(course)
    for number, name in enumerate(NAMES, 7):
        roster.add(Person(f"s{number:02}", name, str(1000 + number), f"s{number:02}@example.org"))
    roster.add(Person("s10", "Student 08"))
    (folder,) = (name for name, person in roster.people.items() if person.id == "s07")
    assert {roster.find(said) for said in (folder, "s07", "S07", "student  07", "S07@example.org", "1007")} == {folder}
    with pytest.raises(UserError, match="which several are called: s09, s10"):
        roster.find("Student 08")
    with pytest.raises(UserError, match=r"needed one of the course's 4 students, came '\.\./s07'"):
        roster.find("../s07")


@pytest.mark.parametrize("said", ["", " ", "\t"])
def test_an_empty_name_is_nobodys(course, said, capsys):
    roster = Roster(course)
    roster.add(Person("s07", "Student 07"))  # with no email, and no number in the learning system
    roster.save()
    before = bytes_of(course.root)
    with pytest.raises(UserError, match="--student: needed an id, a name or an email, came"):
        roster.find(said)
    settings = course.settings | {
        "due": {"hw1": "2026-11-30T10:00Z"},
        "extensions": {"hw1": {said: "2026-12-01T10:00Z"}},
    }
    write(course.root / "course.json", json.dumps(settings))
    for words in (["forget", "--yes"], ["extend", "hw1", "--until", "2026-12-02T10:00Z"]):
        assert main([*words, "--course", str(course.root), "--student", said]) == 2
        assert "--student: needed an id, a name or an email, came" in capsys.readouterr().err
    assert before.items() - bytes_of(course.root).items() == {("course.json", before["course.json"])}


def test_what_is_newly_known_of_somebody_joins_what_was(course):
    roster = Roster(course)
    folder = roster.add(Person("s07", "Student 07", "1007", numbers={"hw1": "1"}, listed=True))
    assert roster.add(Person("s07", "", email="s07@example.org", numbers={"hw2": "2"})) == folder
    roster.save()
    assert Roster(course).person(folder) == Person(
        "s07", "Student 07", "1007", "s07@example.org", numbers={"hw1": "1", "hw2": "2"}, listed=True
    )


def test_anonymous_folders_name_nobody_and_stay_the_same(course, tmp_path):
    collect(course, "hw1", moodle_zip(tmp_path / "m.zip", NAMES))
    folders = course.students("hw1")
    assert all(re.fullmatch("p-[0-9a-f]{10}", name) for name in folders)
    for path in course.root.rglob("*"):
        if path.name != "roster.json":
            said = str(path.relative_to(course.root)).encode() + (path.read_bytes() if path.is_file() else b"")
            assert not any(name.encode() in said for name in NAMES), path
    assert {Roster(course).person(folder).name for folder in folders} == set(NAMES)
    assert (course.root / "private/pseudonyms.key").stat().st_mode & 0o077 == 0
    (course.root / "private/pseudonyms.key").unlink()  # the roster keeps the names that were given
    collect(course, "hw1", tmp_path / "m.zip")
    assert course.students("hw1") == folders


@pytest.fixture(scope="module")
def graded(handmade_course, tmp_path_factory):
    """An anonymous course with everything that is kept of five students: all tables, feedback, marks, extensions."""
    root = shutil.copytree(handmade_course, tmp_path_factory.mktemp("graded") / "course")
    course, plan, folders = Course(root), handmade.plan(), {}
    write(course.root / "course.json", json.dumps({"anonymous": True, "due": {"tiny": "2026-11-30T10:00Z"}}))
    course = Course(root)
    roster = Roster(course)
    for number, name in enumerate((*NAMES, "Student 7", "Student 070"), 1):
        person = Person(
            f"s0{number}",
            name,
            f"4711{number}",
            f"n{number}@example.org",
            f"SIS{number}",
            f"login{number}",
            numbers={"tiny": f"90000{number}"},
        )
        folders[f"s0{number}"] = roster.add(person)
    roster.save()
    with Gradebook(course) as gradebook:
        for one in handmade.OUTCOMES:
            gradebook.forget(one.student)
        for one in handmade.OUTCOMES:
            folder = folders[one.student]
            for kind in ("submitted", "autograded"):
                if (root / kind / one.student).exists():
                    (root / kind / one.student).rename(root / kind / folder)
            course.outcome(one.student, "tiny").unlink()
            outcome = replace(one, student=folder, submission=sha256(b"{}").hexdigest(), plan=plan.digest)
            write(course.outcome(folder, "tiny"), outcome.to_json())
            gradebook.record(outcome, plan)
            write(course.feedback(folder, "tiny"), page(plan, outcome, {}, roster.person(folder).shown))
    rows = gathered(course, plan)
    rows = [replace(row, points=dict.fromkeys(row.points, 1.0), late=replace(row.late, share=0.0)) for row in rows]
    for name, text in (("", own(plan, rows)), ("-canvas", canvas(plan, rows)), ("-moodle", moodle(plan, rows))):
        write(course.exports / f"tiny{name}.csv", text)
    write(course.exports / "note.html", "<p>Student 07 was best.")
    write(course.exports / "report.html", "<p>The mean was 5.")
    settings = course.settings | {
        "extensions": {"tiny": {folders["s01"]: "2026-12-01T10:00Z", folders["s02"]: "2026-12-02T10:00Z"}}
    }
    write(root / "course.json", json.dumps(settings))
    return Course(root)


def bytes_of(root):
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("said", ["s01", "Student 07", "n1@example.org", "pseudonym"])
def test_forgetting_leaves_no_byte_of_one_and_every_byte_of_the_others(graded, tmp_path, said):
    shutil.copytree(graded.root, tmp_path / "course")
    course = Course(tmp_path / "course")
    (folder,) = (name for name, person in Roster(course).people.items() if person.id == "s01")
    before = bytes_of(course.root)
    secrets = [folder, "Student 07", "n1@example.org", "47111", "SIS1", "login1", "900001"]
    for secret in secrets:  # all of them are there, the pseudonym in the gradebook too: the test can fail
        assert any(secret.encode() in content for content in before.values())
    assert folder.encode() in before["gradebook.db"]
    assert (
        main(["forget", "--yes", "--course", str(course.root), "--student", folder if said == "pseudonym" else said])
        == 0
    )
    after = bytes_of(course.root)
    for name, content in after.items():
        for secret in secrets:
            found = re.search(re.escape(secret.encode()) + rb"(?![0-9])", name.encode() + b" " + content)
            assert not found, (name, secret)
    shared = {
        "gradebook.db",
        "course.json",
        "roster.json",
        "exports/tiny.csv",
        "exports/tiny-canvas.csv",
        "exports/tiny-moodle.csv",
    }
    gone = set(before) - set(after)
    assert all(folder in name for name in gone - {"exports/note.html"})
    assert {name for name in after if after[name] != before[name]} == shared
    for name in shared - {"gradebook.db"}:  # the others are still in them, those with nearly the same name too
        for other in ("Student 08", "Student 070", "Student 7") if "json" not in name or "roster" in name else ():
            assert other.encode() in after[name]
    assert len(json.loads(after["course.json"])["extensions"]["tiny"]) == 1
    with Gradebook(course) as gradebook:
        assert len(gradebook.marks(handmade.plan())) == 3


def test_what_still_names_a_student_is_said(graded, tmp_path, capsys):
    shutil.copytree(graded.root, tmp_path / "course")
    write(tmp_path / "course/notes.txt", "ask Student 07 about it")
    write(tmp_path / "course/numbers.txt", "Student 071, s010")
    assert main(["forget", "--yes", "--course", str(tmp_path / "course"), "--student", "s01"]) == 3
    assert capsys.readouterr().out.count("notes.txt") == 1
    with pytest.raises(UserError, match="needed one of the course's"):
        traces(Course(tmp_path / "course"), "s01")


def test_a_namesake_keeps_everything(graded, tmp_path):
    shutil.copytree(graded.root, tmp_path / "course")
    course = Course(tmp_path / "course")
    roster = Roster(course)
    one, two = (next(name for name, person in roster.people.items() if person.id == who) for who in ("s01", "s03"))
    roster.people[two] = replace(roster.people[two], name="Student 07")
    roster.save()
    write(course.exports / "tiny.csv", own(handmade.plan(), gathered(course, handmade.plan())))
    done = forget(course, traces(course, "s01"))
    assert "1 row of exports/tiny.csv" in done.removed
    assert course.outcome(two, "tiny").exists()
    assert not course.outcome(one, "tiny").exists()
    assert b"Student 07" in (course.exports / "tiny.csv").read_bytes()


def with_work_of(root, *people):
    """A course that is not anonymous and keeps work of these people in hw1 and hw2, by the names of their folders."""
    write(root / "course.json", "{}")
    course = Course(root)
    roster = Roster(course)
    for assignment in ("hw1", "hw2"):
        write(course.private(assignment) / "plan.json", "{}")
        write(course.released(assignment), "{}")
        table = "id,name,student,total\r\n"
        for person in people:
            folder = roster.add(person)
            write(course.submitted(folder, assignment), "{}")
            write(course.autograded(folder, assignment), "{}")
            write(course.outcome(folder, assignment), "{}")
            write(course.feedback(folder, assignment), "<p>")
            table += f"{person.id},{person.name},{folder},1\r\n"
        write(course.exports / f"{assignment}.csv", table)
    write(course.exports / "hw1-report.html", "<h1>hw1</h1>1041 ways")
    roster.save()
    return course


@pytest.mark.parametrize(
    "people",
    [
        (Person("1041"), Person("1042")),
        (Person("1041", "Student 07"), Person("1042", "1041")),
        (Person("hw1"), Person("s08", "Student 08")),
        (Person("outcomes"), Person("s08", "hw2")),
        (Person("s1", "Student 07"), Person("s08", "s1")),
        (Person("s1"), Person("s10", "Student 10")),
        (Person("plan"), Person("s08", lms_id="plan")),
    ],
    ids=lambda people: " and ".join(f"{person.id} {person.name}".strip() for person in people),
)
def test_one_is_forgotten_by_place_whatever_they_and_others_are_called(tmp_path, people):
    course = with_work_of(tmp_path / "course", *people)
    one, other = people
    before, alone = bytes_of(course.root), bytes_of(with_work_of(tmp_path / "alone", other).root)
    who = traces(course, one.id)
    done = forget(course, who)
    assert bytes_of(course.root) == alone
    assert not any((course.root / place / one.id).exists() for place in ("submitted", "autograded"))
    assert len(before) - len(alone) == 8
    assert done.left == (["private/hw1/plan.json", "private/hw2/plan.json"] if one.id == "plan" else [])


def test_a_place_that_bears_the_folders_name_is_said(tmp_path):
    course = with_work_of(tmp_path / "course", Person("1041", "Student 07"), Person("1042", "1041"))
    for place in ("exports/1041.html", "exports/old/1041/hw1.txt", "outcomes/hw1/1041.bak", "1041.txt"):
        write(course.root / place, "")
    write(course.exports / "canvas.csv", "Student,ID,SIS User ID\r\n1041,7,8\r\n")  # of which of the two?
    write(course.exports / "lines.csv", "id,total\r\n1041,5\r\n")  # or is it a line's number?
    done = forget(course, traces(course, "1041"))
    assert set(done.left) == {
        "exports/1041.html",
        "exports/old/1041",
        "exports/old/1041/hw1.txt",
        "outcomes/hw1/1041.bak",
        "1041.txt",
        "exports/canvas.csv",
        "exports/lines.csv",
    }


def test_a_name_never_leads_to_another_place(tmp_path):
    course = with_work_of(tmp_path / "course", Person("s07"))
    names = ("..", ".", "../..", "*", "s07/hw1", "../submitted/s07")
    write(course.root / "course.json", json.dumps({"extensions": {"hw1": dict.fromkeys(names, "2026-12-01T10:00Z")}}))
    course = Course(course.root)
    before = bytes_of(course.root)
    for name in names:
        forget(course, traces(course, name))
    assert before.items() - bytes_of(course.root).items() == {("course.json", before["course.json"])}


def test_nothing_is_deleted_unless_the_answer_is_yes(graded, tmp_path, monkeypatch, capsys):
    shutil.copytree(graded.root, tmp_path / "course")
    before = bytes_of(tmp_path / "course")
    words = ["forget", "--course", str(tmp_path / "course"), "--student", "s01"]
    for answer in ("", "no", "y"):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        assert main(words) == 1
    monkeypatch.setattr("builtins.input", lambda _: (_ for _ in ()).throw(EOFError))
    assert main(words) == 1
    assert "Student 07 (s01)" in capsys.readouterr().out
    assert bytes_of(tmp_path / "course") == before
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    assert main(words) == 0


def test_a_stranger_cannot_be_forgotten(graded, capsys):
    for said in ("s99", "../..", ""):
        assert main(["forget", "--yes", "--course", str(graded.root), "--student", said]) == 2
    assert "needed one of the course's 5 students" in capsys.readouterr().err
