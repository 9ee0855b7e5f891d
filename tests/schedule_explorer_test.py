"""The schedule explorer: its factors, sums and runs are gdlib's, and what it says to try comes true."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page

import gdlib as gd
from gdlib.widgets.changes import SCHEDULES, first_settings
from gdlib.widgets.kinds.schedule import NOISE, RULES
from tests.explorer_page import drawn, html_of, readout, set_state, shown, state

ALGEBRAIC = ["constant", "inverse", "inverse_square", "inverse_root", "staircase", "linear", "polynomial", "warm_up",
             "floor", "piecewise", "reduce_on_plateau"]  # fmt: skip


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    watch = shown(context, gd.explore(kind="schedule"))
    yield watch.page
    assert watch.troubles == []


def bits(path: Any) -> list[list[str]]:
    return [[float(part).hex() for part in point] for point in path]


@pytest.mark.browser
def test_without_noise_its_runs_are_descend_s_to_the_bit(page: Page) -> None:
    for name in ALGEBRAIC:
        for rule in RULES:
            asked = {"noise": 0, "steps": 60, "schedule": {"name": name}, "rules": [{"name": rule}]}
            found = set_state(page, asked)
            start, given = found["start"], found["rules"][0]["hyperparameters"]
            run = gd.descend(gd.objectives.ravine, gd.rules[rule], start, steps=60, schedule=SCHEDULES[name], **given)
            plain = gd.descend(gd.objectives.ravine, gd.rules[rule], start, steps=60, **given)
            assert bits(found["paths"][rule]) == bits(run.path), (name, rule)
            assert bits(found["paths"]["constant"]) == bits(plain.path), (name, rule)


@pytest.mark.browser
def test_every_schedule_is_offered_with_its_numbers_and_read_step_by_step(page: Page) -> None:
    names = (
        page.get_by_label("Schedule", exact=True).locator("option").evaluate_all("(all) => all.map((one) => one.value)")
    )
    assert names == [name for name in dir(gd.schedules) if name in names] or sorted(names) == sorted(SCHEDULES)
    assert set(SCHEDULES) == {name for name in gd.schedules.__all__ if name != "Schedule"}
    for name, thing in SCHEDULES.items():
        assert set_state(page, {"schedule": {"name": name}})["schedule"] == {
            "name": name,
            "settings": first_settings(thing),
        }
    set_state(page, {"schedule": {"name": "inverse", "settings": {"rate": 0.25}}, "noise": 0, "steps": 40})
    page.get_by_label("Step shown").fill("5")
    sizes = [0.07 * gd.schedules.inverse(rate=0.25)(t) for t in range(1, 6)]
    said = readout(page)
    assert f"{sizes[-1]:.3f}" in said
    assert f"{sum(sizes):.3f}" in said
    assert "Step 5 of 40" in said


@pytest.mark.browser
def test_what_there_is_to_try_comes_true(page: Page) -> None:
    def ends() -> tuple[float, float]:
        paths = state(page)["paths"]
        last = [np.median(gd.objectives.ravine(paths[one])[-100:]) for one in ("gradient_descent", "constant")]
        return float(last[0]), float(last[1])

    scheduled, constant = ends()
    assert scheduled < constant / 10
    tails: dict[str, list[Any]] = {"gradient_descent": [], "constant": []}
    for seed in range(1, 9):  # one run alone wanders slowly
        for one, path in set_state(page, {"steps": 3000, "seed": seed})["paths"].items():
            tails[one].append(gd.objectives.ravine(path))
    early, late = ({one: np.mean([run[part] for run in runs]) for one, runs in tails.items()}
                   for part in (slice(200, 700), slice(-500, None)))  # fmt: skip
    assert late["constant"] > 0.8 * early["constant"]  # restless for ever
    assert late["gradient_descent"] < 0.4 * early["gradient_descent"]  # still falling
    set_state(page, {"seed": 1})
    set_state(page, {"steps": 300, "noise": 0})
    scheduled, constant = ends()
    assert constant < scheduled / 1000
    set_state(page, {"noise": NOISE, "schedule": {"name": "inverse_square", "settings": {"rate": 0.5}}})
    path = set_state(page, {"steps": 3000})["paths"]["gradient_descent"]
    way = sum(0.07 * gd.schedules.inverse_square(rate=0.5)(t) for t in range(1, 3001))
    assert way < 0.07 * 3.6
    assert gd.objectives.ravine(path[-1]) > 1.0
    assert np.ptp(gd.objectives.ravine(path[-500:])) < 0.05  # and calm


@pytest.mark.browser
def test_a_step_is_read_from_either_picture_and_noise_follows_its_seed(page: Page) -> None:
    before = state(page)["paths"]
    assert set_state(page, {"seed": 2})["paths"] != before
    assert set_state(page, {"seed": 1})["paths"] == before
    drawn(page)
    for plot in page.locator(".gd-plot").all():
        box = plot.locator(".gd-frame").bounding_box()
        assert box
        page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
        assert "Step 150 of 300" in readout(page)
        page.get_by_label("Step shown").fill("300")


@pytest.mark.browser
def test_a_run_that_diverges_is_said_to(page: Page) -> None:
    set_state(page, {"rules": [{"name": "gradient_descent", "hyperparameters": {"lr": 90.0}}], "noise": 0})
    assert "left the finite numbers at step" in readout(page)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"rules": ["rprop_minus"]}, "rules: needed a rule with a step size lr"),
        ({"rules": ["adam", "nesterov"]}, "rules: needed one, got adam, nesterov"),
        ({"rules": []}, "rules: needed at least one, got an empty list"),
        ({"schedule": {"name": "cosinus"}}, "schedule: needed {name, settings} with a name of constant"),
        ({"schedule": {"name": "inverse", "settings": {"rate": -1}}}, "rate: needs"),
        ({"schedule": {"name": "inverse", "settings": {"steps": 3}}}, "schedule: inverse has rate, got 'steps'"),
        ({"noise": -1}, "noise: needs"),
        ({"seed": 1.5}, "seed: needs a whole number"),
    ],
)
def test_what_will_not_do_is_refused(arguments: Any, words: str) -> None:
    with pytest.raises((TypeError, ValueError)) as refused:
        gd.explore(kind="schedule", **arguments)
    assert words in str(refused.value)


def test_a_rule_of_the_readers_own_keeps_its_name_its_settings_and_its_code() -> None:
    @gd.rule
    def momentum(theta: Any, g: Any, *, lr: float = 0.01, rho: float = 0.5) -> Any:
        return theta - rho * lr * g

    widget = gd.explore("bowl", kind="schedule", rules=[momentum])
    (told,) = (one for one in widget.spec["rules"] if one["name"] == "momentum")
    assert told["python"] == "momentum"
    assert "rho * lr" in told["source"]
    assert [one["name"] for one in widget.spec["rules"]] == ["momentum", "gradient_descent", "adam"]
    assert widget.state["rules"][0]["hyperparameters"] == {"lr": 0.01, "rho": 0.5}
    assert "<svg" in html_of(widget)
