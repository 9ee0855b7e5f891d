"""The workflow that publishes the book: valid, pinned, and publishing from main only after the tests."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PAGES = ROOT / ".github" / "workflows" / "pages.yml"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_the_workflow_follows_its_schema(path: Path) -> None:
    words = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        str(path),
    ]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_the_citation_follows_its_schema() -> None:
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.citation-file-format"]
    run = subprocess.run([*words, str(ROOT / "CITATION.cff")], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit(path: Path) -> None:
    used = re.findall(r"uses:\s*(\S+)(.*)", path.read_text())
    loose = [
        name for name, note in used if not re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", name) or "# v" not in note
    ]
    assert used
    assert loose == []


def test_only_main_is_published_and_only_after_the_tests() -> None:
    jobs = yaml.safe_load(PAGES.read_text())["jobs"]
    publishing = [name for name, job in jobs.items() if "pages" in job.get("permissions", {})]
    assert publishing == ["deploy"]
    assert "github.ref == 'refs/heads/main'" in jobs["deploy"]["if"]
    assert "test" in jobs["deploy"]["needs"]
    steps = [step.get("run", "") for step in jobs["test"]["steps"]]
    assert any(step.startswith("make test") for step in steps)


def test_the_workflow_tests_every_python_that_is_supported() -> None:
    from tools.python_fits import NEWEST, OLDEST

    tested = yaml.safe_load(PAGES.read_text())["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert tested == [f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
