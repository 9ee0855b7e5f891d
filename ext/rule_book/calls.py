"""The same rule in torch, optax and Keras: the calls that made its golden values, and the forms that differ."""

import json
import re
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from gdlib.update_rule import Rule

ANSWERS = Path("tests") / "goldens" / "data"
LIBRARIES = {"torch": "torch", "optax": "optax", "keras": "Keras"}
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


class Answers(NamedTuple):
    """The stored rows by rule, and which versions of the libraries they come from, in words."""

    rows: dict[str, list[dict[str, Any]]]
    versions: str


def answers(root: Path) -> Answers:
    """What lies in the repository's folder of outside answers."""
    files = sorted((root / ANSWERS).glob("*.json"))
    stored = [file for file in (json.loads(path.read_text(encoding="utf-8")) for path in files) if "rule" in file]
    rows = {file["rule"]: file["rows"] for file in stored}
    made_by = {
        name: version for several in rows.values() for row in several for name, version in row["versions"].items()
    }
    return Answers(rows, _listed([f"{title} {made_by[name]}" for name, title in LIBRARIES.items() if name in made_by]))


def calls(rule: Rule, stored: Answers) -> str:
    """The calls that agree, a block for each set of our settings; the libraries' other forms; or that none has it."""
    agreeing = same_points(rule, stored)
    others = list(_told_apart(row for row in _of_libraries(rule, stored) if not row["ours"]))
    parts = [f"**Elsewhere** the same points come from\n\n{agreeing}" if agreeing else _none(rule, stored)]
    if others:
        parts.append(f"Close to it, but another rule:\n\n{_code(line for row in others for line in _noted(row))}")
    return "\n\n".join(parts)


def same_points(rule: Rule, stored: Answers) -> str:
    """The libraries' calls that visit the same points, as code; "" if there is none."""
    agreeing = list(_told_apart(row for row in _of_libraries(rule, stored) if row["ours"]))
    return _blocks(rule, agreeing) if agreeing else ""


def _of_libraries(rule: Rule, stored: Answers) -> list[dict[str, Any]]:
    return [row for row in stored.rows.get(rule.name, []) if row["library"] in LIBRARIES]


def _none(rule: Rule, stored: Answers) -> str:
    answered = any(row["ours"] for row in stored.rows.get(rule.name, []))
    proof = "; it is tested against a second derivation, in decimal arithmetic" if answered else ""
    return f"**Elsewhere** none of the three libraries has it{proof}."


def _told_apart(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Of rows that are alike but for their numbers, the first."""
    seen = set()
    for row in rows:
        kind = _NUMBER.sub("#", row["called"])
        if kind not in seen:
            seen.add(kind)
            yield row


def _blocks(rule: Rule, rows: list[dict[str, Any]]) -> str:
    """Our call and under it those that walk the same points, for each choice of our settings."""
    by_settings: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        settings = ", ".join(f"{name}={value!r}" for name, value in row["hyperparameters"].items())
        by_settings.setdefault(settings, []).append(row)
    lines = []
    for settings, several in by_settings.items():
        lines.append(f"gd.descend(f, gd.rules.{rule.name}, start, steps=steps, {settings})")
        lines += [line for row in several for line in _noted(row)]
        lines.append("")
    return _code(lines[:-1])


def _noted(row: dict[str, Any]) -> list[str]:
    """A call, with its note as a comment above it."""
    return [*textwrap.wrap(row["note"], 76, initial_indent="# ", subsequent_indent="# "), row["called"]]


def _code(lines: Iterable[str]) -> str:
    return "\n".join(["```python", *lines, "```"])


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
