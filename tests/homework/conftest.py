"""What several of the homework's tests share."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from homework.sandbox.ran import Job, Limits, Ran


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


@pytest.fixture(scope="session")
def handmade_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with outcomes made by hand, to be copied: its gradebook takes seconds to make."""
    from tests.homework import handmade

    return handmade.course(tmp_path_factory.mktemp("handmade")).root
