"""The pages that students and instructors get as files, in a browser: no barrier, no sideways scroll, no other host."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from homework.gradebook import Mark
from homework.pages import reporting
from tests.conftest import Watch
from tests.homework import feedback_test, handmade, reporting_test


def report() -> str:
    return reporting.page(reporting_test.report(*reporting_test.CLASS))


@pytest.mark.parametrize("look", ["light", "dark", "print"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_has_no_barrier(tab: Watch, tmp_path: Path, look: Any, width: int) -> None:
    pages = {"feedback": feedback_test.text(1), "unknown": feedback_test.text(2), "report": report()}
    for name, said in pages.items():
        path = tmp_path / f"{name}.html"
        path.write_text(said, "utf-8")
        tab.page.set_viewport_size({"width": width, "height": 800})
        if look == "print":
            tab.page.emulate_media(media="print")
        else:
            tab.page.emulate_media(color_scheme=look)
        tab.page.goto(path.as_uri())
        found = Axe().run(tab.page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(name, one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
        assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not tab.troubles


def test_a_comment_cannot_act(tab: Watch, tmp_path: Path) -> None:
    marks = {"step": Mark(4.0, None, 0.0, "", False), "why": Mark(None, 1.0, 0.0, handmade.HOSTILE_TEXT, False)}
    path = tmp_path / "feedback.html"
    path.write_text(feedback_test.page(handmade.plan(), handmade.OUTCOMES[0], marks, "Student 01"), "utf-8")
    tab.page.goto(path.as_uri())
    assert tab.page.evaluate("window.taken") is None
    assert tab.page.locator("blockquote").inner_text().startswith("Comment")
    assert not tab.troubles
