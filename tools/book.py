"""Build the book into _build/html with the environment's own Python; one build at a time in a folder.

.venv/bin/python tools/book.py            # what readers get
.venv/bin/python tools/book.py --strict   # from fresh pages, and any warning is an error: what tests use
"""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"


def build(strict: bool = False, root: Path = ROOT) -> int:
    """Run the builder in `root`; its exit status."""
    where = root / "_build"
    where.mkdir(exist_ok=True)
    with open(where / ".lock", "w") as lock:
        wait_for(lock)
        if strict:  # warnings are given only for pages that are read anew; what was executed stays kept
            for folder in ("html", ".doctrees"):
                shutil.rmtree(where / folder, ignore_errors=True)
        import matplotlib.font_manager  # noqa: F401  its first import writes a cache and says so: not in a page's output

        program = Path(sys.executable).with_name("jupyter-book")
        command = [program, "build", ".", *(["-W", "--keep-going", "-n"] if strict else [])]
        return subprocess.run(command, cwd=root, env=environment(), check=False).returncode


def environment() -> dict[str, str]:
    """The kernel and the builder's helpers are found by name, so this environment's programs come first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "PYTHONHASHSEED": "0", "JUPYTER_PREFER_ENV_PATH": "1"}


def wait_for(lock: object) -> None:
    """Two builds in one folder would write over each other."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
    except BlockingIOError:
        print("Another build is at work in this folder: waiting for it.", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)  # type: ignore[arg-type]


if __name__ == "__main__":
    try:
        status = build(strict="--strict" in sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("\nInterrupted; the next `make book` goes on from the pages already executed.")
    if status:
        sys.exit(f"The book was not built (status {status}): the reason stands above.")
    print(f"The book is in {(BUILD / 'html').relative_to(ROOT)}.")
