"""A marking page at work on a course made by hand: served as `mark` serves it, for a browser to look at.

.venv/bin/python -m tests.homework.mark_page     # takes assets/marking-page.png, the guide's picture, anew
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.homework import handmade
from tools import browser

ROOT = Path(__file__).resolve().parent.parent.parent
PICTURE = ROOT / "assets" / "marking-page.png"
READY = "() => formgrader.loaded && formgrader.grades.loaded && formgrader.comments.loaded && MathJax.loaded"


@contextmanager
def served(course: Path, elsewhere: Path) -> Iterator[str]:
    """The address that `mark` prints, started in the folder `elsewhere`."""
    words = [sys.executable, "-m", "homework", "mark", "--port", "0", "--course", str(course)]
    given = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        words, cwd=elsewhere, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        assert running.stdout
        said = ""
        try:
            for line in running.stdout:
                said += line
                if found := re.search(r"http://127\.0\.0\.1:\S+", line):
                    yield found[0]
                    break
            else:
                raise AssertionError(f"mark: needed an address, came {said}")
        finally:
            running.terminate()


def submission(page: Page, student: str) -> None:
    """Open a student's submission, whose number says nothing of who they are."""
    listed = f"/formgrader/api/submitted_notebooks/{handmade.NAME}/{handmade.NAME}"
    found = page.evaluate(f"fetch('{listed}').then(answer => answer.json())")
    identity = next(one["id"] for one in found if one["student"] == student)
    page.goto(page.url.split("/formgrader")[0] + f"/formgrader/submissions/{identity}/")
    page.wait_for_function(READY)


def give(page: Page, box: str, words: str) -> None:
    """Type into a box for points or a comment, and leave it, which saves it."""
    with page.expect_response(lambda answer: answer.request.method == "PUT") as answer:
        page.fill(f"#{box}", words)
        page.press(f"#{box}", "Escape")
    assert answer.value.ok


def picture() -> None:
    """One submission with a mark and a comment typed in, in 64 colours."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        served(handmade.course(Path(folder)).root, Path(folder)) as address,
    ):
        chromium = playwright.chromium.launch(executable_path=browser.ensure(), args=browser.ARGUMENTS)
        page = chromium.new_page(viewport={"width": 1280, "height": 1060}, color_scheme="light")
        page.goto(address)
        submission(page, "s02")
        give(page, "why", "1")
        give(page, "why-comment", "One step size is a part of it. What do the two curvatures have to do with it?")
        page.evaluate("document.activeElement.blur(); $('body, html').stop(); scrollTo(0, 290)")
        page.wait_for_timeout(2000)  # until the tick that says `saved` has faded
        taken = Image.open(BytesIO(page.screenshot())).convert("RGB")
        chromium.close()
    taken.quantize(64, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
    print(f"{PICTURE}: {PICTURE.stat().st_size // 1000} kB")


if __name__ == "__main__":
    picture()
