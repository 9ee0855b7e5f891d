"""A second build, from nothing and in another folder, shows the same figures and numbers, to the byte."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.conftest import HTML, ROOT

NEEDED = (
    *("gdlib", "book", "assets", "ext", "tests", "tools", "benchmarks", "homework"),  # the last two: what pages print
    *("index.md", "_config.yml", "_toc.yml", "requirements.txt"),
)


def outputs(html: Path) -> dict[str, list[str]]:
    """What the cells of each page show: printed numbers, figures, explorers."""
    pages = [html / "index.html", *sorted((html / "book").glob("*.html"))]
    return {
        page.name: [str(part) for part in BeautifulSoup(page.read_text("utf-8"), "html.parser").select(".cell_output")]
        for page in pages
    }


@pytest.mark.slow
@pytest.mark.site
def test_a_second_build_shows_the_same_to_the_byte(tmp_path: Path) -> None:
    copy = tmp_path / "second build"
    for name in NEEDED:
        source = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__")
        copy.mkdir(exist_ok=True)
        (shutil.copytree(source, copy / name, ignore=ignored) if source.is_dir() else shutil.copy(source, copy / name))
    done = subprocess.run(
        [sys.executable, "tools/book.py"], cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    first, second = outputs(HTML), outputs(copy / "_build" / "html")
    assert sum(map(len, first.values())) > 50
    assert second == first
