"""Schedule, noise and clipping in the race: the page's runs are gd.descend's, and the start is dragged while they play."""

from typing import Any

import numpy as np
import pytest

import gdlib as gd
from gdlib.widgets.changes import CLIPPINGS, SCHEDULES, made
from gdlib.widgets.kinds.race import FIRST
from tests.conftest import Watch
from tests.explorer_page import drawn, picture, readout, set_state, shown, state

pytestmark = pytest.mark.browser
NEUTRAL = {
    "schedule": {"name": "constant", "settings": {"factor": 1}},
    "noise": 0,
    "seed": 1,
    "clipping": {"name": "none", "settings": {}},
}
WITH_POWERS = {"exponential", "per_epoch", "staircase", "cosine", "warm_restarts"}
"""Schedules made with exp, cos or a real power, whose last bits differ from machine to machine."""


@pytest.fixture
def race(tab: Watch) -> Any:
    """The race as it is first; whatever went wrong on its page by the end fails the test."""
    found = shown(tab, gd.explore("rosenbrock", start=(-1.2, 1.0), steps=200))
    yield found
    assert found.troubles == []


def changed(start: Any, one: Any, steps: int, schedule: Any = None, transform: Any = None) -> Any:
    """gd.descend as the page's state asks for it."""
    rule = gd.rules[one["name"]]
    given = schedule if "lr" in rule.defaults else None
    return gd.descend(
        gd.objectives.rosenbrock,
        rule,
        start,
        steps=steps,
        schedule=given,
        transform=transform,
        **one["hyperparameters"],
    )


def bits(path: Any) -> bytes:
    return np.asarray(path, dtype=np.float64).tobytes()


def test_every_schedule_and_clipping_changes_the_runs_as_in_python(race: Watch) -> None:
    page = race.page
    plain = state(page)["paths"]
    for name, thing in SCHEDULES.items():
        settings = {"factor": 0.5} if name == "constant" else {}
        clip = {"inverse": "clip_norm", "piecewise": "clip_value"}.get(name, "none")
        shown_state = set_state(page, {"schedule": {"name": name, "settings": settings}, "clipping": {"name": clip}})
        schedule = made(thing, shown_state["schedule"]["settings"])
        transform = None if clip == "none" else made(CLIPPINGS[clip], shown_state["clipping"]["settings"])
        differ = []
        for one in shown_state["rules"]:
            run = changed(shown_state["start"], one, 200, schedule, transform)
            path = shown_state["paths"][one["id"]]
            if name in WITH_POWERS and one["name"] in ("gradient_descent", "momentum"):  # others are chaotic
                np.testing.assert_allclose(path, run.path, rtol=1e-6, err_msg=f"{name} {one['name']}")
            elif name not in WITH_POWERS or "lr" not in gd.rules[one["name"]].defaults:
                assert bits(path) == bits(run.path), (name, one["name"])
            differ.append(bits(path) != bits(plain[one["id"]]))
        assert any(differ), name
        assert clip != "none" or not differ[list(FIRST).index("rprop_minus")], name


def test_noise_is_seeded_the_same_for_every_rule_and_of_the_right_size(race: Watch) -> None:
    page = race.page
    rules = [{"name": "gradient_descent", "hyperparameters": {"lr": 1e-6}}] * 2
    first = set_state(page, {"rules": rules, "noise": 1000.0, "steps": 4000})["paths"]
    assert bits(first["gradient_descent"]) == bits(first["gradient_descent#2"])  # one noise for all
    assert set_state(page, {"seed": 2})["paths"] != first
    assert set_state(page, {"seed": 1})["paths"] == first
    path = np.array(first["gradient_descent"])
    drawn_noise = -(np.diff(path, axis=0) / 1e-6 + gd.objectives.rosenbrock.grad(path[:-1]))
    assert np.abs(drawn_noise.mean(axis=0)).max() < 4 * 1000 / np.sqrt(4000)
    np.testing.assert_allclose(drawn_noise.std(axis=0), 1000, rtol=0.06)
    assert abs(np.corrcoef(drawn_noise.T)[0, 1]) < 0.07
    quiet = set_state(page, {"noise": 0, "steps": 50})
    assert bits(quiet["paths"]["gradient_descent"]) == bits(changed(quiet["start"], quiet["rules"][0], 50).path)


def test_an_older_state_still_restores_and_a_partial_one_is_completed(race: Watch) -> None:
    page = race.page
    first = state(page)
    assert {name: first[name] for name in NEUTRAL} == NEUTRAL
    older = {name: part for name, part in first.items() if name not in NEUTRAL}
    assert set_state(page, older) == first
    moved = set_state(page, {"schedule": {"name": "piecewise", "settings": {"boundaries1": 150}}})
    assert moved["schedule"]["settings"]["boundaries2"] == 151  # kept in order, as gdlib wants it
    widget = gd.explore("rosenbrock", start=(-1.2, 1.0), steps=200)
    widget.state = {"schedule": {"name": "piecewise", "settings": {"boundaries1": 150}}}
    assert widget.state["schedule"] == moved["schedule"]


def test_boundaries_stay_in_order_and_in_their_range(race: Watch) -> None:
    widget = gd.explore("rosenbrock", start=(-1.2, 1.0), steps=200)
    for given, kept in (({"boundaries1": 10_000}, [9_999, 10_000]), ({"boundaries2": 1}, [60, 61])):
        asked = {"schedule": {"name": "piecewise", "settings": given}}
        moved = set_state(race.page, asked)
        assert [moved["schedule"]["settings"][name] for name in ("boundaries1", "boundaries2")] == kept
        assert set_state(race.page, moved) == moved  # what a page says of itself it takes back
        widget.state = asked
        assert widget.state["schedule"] == moved["schedule"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"schedule": {"name": "cosinus"}}, "state.schedule: needed"),
        ({"schedule": "cosine"}, "state.schedule: needed"),
        ({"schedule": {"name": "__proto__"}}, "state.schedule: needed"),
        ({"schedule": {"name": "cosine", "settings": {"rate": 1}}}, "rate"),
        ({"schedule": {"name": "cosine", "settings": {"steps": 2.5}}}, "steps"),
        ({"schedule": {"name": "staircase", "settings": {"factor": 1}}}, "factor"),
        ({"noise": -1}, "noise"),
        ({"noise": "1"}, "noise"),
        ({"seed": 0.5}, "seed"),
        ({"clipping": {"name": "clip_norm", "settings": {"limit": 0}}}, "limit"),
    ],
)
def test_what_will_not_do_is_refused_in_the_page_and_in_python(race: Watch, given: Any, words: str) -> None:
    before = state(race.page)
    with pytest.raises(Exception, match="TypeError") as refused:
        set_state(race.page, given)
    assert words in str(refused.value)
    assert state(race.page) == before
    widget = gd.explore("rosenbrock", start=(-1.2, 1.0), steps=200)
    with pytest.raises((TypeError, ValueError), match=words):
        widget.state = given


def test_the_controls_lie_folded_and_say_what_is_on_and_what_is_not_scheduled(race: Watch) -> None:
    page = race.page
    group = page.locator(".gd-changes")
    assert not group.get_by_label("Schedule", exact=True).is_visible()
    assert group.locator("summary").inner_text().split("\n") == ["Schedule, noise, clipping none"]
    group.locator("summary").click()
    before = picture(page)
    group.get_by_label("Schedule", exact=True).select_option("inverse")
    assert picture(page) != before
    assert "Without η, so not scheduled: Rprop−." in group.inner_text()
    before = picture(page)
    group.get_by_label("Rate of 1/(1 + rate·k)", exact=True).press("ArrowRight")
    assert picture(page) != before
    seed = group.get_by_label("Seed", exact=True)
    assert seed.is_disabled()
    group.get_by_label("noise", exact=True).press("ArrowRight")
    assert seed.is_enabled()
    before = picture(page)
    seed.fill("12")
    seed.press("Enter")
    assert picture(page) != before
    assert "same law" in group.inner_text()
    group.get_by_label("Clipping", exact=True).select_option("clip_norm")
    group.locator("summary").click()
    assert (
        group.locator("summary").inner_text().split()
        == (
            "Schedule, noise, clipping 1/(1 + rate·k), noise 0.0208, clipped by norm".replace(
                "0.0208", str(state(page)["noise"])
            )
        ).split()
    )
    page.get_by_role("button", name="Reset").click()
    assert {name: state(page)[name] for name in NEUTRAL} == NEUTRAL


def test_playing_goes_on_while_the_start_is_dragged(race: Watch) -> None:
    page = race.page
    set_state(page, {"steps": 1000, "rules": [{"name": "momentum"}]})
    handle = page.locator(".gd-handle").bounding_box()
    assert handle is not None
    page.mouse.move(handle["x"] + 22, handle["y"] + 22)
    page.get_by_label("Step shown").fill("100")
    page.get_by_role("button", name="Play").press("Enter")
    page.mouse.down()
    starts, steps = [], []
    for part in range(1, 4):
        page.mouse.move(handle["x"] + 22 + 12 * part, handle["y"] + 22 - 8 * part)
        now = page.evaluate(
            """() => [document.querySelector("gd-explorer").state.start, document.querySelector(".gd-transport input").value]"""
        )
        starts.append(tuple(now[0]))
        steps.append(int(now[1]))
        page.wait_for_timeout(60)
    page.mouse.up()
    assert len(set(starts)) == 3
    assert 100 <= steps[0] < steps[-1] < 1000
    assert page.get_by_role("button", name="Pause").is_visible()  # still playing, and so still not spoken
    assert page.locator(".gd-readout").get_attribute("aria-live") == "off"
    page.get_by_role("button", name="Pause").click()
    assert page.locator(".gd-readout").get_attribute("aria-live") == "polite"
    shown_state = state(page)
    assert tuple(shown_state["start"]) == starts[-1]
    one = next(one for one in shown_state["rules"] if one["id"] == "momentum")
    run = changed(shown_state["start"], one, 1000)
    assert bits(shown_state["paths"]["momentum"]) == bits(run.path)
    step = page.get_by_label("Step shown").evaluate("(one) => one.valueAsNumber")
    assert f"{run.path[step][0]:.3f}".replace("-", "−") in readout(page)


def test_a_run_that_is_pointed_at_stands_out(race: Watch) -> None:
    page = race.page
    back = "[...document.querySelectorAll('.gd-board .gd-line, .gd-plot .gd-line')].map((one) => one.classList.contains('gd-back'))"
    assert not any(page.evaluate(back))
    page.locator(".gd-readout tbody tr").nth(1).hover()
    board = page.evaluate(back)
    assert board.count(False) == 2  # on the map and among the curves
    assert not board[1]
    page.get_by_label("lr of Adam", exact=True).hover()  # who turns a knob compares
    assert not any(page.evaluate(back))
    page.locator(".gd-rule-head", has_text="Adam").hover()
    assert not page.evaluate(back)[list(FIRST).index("adam")]
    page.mouse.move(1, 1)
    assert not any(page.evaluate(back))
    page.get_by_role("checkbox", name="Adam", exact=True).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(back).count(False) == 2
    page.get_by_role("button", name="Reset").focus()
    assert not any(page.evaluate(back))


# ------------------------------------------------------------------ what to try


def test_what_to_try_comes_true(tab: Watch) -> None:
    explorers = [gd.explore(), gd.explore("ravine"), gd.explore("himmelblau", rules=["gradient_descent"], steps=60)]
    assert [len(one.spec["tries"]) for one in explorers] == [3, 2, 3]  # on the ravine descent does not run off so far
    page = shown(tab, explorers[0]).page
    winners = set()
    for start in ([-1.2, 1.0], [-0.5, 2.5], [1.5, 0.0], [0.2, -0.5], [-2.0, 0.0]):
        ends = set_state(page, {"start": start})["paths"]
        heights = {name: float(gd.objectives.rosenbrock(np.array(path[-1]))) for name, path in ends.items()}
        winners.add(min(heights, key=lambda name: heights[name]))
    assert len(winners) > 1  # who is lowest depends on the start

    descent = {"name": "gradient_descent", "hyperparameters": {"lr": 1.0}}
    assert len(set_state(page, {"start": [-1.2, 1.0], "rules": [descent]})["paths"]["gradient_descent"]) < 201
    held = set_state(page, {"clipping": {"name": "clip_norm"}})["paths"]["gradient_descent"]
    strides = np.linalg.norm(np.diff(np.array(held), axis=0), axis=1)
    assert len(held) == 201
    assert strides.max() <= 1.0 + 1e-12  # no step is longer than η times the limit

    def restless(paths: Any) -> dict[str, float]:
        return {name: float(np.linalg.norm(np.diff(path[-51:], axis=0), axis=1).mean()) for name, path in paths.items()}

    page.get_by_role("button", name="Reset").click()
    noisy = restless(set_state(page, {"noise": 1})["paths"])
    calmed = restless(set_state(page, {"schedule": {"name": "inverse"}})["paths"])
    assert min(noisy.values()) > 1e-5
    for name in FIRST:
        if "lr" in gd.rules[name].defaults:
            assert calmed[name] < 0.6 * noisy[name], name
        else:
            assert calmed[name] == noisy[name], name
    drawn(page)
