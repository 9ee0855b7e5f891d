"""Generated text made machine code by Numba, kept on disk for the next session; a cache that fails is done without.

The text becomes a module in the user's cache folder, for Numba keeps machine code beside a file. Where that folder
cannot be written, or what lies in it cannot be used, the text is compiled in memory.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

from gdlib.emit.as_python import compiled
from gdlib.loops import compiler_words

Names = dict[str, Any]
Function = Callable[..., None]
_lock = Lock()
_ready: dict[str, Names] = {}
_functions: dict[tuple[Function, str], Function] = {}


@lru_cache(maxsize=1)
def missing() -> str | None:
    """None where Numba works, else why not."""
    if importlib.util.find_spec("numba") is None:
        return 'Numba is not installed; pip install "gdlib[fast]" brings it'
    try:
        import numba  # noqa: F401  # it looks whether it can work with this NumPy
    except ImportError as error:
        return f"Numba cannot be imported: {error}"
    return None


def of_text(text: str, functions: Mapping[str, str | None], **given: Any) -> Names:
    """The names of a text with these functions of it compiled, in order, and what is given in place of its own names.

    Each is compiled for a signature in Numba's words; one with None, a helper of those that follow, as they call it.
    """
    with _lock:  # one compilation, however many threads ask for it
        names = _ready.get(text)
        if names is None:
            try:
                names = _all_jitted(_module(text), functions, given, cache=True)
            except Exception:  # whatever a broken file gives rise to; an error of the text's own comes once more
                _forget(text)
                names = _all_jitted(compiled(text), functions, given, cache=False)
            _ready[text] = names
        return names


def of_function(function: Function, signature: str) -> Function:
    """A function of gdlib's own, compiled."""
    with _lock:
        made = _functions.get((function, signature))
        if made is None:
            try:
                made = _jitted(function, signature, cache=True)
            except Exception:
                made = _jitted(function, signature, cache=False)
            _functions[function, signature] = made
        return made


def is_at_hand(text: str) -> bool:
    """Whether the text has been compiled in this session."""
    return text in _ready


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _indices(text: str) -> list[Path]:
    """Numba's lists of the machine code that it keeps for a text."""
    folder = _folder()
    return [] if folder is None else list(folder.glob(f"__pycache__/{_name(text)}.*.nbi"))


def _forget(text: str) -> None:
    """So that the next session makes anew what this one could not use."""
    with suppress(OSError):
        for index in _indices(text):
            index.unlink()


def _all_jitted(names: Names, functions: Mapping[str, str | None], given: Names, cache: bool) -> Names:
    names.update(given)
    for name, signature in functions.items():
        names[name] = _jitted(names[name], signature, cache)
    return names


def _jitted(function: Function, signature: str | None, cache: bool) -> Function:
    import numba

    made: Any = numba.njit(cache=cache and signature is not None, nogil=True, error_model="numpy", boundscheck=False)(
        function
    )
    if signature is not None:
        made.compile(eval(signature, dict(vars(numba.types))))  # our own words, in which types have Numba's names
        made.disable_compile()
    machine: Function = made
    return machine


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
    module = ModuleType(f"gdlib_{path.stem}")
    sys.modules[module.__name__] = module  # machine code that is loaded asks for it
    exec(compile(text, str(path), "exec"), vars(module))  # our own text: printed from the graph
    return vars(module)


def _name(text: str) -> str:
    """Of the text and of the words that it is compiled with: a release that mends one of them makes it anew."""
    return f"lanes_{hashlib.sha256((_words() + text).encode()).hexdigest()[:24]}"


@lru_cache(maxsize=1)
def _words() -> str:
    return inspect.getsource(compiler_words)


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
