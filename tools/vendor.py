"""Compare the files under assets/vendor with the packages they were taken from; WRITE=1 replaces them.

assets/vendor/vendored.json says for each folder which npm package, which version and which files. Needs npm.
"""

import fnmatch
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "assets" / "vendor"
LIST = FOLDER / "vendored.json"
SUMS = "SHA256SUMS"


def unpack(package: str, version: str, into: Path) -> Path:
    """The package's files, fetched with npm and unpacked below `into`."""
    subprocess.run(["npm", "pack", "--silent", f"{package}@{version}"], cwd=into, check=True, stdout=subprocess.DEVNULL)
    (archive,) = into.glob("*.tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(into, filter="data")
    return into / "package"


def chosen(source: Path, below: str, patterns: list[str]) -> dict[str, bytes]:
    """The files to vendor by their name here, and the licence."""
    files = {"LICENSE": (source / "LICENSE").read_bytes()}
    base = source / below
    for path in sorted(base.rglob("*")):
        name = path.relative_to(base).as_posix()
        if path.is_file() and any(fnmatch.fnmatch(name, pattern) for pattern in patterns):
            files[name] = path.read_bytes()
    return files


def sums(files: dict[str, bytes]) -> str:
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))


def present(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != SUMS
    }


def difference(here: dict[str, bytes], there: dict[str, bytes]) -> list[str]:
    return [
        f"{name}: {'only here' if name not in there else 'missing here' if name not in here else 'differs'}"
        for name in sorted(here.keys() | there.keys())
        if here.get(name) != there.get(name)
    ]


def replace(folder: Path, files: dict[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / SUMS).write_text(sums(files))


def main() -> int:
    if not shutil.which("npm"):
        sys.exit("npm is needed to fetch the packages to compare with; install Node.js first.")
    write, differs = os.environ.get("WRITE") == "1", False
    for name, entry in json.loads(LIST.read_text()).items():
        with tempfile.TemporaryDirectory() as scratch:
            source = unpack(entry["package"], entry["version"], Path(scratch))
            there = chosen(source, entry["below"], entry["files"])
        lines = difference(present(FOLDER / name), there)
        print(f"{name}: {entry['package']} {entry['version']}, {len(there)} files, {len(lines)} differ")
        print("".join(f"  {line}\n" for line in lines), end="")
        if lines and write:
            replace(FOLDER / name, there)
        differs = differs or bool(lines)
    return int(differs and not write)


if __name__ == "__main__":
    sys.exit(main())
