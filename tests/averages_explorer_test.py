"""Running averages: what they promise, exactly; and the explorer, whose averages are those of Python on what it measured."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

import gdlib as gd
from gdlib import averages
from gdlib.widgets.kinds.averages import SIGNALS, averaged
from tests.conftest import Watch
from tests.explorer_page import picture, readout, set_state, shown, state

NAMES = ("window", "exponential", "corrected")
BETAS = st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=100)


# ------------------------------------------------------------------ what they promise


@given(st.integers(1, 60))
def test_noise_and_age_of_a_window_are_the_sums_over_its_weights(window: int) -> None:
    weights = [Fraction(averages.window_weight(age, 1000, window)).limit_denominator(1000) for age in range(window + 5)]
    assert sum(weights) == 1
    assert averages.window_noise(Fraction(window)) == sum(w * w for w in weights)
    assert averages.window_age(Fraction(window)) == sum(age * w for age, w in enumerate(weights))


@given(BETAS)
def test_noise_and_age_of_an_exponential_average_are_the_sums_over_its_weights(beta: Fraction) -> None:
    """The sums over t ages in closed form; what they lack of the infinite ones fades with β^t."""
    t, gone = 30, beta**30
    weights = [averages.exponential_weight(age, beta) for age in range(t)]
    assert sum(weights) == 1 - gone
    assert sum(w * w for w in weights) == averages.exponential_noise(beta) * (1 - gone * gone)
    left = (t * gone * (1 - beta) + beta * gone) / (1 - beta)
    assert sum(age * w for age, w in enumerate(weights)) == averages.exponential_age(beta) - left


@given(BETAS)
def test_one_window_matches_noise_and_age_at_once_and_the_rule_of_thumb_neither(beta: Fraction) -> None:
    same, thumb = averages.same_noise(beta), averages.same_newest(beta)
    assert averages.window_noise(same) == averages.exponential_noise(beta)
    assert averages.window_age(same) == averages.exponential_age(beta)
    assert averages.window_noise(thumb) == averages.exponential_weight(0, beta)  # the newest measurement's weight
    assert averages.window_noise(thumb) == (1 + beta) * averages.exponential_noise(beta)
    assert averages.window_age(thumb) == averages.exponential_age(beta) / 2


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=40), st.integers(1, 12), BETAS)
def test_step_by_step_they_are_the_weighted_sums(given_: list[int], window: int, beta: Fraction) -> None:
    measured = [Fraction(one) for one in given_]
    m = Fraction(0)
    for t, g in enumerate(measured, start=1):
        m = averages.exponential(m, g, beta)
        newest = measured[t - 1 :: -1] if t < len(measured) else measured[::-1]
        assert m == sum(averages.exponential_weight(age, beta) * one for age, one in enumerate(newest))
        scale = sum(averages.exponential_weight(age, beta) for age in range(t))
        assert averages.bias_corrected(m, beta**t) == m / scale
    found = averaged([float(one) for one in measured], window, float(beta))["window"]
    for t in range(1, len(measured) + 1):
        last = measured[max(0, t - window) : t]
        assert found[t - 1] == pytest.approx(float(sum(last) / len(last)), abs=1e-12)


def test_a_ramp_without_noise_is_followed_as_late_as_the_mean_age() -> None:
    found = averaged([SIGNALS["ramp"](t) for t in range(1, 1001)], 19, 0.9)
    late = {name: (SIGNALS["ramp"](1000) - values[-1]) / 0.05 for name, values in found.items()}
    assert late == pytest.approx(dict.fromkeys(NAMES, 9.0), abs=1e-9)
    assert averages.window_age(19) == pytest.approx(averages.exponential_age(0.9))


# ------------------------------------------------------------------ the explorer


@pytest.fixture
def page(tab: Watch) -> Iterator[Page]:
    watch = shown(tab, gd.explore(kind="averages"))
    yield watch.page
    assert watch.troubles == []


def values(paths: dict[str, Any], name: str) -> list[float]:
    assert [t for t, _ in paths[name]] == list(range(1, len(paths[name]) + 1))
    return [value for _, value in paths[name]]


@pytest.mark.browser
def test_the_page_averages_what_it_measured_as_python_does_bit_for_bit(page: Page) -> None:
    for signal, window, beta in (("sine", 19, 0.9), ("jump", 1, 0.0), ("ramp", 100, 0.99), ("constant", 7, 0.5)):
        paths = set_state(page, {"signal": signal, "window": window, "beta": beta, "steps": 700})["paths"]
        measured = values(paths, "measured")
        found = averaged(measured, window, beta)
        for name in NAMES:
            assert values(paths, name) == found[name], (signal, name)
        true = [SIGNALS[signal](t) for t in range(1, 701)]
        assert values(paths, "truth") == pytest.approx(true, abs=1e-12)
        noise = [g - slope for g, slope in zip(measured, true, strict=True)]
        assert sum(one * one for one in noise) / 700 == pytest.approx(0.36, rel=0.15)


@pytest.mark.browser
def test_noise_has_its_seed(page: Page) -> None:
    first = state(page)["paths"]["measured"]
    page.get_by_role("button", name="Other noise").click()
    other = state(page)
    assert other["seed"] == 2
    assert other["paths"]["measured"] != first
    assert set_state(page, {"seed": 1})["paths"]["measured"] == first
    calm = set_state(page, {"noise": 0.0})["paths"]
    assert calm["measured"] == calm["truth"]


def table(page: Page) -> dict[str, list[str]]:
    """The readout's rows; a second row of one name has a 2 behind it."""
    readout(page)
    found: dict[str, list[str]] = {}
    for row in page.locator(".gd-readout tbody tr").all():
        title, *cells = [one.strip() for one in row.locator("th, td").all_inner_texts()]
        found[title + "2" * (title in found)] = cells
    return found


@pytest.mark.browser
def test_what_it_expects_is_what_it_measures(page: Page) -> None:
    """The spread of a measured part is about √(2 window / steps) of it."""
    page.evaluate('document.querySelector("gd-explorer").state = {signal: "ramp", steps: 4000, seed: 3}')
    found = table(page)
    assert found["variance left, expected"] == ["0.0526"] * 3
    assert [float(one) for one in found["the same in this run"]] == pytest.approx([1 / 19] * 3, rel=0.2)
    assert found["steps late on a ramp"] == ["9"] * 3
    assert [float(one) for one in found["the same in this run2"]] == pytest.approx([9] * 3, abs=0.6)
    assert found["numbers kept"] == ["19", "1", "2"]
    assert "keeps 19 measurements, the oldest 18 steps stale" in readout(page)


@pytest.mark.browser
def test_to_try_the_rule_of_thumb_leaves_nearly_twice_the_noise_and_is_half_as_late(page: Page) -> None:
    page.get_by_role("button", name="M = 1/(1 − β): same newest weight").click()
    assert state(page)["window"] == 10
    thumb = table(page)
    assert thumb["variance left, expected"] == ["0.1", "0.0526", "0.0526"]
    assert thumb["steps late on a ramp"] == ["4.5", "9", "9"]
    measured = [float(one) for one in thumb["the same in this run"]]
    assert 1.5 < measured[0] / measured[1] < 2.3
    page.get_by_role("button", name="M = (1 + β)/(1 − β): same noise, same age").click()
    assert state(page)["window"] == 19
    both = table(page)
    assert both["variance left, expected"] == ["0.0526"] * 3
    assert both["steps late on a ramp"] == ["9"] * 3


@pytest.mark.browser
def test_to_try_the_ramp_without_noise_shows_the_mean_age(page: Page) -> None:
    page.get_by_label("True slope", exact=True).select_option("ramp")
    page.get_by_label("Noise of one measurement, σ", exact=True).press("Home")
    assert state(page)["noise"] == 0
    found = table(page)
    assert found["the same in this run2"][:2] == found["steps late on a ramp"][:2] == ["9", "9"]
    assert found["the same in this run"] == ["–"] * 3  # no noise to measure


@pytest.mark.browser
def test_to_try_the_window_forgets_a_jump_in_m_steps_and_the_exponential_never(page: Page) -> None:
    paths = set_state(page, {"signal": "jump", "noise": 0.0})["paths"]
    window, exponential = values(paths, "window"), values(paths, "exponential")
    assert window[116] != -1.0
    assert window[117] == pytest.approx(-1.0, abs=1e-12)  # step 118: the jump was at step 100, 19 measurements ago
    assert all(value > -1.0 for value in exponential[99:199])
    page.get_by_label("Step shown").fill("109")
    assert "the true slope is −1.000" in readout(page)


@pytest.mark.browser
def test_the_correction_shows_where_it_matters(page: Page) -> None:
    page.get_by_label("Step shown").fill("1")
    paths = state(page)["paths"]
    first = paths["measured"][0][1]
    assert paths["exponential"][0][1] == pytest.approx(0.1 * first)
    assert paths["corrected"][0][1] == pytest.approx(first)
    lines = page.locator(".gd-plot .gd-line")
    assert lines.count() == 3
    page.get_by_label("Step shown").fill("900")
    assert "Step 900" in readout(page)
    assert lines.count() == 2  # β^t is nothing now: one line for both


@pytest.mark.browser
def test_every_control_changes_the_picture_and_reset_brings_it_back(page: Page) -> None:
    first = state(page)
    for label, key in (("Noise of one measurement, σ", "noise"), ("M, measurements in the window", "window"),
                       ("β, what an old measurement keeps a step", "beta")):  # fmt: skip
        before = picture(page)
        page.get_by_label(label, exact=True).press("ArrowRight")
        assert state(page)[key] > first[key]
        assert picture(page) != before
        box = page.get_by_label(f"{label}, as a number")
        box.fill("-1")
        box.press("Enter")
        assert box.get_attribute("aria-invalid") == "true"
    for label, value in (("Steps", "70"), ("Seed", "5")):
        before = picture(page)
        page.get_by_label(label, exact=True).fill(value)
        page.get_by_label(label, exact=True).press("Enter")
        assert picture(page) != before
    page.get_by_role("button", name="Reset").click()
    assert state(page) == first


@pytest.mark.browser
def test_measurements_slide_in_and_stand_still_for_whoever_asks_for_no_motion(page: Page) -> None:
    page.get_by_label("Step shown").fill("300")
    before = picture(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function('document.querySelector(".gd-count").textContent > "step 302"')
    page.get_by_role("button", name="Pause").click()
    assert picture(page) != before
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    assert page.locator(".gd-count").inner_text() == "step 960 of 960"


@pytest.mark.browser
def test_extremes_survive(page: Page) -> None:
    for given_ in ({"beta": 0.9999, "window": 10_000}, {"beta": 0.0, "window": 1, "noise": 1000.0}, {"steps": 1}):
        set_state(page, given_)
        readout(page)
        assert "NaN" not in picture(page)
        page.get_by_label("Step shown").fill("0")
        assert "Nothing is measured yet." in readout(page)
        assert "NaN" not in picture(page)


@pytest.mark.browser
def test_a_wrong_state_is_refused_in_a_sentence(page: Page) -> None:
    for wrong, sentence in (
        ({"signal": "noise"}, "state.signal: needed one of constant, ramp, jump, sine"),
        ({"beta": 1.0}, "beta: needed 0 ≤ beta ≤ 0.9999, got 1"),
        ({"window": 2.5}, "window: needed a whole number"),
        ({"start": [1, 2]}, "state.start"),
    ):
        said = page.evaluate(
            """(value) => { try { document.querySelector("gd-explorer").state = value; return ""; }
            catch (error) { return error.message; } }""",
            wrong,
        )
        assert sentence in said


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"steps": 0}, "steps: needed a whole number from 1 to 10000, got 0"),
        ({"signal": "noise"}, "signal: needed one of constant, ramp, jump, sine, got 'noise'"),
        ({"beta": 1.0}, "beta: needs 0 <= beta <= 0.9999, got 1.0"),
        ({"f": "bowl"}, "f: an explorer of kind 'averages' has none"),
    ],
)
def test_wrong_arguments_are_refused(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        gd.explore(kind="averages", **settings)
    assert sentence in str(caught.value)


def test_the_still_picture_says_what_it_shows() -> None:
    text = gd.explore(kind="averages")._repr_mimebundle_()[0]["text/html"]
    assert "window of 19" in text
    assert "exponential, β = 0.9" in text
