"""The benchmarks: their rows have the form that readers rely on, and each measurement runs, on a tiny amount of work.

No test here says how fast anything is: a busy machine must not fail a change. `make bench` measures.
"""

import dataclasses
import functools
import gzip
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

import gdlib as gd
from benchmarks import __main__ as command
from benchmarks import calm, drags, explorers, machine, maps, networks, reasons, rows, sweeps
from ext.explorer_modules import served
from tests.conftest import ROOT, Watch
from tests.explorer_page import shown

A_LITTLE = explorers.Amount(runs=1, redraws=6, seconds=0.4)
GOOD = rows.Row("work", rows.NO_PEER, 1.25, "at most 16 ms", True, (1.0, 1.5), "as measured")


# ------------------------------------------------------------------ rows


def test_the_committed_results_are_rows_of_a_described_machine() -> None:
    results = json.loads((ROOT / "benchmarks" / "results.json").read_text("utf-8"))
    assert rows.fault(results) is None
    works = " ".join(row["work"] for row in results)
    for part in (
        "in-page race of 5 rules × 1000 steps",
        "first explorer answers",
        "own script and style",
        "drag: race",
    ):
        assert part in works
    assert [row["work"] for row in results if not row["met"] and "missed: " not in row["note"]] == []
    assert [row["work"] for row in results if reasons.UNKNOWN in row["note"]] == []
    described = json.loads((ROOT / "benchmarks" / "machine.json").read_text("utf-8"))
    assert set(described) == set(machine.description("1", 0.5, calm.UNKNOWN, {}))
    assert all(value not in (None, "", []) for value in described.values())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"met": "yes"}, "met: needed true or false"),
        ({"note": " "}, "note: needed words"),
        ({"goal": 16}, "goal: needed words"),
        ({"ratio": 2.0}, "lowest <= ratio <= highest"),
        ({"spread": (1.3, 1.5)}, "lowest <= ratio <= highest"),
        ({"spread": (0.0, 1.5)}, "lowest <= ratio <= highest"),
        ({"spread": (1.0, math.inf)}, "lowest <= ratio <= highest"),
    ],
)
def test_a_row_of_another_form_is_refused_and_the_kept_rows_stay(tmp_path: Path, change: Any, words: str) -> None:
    target = tmp_path / "results.json"
    rows.write([GOOD], target)
    kept = target.read_bytes()
    with pytest.raises(ValueError, match=words):
        rows.write([GOOD, dataclasses.replace(GOOD, work="other", **change)], target)
    assert target.read_bytes() == kept
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


def test_the_same_work_is_not_listed_twice_and_none_at_all_is_no_list() -> None:
    row = json.loads(json.dumps(dataclasses.asdict(GOOD)))
    assert rows.fault([row]) is None
    assert "two rows" in str(rows.fault([row, row]))
    assert "at least one" in str(rows.fault([]))
    assert "row 0: needed work, peer" in str(rows.fault([{"work": "race"}]))


def test_a_limit_is_kept_by_the_median_and_the_ratio_says_by_how_much() -> None:
    row = rows.against_limit("race", 16.0, "ms", [8.0, 20.0, 10.0], "on a page")
    assert (row.met, row.ratio, row.spread) == (True, 1.6, (0.8, 2.0))
    assert row.note == "median 10 ms of 3, 8 to 20; on a page"
    assert not rows.against_limit("race", 16.0, "ms", [16.1], "").met
    assert rows.against_limit("race", 16.0, "ms", [16.0], "").met


def test_a_goal_that_is_missed_has_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reasons, "FOUND", {"3 s drag: surface": "it paints too much"})
    assert reasons.explained(GOOD, 9.0, 2) == GOOD
    missed = dataclasses.replace(GOOD, met=False)
    assert reasons.explained(missed, 0.1, 2).note == f"as measured; missed: {reasons.UNKNOWN}"
    assert "load 9 on 2 cores" in reasons.explained(missed, 9.0, 2).note
    known = dataclasses.replace(missed, work="3 s drag: surface")
    assert reasons.explained(known, 0.1, 2).note == "as measured; missed: it paints too much"
    assert "load 9 on 2 cores" in reasons.explained(known, 9.0, 2).note


NOTE = "20 ms, torch, fused Adam 30 ms; Adam; gdlib 20 ms, torch, fused Adam 30 ms, its least 12.4 ms; numpy 2"


def test_a_reason_has_the_times_of_its_row_and_says_where_another_measurement_may_meet_the_goal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = "{its least} of {allowed}, the step {gdlib}, its most {its most}"
    monkeypatch.setattr(reasons, "FOUND", {"CNN step": words})
    row = rows.Row("CNN step", "torch, fused Adam", 1.5, "at least 2 times faster", False, (1.4, 1.6), NOTE)
    known = "12.4 ms of 15 ms, the step 20 ms, its most a time that was not taken"
    assert reasons.explained(row, 0.1, 2).note == f"{NOTE}; missed: {known}"
    near = dataclasses.replace(row, spread=(1.4, 2.1))
    assert reasons.explained(near, 0.1, 2).note == f"{NOTE}; missed: {known}; the goal lies within the spread"


def test_the_table_has_a_line_for_each_row_and_shouts_what_is_missed() -> None:
    missed = dataclasses.replace(GOOD, work="another", met=False, note="too slow, for a reason")
    lines = rows.table([GOOD, missed]).splitlines()
    assert lines[2].startswith("work ")
    assert lines[2].endswith("yes")
    assert lines[3].endswith("NO")
    assert lines[-1] == "another: too slow, for a reason"


# ------------------------------------------------------------------ the command


def test_without_a_built_book_or_a_browser_it_refuses_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(command, "explorer_pages", functools.partial(command.explorer_pages, tmp_path))
        with pytest.raises(SystemExit, match="run `make book` first"):
            command.main([])
    monkeypatch.setattr(command, "explorer_pages", lambda: {"index.html": ["race"]})
    monkeypatch.setenv("CHROMIUM", "no-such-program")
    monkeypatch.setattr(command.system_browser, "may_install", lambda: False)
    with pytest.raises(SystemExit, match="Chromium or Chrome"):
        command.main([])


def test_it_plans_every_kind_and_its_page_once_in_one_order() -> None:
    pages = {"book/gallery.html": ["race", "surface", "race"], "book/walk.html": ["race"], "index.html": ["race"]}
    assert list(command.plan(pages)) == [
        "race",
        *(f"first answer {name}" for name in pages),
        *(f"weight {name}" for name in pages),
        "drag race",
        "drag surface",
        *(f"map {way}" for way in maps.WAYS),
        *sweeps.works(),
        *networks.works(),
    ]
    assert command.plan(pages)["race"].keywords["page_names"] == list(pages)
    assert command.plan(pages)["drag race"].keywords["page_name"] == "book/gallery.html"
    assert "race" not in command.plan({"index.html": ["surface"]})
    another = pages | {"book/zigzag.html": ["race"]}  # it tells nothing that the walk has not told
    assert command.telling(another) == list(pages)
    assert command.plan(another)["race"].keywords["page_names"] == list(another)


def test_it_starts_in_a_bare_environment_and_says_what_it_takes() -> None:
    words = [sys.executable, "-m", "benchmarks", "--help"]
    answer = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "Measure every row" in answer


# ------------------------------------------------------------------ the measurements


@pytest.fixture
def place(tab: Watch) -> tuple[str, str]:
    """The address and the name of a page with a race."""
    site, _, name = shown(tab, gd.explore("rosenbrock", steps=50)).page.url.rpartition("/")
    return f"{site}/", name


@pytest.mark.browser
def test_the_race_is_measured_and_its_work_compared(chromium: Browser, place: tuple[str, str]) -> None:
    told: list[str] = []
    site, name = place
    (row,) = explorers.race(chromium, site, [name], A_LITTLE, told.append)
    assert rows.fault(json.loads(json.dumps([dataclasses.asdict(row)]))) is None
    assert row.met == (row.ratio >= 1)
    assert told == ["race of 5 rules, run 1 of 1"]


@pytest.mark.browser
def test_a_race_that_does_not_offer_the_rules_is_passed_over(
    chromium: Browser, tab: Watch, place: tuple[str, str]
) -> None:
    site, name = place
    fewer = shown(tab, gd.explore("bowl", rules=["adam"], steps=20)).page.url.rpartition("/")[2]
    assert explorers.offering(chromium, site, [fewer, name]) == (name, 0)
    with pytest.raises(RuntimeError, match="needed one that offers gradient_descent"):
        explorers.offering(chromium, site, [fewer])


def test_a_page_that_computes_other_paths_is_not_measured() -> None:
    run = gd.descend(gd.objectives.rosenbrock, gd.rules.adam, explorers.START, steps=explorers.STEPS)
    adam = {"id": "adam", "name": "adam", "hyperparameters": {}}
    state = {"objective": "rosenbrock", "start": explorers.START, "steps": explorers.STEPS, "rules": [adam]}
    explorers.same_paths({**state, "paths": {"adam": run.path.tolist()}})
    other = run.path.copy()
    other[-1, 0] = math.nextafter(other[-1, 0], math.inf)
    with pytest.raises(RuntimeError, match=r"not gd\.descend's"):
        explorers.same_paths({**state, "paths": {"adam": other.tolist()}})
    with pytest.raises(RuntimeError, match="needed 1000 steps of adam, got 5"):
        explorers.same_paths({**state, "steps": 5, "paths": {"adam": run.path[:6].tolist()}})


@pytest.mark.browser
def test_the_first_answer_is_timed_below_the_window_too(chromium: Browser, tab: Watch) -> None:
    below = shown(tab, gd.explore("bowl", steps=20), above='<div style="height: 5000px"></div>').page.url
    site, _, name = below.rpartition("/")
    (row,) = explorers.first_answer(chromium, f"{site}/", name, A_LITTLE, lambda words: None)
    assert 0.01 < row.ratio < 100
    assert row.work == f"first explorer answers: {name}"


@pytest.mark.browser
def test_what_a_page_weighs_is_what_it_loads_of_ours(chromium: Browser, place: tuple[str, str], tab: Watch) -> None:
    (row,) = explorers.weight(chromium, *place, lambda words: None)
    loaded = tab.page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    ours = [name for name in loaded if name.rpartition("/")[2] in explorers.own_files() or "/gd/" in name]
    assert f"{len(ours)} files" in row.note
    assert float(row.note.split()[0]) > len(gzip.compress(served()["race.mjs"].encode())) / 1000
    assert "cited" in row.peer


def test_only_what_this_repository_writes_is_ours() -> None:
    names = explorers.own_files()
    assert {"mount.mjs", "explorer.css", "descend.mjs", "descent.css", "quiz.js"} <= names
    assert not names & {"tex-chtml.js", "fontawesome.js", "theme.css"}


def test_what_fails_is_measured_again_at_the_end_and_keeps_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    tries: list[str] = []

    def work(name: str, good_from: int) -> list[str]:
        tries.append(name)
        if tries.count(name) < good_from:
            raise ValueError("no time")
        return [name]

    works = {name: functools.partial(work, name, good) for name, good in (("a", 1), ("b", 2), ("c", 1))}
    assert [one.given for one in command.all_found(works).values()] == [["a"], ["b"], ["c"]]
    assert tries == ["a", "b", "c", "b"]
    assert "b is tried again at the end, for it failed: ValueError: no time" in capsys.readouterr().out
    assert command.all_found({"d": functools.partial(work, "d", 3)}) == {}
    assert "d failed once more: ValueError: no time" in capsys.readouterr().out


@pytest.mark.browser
def test_a_slider_is_dragged_and_its_frames_counted(chromium: Browser, place: tuple[str, str]) -> None:
    (row,) = drags.dragged(chromium, *place, "race", A_LITTLE, lambda words: None)
    assert "slider “" in row.note
    assert "redraws each" in row.note
    assert "Step shown" not in row.note  # that one moves what is shown, and computes nothing
    assert row.met == (row.ratio >= 1)


@pytest.mark.browser
@pytest.mark.parametrize("way", maps.WAYS)
def test_a_live_map_is_measured_each_way(
    chromium: Browser, place: tuple[str, str], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maps, "SIZE", 64)
    cold, changed, moved = maps.pictures(chromium, place[0], way=way, amount=A_LITTLE, tell=lambda _: None)
    assert maps.WAYS[way] in cold.work
    assert cold.work.endswith("on a fresh page")
    assert f"of {A_LITTLE.runs}, " in cold.note
    assert cold.ratio > 0
    assert changed.ratio > 0
    assert "the whole in" in changed.note
    assert moved.work.endswith("moves meanwhile")
