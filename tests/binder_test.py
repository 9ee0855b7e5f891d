"""Binder: the repository is understood as meant, and the link from a page opens it as a notebook."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import ROOT
from tests.jupyter_lab import BIN, environment, jupyter_lab


def test_binder_installs_the_pins_on_the_python_that_runtime_txt_names() -> None:
    words = [str(BIN / "repo2docker"), "--no-build", "--debug", str(ROOT)]
    run = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
    recipe = run.stdout + run.stderr
    version = (ROOT / "runtime.txt").read_text().strip().removeprefix("python-")
    assert f"python={version}" in recipe
    copied = recipe.index("COPY --chown=0:0 src/ ")
    installed = recipe.index('pip install --no-cache-dir -r "requirements.txt"')
    assert copied < installed, "requirements.txt ends in `-e .`, which needs the repository itself"
    assert re.search(r"RUN \./postBuild", recipe)


def test_no_folder_hides_the_files_that_binder_reads() -> None:
    """A folder called binder, even an empty one, makes Binder ignore requirements.txt and runtime.txt."""
    assert not [name for name in ("binder", ".binder") if (ROOT / name).exists()]
    assert os.access(ROOT / "postBuild", os.X_OK)


@pytest.fixture
def jupyterlab(tmp_path: Path) -> Iterator[str]:
    """JupyterLab on a copy of one page, in a home that postBuild's last line has prepared."""
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "index.md").write_text((ROOT / "index.md").read_text(encoding="utf-8"), encoding="utf-8")
    last = (ROOT / "postBuild").read_text().strip().splitlines()[-1].partition("#")[0].split()
    subprocess.run(last, cwd=folder, env=environment(tmp_path), check=True, capture_output=True)
    with jupyter_lab(folder, home=tmp_path) as address:
        yield address


@pytest.mark.browser
def test_the_launch_link_opens_a_page_as_a_notebook(chromium: Browser, jupyterlab: str) -> None:
    page = chromium.new_page()
    page.goto(f"{jupyterlab}/tree/index.md")
    expect(page.locator(".jp-Notebook .jp-Cell").first).to_be_visible(timeout=60_000)
    page.close()
