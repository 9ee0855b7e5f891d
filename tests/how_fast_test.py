"""What the page on speed says in words holds for the numbers that are kept, and the page prints all of them."""

import ast
import json
import re

import pytest

from tests.conftest import ROOT

GROWTH = json.loads((ROOT / "benchmarks" / "growth.json").read_text("utf-8"))
ROWS = json.loads((ROOT / "benchmarks" / "results.json").read_text("utf-8"))


def test_time_is_proportional_to_points_and_steps_and_no_curve_is_much_steeper():
    """One may be a little: ten million parameters no longer fit the cache, which a tenth of them do."""
    exponents = {one["along"]: one["exponent"] for one in GROWTH["curves"]}
    assert list(exponents) == ["points", "steps", "dimensions", "parameters"]
    assert all(0.85 < exponents[along] < 1.05 for along in ("points", "steps"))
    assert all(0.5 < exponent < 1.3 for exponent in exponents.values())


def test_memory_stays_where_it_is_when_steps_are_added_and_is_mostly_the_results():
    added = {}
    for one in GROWTH["memory"]:
        added.setdefault((one["backend"], one["points"]), {})[one["steps"]] = one["mb"]
    for (_, points), by_steps in added.items():
        assert len(by_steps) == 2
        assert by_steps[max(by_steps)] < 1.1 * by_steps[min(by_steps)]
        assert 3 * 8 * points / 1e6 == pytest.approx(240)
        assert all(220 <= mb < 400 for mb in by_steps.values())


def test_a_worker_was_killed_and_no_byte_differs():
    found = GROWTH["elsewhere"]
    assert (found["killed"], found["differ"]) == (1, [])
    assert 0 < found["back_before"] < found["chunks"]


def test_a_row_that_misses_has_a_reason():
    assert all("missed: " in row["note"] for row in ROWS if not row["met"])


@pytest.fixture(scope="module")
def printed():
    """What the cells print that the page makes from the files, as one text."""
    text = (ROOT / "book" / "how-fast.md").read_text("utf-8")
    known, found = {}, []
    for cell in re.findall(r"^```\{code-cell\}[^\n]*\n:tags: \[[^\n]*\n(.*?)^```$", text, re.M | re.S):
        *done, last = ast.parse(cell.replace('Path("../benchmarks")', f"Path({str(ROOT / 'benchmarks')!r})")).body
        done += [] if isinstance(last, ast.Expr) else [last]
        exec(compile(ast.Module(done, []), "how-fast.md", "exec"), known)
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), "how-fast.md", "eval"), known)
            found.append(getattr(shown, "data", ""))
    return "\n".join(one for one in found if isinstance(one, str))


def cells_of(printed):
    return [[cell.strip().strip("*") for cell in line.strip("|").split("|")] for line in printed.splitlines()]


def test_every_row_is_printed_with_its_numbers(printed):
    cells = cells_of(printed)
    for row in ROWS:
        low, high = row["spread"]
        place = row["work"].rpartition(": ")[2].removeprefix("book/")
        beside = [line for line in cells if row["peer"] in line and f"{row['ratio']:g} ({low:g} to {high:g})" in line]
        measured = re.search(r"[\d.]+ (%|ms|kB)", row["note"])
        inside = [line for line in cells if line[0] in (row["work"], place) and measured]
        assert beside or any(cell.startswith(measured[0]) for line in inside for cell in line), row["work"]


def test_missed_goals_are_seen(printed):
    cells = cells_of(printed)
    folded = [line for line in printed.splitlines() if re.match(r"\| [\w.-]+ \| [*\d]", line)]
    counts = [tuple(map(int, line[-1].split(" of "))) for line in cells if re.fullmatch(r"\d+ of \d+", line[-1])]
    met = sum(line[-1] == "yes" for line in cells) + sum(some for some, _ in counts)
    missed = sum(line[-1] == "no" for line in cells) + sum(every - some for some, every in counts)
    assert (met, missed) == (sum(row["met"] for row in ROWS), sum(not row["met"] for row in ROWS))
    assert f"{met} of {len(ROWS)} goals" in printed
    assert sum(line.count("**") // 2 for line in folded) == sum(every - some for some, every in counts)


def test_every_form_on_the_gpu_is_printed_and_its_table_says_what_is_quickest(printed):
    cells = cells_of(printed)
    rows = json.loads((ROOT / "benchmarks" / "gpu.json").read_text("utf-8"))["rows"]
    for row in rows:
        low, high = row["spread"]
        time = f"{row['milliseconds']:g} ms ({low:g} to {high:g})"
        assert any(line[0] in (row["who"], row["work"]) and line[1] == time for line in cells), row
    for work in {row["work"] for row in rows}:
        peers = [row for row in rows if row["work"] == work and row["who"].startswith(("torch", "JAX"))]
        (line,) = [line for line in cells if line[0] == work and len(line) == 4]
        least = min(peers, key=lambda row: row["milliseconds"], default=None)
        assert line[2] == (f"{least['who']}: {least['milliseconds']:g} ms" if least else "–")
