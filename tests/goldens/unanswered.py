"""Which rules have no outside answer yet: printed at the end of every test run, so that it stays visible."""

import json
from collections.abc import Iterable

from tests.goldens.inputs import file_of


def unanswered(rules: Iterable[str]) -> list[str]:
    """The names among `rules` for which no values are stored, of a library or of a second derivation."""
    return [rule for rule in rules if not _answers(rule)]


def _answers(rule: str) -> int:
    file = file_of(rule)
    return sum(row["ours"] for row in json.loads(file.read_text(encoding="utf-8"))["rows"]) if file.exists() else 0


def sentence(rules: Iterable[str]) -> str:
    """What the terminal says about them.

    >>> sentence(["adam", "my_rule"])
    'no outside answer yet (a row in tests/goldens/table gives one): my_rule'
    """
    missing = unanswered(rules)
    if not missing:
        return "every rule has an outside answer"
    return f"no outside answer yet (a row in tests/goldens/table gives one): {', '.join(missing)}"
