"""A master is read as it is written, and what is wrong with one is said in a sentence that finds the cell."""

from pathlib import Path

import pytest

from homework.masters.master import MasterError, read

TINY = Path(__file__).parent / "data" / "tiny.md"


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = TINY.read_text("utf-8")
    assert text.count(old) == 1
    (tmp_path / "tiny.md").write_text(text.replace(old, new), "utf-8")
    return tmp_path / "tiny.md"


def test_questions_points_and_roles_are_read():
    master = read(TINY)
    assert (master.name, master.title, master.points) == ("tiny", "A tiny assignment", 7)
    assert [(q.name, q.points, q.by_hand) for q in master.questions] == [("step", 4, False), ("why", 3, True)]
    assert [cell.role for cell in master.of("step")] == ["answer", "test", "judge", "judge"]
    assert [(cell.title, cell.points, cell.rtol) for cell in master.of("step", "judge")] == [
        ("one step from another point", 1, 1e-9),
        ("ten steps, the values of f on the way", 3, 1e-6),
    ]


def test_places_are_filled_with_values_as_python_writes_them():
    filled = read(TINY).filled({"lr": 0.5, "hidden_start": [1.0, -2.0]})
    texts = "\n".join(cell.text for cell in filled.cells)
    assert "«" not in texts
    assert "np.array([1.0, -2.0]), 0.5)" in texts
    assert "The step size in this copy is 0.5." in texts
    assert "draw" not in [cell.role for cell in filled.cells]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('["answer:step"]', '["answer:Step"]', "cell 5: answer: needed a name of small letters"),
        ('["answer:step"]', '["answer:step", "test:step"]', "needed one of draw, answer"),
        ('"points:1"]', '"points:one"]', "points and rtol: needed numbers"),
        ('["judge:step", "points:1"]', '["judge:step"]', "points: needed more than 0 for judge"),
        (
            '["test:step"]',
            '["test:step", "points:2"]',
            "points: needed more than 0 for judge and written and none else",
        ),
        ('["test:step"]', "[note]", "step: needed answer, test, judge, came no test"),
        ('["test:step"]', '["points:2"]', "points: needed beside judge:ID or written:ID, came alone"),
        ("# one step from another point\n", "", "judge:step: needed a comment first that names it"),
        ("    ### BEGIN SOLUTION\n", "", "answer:step: needed a solution after ### BEGIN SOLUTION"),
        ('+++ {"tags": ["rubric:why"]}', "+++", "why: needed written and rubric alone"),
        ('{"tags": ["rubric:why"]}', '{"tags": ["test:why"]}', "test: needed a code cell, came a markdown cell"),
        ("The step size in this copy is «lr».", "It starts at «hidden_start».", "«hidden_start» is hidden"),
        (
            "def step(w, lr):",
            "def float(w):\n    return w\n\n\ndef step(w, lr):",
            "judge:step: needed an answer whose name Python has not, came float",
        ),
        ('["test:step"]', '["test:step"', "needed a MyST notebook"),
    ],
)
def test_a_faulty_master_is_refused_in_a_sentence(tmp_path, old, new, sentence):
    with pytest.raises(MasterError) as refused:
        read(changed(tmp_path, old, new))
    assert sentence in str(refused.value)
    assert str(refused.value).startswith("tiny.md")


def test_names_that_two_cells_would_bear_are_refused(tmp_path):
    path = changed(tmp_path, '["written:why", "points:3"]', '["written:step-test", "points:3"]')
    path.write_text(path.read_text("utf-8").replace("rubric:why", "rubric:step-test"), "utf-8")
    with pytest.raises(MasterError, match="step-test: needed a name of its own, came that of step's test"):
        read(path)
