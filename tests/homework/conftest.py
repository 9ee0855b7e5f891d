"""What several of the homework's tests share."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from homework.course import Course
from homework.inside.kernel import judged
from homework.sandbox.ran import CellRan, Job, JudgeRan, Limits, Ran


@pytest.fixture(scope="session")
def sandbox() -> Callable[..., Ran]:
    """Runs cells in a sandbox, each a text or (text, judge, …); fails where Linux has none, for grading needs it."""
    if sys.platform != "linux":
        pytest.skip("the sandbox is Linux's")
    from homework.sandbox import running as walled
    from tools import bubblewrap

    bubblewrap.ensure()

    def run(*cells: str | tuple[str, ...], sandboxed: bool = True, **limits: Any) -> Ran:
        parts = [(cell,) if isinstance(cell, str) else cell for cell in cells]
        job: Job = {"cells": [{"kind": "code", "text": text, "judges": list(judges)} for text, *judges in parts]}
        return walled.run(job, Limits(**limits), sandboxed=sandboxed)

    return run


def in_process(job: Job, limits: Limits, *, sandboxed: bool = True, stop: object = None) -> Ran:
    """What a sandbox gives for trusted cells, without a kernel: a start costs seconds of processor."""
    names: dict[str, Any] = {"__name__": "__main__"}
    cells, judges = [], []
    for cell in job["cells"]:
        ran = CellRan("ok")
        if cell["kind"] == "code":
            try:
                exec(compile(cell["text"], "cell", "exec"), names)
            except Exception as problem:
                ran = CellRan("error", type(problem).__name__, str(problem))
        cells.append(ran)
        judges.append(tuple(JudgeRan(**judged(code, names)) for code in cell["judges"]))
    return Ran(tuple(cells), tuple(judges))


@pytest.fixture(scope="session")
def tiny_released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which tiny is released, to be copied; releasing_test shows that a sandbox gives the same bytes."""
    from homework.releasing import release

    course = Course(tmp_path_factory.mktemp("released") / "course")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("homework.sandbox.running.run", in_process)
        release(course, "tiny", sources=Path(__file__).parent / "data", seed="seed", say=lambda sentence: None)
    return course.root


@pytest.fixture(scope="session")
def handmade_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with outcomes made by hand, to be copied: its gradebook takes seconds to make."""
    from tests.homework import handmade

    return handmade.course(tmp_path_factory.mktemp("handmade")).root
