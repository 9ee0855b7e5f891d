"""A marking page at work on a course made by hand: served as `mark` serves it, for a browser to look at."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def served(course: Path, elsewhere: Path) -> Iterator[str]:
    """The address that `mark` prints, started in the folder `elsewhere`."""
    words = [sys.executable, "-m", "homework", "mark", "--port", "0", "--course", str(course)]
    given = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(words, cwd=elsewhere, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
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
