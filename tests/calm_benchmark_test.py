"""What is timed while the machine's cores lie apart or others have them is timed again; patience ends."""

import json
import re
from functools import partial

import pytest

from benchmarks import __main__ as command
from benchmarks import calm, in_turn, machine, rows

CALM, APART, NEIGHBOUR = (0.8, 3.0), (0.8, 4.2), (1.3, 3.1)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that goes on by a second at every look and by what is slept."""
    now = [0.0]

    def look() -> float:
        now[0] += 1.0
        return now[0]

    monkeypatch.setattr(calm.time, "monotonic", look)
    monkeypatch.setattr(calm.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))


def host(*paces: calm.Pace, patience: float = 100.0) -> calm.Host:
    """One that has seen its best; the last of these paces stays."""
    left = list(paces)
    return calm.Host(
        each=patience, patience=patience, best=CALM, measure=lambda: left.pop(0) if len(left) > 1 else left[0]
    )


def taking(of: calm.Host, told: list[str]) -> tuple[int, int]:
    """What it gives, a number for each time that it was taken, and how often that was."""
    taken: list[int] = []

    def take() -> int:
        taken.append(len(taken))
        return taken[-1]

    return of.undisturbed(take, told.append), len(taken)


def test_what_is_calm_before_and_after_is_taken_once() -> None:
    told: list[str] = []
    one = host(CALM)
    assert taking(one, told) == (0, 1)
    assert (one.timings, one.disturbed, one.patience, told) == (1, 0, 100.0, [])


@pytest.mark.parametrize("slow", [APART, NEIGHBOUR])
def test_it_waits_for_a_calm_machine_and_says_so_once(slow: calm.Pace) -> None:
    told: list[str] = []
    one = host(slow, slow, slow, slow, slow, slow, CALM)
    assert taking(one, told) == (0, 1)
    assert len(told) == 1
    assert re.match(r"waits 100 s at most .* takes [\d.]+ and [\d.]+ ms, at best 0.80 and 3.00 ms$", told[0])
    assert 0 < one.patience < 100
    assert one.disturbed == 0


@pytest.mark.parametrize("slow", [APART, NEIGHBOUR])
def test_what_was_disturbed_is_taken_again(slow: calm.Pace) -> None:
    assert taking(host(CALM, slow, slow, CALM), []) == (1, 2)


def test_what_ran_before_is_given_time_to_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm, "AT_REST", 10.0)
    assert taking(host(CALM, APART, NEIGHBOUR, CALM), []) == (0, 1)


def test_patience_ends_and_the_row_is_kept_as_disturbed() -> None:
    one = host(APART)
    assert taking(one, []) == (0, 1)
    assert (one.timings, one.disturbed) == (1, 1)
    assert one.patience <= 0
    assert taking(one, []) == (0, 1)  # from now on nothing waits
    assert (one.timings, one.disturbed) == (2, 2)
    one.measure = lambda: CALM  # but what is calm is not called disturbed
    assert taking(one, []) == (0, 1)
    paces = iter([CALM, *[APART] * 99])
    one.measure = lambda: next(paces)
    assert taking(one, []) == (0, 1)
    assert (one.timings, one.disturbed) == (4, 3)


def test_each_work_begins_with_patience_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    one = host(APART, patience=0.0)
    one.each = 50.0
    monkeypatch.setattr(in_turn, "host", one)
    for work in (1, 2):
        in_turn.in_turn({"a": lambda: None, "b": lambda: None}, 3, lambda words: None)
        assert (one.timings, one.disturbed) == (8 * work, 8 * work)  # with the first round
        assert -10 < one.patience <= 0


def test_without_patience_nothing_is_measured() -> None:
    def never() -> calm.Pace:
        raise AssertionError("measured")

    assert taking(calm.Host(measure=never), []) == (0, 1)
    assert calm.host.each == 0


def test_the_best_is_learnt() -> None:
    one = calm.Host(measure=lambda: CALM)
    assert one.best == one.seen == calm.UNKNOWN
    assert one.calm()
    assert one.best == one.seen == CALM
    one.measure = lambda: (0.4, 9.0)
    assert not one.calm()
    assert one.best == one.seen == (0.4, 3.0)


def test_what_a_slower_machine_never_reaches_is_not_remembered_again() -> None:
    one = host(APART)
    assert not one.calm()
    assert (one.best, one.seen) == (CALM, APART)


def test_the_fixed_work_takes_time() -> None:
    assert min(calm.pace()) > 0


def test_a_measurement_knows_the_best_of_one_before_on_the_same_processor(tmp_path) -> None:
    path = tmp_path / "machine.json"
    assert machine.best_known(path) == calm.UNKNOWN
    kept = machine.description("1", 0.1, CALM, {})
    machine.write(kept, path)
    assert machine.best_known(path) == CALM
    for name in ("processor", "numpy"):
        path.write_text(json.dumps(kept | {name: "another"}))
        assert machine.best_known(path) == calm.UNKNOWN
    path.write_text(json.dumps({name: value for name, value in kept.items() if name != "pace_ms"}))
    assert machine.best_known(path) == calm.UNKNOWN


def test_the_command_gives_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    one = calm.Host()
    monkeypatch.setattr(command, "host", one)
    monkeypatch.setattr(command, "explorer_pages", dict)
    monkeypatch.setattr(command.system_browser, "ensure", lambda: "")
    monkeypatch.setattr(command, "plan", lambda pages: {"work": None})
    monkeypatch.setattr(command, "served", lambda: (_ for _ in ()).throw(InterruptedError))
    with pytest.raises(InterruptedError):
        command.main([])
    assert one.each == command.PATIENCE == 120


def test_what_the_host_disturbed_is_measured_again_and_the_calmer_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    def row(ratio: float) -> rows.Row:
        return rows.Row("work", "x", ratio, "at least 1 times faster", True, (ratio, ratio), "as measured")

    one, asked = calm.Host(), list[str]()
    monkeypatch.setattr(command, "host", one)
    monkeypatch.setattr(command, "tell", lambda words: None)

    def work(name: str, *disturbed: int | None) -> list[rows.Row]:
        """Three timings; so many disturbed at each call, None where it fails."""
        call = asked.count(name)
        asked.append(name)
        if (now := disturbed[call]) is None:
            raise ValueError("no time")
        one.timings += 3
        one.disturbed += now
        return [row(call + 1.0)]

    disturbed = {
        "calm": (0,),
        "better": (2, 1),
        "worse": (1, 3),
        "late": (None, 0),
        "broken": (1, None),
        "lost": (None, None),
    }
    found = command.all_found({name: partial(work, name, *each) for name, each in disturbed.items()})
    assert asked == [*disturbed, "better", "worse", "late", "broken", "lost"]
    kept = {name: (each.given[0].ratio, each.timings, each.disturbed) for name, each in found.items()}
    assert kept == {"calm": (1, 3, 0), "better": (2, 3, 1), "worse": (1, 3, 1), "late": (2, 3, 0), "broken": (1, 3, 1)}
    described = machine.description("1", 0.1, CALM, found)
    assert (described["timings"], described["not_calm"]) == (15, {"better": 1, "worse": 1, "broken": 1})
