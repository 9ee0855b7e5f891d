"""The command line: every command says what it does; where nbgrader is missing a sentence says what installs it."""

import pytest

import homework.__main__ as line
from homework.__main__ import COMMANDS, main


@pytest.fixture
def without_nbgrader(monkeypatch):
    monkeypatch.setattr(line.importlib.util, "find_spec", lambda name: None)


@pytest.mark.parametrize("command", [name for name, students in COMMANDS.items() if not students])
def test_without_nbgrader_a_sentence_says_what_installs_it(command, without_nbgrader, capsys):
    assert main([command]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "nbgrader: needed for this command and not installed; `make homework` installs it.\n"


def test_without_nbgrader_a_student_can_check(without_nbgrader, tmp_path, capsys):
    assert main(["check", str(tmp_path / "hw1.ipynb")]) in (1, 2)
    said = capsys.readouterr()
    assert "hw1.ipynb" in said.out + said.err
    assert "make homework" not in said.out + said.err


def test_help_names_every_command_with_its_sentence(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    for name in COMMANDS:
        sentence = line._help(name)
        assert len(sentence) > 20
        assert f"{name} {' '.join(sentence.split())[:20]}" in said


@pytest.mark.parametrize(
    "words", [["grade", "hw1"], ["mark"], ["report", "hw1"], ["forget", "--student", "s01"]], ids=" ".join
)
def test_a_folder_that_is_no_course_is_refused_in_a_sentence(words, tmp_path, capsys):
    assert main([*words, "--course", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("--course: needed a course's folder")
    assert "Traceback" not in said


def test_a_command_that_is_none_lists_those_that_are(capsys):
    with pytest.raises(SystemExit) as end:
        main(["grad"])
    assert end.value.code == 2
    assert "release" in capsys.readouterr().err
