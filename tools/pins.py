"""Resolve tools/pins/*.in anew into requirements*.txt and show what differs.

One resolution holds for every Python and system that the book supports; the resolver is uv, in its own environment.
"""

import difflib
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "tools" / "pins"
VENV = ROOT / ".venv-pins"
RESOLVER = "uv==0.13.9"
OLDEST = "3.11"
HEADS = {
    "requirements.txt": "# One set of pins for Python 3.11, 3.12 and 3.13 on Linux, macOS and Windows;\n"
    "# `make pins` resolves it anew from tools/pins/book.in.\n",
    "requirements-homework.txt": "# What `make homework` adds to requirements.txt in the same environment;\n"
    "# `make pins` resolves it anew from tools/pins/homework.in.\n",
    "requirements-test.txt": "# What the tests add to the book's and the homework's packages in the same environment;\n"
    "# `make pins` resolves it anew from tools/pins/test.in.\n",
    "requirements-bench.txt": "# What `make bench` measures with, in an environment of its own, .venv-bench;\n"
    "# `make pins` resolves it anew from tools/pins/bench.in.\n",
}


def resolve(*arguments: str) -> list[str]:
    """The pins for the given lists, one a line, with a marker where one holds for some systems only."""
    command = [
        VENV / "bin" / "uv",
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--upgrade",
        "--no-header",
        "--no-annotate",
        "--no-emit-index-url",
        "--python-version",
        OLDEST,
        *arguments,
    ]
    text = subprocess.run(command, cwd=PINS, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]


def show(name: str, old: list[str], new: list[str]) -> None:
    changed = [line for line in difflib.unified_diff(old, new, n=0, lineterm="") if re.match(r"[-+][a-z0-9]", line)]
    print(f"{name}: {len(new)} lines, {len(changed)} differ")
    print("".join(f"  {line}\n" for line in changed), end="")


def write(name: str, lines: list[str]) -> None:
    path = ROOT / name
    show(name, path.read_text().splitlines() if path.exists() else [], lines)
    path.write_text(HEADS[name] + "\n".join(lines) + "\n")


def main() -> None:
    if not (VENV / "bin" / "uv").exists():
        shutil.rmtree(VENV, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([VENV / "bin" / "python", "-m", "pip", "install", "--quiet", RESOLVER], check=True)
    book = resolve("book.in")
    constraints = VENV / "book.txt"
    constraints.write_text("\n".join(book) + "\n")
    graded = resolve("book.in", "homework.in", "--constraint", str(constraints))
    constraints.write_text("\n".join(graded) + "\n")
    tested = resolve("book.in", "homework.in", "test.in", "--constraint", str(constraints))
    write("requirements.txt", [*book, "-e ."])
    write("requirements-homework.txt", [line for line in graded if line not in book])
    write("requirements-test.txt", [line for line in tested if line not in graded])
    constraints.write_text("\n".join(tested) + "\n")  # gdlib is measured with the packages that it is tested with
    # torch's wheel for a GPU names CUDA's packages and their versions itself; its wheel for processors needs none.
    bench = resolve("bench.in", "--constraint", str(constraints))
    write("requirements-bench.txt", [line for line in bench if not line.startswith(("cuda-", "nvidia-", "triton="))])


if __name__ == "__main__":
    main()
