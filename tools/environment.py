"""Make `.venv` hold exactly the pinned packages, however the last attempt ended.

    python tools/environment.py book      # requirements.txt: build and read the book
    python tools/environment.py test      # requirements-test.txt: run the tests as well

The file `.venv/complete.json` is written last and says for what the environment was made. Without it, or with another
Python or folder in it, the environment is thrown away and made anew; with other pins in it, pip brings it up to date.
"""

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "complete.json"
PYTHON = VENV / "bin" / "python"
LISTS = {"book": ["requirements.txt"], "test": ["requirements.txt", "requirements-test.txt"]}


def wanted(purpose: str) -> dict[str, Any]:
    """What the stamp of an environment for `purpose` says; pyproject.toml counts since gdlib is installed from it."""
    return {
        "python": platform.python_version(),
        "folder": str(VENV),
        "pins": {name: digest(ROOT / name) for name in [*LISTS[purpose], "pyproject.toml"]},
    }


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def found() -> dict[str, Any]:
    """What the stamp says, or {} if the environment is missing, half-made or no longer runs."""
    try:
        stamp: dict[str, Any] = json.loads(STAMP.read_text())
        subprocess.run([PYTHON, "-c", ""], check=True, capture_output=True)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return {}
    return stamp


def covers(have: dict[str, Any], want: dict[str, Any]) -> bool:
    """True if each list that is wanted was installed as it stands now: an environment for tests covers the book."""
    have_pins, want_pins = have.get("pins", {}), want["pins"]
    return all(have_pins.get(name) == digest for name, digest in want_pins.items())


def prepare(purpose: str) -> None:
    want, have = wanted(purpose), found()
    same_place = have.get("python") == want["python"] and have.get("folder") == want["folder"]
    if same_place and covers(have, want):
        return
    if not same_place:
        begin(have, want)
    STAMP.unlink(missing_ok=True)  # from here until the end, an interruption leaves no stamp
    install(purpose)
    kept = have.get("pins", {}) if same_place else {}
    extra = {name: value for name, value in kept.items() if value == digest(ROOT / name)}
    half_written = STAMP.with_suffix(".new")
    half_written.write_text(json.dumps({**want, "pins": {**extra, **want["pins"]}}, indent=1))
    half_written.replace(STAMP)
    print("The environment in .venv is ready.", flush=True)


def begin(have: dict[str, Any], want: dict[str, Any]) -> None:
    """An empty virtual environment, with a sentence that says why the old one goes."""
    if have:
        if have["folder"] != want["folder"]:
            print(f"This folder was moved (.venv was made for {have['folder']}): making .venv anew.", flush=True)
        else:
            print(
                f".venv holds Python {have['python']}, asked for is {want['python']}: making it anew.",
                flush=True,
            )
    elif VENV.exists():
        print(
            ".venv is not complete (its making was interrupted, or a tool of yours made it): making it anew.",
            flush=True,
        )
    else:
        print(f"Making the environment .venv with Python {want['python']} (once, a few minutes).", flush=True)
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True, check=False)
    if made.returncode:
        sys.exit(f"{made.stdout}{made.stderr}\n{sys.executable} could not make a virtual environment in .venv.")


def install(purpose: str) -> None:
    """Install the pinned lists with pip: a line of progress instead of its many, which .venv/pip.log keeps."""
    files = LISTS[purpose]
    lines = [line for name in files for line in (ROOT / name).read_text().splitlines() if re.match(r"[a-z0-9]", line)]
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    command += [word for name in files for word in ("-r", name)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    seen: set[str] = set()
    with (
        open(VENV / "pip.log", "w", encoding="utf-8") as log,
        subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
        ) as pip,
    ):
        assert pip.stdout is not None
        for line in pip.stdout:
            log.write(line)
            if match := re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line):
                seen.add(match[1])
                report(len(seen), len(lines), match[1])
            elif line.startswith("Installing collected"):
                report(len(lines), len(lines), "unpacking, up to a minute or two")
    finish_line()
    if pip.returncode:
        tail = (VENV / "pip.log").read_text(encoding="utf-8").splitlines()[-25:]
        sys.exit("\n".join([*tail, "", "pip could not install the pinned packages; its words are in .venv/pip.log."]))


def report(done: int, total: int, name: str) -> None:
    """Progress: one line that rewrites itself in a terminal, a line for every 25th package in a log."""
    text = f"  packages: {min(done, total)} of about {total}  {name}"
    if sys.stdout.isatty():
        print(f"\r{text:<79.79}", end="", flush=True)
    elif done % 25 == 0 or done == total:
        print(text, flush=True)


def finish_line() -> None:
    if sys.stdout.isatty():
        print(flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if sys.argv[1:] not in (["book"], ["test"]):
        sys.exit("usage: python tools/environment.py book|test")
    try:
        prepare(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit("\nInterrupted; the next `make` begins this step again.")
