"""Make the golden values anew and show what differs; the stored files change only when told to.

Run by tests/goldens/make.py inside the environment of requirements.txt:
`python -m tests.goldens.regenerate [--write]`.
"""

import json
import sys
from typing import Any

from tests.goldens import libraries, ours, schedules
from tests.goldens.inputs import STEPS, file_of, to_json
from tests.goldens.table import ROWS, Row

SAME = 1e-13  # what another machine's arithmetic may change without the file being rewritten
HEADER = f"{'rule':<18} {'library':<8} {'of stored':>10} {'of first':>10} {'of gdlib':>10}   call"


def main(words: list[str]) -> int:
    if unknown := set(words) - {"--write"}:
        print(f"unknown argument {sorted(unknown)[0]!r}; there is --write only", file=sys.stderr)
        return 2
    print(f"Largest relative difference over {STEPS} steps: of the values made now from those stored and from the")
    print("rule's first row with these settings, and of gdlib's rule from them ('-': none to compare).\n")
    print(HEADER)
    by_rule: dict[str, list[Row]] = {}
    for row in ROWS:
        by_rule.setdefault(row.rule, []).append(row)
    changed = [rule for rule, rows in by_rule.items() if _one_rule(rule, rows, "--write" in words)]
    changed += ["schedules"] if schedules.main(words) else []
    print()
    if not changed:
        print("The stored files hold these values.")
    elif "--write" in words:
        print(f"Written anew: {', '.join(changed)}.")
    else:
        print(f"Not as stored: {', '.join(changed)}. Nothing was written; `make goldens WRITE=1` writes.")
    return 0


def _one_rule(rule: str, rows: list[Row], write: bool) -> bool:
    """Print a rule's lines; True if its file does not hold what was made now."""
    file = file_of(rule)
    old = json.loads(file.read_text(encoding="utf-8"))["rows"] if file.exists() else []
    made = []
    first: dict[str, dict[str, Any]] = {}
    for row in rows:
        entry = _entry(row)
        paths = {name: libraries.path(row, name) for name in row.paths}
        settings = json.dumps(entry["hyperparameters"])
        apart = _apart(paths, first[settings]) if settings in first else None
        if row.differs:
            entry["difference"] = float(f"{apart:.1e}")
        else:
            entry["paths"] = paths
            first.setdefault(settings, paths)
        was = next((one for one in old if _identity(one) == _identity(entry)), None)
        of_stored = _apart(paths, was["paths"]) if was and "paths" in was and "paths" in entry else None
        if of_stored is not None and of_stored <= SAME:
            entry["paths"] = was["paths"]  # another machine's last digit is no news
        note = "   [another form: not stored]" if row.differs else ""
        figures = f"{_show(of_stored)} {_show(apart)} {_show(_gdlib(row, paths))}"
        print(f"{rule:<18} {row.origin:<8} {figures}   {row.called}{note}")
        made.append(entry)
    text = to_json({"rule": rule, "rows": made})
    same = file.exists() and file.read_text(encoding="utf-8") == text
    if write and not same:
        file.write_text(text, encoding="utf-8")
    return not same


def _entry(row: Row) -> dict[str, Any]:
    return {
        "library": row.origin,
        "versions": libraries.versions(row),
        "called": row.called,
        "hyperparameters": dict(row.hyperparameters),
        "ours": not row.differs,
        "note": row.note,
    }


def _identity(entry: dict[str, Any]) -> tuple[str, str]:
    return entry["library"], entry["called"]


def _apart(paths: dict[str, Any], others: dict[str, Any]) -> float:
    return max(ours.difference(paths[name], others[name]) for name in paths if name in others)


def _gdlib(row: Row, paths: dict[str, Any]) -> float | None:
    """How far gdlib's rule lies from these values, or None where gdlib has no such rule."""
    try:
        import gdlib
    except ImportError:
        return None
    if row.rule not in getattr(gdlib, "rules", ()):
        return None
    rule = gdlib.rules[row.rule]
    return max(ours.difference(ours.path(rule, name, row.hyperparameters), paths[name]) for name in paths)


def _show(number: float | None) -> str:
    return f"{'-' if number is None else f'{number:.1e}':>10}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
