"""The table of texts, accepted and refused, that the tests of both parsers of formulas run."""

import json
from typing import Any

from tests.conftest import ROOT

TEXTS: dict[str, list[dict[str, Any]]] = json.loads((ROOT / "tests" / "formula_texts.json").read_text("utf-8"))
"""Accepted texts with their variables, and refused ones with the sentence and the place; see `whole`."""


def whole(text: str | list[list[Any]]) -> str:
    """A text; one that is long stands in the table as pieces, each with how often it is said."""
    return text if isinstance(text, str) else "".join(piece * times for piece, times in text)
