"""A fresh machine: one set of pins for all of them, and an environment that is right however its making ended."""

import builtins
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

from tests.conftest import ROOT
from tools import environment, python_fits

LISTS = ("requirements.txt", "requirements-homework.txt", "requirements-test.txt")  # each is what it adds
PYTHONS = ("3.11.7", "3.12.1", "3.13.0")
INSTALL = environment.install  # the workshop has another
SYSTEMS = {"linux": ("Linux", "posix"), "darwin": ("Darwin", "posix"), "win32": ("Windows", "nt")}


# ------------------------------------------------------------------ pins


def pins(name: str) -> list[str]:
    return [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]


def of_the_tests() -> list[Requirement]:
    """What an environment for tests is made of: the book's, the homework's and the tests' own packages."""
    return [Requirement(line) for name in LISTS for line in pins(name) if line != "-e ."]


def holds(marker: Marker | None, python: str, system: str) -> bool:
    platform, os_name = SYSTEMS[system]
    facts = {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "sys_platform": system,
        "platform_system": platform,
        "os_name": os_name,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    return marker is None or marker.evaluate(facts)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_each_package_is_pinned_once_for_every_python_and_system(python: str, system: str) -> None:
    held = [one for one in of_the_tests() if holds(one.marker, python, system)]
    names = [one.name for one in held]
    assert sorted(set(names)) == sorted(names)
    assert [str(one) for one in held if not str(one.specifier).startswith("==")] == []
    assert {"numpy", "sympy", "jupyter-book", "jupyterlab", "nbgrader", "pytest"} <= set(names)
    assert ("pywinpty" in names) == (system == "win32")
    assert ("pexpect" in names) == (system != "win32")


def test_the_pins_end_with_the_library_and_name_no_registry() -> None:
    assert pins("requirements.txt")[-1] == "-e ."
    for name in (*LISTS, "requirements-bench.txt"):
        assert not re.search(r"--(?!\S*python)|://|sha256", "\n".join(pins(name)))


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("book.in", ["requirements.txt"]),
        ("homework.in", ["requirements.txt", "requirements-homework.txt"]),
        ("test.in", [*LISTS]),
        ("bench.in", ["requirements-bench.txt"]),
    ],
)
def test_what_is_needed_directly_is_pinned(source: str, names: list[str]) -> None:
    text = (ROOT / "tools" / "pins" / source).read_text()
    wanted = {Requirement(line).name.lower() for line in text.splitlines() if re.match(r"\w", line)}
    assert wanted <= {Requirement(line).name for name in names for line in {*pins(name)} - {"-e ."}}


def test_what_measures_and_what_is_measured_are_the_same_packages() -> None:
    """What the book and the tests have pinned too stands at the same version in the benchmarks' environment."""
    pinned = of_the_tests()
    versions = {(one.name, str(one.specifier)) for one in pinned}  # a marker may differ: another needs it for less
    names = {one.name for one in pinned}
    common = [one for one in map(Requirement, pins("requirements-bench.txt")) if one.name in names]
    assert {"numpy", "sympy", "playwright", "numba"} <= {one.name for one in common}
    assert [str(one) for one in common if (one.name, str(one.specifier)) not in versions] == []


def test_this_environment_holds_the_pins() -> None:
    """An environment that was made by the commands; a package changed by hand shows here."""
    from importlib.metadata import version

    held = [one for one in of_the_tests() if one.marker is None or one.marker.evaluate()]
    assert [(str(one), version(one.name)) for one in held if version(one.name) not in one.specifier] == []


# ------------------------------------------------------------------ the environment


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A repository with a space in its path, where making an environment and installing take no time."""
    root = tmp_path / "a folder"
    root.mkdir()
    for name in (*LISTS, "requirements-bench.txt", "pyproject.toml"):
        (root / name).write_text(name)
    venv = root / ".venv"
    installed: list[str] = []

    def make(folder: Path, **options: Any) -> None:
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").symlink_to(sys.executable)

    def run(words: list[Any], **options: Any) -> Any:
        return subprocess.CompletedProcess(words, 0)

    monkeypatch.setattr(environment, "ROOT", root)
    monkeypatch.setattr(environment, "install", installed.append)
    monkeypatch.setattr(environment.venv, "create", make)
    monkeypatch.setattr(environment.subprocess, "run", run)
    return SimpleNamespace(root=root, venv=venv, installed=installed)


def test_an_environment_is_made_once(workshop: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    environment.prepare("book")
    environment.prepare("book")
    assert workshop.installed == ["book"]
    assert "Making the environment" in capsys.readouterr().out


def test_an_environment_for_tests_is_one_for_the_book_and_the_homework(workshop: SimpleNamespace) -> None:
    for purpose in ("book", "homework", "book", "test", "homework", "book", "test"):
        environment.prepare(purpose)
    assert workshop.installed == ["book", "homework", "test"]


def test_what_measures_has_an_environment_of_its_own(workshop: SimpleNamespace) -> None:
    for purpose in ("test", "bench", "book", "bench"):
        environment.prepare(purpose)
    assert workshop.installed == ["test", "bench"]
    assert (workshop.root / ".venv-bench" / "complete.json").exists()
    assert (workshop.venv / "complete.json").exists()


def test_changed_pins_are_installed_into_the_same_environment(workshop: SimpleNamespace) -> None:
    environment.prepare("test")
    (workshop.venv / "witness").touch()
    (workshop.root / "requirements.txt").write_text("other")
    environment.prepare("book")
    environment.prepare("test")
    assert workshop.installed == ["test", "book"]
    assert (workshop.venv / "witness").exists()


def test_an_interrupted_environment_is_made_anew(
    workshop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(purpose: str) -> None:
        (workshop.venv / "half a package").touch()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(environment, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            environment.prepare("book")
    environment.prepare("book")
    assert workshop.installed == ["book"]
    assert not (workshop.venv / "half a package").exists()
    assert "not complete" in capsys.readouterr().out


def test_the_python_of_the_very_environment_can_make_it_anew(tmp_path: Path) -> None:
    """As after `source .venv/bin/activate`, where it is the `python3` of every command."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True)
    for name in ("requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_text("pip\n")  # which is there already
    (tmp_path / "tools").mkdir()
    shutil.copy(environment.__file__, tmp_path / "tools")
    made = subprocess.run(
        [tmp_path / ".venv" / "bin" / "python3", "tools/environment.py", "book"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    assert "is ready" in made.stdout
    assert (tmp_path / ".venv" / "bin" / "python").resolve() == Path(sys.executable).resolve()


@pytest.mark.parametrize(
    ("said", "broken_off", "stays"),
    [
        ("Collecting numpy\nERROR: no network\n", "", True),
        ("Collecting numpy\n", "numpy", True),
        ("Collecting numpy\nInstalling collected packages: numpy\nERROR: no space left\n", "", False),
        ("Collecting numpy\nInstalling collected packages: numpy\n", "unpacking", False),
    ],
)
def test_an_environment_lasts_until_pip_changes_it(
    workshop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, said: str, broken_off: str, stays: bool
) -> None:
    """Pip fails or is interrupted while it fetches, or while it installs, the tests' packages."""
    environment.prepare("book")
    witness = workshop.venv / "witness"
    witness.write_text(said)
    pip = workshop.venv / "bin" / "python"
    pip.unlink()  # a link to the Python that runs this
    pip.write_text(f"#!/bin/sh\ncat '{witness}'\nexit 1\n")
    pip.chmod(0o755)

    def report(done: int, total: int, name: str) -> None:
        if broken_off and name.startswith(broken_off):
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(environment, "install", INSTALL)
        patch.setattr(environment, "report", report)
        with pytest.raises(KeyboardInterrupt if broken_off else SystemExit):
            environment.prepare("test")
    environment.prepare("book")
    assert witness.exists() == stays
    assert workshop.installed == ["book"] * (1 if stays else 2)


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("python", "3.12.99", ".venv holds Python 3.12.99"),
        ("folder", "/elsewhere/.venv", "This folder was moved"),
    ],
)
def test_anothers_environment_is_made_anew_with_a_sentence(
    workshop: SimpleNamespace, capsys: pytest.CaptureFixture[str], key: str, value: str, sentence: str
) -> None:
    environment.prepare("book")
    stamp = workshop.venv / "complete.json"
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), key: value}))
    (workshop.venv / "old").touch()
    environment.prepare("book")
    assert workshop.installed == ["book", "book"]
    assert not (workshop.venv / "old").exists()
    assert sentence in capsys.readouterr().out


@pytest.mark.parametrize("version", [(2, 7), (3, 10), (3, 14)])
def test_a_python_that_does_not_fit_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]
) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 1))
    reason = python_fits.reason_against()
    assert f"Python {version[0]}.{version[1]}" in reason
    assert "PYTHON=" in reason
    assert "\n" not in reason


def test_a_python_without_ensurepip_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "ensurepip":
            raise ImportError(name)
        return imported(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    minor = sys.version_info[1]
    assert f"apt-get install python3.{minor}-venv" in python_fits.reason_against()


def test_the_makefile_works_in_a_folder_with_a_space_and_names_a_python_that_is_missing(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "a folder"
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Makefile", folder)
    good = subprocess.run(
        ["make", "python", f"PYTHON={sys.executable}"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert good.returncode == 0, good.stderr
    bad = subprocess.run(["make", "book", "PYTHON=python0.9"], cwd=folder, capture_output=True, text=True, check=False)
    assert bad.returncode != 0
    assert bad.stderr.startswith("PYTHON: no program called python0.9")
