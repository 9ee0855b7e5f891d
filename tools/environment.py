"""Make `.venv` hold exactly the pinned packages, however the last attempt ended; `.venv-bench` likewise.

    python tools/environment.py book      # .venv, requirements.txt: build and read the book
    python tools/environment.py homework  # .venv, requirements-homework.txt: release and grade homework as well
    python tools/environment.py test      # .venv, requirements-test.txt: run the tests as well
    python tools/environment.py bench     # .venv-bench, requirements-bench.txt: measure the library and its peers

The file `complete.json` in it is written last and says for what the environment was made. Without it, or with another
Python or folder in it, the environment is thrown away and made anew; with other pins in it, pip brings it up to date.
While pip only fetches, the file stays, so that without a network what worked still does.
"""

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# The peers' packages must not sway the book's.
FOLDERS = {"book": ".venv", "homework": ".venv", "test": ".venv", "bench": ".venv-bench"}
LISTS = {
    "book": ["requirements.txt"],
    "homework": ["requirements.txt", "requirements-homework.txt"],
    "test": ["requirements.txt", "requirements-homework.txt", "requirements-test.txt"],
    "bench": ["requirements-bench.txt"],
}


def home(purpose: str) -> Path:
    return ROOT / FOLDERS[purpose]


def stamp(purpose: str) -> Path:
    return home(purpose) / "complete.json"


def python(purpose: str) -> Path:
    return home(purpose) / "bin" / "python"


def wanted(purpose: str) -> dict[str, Any]:
    """What the stamp of an environment for `purpose` says; pyproject.toml counts since gdlib is installed from it."""
    return {
        "python": platform.python_version(),
        "folder": str(home(purpose)),
        "pins": {name: digest(ROOT / name) for name in [*LISTS[purpose], "pyproject.toml"]},
    }


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def found(purpose: str) -> dict[str, Any]:
    """What the stamp says, or {} if the environment is missing, half-made or no longer runs."""
    try:
        said: dict[str, Any] = json.loads(stamp(purpose).read_text())
        subprocess.run([python(purpose), "-c", ""], check=True, capture_output=True)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return {}
    return said


def covers(have: dict[str, Any], want: dict[str, Any]) -> bool:
    """True if each list that is wanted was installed as it stands now: an environment for tests covers the book."""
    have_pins, want_pins = have.get("pins", {}), want["pins"]
    return all(have_pins.get(name) == digest for name, digest in want_pins.items())


def prepare(purpose: str) -> None:
    want, have = wanted(purpose), found(purpose)
    same_place = have.get("python") == want["python"] and have.get("folder") == want["folder"]
    if same_place and covers(have, want):
        return
    if not same_place:
        begin(purpose, have, want)
    install(purpose)
    kept = have.get("pins", {}) if same_place else {}
    extra = {name: value for name, value in kept.items() if value == digest(ROOT / name)}
    half_written = stamp(purpose).with_suffix(".new")
    half_written.write_text(json.dumps({**want, "pins": {**extra, **want["pins"]}}, indent=1))
    half_written.replace(stamp(purpose))
    print(f"The environment in {FOLDERS[purpose]} is ready.", flush=True)


def begin(purpose: str, have: dict[str, Any], want: dict[str, Any]) -> None:
    """An empty virtual environment, with a sentence that says why the old one goes."""
    folder, name = home(purpose), FOLDERS[purpose]
    if have:
        if have["folder"] != want["folder"]:
            print(f"This folder was moved ({name} was made for {have['folder']}): making {name} anew.", flush=True)
        else:
            print(
                f"{name} holds Python {have['python']}, asked for is {want['python']}: making it anew.",
                flush=True,
            )
    elif folder.exists():
        print(
            f"{name} is not complete (its making was interrupted, or a tool of yours made it): making it anew.",
            flush=True,
        )
    else:
        print(f"Making the environment {name} with Python {want['python']} (once, a few minutes).", flush=True)
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    stamp(purpose).unlink(missing_ok=True)  # before all else, which an interruption may leave half removed
    shutil.rmtree(folder, ignore_errors=True)
    try:
        # In this process: if it is the folder's own Python (the folder was activated), its program is gone by now.
        venv.create(folder, symlinks=True, with_pip=True)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        words = error.output.decode(errors="replace") if isinstance(error, subprocess.CalledProcessError) else ""
        sys.exit(f"{words}{error}\n{sys.executable} could not make a virtual environment in {name}.")


def install(purpose: str) -> None:
    """Install the pinned lists with pip: a line of progress instead of its many, which pip.log keeps."""
    files = LISTS[purpose]
    lines = [line for name in files for line in (ROOT / name).read_text().splitlines() if re.match(r"[a-z0-9]", line)]
    command = [python(purpose), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    command += [word for name in files for word in ("-r", name)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    seen: set[str] = set()
    with (
        open(home(purpose) / "pip.log", "w", encoding="utf-8") as log,
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
                # So far pip has changed nothing; from here until the end, an interruption leaves no stamp.
                stamp(purpose).unlink(missing_ok=True)
                report(len(lines), len(lines), "unpacking, up to a minute or two")
    finish_line()
    if pip.returncode:
        log_file = home(purpose) / "pip.log"
        tail = log_file.read_text(encoding="utf-8").splitlines()[-25:]
        where = log_file.relative_to(ROOT)
        sys.exit("\n".join([*tail, "", f"pip could not install the pinned packages; its words are in {where}."]))


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
    if sys.argv[1:] not in [[purpose] for purpose in FOLDERS]:
        sys.exit(f"usage: python tools/environment.py {'|'.join(FOLDERS)}")
    try:
        prepare(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit("\nInterrupted; the next `make` begins this step again.")
