"""Drawing an assignment's values: one seed gives one homework, another seed another, and hidden values are apart.

A master's draw cell sees `np` and two generators: `shown`, for what students read, and `hidden`, for what only judges
use. Each has a stream of its own, so that no amount of what is shown says anything about what is hidden.
"""

import hashlib
import math
from typing import Any

import numpy as np

from homework.masters.master import PLACE, Master, MasterError


def draw(master: Master, seed: str) -> dict[str, Any]:
    """The values of the names that the draw cell assigns: numbers, text, lists of them; {} without a draw cell."""
    names: dict[str, Any] = {
        "np": np,
        "shown": _stream(master, seed, "shown"),
        "hidden": _stream(master, seed, "hidden"),
    }
    given = set(names)
    for cell in master.cells:
        if cell.role == "draw":
            try:
                exec(compile(cell.text, f"{master.name}, draw", "exec"), names)
            except Exception as problem:
                raise MasterError(f"{master.name}, draw: {type(problem).__name__}: {problem}") from problem
    values = {}
    for name, value in names.items():
        if name not in given and not name.startswith("_"):
            plain = _plain(value)
            if plain is not None:
                _refuse_nan(master, name, plain)
                values[name] = plain
    return values


def filled(master: Master, seed: str) -> Master:
    """The master with its values drawn and written in; raises MasterError where a «name» is not drawn."""
    values = draw(master, seed)
    for cell in master.cells:
        if cell.role != "draw" and (unknown := sorted(set(PLACE.findall(cell.text)) - set(values))):
            raise MasterError(
                f"{master.name}, {cell.role}:{cell.question}: needed names that draw gives "
                f"({', '.join(values) or 'none'}), came «{'», «'.join(unknown)}»"
            )
    return master.filled(values)


def _stream(master: Master, seed: str, which: str) -> np.random.Generator:
    text = f"{seed}\n{master.name}".encode()
    return np.random.default_rng(int.from_bytes(hashlib.blake2b(text, digest_size=32, person=which.encode()).digest()))


def _plain(value: Any) -> Any:
    """The value as Python's own numbers, text and lists; None if it is anything else (a module, a function)."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        parts = [_plain(part) for part in value]
        return None if any(part is None for part in parts) else type(value)(parts)
    return None


def _refuse_nan(master: Master, name: str, value: Any) -> None:
    """`nan` and `inf` are no Python literals: a cell that they are written into would not run."""
    if isinstance(value, float) and not math.isfinite(value):
        raise MasterError(f"{master.name}, draw: {name}: needed finite numbers, came {value}")
    if isinstance(value, list | tuple):
        for part in value:
            _refuse_nan(master, name, part)
