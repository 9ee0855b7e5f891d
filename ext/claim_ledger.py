"""The ledger book/claims.json: what the claim tests proved, by which test, for which state of gdlib."""

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = Path("book") / "claims.json"
_MARKED = re.compile(r"^\s*@claim\(", re.MULTILINE)
_DIGITS = 12  # stored; beyond them machines differ


@dataclass(frozen=True)
class Proof:
    """The test of a claim, the line where it stands, and what it proved; None if it failed."""

    test: str
    line: int
    numbers: list[int | float] | None


@dataclass(frozen=True)
class Ledger:
    """Proofs by the claim's id, and the state of gdlib and of the claim tests for which they hold."""

    state: str
    proofs: Mapping[str, Proof] = field(default_factory=dict)

    def text(self) -> str:
        """The file's content: the same bytes for the same proofs."""
        rows = [f"  {_json(name)}: {_json(asdict(proof))}" for name, proof in sorted(self.proofs.items())]
        claims = "{\n" + ",\n".join(rows) + "\n }" if rows else "{}"
        return f'{{\n "state": {_json(self.state)},\n "claims": {claims}\n}}\n'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def load(root: Path) -> Ledger | None:
    """The committed ledger, or None if there is none."""
    file = root / FILE
    if not file.is_file():
        return None
    document = json.loads(file.read_text(encoding="utf-8"))
    return Ledger(document["state"], {name: Proof(**proof) for name, proof in document["claims"].items()})


def claim_tests(root: Path) -> list[Path]:
    """The test files that prove claims, in order."""
    return [
        path for path in sorted((root / "tests").rglob("*_test.py")) if _MARKED.search(path.read_text(encoding="utf-8"))
    ]


def state_of(root: Path) -> str:
    """A hash of gdlib and of the claim tests; line endings and what Python leaves behind do not count."""
    library = [path for path in sorted((root / "gdlib").rglob("*")) if path.is_file() and not _left_behind(path)]
    total = hashlib.sha256()
    for path in [*library, *claim_tests(root)]:
        content = path.read_bytes()
        if b"\0" not in content:
            content = content.replace(b"\r\n", b"\n")
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + hashlib.sha256(content).digest())
    return total.hexdigest()


def _left_behind(path: Path) -> bool:
    parts = {"__pycache__", ".ipynb_checkpoints", ".mypy_cache", ".ruff_cache"} & set(path.parts)
    return bool(parts) or path.suffix == ".pyc" or path.name.startswith(".")


def rounded(numbers: Sequence[int | float]) -> list[int | float]:
    """Numbers as they are stored."""
    return [number if isinstance(number, int) else float(f"{number:.{_DIGITS}g}") for number in numbers]


def same(old: Sequence[int | float] | None, new: Sequence[int | float] | None) -> bool:
    """True if two runs proved the same, but for the last digits in which machines differ."""
    if old is None or new is None:
        return old is new
    return len(old) == len(new) and all(
        math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in zip(old, new, strict=True)
    )
