"""Run everything that a change must pass, in the order of what fails soonest, and say at the end what did not.

.venv/bin/python tools/check.py          # `make test`
.venv/bin/python tools/check.py --all    # `make test-all`: also the tests marked slow
.venv/bin/python tools/check.py unit     # only the steps named
"""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import book, browser, bubblewrap  # noqa: E402  found once the repository's root is on the path

PYTHON = sys.executable
PYTEST = [PYTHON, "-m", "pytest", "-q", "--durations=10", "--durations-min=2"]
# Each worker takes half of the files, whole, so what a file's tests share is made once; one whose tests are done takes
# over others' that have not begun.
SHARED = ["-n", "2", "--dist", "worksteal"]
HOMEWORK = "tests/homework"  # apart: they take a sandbox


def steps(everything: bool) -> dict[str, list[str]]:
    """Each step's command by its name; tests that look at the built site come after the build."""
    pace = "" if everything else " and not slow"
    elsewhere = [*PYTEST, f"--ignore={HOMEWORK}"]
    # A file's tests stay together: several share a class that takes half a minute to grade. A test that ends its
    # worker is tried once more by the next one; then the step ends.
    together = [*PYTEST, "-n", "2", "--dist", "loadfile", "--max-worker-restart", "1", HOMEWORK]
    return {
        "lint": [PYTHON, "-m", "ruff", "check", "."],
        "types": [PYTHON, "-m", "mypy"],
        "unit": [*elsewhere, *SHARED, "-m", "not browser and not site" + pace],
        "book": [PYTHON, "tools/book.py", "--strict"],
        "homework": together if everything else [*together, "-m", "not slow"],
        # Each worker has its own Chromium; no doctest of the library takes one.
        "browser": [*elsewhere, *SHARED, "tests", "-m", "(browser or site)" + pace],
    }


def main(words: list[str]) -> int:
    plan = steps("--all" in words)
    names = [word for word in words if word != "--all"] or list(plan)
    if unknown := [name for name in names if name not in plan]:
        sys.exit(f"step: needed one of {', '.join(plan)}, got {', '.join(unknown)}")
    if {"browser", "unit", "homework"} & set(names):  # before the minutes of the other steps, not after
        browser.ensure()
    if "homework" in names and sys.platform == "linux":
        bubblewrap.ensure()
    outcome = []
    for name in names:
        print(f"\n== {name}", flush=True)
        begun = time.monotonic()
        status = subprocess.run(plan[name], cwd=ROOT, env=book.environment(), check=False).returncode
        outcome.append((name, time.monotonic() - begun, status))
    print(
        "\n" + "\n".join(f"{name:<8} {took:6.0f} s  {'passed' if not bad else 'FAILED'}" for name, took, bad in outcome)
    )
    return int(any(status for _, _, status in outcome))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted.")
