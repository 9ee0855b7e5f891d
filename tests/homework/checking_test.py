"""A student's own check: finds what would cost points or trouble, says what to do, and needs only the book's packages."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from homework import checking, releasing, trying
from homework.commands import check as command
from homework.course import UserError
from homework.demo.running import HERE, REPOSITORY, SEED
from homework.demo.sheets import MOMENTUM, Sheet
from homework.masters import drawing, master, notebooks

Spoil = Callable[[Sheet], Any]
STUB = "raise NotImplementedError()"
EMPTY = "still without an answer: momentum"


@pytest.fixture(scope="module")
def released() -> bytes:
    text = drawing.filled(master.read(HERE / "demo.md"), SEED)
    return notebooks.text(releasing.without_solutions("demo", notebooks.source(text))).encode()


@pytest.fixture
def found(released: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, str]]:
    """What is found in a sheet of right answers after something was done to it; without a run unless `runs`."""

    def look(spoil: Spoil, name: str = "demo.ipynb", runs: bool = False) -> dict[str, str]:
        sheet = Sheet(released).solved()
        spoil(sheet)
        fails = [cell.pop("fails", "") for cell in sheet.cells]
        (tmp_path / name).write_bytes(sheet.bytes())
        if not runs:
            ran = {
                place: trying.Said(fails[place], "3 steps" if fails[place] else "", 0)
                for place, cell in enumerate(sheet.cells)
                if cell["cell_type"] == "code"
            }
            monkeypatch.setattr(trying, "run", lambda *given: trying.Tried(ran))
        return {finding.text: finding.advice for finding in checking.check(tmp_path / name)}

    return look


def stub(sheet: Sheet, text: str, ename: str = "NotImplementedError") -> Sheet:
    """Put a text in place of the first answer, whose visible test then fails."""
    sheet.cells[sheet.place("momentum-test")]["fails"] = ename
    return sheet.write("momentum", text)


def to_do(findings: dict[str, str]) -> list[str]:
    return [text for text, advice in findings.items() if advice]


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (lambda sheet: sheet.drop("momentum-test", "words"), "missing: momentum-test, words"),
        (lambda sheet: sheet.double("gradient-test"), "gradient-test is there more than once: cell 8 and cell 9"),
        (
            lambda sheet: sheet.write("momentum-test", "assert True"),
            "cell 5 (momentum-test) is not as it was handed out",
        ),
        (lambda sheet: sheet.write("words", "*YOUR ANSWER HERE*"), "still without an answer: words"),
        (lambda sheet: sheet.write("words", " "), "still without an answer: words"),
        (lambda sheet: stub(sheet, MOMENTUM.partition("\n")[0] + "\n    " + STUB), EMPTY),
        (lambda sheet: stub(sheet, MOMENTUM.replace("return np", "points = np") + "    " + STUB), EMPTY),
        (lambda sheet: stub(sheet, f"%matplotlib inline\nclass Rule:\n    def step(self):\n        {STUB}"), EMPTY),
        (lambda sheet: stub(sheet, "# later"), EMPTY),
        (lambda sheet: sheet.cells[9].update(cell_type="raw"), "cell 10 (words) has become a raw cell"),
        (lambda sheet: sheet.data["metadata"]["kernelspec"].update(language="R"), "the notebook's kernel is for R"),
    ],
)
def test_each_fault_of_the_sheet_is_named_alone(found: Callable[..., dict[str, str]], spoil: Spoil, text: str) -> None:
    assert to_do(found(spoil)) == [text]


@pytest.mark.parametrize(
    "text",
    [
        MOMENTUM + f"    {STUB}\n",
        MOMENTUM + f"# {STUB}\n",
        MOMENTUM.replace("v = beta", f"# in place of {STUB}\n        v = beta"),
        MOMENTUM.replace("    return", f"    if lr < 0:\n        {STUB}\n    return"),
        MOMENTUM.replace("    return", "    if steps:\n        return points\n    else:\n        return")
        + f"    {STUB}\n",
        MOMENTUM.replace("    points = [p]", f'    points, said = [p], "{STUB}"'),
        MOMENTUM + "def momentum(:\n    " + STUB,
        MOMENTUM.replace("    return", "    while True:\n        return") + f"    {STUB}\n",
        MOMENTUM.replace("    return", "    with np.errstate():\n        return") + f"    {STUB}\n",
        MOMENTUM.replace("    return", "    try:\n        return")
        + f"    except ValueError:\n        return None\n    {STUB}\n",
        MOMENTUM.replace("    return", "    try:\n        pass\n    finally:\n        return") + f"    {STUB}\n",
    ],
)
def test_an_answer_that_only_names_its_stub_is_an_answer(found: Callable[..., dict[str, str]], text: str) -> None:
    findings = found(lambda sheet: stub(sheet, text, "AssertionError"))
    assert EMPTY not in findings
    assert "visible test of momentum: AssertionError: 3 steps" in findings


def test_what_the_test_of_an_answer_says_is_told_even_where_its_stub_is_still_reached(
    found: Callable[..., dict[str, str]],
) -> None:
    text = MOMENTUM.replace("    return", "    for points in [points]:\n        return") + f"    {STUB}\n"
    assert "visible test of momentum: AssertionError: 3 steps" in found(
        lambda sheet: stub(sheet, text, "AssertionError")
    )


def test_words_beside_the_line_that_asks_for_them_are_an_answer(found: Callable[..., dict[str, str]]) -> None:
    assert to_do(found(lambda sheet: sheet.write("words", "YOUR ANSWER HERE\n\nIt forgets."))) == []


def test_a_notebook_that_lost_its_names_is_told_so(found: Callable[..., dict[str, str]]) -> None:
    findings = found(lambda sheet: [cell.update(metadata={}) for cell in sheet.cells])
    assert to_do(findings) == ["no cell has the name that the sheet gave it"]


@pytest.mark.parametrize("name", ["demo (1).ipynb", "demo.ipynb.txt", "demo-Copy1.ipynb", "my homework.ipynb"])
def test_another_file_name_is_told_the_right_one(found: Callable[..., dict[str, str]], name: str) -> None:
    findings = found(lambda sheet: None, name)
    assert findings[f"the file is named {name}"] == "Rename it to demo.ipynb."
    assert len(to_do(findings)) == 1


def test_the_run_says_which_cells_fail_and_why(found: Callable[..., dict[str, str]]) -> None:
    def spoil(sheet: Sheet) -> None:
        sheet.write("momentum", MOMENTUM.replace("points = [p]", "points = []"))
        sheet.write("gradient", "gradient = [f.diff(x), f.diff(y)\n")
        sheet.add("later + 1").add("later = 2").add("input()").add("%matplotlib inline\n!echo shell").add("%%bash\nif")
        sheet.add("print('x' * 3_000_000)").add("1 / 0")

    findings = found(spoil, runs=True)
    assert to_do(findings) == [
        "cell 7 (gradient) does not read as Python, in its line 1: '[' was never closed",
        "cell 11 ends with NameError: name 'later' is not defined",
        "cell 13 ends with StdinNotImplementedError: raw_input was called, but this frontend does not support input requests.",
        "cell 15 ends with CalledProcessError: Command 'b'if\\n'' returned non-zero exit status 2.",
        "cell 16 prints 3 MB",
        "cell 17 ends with ZeroDivisionError: division by zero",
        "visible test of momentum: AssertionError: 3 steps in the plane: needed an array of shape (4, 2), came (3, 2)",
        "visible test of gradient: NameError: name 'gradient' is not defined",
    ]


def test_a_cell_that_does_not_end_stops_the_run(tmp_path: Path) -> None:
    """Of bare cells: on a busy machine a sheet's imports take seconds too, and its kernel's start is not counted."""
    cells = [nbformat.v4.new_code_cell(text) for text in ("a = 1", "while a: pass", "b = 2")]
    tried = trying.run(nbformat.v4.new_notebook(cells=cells), tmp_path, 1.0)
    assert (list(tried.ran), tried.stopped_at, tried.why) == ([0], 1, "it had not ended after 1 s")


def test_cells_whose_time_is_over_together_are_told_so(tmp_path: Path) -> None:
    cells = [nbformat.v4.new_code_cell(text) for text in ("a = 1", "while a: pass")]
    tried = trying.run(nbformat.v4.new_notebook(cells=cells), tmp_path, 600.0, 4.0)
    assert (tried.stopped_at, tried.why) == (1, "all cells together took longer than 4 s")
    assert trying.run(nbformat.v4.new_notebook(cells=cells[:1]), tmp_path).why == ""


def test_python_that_ends_in_a_cell_is_told(found: Callable[..., dict[str, str]]) -> None:
    findings = found(lambda sheet: sheet.add("import os\nos._exit(1)"), runs=True)
    assert to_do(findings) == ["the run stopped in cell 11: Python itself ended"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "the file is empty"),
        (b"%PDF-1.7 \xff\xfe", "the file is no text, so no notebook"),
        (b'{"cells": [', "the file is no JSON, so no notebook: Expecting value: line 1 column 12 (char 11)"),
        (b'{"theme": "dark"}', "the file is JSON, but no notebook"),
        (b"[1]", "the file is JSON, but no notebook"),
    ],
)
def test_a_file_that_is_no_notebook_is_told_what_it_is(content: bytes, text: str, tmp_path: Path) -> None:
    (tmp_path / "demo.ipynb").write_bytes(content)
    findings = {finding.text: finding.advice for finding in checking.check(tmp_path / "demo.ipynb")}
    assert len(to_do(findings)) == 1
    assert to_do(findings)[0].startswith(text)


def test_old_formats_and_other_line_ends_are_read(
    released: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = Sheet(released).solved()
    sheet.data["nbformat_minor"] = 4
    for cell in sheet.cells:
        del cell["id"]
    monkeypatch.setattr(trying, "run", lambda *given: trying.Tried())
    (tmp_path / "demo.ipynb").write_bytes(b"\xef\xbb\xbf" + sheet.bytes().replace(b"\n", b"\r\n"))
    findings = [finding.text for finding in checking.check(tmp_path / "demo.ipynb")]
    assert "all cells of the sheet are there, its tests as they were handed out" in findings


def test_a_missing_file_is_answered_with_those_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "hw1 (1).ipynb").write_text("{}")
    (tmp_path / "hw2.ipynb.txt").write_text("{}")
    for came, there in ((tmp_path / "hw1.ipynb", "hw1 (1).ipynb"), (tmp_path, "hw2.ipynb.txt")):
        with pytest.raises(UserError, match=re.escape(there)):
            list(checking.check(came))
    with pytest.raises(UserError, match="there is no folder"):
        list(checking.check(tmp_path / "nowhere" / "hw1.ipynb"))


def test_the_guide_shows_what_the_command_prints(
    released: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = Sheet(released).solved(momentum=MOMENTUM.replace("points = [p]", "points = []")).double("gradient-test")
    sheet.write("words", Sheet(released).cells[Sheet(released).place("words")]["source"])
    (tmp_path / "demo (1).ipynb").write_bytes(sheet.bytes())
    status = command.run(type("Given", (), {"file": tmp_path / "demo (1).ipynb", "seconds": 30.0}))
    printed = capsys.readouterr().out.replace(f"{tmp_path}/", "").replace("demo", "hw1")
    assert status == 1
    assert re.sub(r"in \d+ s", "in 2 s", printed) == (HERE / "check.txt").read_text("utf-8")


def test_a_right_notebook_has_nothing_to_do_and_needs_nothing_but_the_books_own_packages(
    released: bytes, tmp_path: Path
) -> None:
    """Neither nbgrader nor what only Linux has; the exit status tells a script, and the file stays as it is."""
    path = tmp_path / "demo.ipynb"
    path.write_bytes(content := Sheet(released).solved().bytes())
    program = (
        "import sys\n"
        "sys.modules |= dict.fromkeys(['nbgrader', 'sqlalchemy'])\n"
        "from homework.__main__ import main\n"
        "sys.exit(main(['check', sys.argv[1]]))\n"
    )
    words = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing to do." in done.stdout
    assert "visible tests passed: momentum, gradient" in done.stdout
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]
