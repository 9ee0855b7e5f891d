"""Make the golden values anew and show what differs; the stored files change only when told to.

Run by tests/goldens/make.py inside the environment of requirements.txt:
`python -m tests.goldens.regenerate [--write]`.
"""

import json
import sys
from typing import Any

from tests.goldens import libraries, methods, networks, ours, schedules
from tests.goldens.discrepancies import DISCREPANCIES, FILE, RUNS, Reading
from tests.goldens.discrepancies import ours as ours_of_reading
from tests.goldens.inputs import STEPS, file_of, to_json
from tests.goldens.table import ROWS
from tests.goldens.table.row import CALLS, Row

SAME = 1e-13  # what another machine's arithmetic may change without the file being rewritten
AGREES = 1e-12  # what the tests ask of gdlib's rules
OTHER = "other"  # a form that is not our rule's


def main(words: list[str]) -> int:
    if unknown := set(words) - {"--write"}:
        print(f"unknown argument {sorted(unknown)[0]!r}; there is --write only", file=sys.stderr)
        return 2
    write = "--write" in words
    print(f"Rules, over {STEPS} steps. stored: largest relative difference of the values made now from those stored.")
    print(
        "gdlib: that of gdlib's rule from the values made now; for another form, how far gdlib's rule leads away from"
    )
    print(f"it, in units of the way it goes. Rows marked '{OTHER}' are not stored.\n")
    print(f"{'rule':<20} {'origin':<8} {'stored':>8} {'gdlib':>8}  call")
    by_rule: dict[str, list[Row]] = {}
    for row in ROWS:
        by_rule.setdefault(row.rule, []).append(row)
    agreement: dict[str, dict[str, list[float | None]]] = {}
    changed = [rule for rule, rows in by_rule.items() if _one_rule(rule, rows, write, agreement)]
    changed += ["discrepancies"] if _discrepancies(write) else []
    changed += ["schedules"] if schedules.main(words) else []
    changed += ["methods"] if methods.main(words) else []
    changed += ["networks"] if networks.main(words) else []
    _summary(agreement)
    if not changed:
        print("The stored files hold these values.")
    elif write:
        print(f"Written anew: {', '.join(changed)}.")
    else:
        print(f"Not as stored: {', '.join(changed)}. Nothing was written; `make goldens WRITE=1` writes.")
    return 0


def _one_rule(rule: str, rows: list[Row], write: bool, agreement: dict[str, Any]) -> bool:
    """Print a rule's lines; True if its file does not hold what was made now."""
    file = file_of(rule)
    old = json.loads(file.read_text(encoding="utf-8"))["rows"] if file.exists() else []
    made = []
    for row in rows:
        entry = _entry(row)
        paths = {name: libraries.path(row, name) for name in row.paths}
        asked = list(row.paths)
        same_call = [one for one in old if (one["library"], one["called"]) == (row.origin, row.called)]
        was = next((one for one in same_call if list(one.get("paths", asked)) == asked), {})
        of_stored = None
        if not row.differs:
            entry["paths"] = paths
            if "paths" in was:
                of_stored = _apart(paths, was["paths"])
                if of_stored <= SAME:
                    entry["paths"] = was["paths"]  # another machine's last digit is no news
        of_gdlib = _gdlib(row, paths)
        if row.differs and of_gdlib is not None:
            entry["difference"] = float(f"{of_gdlib:.1e}")
        agreement.setdefault(rule, {}).setdefault(row.origin, []).append(None if row.differs else of_gdlib)
        stored = f"{OTHER:>8}" if row.differs else _show(of_stored)
        print(f"{rule if row is rows[0] else '':<20} {row.origin:<8} {stored} {_show(of_gdlib)}  {row.called}")
        if row.differs:
            print(f"{'':<20} {'':<8} {row.note}")
        made.append(entry)
    return _store(file, {"rule": rule, "rows": made}, write)


def _entry(row: Row) -> dict[str, Any]:
    return {
        "library": row.origin,
        "versions": libraries.versions(row),
        "called": row.called,
        "hyperparameters": dict(row.hyperparameters),
        "ours": not row.differs,
        "note": row.note,
    }


def _apart(paths: dict[str, Any], others: dict[str, Any]) -> float:
    return max(ours.difference(paths[name], others[name]) for name in paths)


def _gdlib(row: Row, paths: dict[str, Any]) -> float | None:
    """How far gdlib's rule lies from these values, or None where gdlib has no such rule."""
    import gdlib

    if row.rule not in gdlib.rules:
        return None
    measure = ours.deviation if row.differs else ours.difference
    rule = gdlib.rules[row.rule]
    return max(measure(ours.path(rule, name, row.hyperparameters), paths[name]) for name in paths)


def _discrepancies(write: bool) -> bool:
    """Print the numbers of each discrepancy beside ours; True if the file does not hold what was made now."""
    import gdlib

    old = json.loads(FILE.read_text(encoding="utf-8"))["discrepancies"] if FILE.exists() else []
    was = {(one["id"], n): reading for one in old for n, reading in enumerate(one["readings"])}
    print(
        "\nDiscrepancies: the numbers of each source step by step, and our rule that is the same form, or the nearest."
    )
    made = []
    for one in DISCREPANCIES:
        print(f"\n{one.id}. {one.sentence}")
        readings = []
        for n, reading in enumerate(one.readings):
            entry = _reading_entry(reading)
            before = was.get((one.id, n), {})
            if before.get("called") == entry["called"] and _close(entry["numbers"], before["numbers"]):
                entry["numbers"] = before["numbers"]
            readings.append(entry)
            _print_reading(reading, entry, ours_of_reading(reading, gdlib.rules))
        made.append({"id": one.id, "sentence": one.sentence, "readings": readings})
    return _store(FILE, {"discrepancies": made}, write)


def _print_reading(reading: Reading, entry: dict[str, Any], mine: dict[str, float]) -> None:
    same = _close(entry["numbers"], mine)
    relation = "is" if same else "is near" if reading.row.differs else "SHOULD BE"
    remarks = [f"{relation} {reading.row.rule}", *([entry["note"]] if entry["note"] else [])]
    if reading.run != "six":
        remarks.append(f"{entry['run']}, after step {', '.join(entry['numbers'])}")
    print(f"  {entry['called']}: {'; '.join(remarks)}")
    print("     " + "".join(f" {number:>10.6f}" for number in entry["numbers"].values()))
    if not same:
        print("     " + "".join(f" {number:>10.6f}" for number in mine.values()) + f"  {reading.row.rule}")


def _reading_entry(reading: Reading) -> dict[str, Any]:
    row = reading.row
    visited = libraries.points(row, RUNS[reading.run].task())
    return {
        "library": row.origin,
        "versions": libraries.versions(row),
        "called": row.called,
        "run": RUNS[reading.run].title,
        "rule": row.rule,
        "hyperparameters": dict(row.hyperparameters),
        "ours": not row.differs,
        "penalty": reading.penalty,
        "note": row.note,
        "numbers": {str(step): visited[step][0] for step in reading.after},
    }


def _close(numbers: dict[str, float], others: dict[str, float]) -> bool:
    return numbers.keys() == others.keys() and ours.difference([*numbers.values()], [*others.values()]) <= AGREES


def _store(file: Any, document: dict[str, Any], write: bool) -> bool:
    text = to_json(document)
    same = file.exists() and file.read_text(encoding="utf-8") == text
    if write and not same:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return not same


def _summary(agreement: dict[str, dict[str, list[float | None]]]) -> None:
    """Who has which rule as gdlib has it, and how closely, in one table."""
    import gdlib

    origins = [*CALLS]
    print("\nAgreement: the largest relative difference between gdlib's rule and each origin that has its form.")
    print(f"'{OTHER}': only another form there; '*': another form as well; '-': not asked.\n")
    print(f"{'rule':<20}" + "".join(f" {origin:>9}" for origin in origins))
    for rule in [one.name for one in gdlib.rules] + [one for one in agreement if one not in gdlib.rules]:
        print(f"{rule:<20}" + "".join(f" {_cell(agreement.get(rule, {}).get(origin)):>9}" for origin in origins))
    same = {
        origin: [rule for rule, row in agreement.items() if _best(row.get(origin)) is not None] for origin in origins
    }
    answered = {rule for rules in same.values() for rule in rules}
    missing = [one.name for one in gdlib.rules if one.name not in answered]
    far = [rule for rule, row in agreement.items() for found in row.values() if (_best(found) or 0) > AGREES]
    counts = ", ".join(f"{origin} {len(rules)}" for origin, rules in same.items())
    print(f"\n{len(gdlib.rules)} rules, the same form in: {counts}.")
    print(
        f"Without an outside answer: {', '.join(missing) or 'none'}. Further than {AGREES:g}: {', '.join(far) or 'none'}."
    )


def _best(found: list[float | None] | None) -> float | None:
    return max((one for one in found or [] if one is not None), default=None)


def _cell(found: list[float | None] | None) -> str:
    worst = _best(found)
    if worst is None:
        return f"{OTHER if found else '-'} "
    return f"{worst:.0e}".replace("0e+00", "0") + ("*" if None in (found or []) else " ")


def _show(number: float | None) -> str:
    return f"{'-' if number is None else '0' if number == 0 else f'{number:.1e}':>8}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
