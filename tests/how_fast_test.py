"""What the page on speed says in words holds for the numbers that are kept, and the page prints all of them."""

import ast
import inspect
import json
import math
import re
import shutil
import string
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

import gdlib as gd
from benchmarks import calm, explorers, in_turn, maps, networks, reasons, rows, sweeps
from benchmarks.__main__ import PATIENCE
from gdlib import running
from gdlib.sweeps import on_numba
from tests.conftest import ROOT

GPU = json.loads((ROOT / "benchmarks" / "gpu.json").read_text("utf-8"))
GROWTH = json.loads((ROOT / "benchmarks" / "growth.json").read_text("utf-8"))
ROWS = json.loads((ROOT / "benchmarks" / "results.json").read_text("utf-8"))


def test_time_is_proportional_to_points_and_steps_and_no_curve_is_much_steeper():
    """One may be: ten million parameters no longer fit the cache, which a tenth do; each takes up to three times as long."""
    exponents = {one["along"]: one["exponent"] for one in GROWTH["curves"]}
    assert list(exponents) == ["points", "steps", "dimensions", "parameters"]
    assert all(0.85 < exponents[along] < 1.05 for along in ("points", "steps"))
    assert all(0.5 < exponent < 1 + math.log10(3) for exponent in exponents.values())
    (vector,) = [one for one in GROWTH["curves"] if one["along"] == "parameters"]
    assert vector["amounts"][-2:] == [10**6, 10**7]
    assert 1.5 < vector["seconds"][-1] / vector["seconds"][-2] / 10 < 3  # "about twice as long"


def test_one_step_alone_begins_almost_flat():
    """What a call costs is most of a step on a short vector; the other curves rise from their beginning."""
    slopes = {}
    for one in GROWTH["curves"]:
        (a, b), (s, t) = one["amounts"][:2], one["seconds"][:2]
        slopes[one["along"]] = math.log(t / s) / math.log(b / a)
    assert slopes["parameters"] < 0.4
    assert all(0.5 < slopes[along] < 1 for along in ("points", "steps", "dimensions"))


class AtHomeError(Exception):
    """The sweep's own thread took a chunk."""


class ToThreadsError(Exception):
    """Chunks went to other threads."""


@pytest.mark.parametrize(("points", "went"), [(1_000, AtHomeError), (10_000, ToThreadsError)])
def test_a_sweep_of_a_thousand_points_is_one_chunk_which_no_other_thread_is_woken_for(points, went, monkeypatch):
    assert GROWTH["curves"][0]["amounts"][:2] == [1_000, 10_000]
    monkeypatch.setattr(on_numba, "threads", lambda: 2)
    monkeypatch.setattr(on_numba, "advance", mock.Mock(side_effect=AtHomeError))
    monkeypatch.setattr("gdlib.sweeps.work.ThreadPoolExecutor", mock.Mock(side_effect=ToThreadsError))
    with pytest.raises(went):
        gd.sweep(sweeps.F, gd.rules.adam, np.ones((points, 2)), steps=200, lr=0.01, backend="numba")


@pytest.mark.parametrize(
    ("n", "steps", "went"),
    [
        (20, 200, "float_loop"),
        (22, 200, "array_loop"),
        (22, 400, "float_loop"),
        (500, 400, "float_loop"),
        (502, 400, "array_loop"),
    ],
)
def test_the_curve_jumps_where_a_run_of_its_200_steps_leaves_plain_python(n, steps, went, monkeypatch):
    (curve,) = [one for one in GROWTH["curves"] if one["along"] == "dimensions"]
    times = dict(zip(curve["amounts"], curve["seconds"], strict=True))
    assert "200 Adam steps" in curve["work"]
    assert max(times, key=lambda n: times[n] / times.get(n / 2, math.inf)) == 32
    for loop in ("float_loop", "array_loop"):
        monkeypatch.setattr(running, loop, mock.Mock(side_effect=AtHomeError(loop)))
    f = sweeps.F.with_n(n)
    with pytest.raises(AtHomeError, match=went):
        gd.descend(f, gd.rules.adam, np.tile([-1.2, 1.0], n // 2), steps=steps, lr=0.01)


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


def test_how_it_was_measured_is_what_the_page_says():
    assert (sweeps.Amount().runs, networks.Amount().runs, explorers.Amount().runs) == (5, 9, 5)
    assert (in_turn.RESTED, in_turn.SOON, in_turn.SETTLED) == (0.15, 1 / 2, 1 / 20)
    assert sweeps.IN_CACHE**2 == 6400
    assert sum("on 6,400 runs" in one for one in reasons.FOUND.values()) == 2
    assert (calm.NEAR, calm.AT_REST, PATIENCE) == (1.25, 1.5, 2 * 60)
    least = [re.search(r"least=([\d.]+)", inspect.getsource(of))[1] for of in (sweeps.single_run, sweeps.one_step)]
    assert least == ["0.05", "0.2"]
    assert (maps.FIRST_WITHIN, maps.MOVED_WITHIN) == (1000 / 10, 1000 / 20)
    for row in ROWS:
        if row["work"].endswith("moves meanwhile"):
            assert "ms of 1, " in row["note"]
            assert int(re.search(r"(\d+) moves", row["note"])[1]) >= 36  # dozens
        elif row["work"].startswith(("in-page", "first", "live map", "3 s drag")):
            assert re.search(r"(ms of 5, |in 5 drags)", row["note"]), row["work"]


@pytest.mark.parametrize(("real", "first"), [(np.float32, 165), (np.float64, 356)])
def test_a_divisor_is_1_from_that_step_on(real, first):
    assert [real(1.0 - 0.9**t) == 1 for t in (first - 1, first)] == [False, True]


def test_the_rows_of_one_step_are_timed_where_a_divisor_is_1():
    """But for the first rounds of the longest: a round takes a fifth of a second, and one goes before those counted."""
    for row in ROWS:
        if row["work"].startswith("one Adam step"):
            amount, unit = re.search(r"gdlib ([\d.]+) (ms|µs)", row["note"]).groups()
            a_round = 0.2 / (float(amount) * {"ms": 1e-3, "µs": 1e-6}[unit])
            assert a_round > 165 or ("10,000,000" in row["work"] and 6 * a_round > 165)


def test_what_is_said_of_a_gpu_holds_for_its_numbers():
    took = {(row["work"], row["who"]): row["milliseconds"] for row in GPU["rows"]}
    growth = {work: time for (work, _), time in took.items() if work.startswith("growth")}
    sizes = {work: time for (work, who), time in took.items() if who == "gdlib, one kernel in place"}
    assert all(0.01 < sizes[f"one step, adam, {n} parameters, float32"] < 0.1 for n in ("100,000", "1,000,000"))
    assert growth["growth: adam, 10,000 points × 500 steps, float64"] == pytest.approx(0.5, rel=0.3)
    million = growth["growth: adam, 1,000,000 points × 500 steps, float64"]
    for ten_times in ("10,000,000 points × 500", "1,000,000 points × 5000"):
        assert growth[f"growth: adam, {ten_times} steps, float64"] == pytest.approx(10 * million, rel=0.1)
    for dtype in ("float64", "float32"):
        for rule in ("adam", "momentum"):
            sweep = f"sweep, {rule}, 1000×1000 starts × 500 steps, {dtype}"
            there = took[sweep, "gd.sweep, start on the GPU"]
            copies = took[sweep, "gd.sweep, start and results on the host"] - there
            assert copies == pytest.approx(there, rel=0.3) if rule == "adam" else copies > there


def test_the_first_page_says_when_a_million_runs_were_measured_on_a_gpu():
    (time,) = {
        row["milliseconds"]
        for row in GPU["rows"]
        if row["work"] == "sweep, adam, 1000×1000 starts × 500 steps, float64"
        and row["who"].startswith("gd.sweep, start on")
    }
    said = " ".join((ROOT / "README.md").read_text("utf-8").split())
    when = GPU["machine"].get("date", "2026-11-22")
    assert (
        f"a million runs of 500 Adam steps take {time:.0f} ms from a start that is there already (measured on {when})"
        in said
    )


def test_a_reason_asks_for_what_is_timed_beside_its_row():
    for work, reason in reasons.FOUND.items():
        asked = {name for _, name, _, _ in string.Formatter().parse(reason) if name}
        beside = [row for row in ROWS if f"{row['work']}, beside {row['peer']}".startswith(work)]
        assert beside, work
        for row in beside:
            assert asked <= set(reasons._times(rows.Row(**row))), work


def test_reasons_are_said_anew_in_rows_that_stay_as_they_were_measured(tmp_path):
    results, told = (
        Path(shutil.copy(ROOT / "benchmarks" / name, tmp_path)) for name in ("results.json", "machine.json")
    )
    reasons.say_again(results, told)
    once = results.read_bytes()
    reasons.say_again(results, told)
    assert results.read_bytes() == once
    for row, was in zip(json.loads(once), ROWS, strict=True):
        measured, _, reason = row["note"].partition("; missed: ")
        assert {**row, "note": measured} == {**was, "note": was["note"].partition("; missed: ")[0]}
        assert bool(reason) == (not row["met"])
        assert not re.search(r"[{}]|not taken", reason)


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
    inside = [row for row in ROWS if re.match("in-page|first|own|3 s|live", row["work"])]
    beside = [row for row in ROWS if row not in inside]
    won = [f"{sum(row['met'] for row in of)} of {len(of)}" for of in (beside, inside)]
    assert f"runs, sweeps, steps and networks {won[0]} are met; of those of pages and explorers {won[1]}" in printed
    assert sum(line.count("**") // 2 for line in folded) == sum(every - some for some, every in counts)


def test_the_peers_versions_are_named(printed):
    names = {"numba": "Numba", "jax": "JAX"}
    for name, version in re.findall(r"(numba|jax|torch) (\d[^,;]*)", "; ".join(row["note"] for row in ROWS)):
        assert f"{names.get(name, name)} {version}, " in printed
    device = GPU["machine"]
    said = f"CuPy {device['cupy']}, torch {device['torch']}, JAX {device['jax']}. "
    assert said in printed
    assert f"Measured on {device.get('date', '2026-11-22')} on an NVIDIA" in printed


def test_what_is_not_measured_again_is_said_until_it_is(printed):
    assert ("not measured again on a GPU" in printed) == ("date" not in GPU["machine"])
    low, high = map(int, re.search(r"`gd.sweep` adds (\d+) to (\d+) ms", printed).groups())
    assert 0 < low < high < 10


def test_growth_is_printed_with_three_digits_and_memory_with_what_its_numbers_differ_by(printed):
    cells = cells_of(printed)
    for one in GROWTH["curves"]:
        (line,) = [line for line in cells if line[0] == one["work"]]
        times = [float(time.replace(",", "")) for time in re.findall(r"\d[\d.,]*", line[2])]
        assert times == pytest.approx([1e3 * one[name][-1] for name in ("seconds", "lowest", "highest")], rel=1e-9)
    pairs = {}
    for one in GROWTH["memory"]:
        pairs.setdefault(one["backend"], []).append(one["mb"])
    assert f"differ by up to {max(abs(a - b) for a, b in pairs.values())} MiB" in printed


def test_every_form_on_the_gpu_is_printed_and_its_table_says_what_is_quickest(printed):
    cells = cells_of(printed)
    for row in GPU["rows"]:
        low, high = row["spread"]
        time = f"{row['milliseconds']:g} ms ({low:g} to {high:g})"
        assert any(line[0] in (row["who"], row["work"]) and line[1] == time for line in cells), row
    for work in {row["work"] for row in GPU["rows"]}:
        peers = [row for row in GPU["rows"] if row["work"] == work and row["who"].startswith(("torch", "JAX"))]
        (line,) = [line for line in cells if line[0] == work and len(line) == 4]
        least = min(peers, key=lambda row: row["milliseconds"], default=None)
        assert line[2] == (f"{least['who']}: {least['milliseconds']:g} ms" if least else "–")
