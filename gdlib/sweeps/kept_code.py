"""Generated text made machine code by Numba, kept on disk for the next session; a cache that fails is done without.

The text becomes a module in the user's cache folder, for Numba keeps machine code beside a file. Where that folder
cannot be written, or what lies in it cannot be used, the text is compiled in memory.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from gdlib.emit.as_python import compiled

Names = dict[str, Any]
_OPTIONS = {"nogil": True, "error_model": "numpy", "fastmath": False, "boundscheck": False}
_lock = Lock()
_ready: dict[str, Names] = {}


@lru_cache(maxsize=1)
def missing() -> str | None:
    """None where Numba works, else why not."""
    if importlib.util.find_spec("numba") is None:
        return 'is not installed; pip install "gdlib[fast]" brings it'
    try:
        import numba  # noqa: F401  # it looks whether it can work with this NumPy
    except ImportError as error:
        return f"cannot be imported: {error}"
    return None


def machine_code(text: str, functions: Mapping[str, str | None]) -> Names:
    """The names of a text with these functions compiled, in order: for a signature in Numba's words, or as called."""
    with _lock:  # one compilation of a text, however many threads ask for it
        names = _ready.get(text)
        if names is None:
            names = _ready[text] = _made(text, functions)
        return names


def is_ready(text: str) -> bool:
    """Whether the text has been compiled in this session, or machine code for it seems to lie on disk."""
    folder = _folder()
    return text in _ready or (folder is not None and any(folder.glob(f"__pycache__/{_name(text)}*.nbi")))


def _made(text: str, functions: Mapping[str, str | None]) -> Names:
    try:
        return _jitted(_module(text), functions, cache=True)
    except Exception:  # whatever a broken file in the cache gives rise to; an error of the text's own comes once more
        return _jitted(compiled(text), functions, cache=False)


def _jitted(names: Names, functions: Mapping[str, str | None], cache: bool) -> Names:
    import numba

    for name, signature in functions.items():
        names[name] = numba.njit(cache=cache, **_OPTIONS)(names[name])
        if signature is not None:
            names[name].compile(signature)
            names[name].disable_compile()
    return names


def _module(text: str) -> Names:
    """The names of the text, as those of a module whose file lies in the cache."""
    folder = _folder()
    if folder is None:
        raise OSError("no folder for machine code")
    path = folder / f"{_name(text)}.py"
    try:
        current = path.read_text(encoding="utf-8") == text
    except (OSError, ValueError):
        current = False
    if not current:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".part", delete=False, encoding="utf-8") as part:
            part.write(text)
        os.replace(part.name, path)
    spec = importlib.util.spec_from_file_location(f"gdlib_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # machine code that is loaded asks for it
    spec.loader.exec_module(module)
    return vars(module)


def _name(text: str) -> str:
    return f"lanes_{hashlib.sha256(text.encode()).hexdigest()[:24]}"


def _folder() -> Path | None:
    """Where a user's programs keep what they can make anew, by the system's custom."""
    environment: Mapping[str, str] = os.environ
    try:
        if given := environment.get("XDG_CACHE_HOME"):
            base = Path(given)
        elif sys.platform == "win32":
            base = Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        else:
            base = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    except RuntimeError:  # no home
        return None
    return base / "gdlib" / f"python{sys.version_info.major}.{sys.version_info.minor}"
