"""Read the questions of book/quizzes/<page>.json; the form of the files is described in tests/quizzes_test.py."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = ("single", "multiple", "number", "point")


@dataclass(frozen=True)
class Choice:
    """One of the answers to choose from."""

    text: str
    right: bool
    feedback: str


@dataclass(frozen=True)
class Target:
    """Numbers, or points, as near to `centre` as `reach` in every coordinate, and what is said to them."""

    centre: tuple[float, ...]
    reach: float
    right: bool
    feedback: str


@dataclass(frozen=True)
class Landscape:
    """The picture of a question about a point."""

    objective: str
    window: tuple[tuple[float, float], tuple[float, float]]
    arrows: int


@dataclass(frozen=True)
class Question:
    """A question with all that is said to its answers; `otherwise` is said where no target is hit."""

    name: str
    kind: str
    text: str
    choices: tuple[Choice, ...] = ()
    targets: tuple[Target, ...] = ()
    otherwise: str = ""
    landscape: Landscape | None = None


def read(file: Path) -> list[Question]:
    """The questions in their order; ValueError names the question in which something is missing."""
    entries = json.loads(file.read_text(encoding="utf-8"))  # its error is a ValueError and names the place
    if not isinstance(entries, list) or not entries:
        raise ValueError("a list of questions is needed")
    out = []
    for entry in entries:
        try:
            out.append(_question(entry))
        except (KeyError, TypeError, ValueError) as error:
            name = entry.get("id", "without an id") if isinstance(entry, Mapping) else repr(entry)
            missing = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise ValueError(f"question {name}: {missing}") from error
    return out


def _question(entry: Mapping[str, Any]) -> Question:
    name, kind, text = entry["id"], entry["kind"], entry["question"]
    if kind not in KINDS:
        raise ValueError(f"kind: one of {', '.join(KINDS)} is needed, got {kind!r}")
    if kind in ("single", "multiple"):
        choices = tuple(Choice(one["text"], one["correct"], one["feedback"]) for one in entry["choices"])
        if not any(choice.right for choice in choices):
            raise ValueError("choices: one that is correct is needed")
        return Question(name, kind, text, choices=choices)
    feedback = entry["feedback"]
    targets = (*_right(entry["answer"], feedback["right"]), *map(_near, feedback.get("near", ())))
    landscape = _landscape(entry["picture"]) if kind == "point" else None
    return Question(name, kind, text, targets=targets, otherwise=feedback["wrong"], landscape=landscape)


def _right(answer: Mapping[str, Any], feedback: str) -> Sequence[Target]:
    """One value, or several of which each is right."""
    values = answer["values"] if "values" in answer else [answer["value"]]
    return [Target(_place(value), float(answer["tolerance"]), True, feedback) for value in values]


def _near(entry: Mapping[str, Any]) -> Target:
    return Target(_place(entry["value"]), float(entry["tolerance"]), False, entry["feedback"])


def _place(value: float | Sequence[float]) -> tuple[float, ...]:
    return tuple(map(float, value)) if isinstance(value, Sequence) else (float(value),)


def _landscape(entry: Mapping[str, Any]) -> Landscape:
    (left, right), (low, high) = entry["window"]
    return Landscape(
        str(entry["objective"]), ((float(left), float(right)), (float(low), float(high))), int(entry.get("arrows", 0))
    )
