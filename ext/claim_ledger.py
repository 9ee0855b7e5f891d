"""The ledger book/claims.json: what the claim tests proved, by which test, for which state of what they read."""

import ast
import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = Path("book") / "claims.json"
FOLDERS = ("gdlib", "tests/goldens")  # what claims speak of, and the stored values that they are compared with
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
    """Proofs by the claim's id, and the state for which they hold."""

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
    """A hash of gdlib, the goldens, the claim tests and what these import from tests/.

    Line endings and what Python leaves behind do not count.
    """
    files = {path for folder in FOLDERS for path in (root / folder).rglob("*") if path.is_file()}
    total = hashlib.sha256()
    for path in sorted({path for path in files if not _left_behind(path)} | with_imports(root, claim_tests(root))):
        content = path.read_bytes()
        if b"\0" not in content:
            content = content.replace(b"\r\n", b"\n")
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + hashlib.sha256(content).digest())
    return total.hexdigest()


def with_imports(root: Path, files: Sequence[Path]) -> set[Path]:
    """The files, the modules of tests/ that they import, what these import, and so on."""
    found: set[Path] = set()
    waiting = list(files)
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += _imported(root, file)
    return found


def _imported(root: Path, file: Path) -> list[Path]:
    names = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = file.relative_to(root).parts[: -node.level] if node.level else ()
            within = ".".join([*package, *([node.module] if node.module else [])])
            names += [f"{within}.{alias.name}" for alias in node.names]  # what is imported may be a module itself
    parts = [name.split(".") for name in names if name.startswith("tests.")]
    places = [root.joinpath(*one[:length]) for one in parts for length in range(1, len(one) + 1)]
    files = [file for place in places for file in (place.with_suffix(".py"), place / "__init__.py")]
    return [file for file in files if file.is_file()]


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
