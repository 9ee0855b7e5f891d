"""Execute a page again when the library that it calls has changed, not only when its own cells have.

The builder keys the outputs it keeps on a page's cells alone. Here they live in a folder named after gdlib, its data
and the pins, so another library means another folder; the setting's change also makes Sphinx read every page again.
A change in ext/ makes it read them again too, without executing anything.
"""

import hashlib
import shutil
import sys
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

INPUTS = ("gdlib", "requirements.txt", "benchmarks/*.json", "homework/demo/*.json")  # the last two: what pages print
MENDS = ("ext",)  # what changes pages without changing what they execute
KEPT = 3  # so that going back and forth between two states executes nothing twice
IGNORED = {"__pycache__", ".ipynb_checkpoints"}


def fingerprint(root: Path, inputs: tuple[str, ...] = INPUTS) -> str:
    """A hash of all that a page's outputs depend on beyond its own text: sources, data, pins, Python."""
    total = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for top in sorted(one for name in inputs for one in root.glob(name)):
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and not IGNORED & set(path.parts):
                total.update(path.relative_to(root).as_posix().encode() + b"\0")
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def choose_cache(app: Sphinx, config: Config) -> None:
    """Point the execution cache to this library's own folder and drop the ones used longest ago."""
    caches = Path(app.outdir).parent / ".jupyter_cache"
    mine = caches / fingerprint(Path(app.confdir))
    mine.mkdir(parents=True, exist_ok=True)
    mine.touch()
    by_age = sorted((folder for folder in caches.iterdir() if folder.is_dir()), key=lambda f: f.stat().st_mtime)
    for folder in by_age[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)
    config.nb_execution_cache_path = str(mine)
    config.mended_by = fingerprint(Path(app.confdir), MENDS)


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("mended_by", "", "env", str)
    app.connect("config-inited", choose_cache)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
