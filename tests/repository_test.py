"""The repository itself: vendored files as taken, one address for the site, no module too long to read."""

import hashlib
import json
import re
import subprocess
from pathlib import Path

import yaml

from tests.conftest import ROOT
from tools.vendor import FOLDER, LIST, present, sums

REPOSITORY = yaml.safe_load((ROOT / "_config.yml").read_text())["repository"]["url"]
LONGEST = 300


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_the_vendored_files_are_the_ones_that_were_taken() -> None:
    for name in json.loads(LIST.read_text()):
        assert (FOLDER / name / "SHA256SUMS").read_text() == sums(present(FOLDER / name))
        assert (FOLDER / name / "LICENSE").exists()
    content = (FOLDER / "mathjax" / "tex-chtml.js").read_bytes()
    assert f"{hashlib.sha256(content).hexdigest()}  tex-chtml.js" in (FOLDER / "mathjax" / "SHA256SUMS").read_text()


def test_the_repositorys_address_is_the_one_setting_wherever_it_is_written() -> None:
    owner, name = REPOSITORY.removeprefix("https://github.com/").split("/")
    forms = (REPOSITORY, f"https://{owner}.github.io/{name}/", f"mybinder.org/v2/gh/{owner}/{name}/")
    ours = re.compile(
        rf"https://github\.com/[\w-]+/{name}\b|https://[\w-]+\.github\.io/[\w-]+/|mybinder\.org/v2/gh/[\w/-]+?/(?=main)"
    )
    plain = [path for path in tracked() if path.suffix in {".md", ".toml", ".cff", ".yml"} or path.name == "README.md"]
    found = [(path.name, hit) for path in plain for hit in ours.findall(path.read_text(encoding="utf-8"))]
    assert found
    assert [one for one in found if one[1] not in forms] == []


def test_no_module_is_too_long_for_one_sitting() -> None:
    folders = {"gdlib", "ext", "tools"}
    sources = [
        path for path in tracked() if path.suffix in {".py", ".mjs"} and path.relative_to(ROOT).parts[0] in folders
    ]
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in sources
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}
