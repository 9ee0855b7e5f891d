"""A release gives students what they may have and keeps the rest; a master that does not hold is refused, in a sentence."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader import api

from homework import plan as plans
from homework.__main__ import main
from homework.course import Course, UserError
from homework.gradebook import Gradebook
from homework.inside.values import decode
from homework.masters.master import read
from homework.outcomes import Outcome
from homework.releasing import Prepared, prepare, release
from homework.sandbox.ran import CellRan, JudgeRan, Ran
from tests.homework.conftest import in_process

DATA = Path(__file__).parent / "data"


def quiet(sentence):
    pass


@pytest.fixture(scope="module")
def course(sandbox, tmp_path_factory):
    """A course in which tiny is released, as the command does it."""
    root = tmp_path_factory.mktemp("course")
    words = ["release", "tiny", "--course", str(root), "--sources", str(DATA), "--seed", "seed"]
    assert main(words) == 0
    return Course(root)


def files(course):
    return {
        str(path.relative_to(course.root)): path.read_bytes()
        for path in sorted(course.root.rglob("*"))
        if path.is_file() and path != course.gradebook
    }


def test_a_release_is_these_files_and_no_more(course):
    assert sorted([*files(course), "gradebook.db"]) == [
        "course.json",
        "gradebook.db",
        "private/tiny/plan.json",
        "release/tiny/tiny.ipynb",
        "source/tiny/tiny.ipynb",
    ]
    modes = {name: (course.root / name).stat().st_mode & 0o777 for name in [*files(course), "gradebook.db", "private"]}
    assert modes.pop("release/tiny/tiny.ipynb") == 0o644
    assert modes.pop("private") == 0o700
    assert set(modes.values()) == {0o600}


def test_the_plan_holds_what_was_released_and_what_the_solution_gave(course):
    plan = plans.load(course.private("tiny") / "plan.json")
    notebook = json.loads(course.released("tiny").read_text("utf-8"))
    assert [cell.text for cell in plan.cells] == ["".join(cell["source"]) for cell in notebook["cells"]]
    assert (plan.title, plan.points, plan.by_hand) == ("A tiny assignment", 7, (("why", 3),))
    step, ten = (decode(judge.value) for judge in plan.judges)
    start, lr = [1.55, 1.692], 0.0125  # what this seed draws
    assert step.tolist() == pytest.approx([start[0] * (1 - 2 * lr), start[1] * (1 - 20 * lr)])
    expected = [(start[0] * (1 - 2 * lr) ** k) ** 2 + 10 * (start[1] * (1 - 20 * lr) ** k) ** 2 for k in range(1, 11)]
    assert ten == pytest.approx(expected)


def test_the_same_seed_releases_the_same_bytes_and_needs_no_force(course, tiny_released, monkeypatch):
    before = files(course)
    assert files(Course(tiny_released)) == before  # another folder, and cells that ran in no sandbox
    monkeypatch.setattr("homework.sandbox.running.run", in_process)
    (course.root / "outcomes" / "tiny").mkdir(parents=True)
    course.outcome("s01", "tiny").write_text(Outcome("s01", "tiny", "graded").to_json())
    release(course, "tiny", say=quiet)  # sources and seed are those of the first time
    course.outcome("s01", "tiny").unlink()
    assert files(course) == before


def test_a_gradebook_made_anew_is_told_of_an_assignment_that_has_not_changed(tiny_released, tmp_path, monkeypatch):
    course = Course(shutil.copytree(tiny_released, tmp_path / "course"))
    plan, notebook = plans.load(course.private("tiny") / "plan.json"), nbformat.read(course.released("tiny"), 4)
    monkeypatch.setattr("homework.releasing.prepare", lambda *given: Prepared(plan, notebook, notebook))
    with api.Gradebook(f"sqlite:///{course.gradebook}") as book:
        book.remove_assignment("tiny")
    release(course, "tiny", say=quiet)
    with Gradebook(course) as gradebook:
        gradebook.record(Outcome("s01", "tiny", "failed"), plan)


def test_another_plan_for_what_was_graded_takes_force(course, tmp_path, monkeypatch):
    monkeypatch.setattr("homework.sandbox.running.why_not", lambda: None)
    monkeypatch.setattr("homework.sandbox.running.run", other_values)
    shutil.copytree(course.root, tmp_path / "course")
    course = Course(tmp_path / "course")
    before = files(course)
    course.outcome("s01", "tiny").parent.mkdir(parents=True, exist_ok=True)
    course.outcome("s01", "tiny").write_text(Outcome("s01", "tiny", "graded").to_json())
    with pytest.raises(UserError, match="0 were handed in and 1 graded, came another"):
        release(course, "tiny", seed="another", say=quiet)
    now = files(course)
    del now["outcomes/tiny/s01.json"]
    assert now == before
    release(course, "tiny", seed="another", force=True, say=quiet)
    assert plans.load(course.private("tiny") / "plan.json").judges[0].value == 1
    assert Course(course.root).settings["seed"] == "seed"  # that of the course's other assignments
    written = files(course)
    release(course, "tiny", say=quiet)
    assert files(course) == written
    release(course, "tiny", seed="seed", force=True, say=quiet)  # the course's own, asked for again
    assert Course(course.root).settings["seeds"] == {}
    assert files(course)["release/tiny/tiny.ipynb"] == before["release/tiny/tiny.ipynb"]


# ------------------------------------------------------------------ refused: the runs are told, not made


def refused(tmp_path, monkeypatch, old, new, *runs):
    """What `prepare` says of a changed master, where the sandbox gives these runs one after the other."""
    text = (DATA / "tiny.md").read_text("utf-8")
    assert text.count(old) == 1
    (tmp_path / "tiny.md").write_text(text.replace(old, new), "utf-8")
    monkeypatch.setattr("homework.sandbox.running.why_not", lambda: None)
    told = iter(runs)
    monkeypatch.setattr("homework.sandbox.running.run", lambda job, limits, sandboxed: next(told))
    with pytest.raises(UserError) as reason:
        prepare(read(tmp_path / "tiny.md"), "seed")
    return str(reason.value)


def ran(*values, test="ok", shown="ok", answer="ok"):
    """A run of tiny: cells 2, 4 and 5 are code, the judges stand behind cell 5."""
    cells = [CellRan("ok")] * 7
    cells[1], cells[3], cells[4] = (
        CellRan(status, "AssertionError" * (status == "error"), "needed (2,)" * (status == "error"))
        for status in (shown, answer, test)
    )
    judges = [JudgeRan("value", value) if not isinstance(value, JudgeRan) else value for value in values]
    return Ran(tuple(cells), ((), (), (), (), tuple(judges), (), ()))


def other_values(job, limits, sandboxed):
    empty = any("raise NotImplementedError" in cell["text"] for cell in job["cells"])
    return UNANSWERED if empty else ran(1, 2)


UNANSWERED = ran(JudgeRan("unanswered"), JudgeRan("unanswered"), test="error")


@pytest.mark.parametrize(
    ("runs", "sentence"),
    [
        ([ran(1, 2, answer="error")], "tiny, answer:step: needed to run with the solution in place, came AssertionError"),
        ([ran(1, 2, test="error")], "tiny, test:step: needed to run with the solution in place, came AssertionError: needed (2,)"),
        ([ran(1, 2, shown="timeout")], "tiny, cell 2: needed to run with the solution in place, came timeout"),
        ([ran(1, JudgeRan("error", None, "NameError: name 'f' is not defined"))], "(ten steps, the values of f on the way): needed a value from the solution, came NameError"),
        ([ran(1, {"other": "function"})] * 2, "(ten steps, the values of f on the way): needed a value that can be compared"),
        ([ran(1, 2), ran(1, 3)], "(ten steps, the values of f on the way): needed the same value from two runs"),
        ([ran(1, 2), ran(1, 2), ran(JudgeRan("unanswered"), 2, test="error")], "(ten steps, the values of f on the way): needed no points for nothing answered"),
        ([ran(1, 2), ran(1, 2), ran(0, 0)], "tiny, test:step: needed to fail with nothing answered, came a pass"),
        ([ran(1, 2), ran(1, 2), ran(0, 0, test="error", shown="error")], "tiny, cell 2: needed to run with nothing answered"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_refused(tmp_path, monkeypatch, runs, sentence):
    assert sentence in refused(tmp_path, monkeypatch, "7 points", "7 points", *runs)


def test_what_holds_is_not_refused(tmp_path, monkeypatch):
    runs = iter([ran(1, 2), ran(1, 2), UNANSWERED])
    monkeypatch.setattr("homework.sandbox.running.why_not", lambda: None)
    monkeypatch.setattr("homework.sandbox.running.run", lambda job, limits, sandboxed: next(runs))
    assert [judge.value for judge in prepare(read(DATA / "tiny.md"), "seed").plan.judges] == [1, 2]


def test_what_nbgrader_refuses_is_said(tmp_path, monkeypatch):
    said = refused(tmp_path, monkeypatch, "    ### END SOLUTION\n", "")
    assert said == "tiny: needed a master that nbgrader can release; RuntimeError: no end solution statement found"


def test_a_value_that_is_not_drawn_is_said(tmp_path, monkeypatch):
    assert "came «rate»" in refused(tmp_path, monkeypatch, "copy is «lr»", "copy is «rate»")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nothing"], "assignment: needed one of tiny (in "),
        (["../tiny"], "assignment: needed a name of small letters"),
        (["hw1"], "assignment: needed one of tiny (in "),  # the book's is not taken for a private one
    ],
)
def test_a_wrong_name_is_refused_and_writes_nothing(tmp_path, capsys, words, sentence):
    assert main(["release", *words, "--sources", str(DATA), "--course", str(tmp_path / "c")]) == 2
    assert capsys.readouterr().err.startswith(sentence)
    assert not (tmp_path / "c").exists()


def test_an_unsound_master_leaves_what_was_released(course, tmp_path):
    before = files(course)
    text = (DATA / "tiny.md").read_text("utf-8")
    (tmp_path / "tiny.md").write_text(text.replace("moved[1] == 0", "moved[1] == 1"), "utf-8")
    with pytest.raises(UserError, match=r"tiny, test:step: .* AssertionError: step: needed to stay on the line"):
        release(course, "tiny", sources=tmp_path, say=quiet)
    assert files(course) == before
