"""Grading: every end a submission can come to, through the real sandbox; a class in which nobody costs another anything."""

import json
import shutil
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import text as sql

from homework import outcomes
from homework import plan as plans
from homework.__main__ import main
from homework.commands.grade import told
from homework.course import Course, UserError
from homework.exporting import gathered
from homework.gradebook import Gradebook, Mark
from homework.grading import grades
from homework.grading.grades import Grader, grade_class
from homework.inside.values import encode
from homework.outcomes import EARNED, Outcome
from homework.progress import Progress
from homework.sandbox import running
from homework.sandbox.ran import CellRan, JudgeRan, Limits, Ran

RIGHT = "def step(w, lr):\n    return w - lr * np.array([2.0, 20.0]) * w\n"
CALLS = "calls = 0\ndef step(w, lr):\n    global calls\n    calls += 1\n    {}\n" + RIGHT.partition("\n")[2]
CLASS = {  # student -> the answer's cell; what they get for one step (1) and for ten (3); the whole; points
    "s01": (RIGHT, "right", "right", "graded", 4),
    "s02": (RIGHT.replace("20.0", "2.0"), "wrong", "wrong", "graded", 0),
    "s03": (None, "unanswered", "unanswered", "graded", 0),
    "s04": ("def step(w, lr:\n    return w\n", "error", "error", "graded", 0),
    "s05": (CALLS.format("while calls > 6: pass"), "right", "timeout", "partly", 1),
    "s06": (CALLS.format("much = np.ones(10**10) if calls > 6 else 0"), "right", "memory", "partly", 1),
    "s07": (CALLS.format("import os; calls < 7 or os._exit(0)"), "right", "crashed", "partly", 1),
    "s08": (
        "import time\nwhile True:\n    print('x' * 10**4)\n    time.sleep(0.001)\n" + RIGHT,
        "output",
        "output",
        "failed",
        0,
    ),
    "s09": ("import os; os._exit(0)\n" + RIGHT, "crashed", "crashed", "failed", 0),
    "s10": (RIGHT.replace("w - lr", "0 - lr") + "np.allclose = print\n", "wrong", "wrong", "graded", 0),
}
NO_NOTEBOOK = {"s11": b"%PDF-1.7", "s12": b'{"cells": ' + b"[" * 10**5, "s13": None}  # student -> bytes
LIMITS = {"cell_seconds": 3, "whole_seconds": 60, "memory_bytes": 800 << 20, "output_bytes": 1 << 12}


def hand_in(course, student, raw):
    path = course.submitted(student, "tiny")
    path.parent.mkdir(parents=True, exist_ok=True)
    if raw is not None:
        path.write_bytes(raw)


def answered(course, text):
    notebook = json.loads(course.released("tiny").read_text("utf-8"))
    if text is not None:
        named = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in notebook["cells"]}
        named["step"]["source"] = text
        named["why"]["source"] = "The curvatures differ."
    return json.dumps(notebook).encode()


@pytest.fixture(scope="module")
def released(sandbox, tiny_released):
    """A course in which tiny is released, and nothing handed in."""
    return Course(tiny_released)


def copied(course, folder):
    shutil.copytree(course.root, folder)
    return Course(folder)


@pytest.fixture(scope="module")
def handed_in(released, tmp_path_factory):
    course = copied(released, tmp_path_factory.mktemp("handed-in") / "course")
    settings = course.settings | {"limits": LIMITS}
    (course.root / "course.json").write_text(json.dumps(settings))
    for student, (text, *_) in CLASS.items():
        hand_in(course, student, answered(course, text))
    for student, raw in NO_NOTEBOOK.items():
        hand_in(course, student, raw)
    return Course(course.root)


@pytest.fixture(scope="module")
def graded(handed_in, tmp_path_factory):
    """The class, graded by the command, two at a time."""
    course = copied(handed_in, tmp_path_factory.mktemp("graded") / "course")
    assert main(["grade", "tiny", "--course", str(course.root), "--jobs", "2"]) == 3
    return course


def outcome(course, student):
    return outcomes.load(course.outcome(student, "tiny"))


@pytest.mark.parametrize("student", CLASS)
def test_every_end_is_told_as_what_it_is(graded, student):
    _, one, ten, whole, points = CLASS[student]
    came = outcome(graded, student)
    assert [part.status for part in came.parts] == [one, ten]
    assert (came.status, grades.earned(came)) == (whole, points)
    assert bool(came.reason) == (whole != "graded")
    assert all(part.reason for part in came.parts if part.status != "right")


def test_every_status_but_one_is_reached_by_that_class(graded):
    reached = {part.status for student in CLASS for part in outcome(graded, student).parts}
    assert reached | {"not run"} == set(EARNED)


def test_what_was_not_reached_is_not_run(handed_in):
    plan = plans.load(handed_in.private("tiny") / "plan.json")
    came = Grader(handed_in, plan, Limits(cell_count=2)).grade("s01").outcome
    assert [part.status for part in came.parts] == ["not run", "not run"]
    assert came.status == "failed"


@pytest.mark.parametrize(
    ("student", "status", "reason"),
    [("s11", "failed", "came a PDF"), ("s12", "failed", "nested deeper"), ("s13", "missing", "no tiny.ipynb in it")],
)
def test_what_is_no_notebook_is_no_zero(graded, student, status, reason):
    came = outcome(graded, student)
    assert came.status == status
    assert reason in came.reason
    assert [part.earned for part in came.parts] == [None, None]
    with Gradebook(graded) as gradebook:
        marks = gradebook.marks(plans.load(graded.private("tiny") / "plan.json")).get(student)
    assert marks is None if status == "missing" else marks["step"].points is None


def test_the_gradebook_and_the_marking_page_have_everyone_who_handed_in(graded):
    with Gradebook(graded) as gradebook:
        marks = gradebook.marks(plans.load(graded.private("tiny") / "plan.json"))
    assert set(marks) == {*CLASS, "s11", "s12"}
    assert {student: marks[student]["step"].points for student in ("s01", "s02", "s05")} == {
        "s01": 4,
        "s02": 0,
        "s05": None,
    }
    assert all(graded.autograded(student, "tiny").exists() for student in marks)
    assert not graded.autograded("s13", "tiny").exists()


def test_flags_cost_nothing_and_name_what_stands_out(graded):
    assert outcome(graded, "s10").flags == ("cell 4: gives np.allclose another meaning",)
    assert outcome(graded, "s01").flags == ()
    assert any("cell 4 did not end" in flag for flag in outcome(graded, "s08").flags)


def test_outcomes_hold_no_time_and_no_place(graded):
    for path in graded.outcome("", "tiny").parent.glob("*.json"):
        text = path.read_text("utf-8")
        assert str(graded.root) not in text
        assert "/tmp" not in text
        assert "0x7" not in text
        assert "2026" not in text


def files(course):
    found = [*course.outcome("", "tiny").parent.glob("*.json"), *(course.root / "autograded").rglob("*.ipynb")]
    return {str(path.relative_to(course.root)): path.read_bytes() for path in found}


def test_one_after_the_other_gives_the_same_bytes_as_two_at_a_time(handed_in, graded, tmp_path):
    course = copied(handed_in, tmp_path / "course")
    for student in ("s03", "s04", "s06", "s07", "s08", "s09", "s10"):
        shutil.rmtree(course.submitted(student, "tiny").parent)
    assert main(["grade", "tiny", "--course", str(course.root), "--jobs", "1"]) == 3
    assert len(files(course)) == 6 + 5
    assert files(course).items() <= files(graded).items()


@pytest.mark.slow
def test_grading_again_gives_the_same_bytes(handed_in, graded, tmp_path):
    course = copied(handed_in, tmp_path / "course")
    assert main(["grade", "tiny", "--course", str(course.root), "--jobs", "1"]) == 3
    assert files(course) == files(graded)


def test_grading_again_runs_nothing_and_changes_nothing(graded, monkeypatch, capsys):
    monkeypatch.setattr(grades.running, "run", None)
    before = files(graded)
    assert main(["grade", "tiny", "--course", str(graded.root)]) == 3
    assert files(graded) == before
    said = capsys.readouterr()
    assert "s01 graded, 4 of 4, as before" in said.err
    assert "s05: graded in part" in said.out
    assert "s01:" not in said.out


def test_regrade_runs_one_submission_once_more_and_says_what_changed(graded, tmp_path, capsys):
    course = copied(graded, tmp_path / "course")
    others = {name: raw for name, raw in files(course).items() if "s02" not in name}
    hand_in(course, "s02", answered(course, RIGHT))
    assert main(["regrade", "tiny", "--student", "s02", "--course", str(course.root)]) == 0
    assert "s02 graded, 4 of 4 (before: s02 graded, 0 of 4)" in capsys.readouterr().out
    assert others.items() <= files(course).items()
    with Gradebook(course) as gradebook:
        assert gradebook.marks(plans.load(course.private("tiny") / "plan.json"))["s02"]["step"].points == 4
    once = files(course)
    assert main(["regrade", "tiny", "--student", "s02", "--course", str(course.root)]) == 0
    assert files(course) == once


def test_without_a_sandbox_nothing_runs_unless_asked(released, tmp_path, monkeypatch, capsys):
    course = copied(released, tmp_path / "course")
    hand_in(course, "s01", answered(course, RIGHT))
    for module in ("homework.commands.grade.why_not", "homework.sandbox.running.why_not"):
        monkeypatch.setattr(module, lambda: "The sandbox needs Linux.")
    assert main(["grade", "tiny", "--course", str(course.root)]) == 2
    assert "The sandbox needs Linux.\nNothing was graded. --no-sandbox" in capsys.readouterr().err
    assert not list(course.root.glob("outcomes/*/*"))
    assert main(["grade", "tiny", "--course", str(course.root), "--no-sandbox"]) == 0
    assert outcome(course, "s01").sandbox == "none"
    assert grades.earned(outcome(course, "s01")) == 4


def test_a_grader_that_lets_all_others_go_first_still_grades(sandbox):
    lines = "from homework.sandbox.running import Limits, run; " + (
        "print(run({'cells': [{'kind': 'code', 'text': '1', 'judges': []}]}, Limits()).cells[0].status)"
    )
    command = ["nice", "-n", "19", sys.executable, "-c", lines]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("ok\n", "")


# From here the sandbox is played: how a class is graded, not what comes of a submission.


class Played:
    """Plays the sandbox: gives what is told of a student, whose answer's cell holds their name."""

    def __init__(self, plan):
        self.plan, self.told, self.runs = plan, {}, []
        self.running, self.most, self.beside = 0, 0, {}
        self.lock = threading.Lock()

    def __call__(self, job, limits, *, sandboxed, stop):
        student = next(cell["text"][2:5] for cell in job["cells"] if cell["text"].startswith("# s"))
        with self.lock:
            self.runs.append(student)
            self.running += 1
            self.most = max(self.most, self.running)
            self.beside[len(self.runs) - 1] = self.running - 1
        try:
            time.sleep(0.05)
            with self.lock:
                told = self.told.get(student)
                status = told.pop(0) if told else "value"
            if isinstance(status, BaseException):
                raise status
        finally:
            with self.lock:
                self.running -= 1
        values = iter(self.plan.judges)
        cells = tuple(CellRan("ok") for _ in job["cells"])
        judges = [
            [status if isinstance(status, JudgeRan) else JudgeRan(status, next(values).value) for _ in cell["judges"]]
            for cell in job["cells"]
        ]
        return Ran(cells, tuple(map(tuple, judges)), cpu_seconds=1.0)


@pytest.fixture
def played(released, tmp_path, monkeypatch):
    course = copied(released, tmp_path / "course")
    for number in range(1, 7):
        hand_in(course, f"s0{number}", answered(course, f"# s0{number}"))
    plan = plans.load(course.private("tiny") / "plan.json")
    run = Played(plan)
    monkeypatch.setattr(grades.running, "run", run)
    return course, plan, run


def grade(course, plan, jobs=2, force=False, after=None, **more):
    """Grade the class; `after` is called with each outcome."""
    found = {}
    with Gradebook(course) as gradebook:
        grader, students = Grader(course, plan, **more), course.students("tiny")
        for one, _ in grade_class(grader, students, gradebook, Progress(len(students)), jobs=jobs, force=force):
            found[one.student] = one
            if after:
                after(one)
    return found


def test_as_many_run_at_once_as_are_asked_for(played):
    course, plan, run = played
    assert {one.status for one in grade(course, plan, jobs=3).values()} == {"graded"}
    assert run.most == 3
    assert sorted(run.runs) == sorted(course.students("tiny"))


def test_a_timeout_is_confirmed_alone_at_the_end(played):
    course, plan, run = played
    run.told = {"s01": ["timeout", "value"], "s02": ["timeout", "timeout"], "s03": ["memory", "value"]}
    found = grade(course, plan)
    assert {student: one.status for student, one in found.items() if one.status != "graded"} == {
        "s02": "failed",
        "s03": "failed",
    }
    assert run.runs[-2:] == ["s01", "s02"]
    assert [run.beside[number] for number in (6, 7)] == [0, 0]
    assert run.runs.count("s03") == 1


def test_what_ran_alone_is_not_run_again(played):
    course, plan, run = played
    run.told = {"s01": ["timeout"]}
    assert grade(course, plan, jobs=1)["s01"].status == "failed"
    assert run.runs.count("s01") == 1


def test_trouble_with_one_is_tried_again_and_stops_nobody(played, capsys):
    course, plan, run = played
    grade(course, plan, jobs=1)
    with Gradebook(course) as gradebook:
        gradebook.give("s02", "tiny", "why", 2.0, "Almost.")
    for student in ("s01", "s02", "s03"):
        course.outcome(student, "tiny").unlink()
    run.told = {
        "s01": [MemoryError(), "value"],
        "s02": [RuntimeError("no first cell")] * 2,
        "s03": [RecursionError()] * 2,
    }
    found = grade(course, plan)
    assert [found[student].status for student in sorted(found)] == ["graded", "failed", "failed", *["graded"] * 3]
    tables = {row.folder: row for row in gathered(course, plan)}
    assert tables["s02"].status == "failed"
    assert tables["s02"].unknown == found["s02"].reason
    with Gradebook(course) as gradebook:
        for question, points in plan.questions.items():
            gradebook.give("s03", "tiny", question, points)
    assert next(row.raw for row in gathered(course, plan) if row.folder == "s03") == plan.points
    assert "which says nothing of the answers" in found["s02"].reason
    assert "no first cell" not in found["s02"].reason
    assert "no first cell" in capsys.readouterr().err
    run.runs.clear()
    found = grade(course, plan)
    assert sorted(run.runs) == ["s02", "s03"]  # what failed for a reason of ours does not stand
    assert {one.status for one in found.values()} == {"graded"}
    with Gradebook(course) as gradebook:  # nor does it cost what a person gave before
        assert gradebook.marks(plan)["s02"]["why"] == Mark(None, 2.0, 0.0, "Almost.", False)


def test_a_marking_page_that_cannot_be_written_stops_nobody(played, monkeypatch):
    course, plan, _ = played
    write = grades.marking.write

    def fails(course, plan, student, cells, ran, outcome):
        if student == "s01" and cells:
            raise ValueError("a surprise")
        write(course, plan, student, cells, ran, outcome)

    monkeypatch.setattr(grades.marking, "write", fails)
    found = grade(course, plan)
    assert {one.status for one in found.values()} == {"graded"}
    assert course.autograded("s01", "tiny").exists()


def test_an_outcome_that_cannot_be_kept_costs_nobody_else_anything(played, monkeypatch, capsys):
    course, plan, run = played
    write = grades.write

    def fails(path, content):
        content.encode() if path.stem != "s02" else "\ud800".encode()
        write(path, content)

    record = grades.Gradebook.record

    def breaks_off(self, outcome, plan):
        if outcome.student == "s03":
            self._nbgrader.db.execute(sql("UPDATE student SET last_name = 'half' WHERE id = 's01'"))
            raise ValueError("a surprise")
        record(self, outcome, plan)

    with monkeypatch.context() as patch:
        patch.setattr(grades, "write", fails)
        patch.setattr(grades.Gradebook, "record", breaks_off)
        found = grade(course, plan, jobs=1)
    assert {student: one.status for student, one in found.items() if one.status != "graded"} == {
        "s02": "failed",
        "s03": "failed",
    }
    assert "which says nothing of the answers" in found["s02"].reason
    assert "a surprise" in capsys.readouterr().err
    assert {path.stem for path in course.root.glob("outcomes/tiny/*.json")} == set(found) - {"s02", "s03"}
    with Gradebook(course) as gradebook:  # nothing of what broke off
        assert "half" not in gradebook._db.execute(sql("SELECT last_name FROM student")).scalars().all()
    run.runs.clear()
    assert {one.status for one in grade(course, plan).values()} == {"graded"}
    assert sorted(run.runs) == ["s02", "s03"]


def test_a_gradebook_that_lost_the_assignment_is_said_at_once(played):
    course, plan, _ = played
    course.gradebook.unlink()
    with pytest.raises(UserError, match=r"gradebook\.db: needed tiny in it"):
        grade(course, plan)


def test_a_students_reason_is_one_line_of_the_list(played, capsys):
    course, plan, run = played
    forged = running._judge("crashed", {"reason": "x\ns07: missing: nothing\r\n\u2028 was\x0bhanded in"})
    run.told = {"s01": [forged]}
    found = grade(course, plan, jobs=1)
    assert "x s07: missing: nothing was handed in" in found["s01"].reason
    assert told([found["s01"]]) == 3
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_an_interruption_leaves_what_is_done_and_the_next_run_goes_on(played):
    course, plan, run = played

    def interrupt(one):
        if len(list(course.root.glob("outcomes/tiny/*.json"))) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade(course, plan, after=interrupt)
    done = {path.stem for path in course.root.glob("outcomes/tiny/*.json")}
    assert len(done) == 3
    assert not list(course.root.rglob(".half-*"))
    run.runs.clear()
    assert len(grade(course, plan)) == 6
    assert set(run.runs) == set(course.students("tiny")) - done


def test_an_interruption_ends_the_runs_that_are_under_way(played, monkeypatch):
    course, plan, run = played
    ended = []

    def waits(job, limits, *, sandboxed, stop):
        ended.append(stop.wait(20))
        return run(job, limits, sandboxed=sandboxed, stop=stop)

    monkeypatch.setattr(grades.running, "run", waits)
    monkeypatch.setattr(
        grades.concurrent.futures, "as_completed", lambda pending: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        grade(course, plan)
    assert time.monotonic() - begun < 10
    assert all(ended)
    assert not list(course.root.glob("outcomes/tiny/*.json"))


def test_only_what_has_changed_is_graded_again(played):
    course, plan, run = played
    grade(course, plan)
    run.runs.clear()
    hand_in(course, "s02", answered(course, "# s02 again"))
    course.outcome("s03", "tiny").write_text("{")  # cut off
    grade(course, plan)
    assert sorted(run.runs) == ["s02", "s03"]
    run.runs.clear()
    grade(course, plan, sandboxed=False)
    assert len(run.runs) == 6
    run.runs.clear()
    grade(course, plan, force=True)
    assert len(run.runs) == 6
    run.runs.clear()
    grade(course, plan, limits=Limits(cell_seconds=31))
    grade(course, plan, limits=Limits(cell_seconds=31.0))
    assert len(run.runs) == 6


def test_a_grade_of_another_file_does_not_outlive_an_interruption(played):
    course, plan, run = played
    grade(course, plan)
    hand_in(course, "s06", answered(course, "# s06 again"))
    run.told = {"s06": [KeyboardInterrupt()]}
    with pytest.raises(KeyboardInterrupt):
        grade(course, plan)
    assert outcome(course, "s06") is None
    assert outcome(course, "s05").status == "graded"


def test_a_submission_taken_back_is_missing(played):
    course, plan, _ = played
    grade(course, plan)
    course.submitted("s01", "tiny").unlink()
    assert grade(course, plan)["s01"].status == "missing"
    assert not course.autograded("s01", "tiny").exists()
    with Gradebook(course) as gradebook:
        assert "s01" not in gradebook.marks(plan)


def test_limits_are_the_courses(tmp_path):
    def of(said):
        (tmp_path / "course.json").write_text(json.dumps({"limits": said}))
        return Limits.of(Course(tmp_path))

    assert of({}) == Limits()
    assert of({"cell_seconds": 5, "memory_bytes": 10**9}) == Limits(cell_seconds=5, memory_bytes=10**9)
    for wrong in (
        {"cell_second": 5},
        {"processes": 1.5},
        {"cell_seconds": 0},
        {"cell_seconds": True},
        {"cell_seconds": float("nan")},
        {"whole_seconds": float("inf")},
        {"files": 10**400},
        [1],
        {"files": "many"},
    ):
        with pytest.raises(UserError, match=r"course\.json, limits"):
            of(wrong)
    with pytest.raises(UserError, match="files: needed a whole number > 0 and < 1e15, came 10000000000000000"):
        of({"files": 10**16})


def test_the_commands_refuse_in_a_sentence(released, tmp_path, capsys):
    course = copied(released, tmp_path / "course")
    for words, sentence in (
        (["grade", "tiny"], "tiny: needed submissions, came none"),
        (["grade", "hw9"], "assignment: needed one that was released in this course, came hw9"),
        (["grade", "tiny", "--jobs", "0"], "--jobs: needed a whole number >= 1, came 0"),
        (["grade", "tiny", "--student", "s99"], "--student: needed one of the course's 0 students, came 's99'"),
        (["grade", "tiny", "--student", ""], "--student: needed an id, a name or an email, came ''"),
        (["feedback", "tiny", "--student", " "], "--student: needed an id, a name or an email, came ' '"),
        (["regrade", "tiny", "--student", ""], "--student: needed an id, a name or an email, came ''"),
        (["regrade", "tiny", "--student", "s99"], "--student: needed one of the course's 0 students, came 's99'"),
    ):
        assert main([*words, "--course", str(course.root)]) == 2
        assert sentence in capsys.readouterr().err


class Terminal:
    def __init__(self, moves):
        self.text, self.moves = "", moves

    def isatty(self):
        return self.moves

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def test_progress_is_a_bar_in_a_terminal_and_lines_in_a_log():
    for moves in (True, False):
        progress = Progress(2, Terminal(moves))
        progress.begin()
        progress.add("s01 graded, 4 of 4")
        progress.note("s02: trouble")
        progress.add("s02 failed")
        progress.close()
        text = progress._file.text
        if moves:
            assert "\r\x1b[K[############............] 1 of 2  s01 graded, 4 of 4; about 0 s to go" in text
            assert "\r\x1b[Ks02: trouble\n" in text
            assert text.endswith("\r\x1b[K")
            assert max(map(len, text.split("\r\x1b[K"))) < 120
        else:
            assert text == "1 of 2: s01 graded, 4 of 4\ns02: trouble\n2 of 2: s02 failed\n"


def test_a_wrong_value_is_told_without_the_reference(graded):
    came = outcome(graded, "s02")
    assert came.parts[0].reason == "1 of 2 entries differ: the number differs"
    assert came.parts[1].reason == "10 of 10 entries differ: the number differs"
    values = json.dumps([judge.value for judge in plans.load(graded.private("tiny") / "plan.json").judges])
    assert not any(str(number) in came.to_json() for number in json.loads(values) if isinstance(number, float))


def test_an_outcome_is_what_it_says_in_its_file(graded):
    came = outcome(graded, "s05")
    assert Outcome.from_json(came.to_json()) == came
    assert encode(1.5) == {"float": "1.5"}
