"""The rate map: what is measured is what gd.descend does, theory's lines are gd.rates', and each hand reads and sets a pixel."""

import functools
import math
import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page

import gdlib as gd
from gdlib.widgets.kinds.rate_map import BANDS, PLANES, fitting, span
from gdlib.widgets.one_mode import CONVENTIONS, TARGET
from gdlib.widgets.two_modes import BOWL, average_rate, bowl, measured, theory
from tests.conftest import Watch
from tests.explorer_page import drawn, html_of, readout, set_state, shown, state

START = (1.0, 1.0)


@functools.cache
def explorer(plane: str = "lr-beta") -> Any:
    return gd.explore(kind="rate-map", plane=plane)


def run_of(rule: Any, kappa: float, start: Any, steps: int, **settings: float) -> tuple[int, float]:
    """Steps to a millionth, or all of them, and the share of the distance left, of gd.descend's own path."""
    path = gd.descend(bowl(kappa), rule, start, steps=steps, **settings).path
    shares = np.hypot(*path.T) / math.hypot(*start)
    arrived = np.flatnonzero(shares <= TARGET)
    end = int(arrived[0]) if len(arrived) else steps
    return end, float(shares[end]) if end < len(shares) else math.nan


# ------------------------------------------------------------------ the mathematics


def test_the_bowl_has_the_curvatures_that_it_says() -> None:
    assert [str(entry) for entry in BOWL.hessian[:2, :2]] == ["1/kappa", "0", "0", "1"]
    here = bowl(25.0)
    points = np.random.default_rng(1).normal(size=(40, 2))
    plain = gd.Objective("(x**2/25 + y**2)/2")
    np.testing.assert_allclose(here(points), plain(points), rtol=1e-14)
    np.testing.assert_allclose(here.grad(points), plain.grad(points), rtol=1e-14)


@pytest.mark.parametrize(
    "name", ["gradient_descent", "momentum", "nesterov_lookahead", "adam", "rmsprop", "rprop_plus"]
)
def test_what_is_measured_for_many_is_what_descend_does_for_one(name: str) -> None:
    rule = gd.rules[name]
    rng = np.random.default_rng(3)
    settings = {key: np.full(8, value) for key, value in rule.defaults.items()}
    for key, low, high in (("lr", 0.05, 1.2), ("beta", 0.1, 0.9), ("beta1", 0.1, 0.9), ("up", 1.05, 1.5)):
        if key in settings:
            settings[key] = rng.uniform(low, high, 8)
    kappa = rng.uniform(1.0, 50.0, 8)
    found = measured(rule, kappa, (1.0, 0.6), 120, settings)
    for k in range(8):
        steps, share = run_of(rule, kappa[k], (1.0, 0.6), 120, **{key: float(one[k]) for key, one in settings.items()})
        # a run that swings about the border of a millionth may be an ulp on either side of it: none of these does
        assert found.steps[k] == steps
        assert found.share[k] == pytest.approx(share, rel=1e-6, abs=1e-13)


def test_runs_that_leave_the_finite_numbers_have_no_rate() -> None:
    found = measured(gd.rules.gradient_descent, 1.0, START, 2000, {"lr": np.array([1.0, 9.0])})
    assert found.steps[0] == 1
    assert np.isnan(found.rate[1])


@pytest.mark.parametrize("name", CONVENTIONS)
def test_theory_is_the_spectral_radius_over_both_curvatures(name: str) -> None:
    rule = gd.rules[name]
    rate = theory(rule)
    assert rate is not None
    for kappa, lr, beta in ((1.0, 0.3, 0.2), (40.0, 1.4, 0.8), (1000.0, 2.5, 0.95)):
        settings = {"lr": lr} | ({"beta": beta} if "beta" in rule.defaults else {})
        assert rate(kappa, *settings.values()) == gd.rates.spectral_radius(rule, [1 / kappa, 1.0], **settings)
    assert theory(gd.rules.adam) is None


def test_a_long_run_measures_theorys_rate() -> None:
    lr, beta = np.meshgrid(np.linspace(0.2, 3.0, 9), np.linspace(0.05, 0.95, 9))
    found = measured(gd.rules.momentum, 100.0, START, 3000, {"lr": lr, "beta": beta})
    rate = theory(gd.rules.momentum)
    assert rate is not None
    promised = rate(100.0, lr, beta)
    runs_off = promised > 1.0005
    assert (found.share[runs_off] > 1).all() | np.isnan(found.share[runs_off]).any()
    settled = promised < 0.9995
    # a run to a millionth is short: its beginning still counts, most of all where two roots meet
    np.testing.assert_allclose(found.rate[settled], promised[settled], atol=0.06)
    assert (np.abs(found.rate - promised)[settled] < 0.012).mean() > 0.8
    assert average_rate(0.25, 2.0) == pytest.approx(0.5)


@pytest.mark.parametrize("name", CONVENTIONS)
def test_every_map_holds_the_edge_and_the_best_settings(name: str) -> None:
    rule, convention = gd.rules[name], CONVENTIONS[name]
    for plane in fitting(rule):
        across, up = (span(plane, one, rule) for one in PLANES[plane])
        if plane == "lr-beta":
            lr, beta = convention.best(0.01, 1.0)
            assert across.low < lr < across.high
            assert up.low < beta < up.high
        if plane == "lr-kappa":
            assert across.low < convention.limit(0.5) < across.high


# ------------------------------------------------------------------ described in Python


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"plane": "lr-up"}, "plane: needed one of lr-beta, lr-kappa"),
        ({"plane": "beta1-beta2", "rules": ["momentum"]}, "plane: needed one of lr-beta, lr-kappa, beta-kappa, got"),
        ({"rules": ["adadelta"]}, "rules: needed some with two of beta, beta1, beta2, down"),
        ({"kappa": 0.5}, "^kappa: needs 1 <= kappa <= 1e"),
        ({"start": (1.0,)}, "start: needed two finite numbers"),
        ({"start": (0, 0)}, "start: needed a point off the minimum"),
        ({"plane": ["lr"]}, "plane: needed one of lr-beta, .*, got \\['lr'\\]"),
        ({"steps": 0}, "steps: needed a whole number from 1"),
        ({"f": gd.objectives.bowl}, "f: an explorer of kind 'rate-map' has none"),
    ],
)
def test_wrong_input_is_refused_in_a_sentence(given: dict[str, Any], words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        gd.explore(kind="rate-map", **given)


def test_a_plane_brings_a_rule_and_refuses_others() -> None:
    widget = gd.explore(kind="rate-map")
    widget.state = {"plane": "beta1-beta2"}
    assert [one["name"] for one in widget.state["rules"]] == ["adam"]
    with pytest.raises(ValueError, match=r"state\.rules: needed entries with a name of momentum, "):
        widget.state = {"plane": "lr-beta", "rules": [{"name": "adam"}]}
    assert widget.state["plane"] == "beta1-beta2"


def test_a_rule_of_the_readers_own_is_measured_and_has_no_theory() -> None:
    @gd.rule
    def momentum(theta: Any, g: Any, v: Any, *, lr: float = 0.1, beta: float = 0.9) -> Any:
        """Not momentum, whatever its name: the velocity forgets twice."""
        v = beta * beta * v - lr * g
        return theta + v, v

    widget = gd.explore(kind="rate-map", rules=[momentum])
    assert widget.spec["rules"][0]["limit"] is None
    assert not any("radius_momentum" in text for text in widget.spec["formulas"])
    assert "Curve" not in html_of(widget).split("</script>")[1]
    assert theory(gd.rules.momentum) is not None


def test_a_rule_of_the_readers_own_has_none_of_the_settings_of_gdlib_s_rule_of_its_name() -> None:
    @gd.rule
    def momentum(theta: Any, g: Any, *, lr: float = 0.2, rho: float = 0.9) -> Any:
        return theta - lr * (1.0 - rho) * g

    own = gd.explore(kind="rate-map", plane="lr-rho", rules=[momentum])
    assert own.state["rules"][0]["hyperparameters"] == {"lr": 0.1, "rho": 0.9}
    assert own.spec["rules"][0]["spans"]["lr-rho"][0] == {"low": 1e-3, "high": 10.0, "scale": "log"}

    @gd.rule
    def nesterov(theta: Any, g: Any, *, lr: float = 0.2, beta: float = 0.9) -> Any:
        return theta - lr * (1.0 - beta) * g

    named = gd.explore(kind="rate-map", plane="lr-beta", rules=[nesterov])
    assert named.state["rules"][0]["hyperparameters"] == {"lr": 0.1, "beta": 0.9}
    assert named.state["start"] == [1.0, 0.6]


def test_what_to_try_with_momentum_is_not_said_of_another_rule_of_that_name() -> None:
    @gd.rule
    def momentum(theta: Any, g: Any, *, lr: float = 0.2, beta: float = 0.9) -> Any:
        return theta - lr * (1.0 - beta) * g

    tries = [gd.explore(kind="rate-map", plane="lr-beta", rules=[one]).spec["tries"] for one in ("momentum", momentum)]
    assert [any("theory" in words for words in one) for one in tries] == [True, False]


def test_a_map_on_which_all_runs_go_off_is_drawn() -> None:
    @gd.rule
    def uphill(theta: Any, g: Any, *, lr: float = 0.1) -> Any:
        return theta + lr * g

    assert "runs off: 100 % of the map" in html_of(gd.explore(kind="rate-map", rules=[uphill]))
    widget = gd.explore(kind="rate-map", rules=["gradient_descent"])
    widget.state = {"start": [0.0, 0.0]}  # as a reader may drag it
    assert "runs off: 100 % of the map" in html_of(widget)


QUICK = ("lr-kappa", "beta1-beta2")


@pytest.mark.parametrize("plane", [pytest.param(one, marks=() if one in QUICK else pytest.mark.slow) for one in PLANES])
def test_every_plane_has_a_still_picture(plane: str) -> None:
    still = html_of(explorer(plane)).split("</script>")[1]
    assert still.count('role="img"') == 1
    assert "the run of the path at" in still
    assert "nan" not in still.lower()


def test_what_it_says_to_try_comes_true() -> None:
    along, *tries = explorer().spec["tries"]
    rate = theory(gd.rules.momentum)
    assert rate is not None
    assert "β = 0" in tries[0]
    lr = np.linspace(0.01, 4, 4000)
    plain = lr[np.argmin(rate(100.0, lr, 0.0))]
    best = gd.rates.optimal_momentum(0.01, 1.0)
    assert 2 - plain == pytest.approx(0.02, abs=0.002)  # both next to the edge
    assert 2 + 2 * best.beta - best.lr == pytest.approx(0.033, abs=0.001)
    assert "η = 0.3 to η = 3.7" in along
    assert not any("3.7" in line for line in gd.explore(kind="rate-map", rules=["nesterov", "momentum"]).spec["tries"])
    np.testing.assert_allclose(rate(100.0, np.linspace(0.3, 3.7, 200), 0.9), math.sqrt(0.9), rtol=1e-12)
    assert "κ from 100 to 10, then to 1000" in tries[1]
    pairs = [gd.rates.optimal_momentum(1 / kappa, 1.0) for kappa in (10.0, 100.0, 1000.0)]
    assert all(one.lr < other.lr and one.beta < other.beta for one, other in pairwise(pairs))

    tries = explorer("lr-kappa").spec["tries"]
    assert "κ = 2, then at κ = 100" in tries[0]
    assert [round(2 - gd.rates.optimal_step(1 / kappa, 1.0), 4) for kappa in (2, 100)] == [0.6667, 0.0198]
    assert "1000 steps. From κ = 10 to 30 to 90" in tries[1]
    best_lr = [float(gd.rates.optimal_step(1 / kappa, 1.0)) for kappa in (10, 30, 90)]
    counts = [
        run_of(gd.rules.gradient_descent, k, START, 1000, lr=lr)[0] for k, lr in zip((10, 30, 90), best_lr, strict=True)
    ]
    assert counts == [69, 208, 622]

    tries = explorer("beta-kappa").spec["tries"]
    assert "from κ = 10 to κ = 1000" in tries[0]
    beta = np.linspace(0, 0.9999, 20_001)
    memories = [1 / (1 - beta[np.argmin(rate(kappa, 1.0, beta))]) for kappa in (10.0, 1000.0)]
    assert memories == pytest.approx([1.88, 16.07], abs=0.01)

    tries, first = explorer("beta1-beta2").spec["tries"], explorer("beta1-beta2").state
    assert "At β₁ = 0.5 lower β₂ from 0.99" in tries[0]
    assert "AMSGrad" in tries[1]
    own = first["rules"][0]["hyperparameters"] | {"beta1": 0.5, "beta2": np.array([0.99, 0.95, 0.9, 0.84, 0.7, 0.5])}
    come = [measured(gd.rules[name], first["kappa"], first["start"], first["steps"], own).steps < first["steps"]
            for name in ("adam", "amsgrad")]  # fmt: skip
    assert come[0].tolist() == [True, True, True, False, False, False]
    assert come[1].all()


# ------------------------------------------------------------------ in the page

BUSY = '.gd-map[aria-busy="true"]'


def known(page: Page) -> None:
    """Waits until every pixel is known."""
    drawn(page)
    page.wait_for_function(f"() => !document.querySelector('{BUSY}')", timeout=60_000)


def spot(page: Page, across: float, up: float) -> tuple[float, float]:
    """The pixel of the window at shares of the map."""
    box = page.locator(".gd-map .gd-frame").bounding_box()
    assert box
    return box["x"] + across * box["width"], box["y"] + (1 - up) * box["height"]


def numbers(text: str) -> dict[str, float]:
    """What a sentence says: η = 1, κ = 100."""
    return {name: float(value.replace("−", "-")) for name, value in re.findall(r"(\S+)\u00a0=\u00a0([−\d.e]+)", text)}


@pytest.fixture
def page(tab: Watch) -> Any:
    found = shown(tab, explorer())
    found.page.set_viewport_size({"width": 900, "height": 1000})
    yield found.page
    assert found.troubles == []


@pytest.mark.browser
def test_the_page_s_paths_are_descend_s_to_the_bit(page: Page) -> None:
    for plane, name, kappa, settings in (
        ("lr-beta", "momentum", 100.0, {"lr": 1.7, "beta": 0.8}),
        ("lr-beta", "nesterov_lookahead", 37.0, {"lr": 0.7, "beta": 0.6}),
        ("lr-kappa", "gradient_descent", 9.0, {"lr": 1.9}),
        ("up-down", "rprop_minus", 250.0, {"up": 1.3, "down": 0.4}),
    ):
        rules = [{"name": name, "hyperparameters": settings}]
        whole = set_state(page, {"plane": plane, "kappa": kappa, "start": [0.9, -0.7], "steps": 150, "rules": rules})
        run = gd.descend(bowl(kappa), gd.rules[name], (0.9, -0.7), steps=150, **settings)
        assert np.array_equal(np.array(whole["paths"][name]), run.path), name


@pytest.mark.browser
def test_the_headline_says_what_was_measured_and_what_theory_says(page: Page) -> None:
    for settings, words in (
        (
            gd.rates.optimal_momentum(0.01, 1.0)._asdict(),
            "comes to a millionth of the distance in 93 steps: 0.861 a step on average. Theory’s rate is 0.818.",
        ),
        (
            {"lr": 1.0, "beta": 0.5},
            "a step leaves 0.978 of the distance, on average over 200 steps. Theory’s rate is 0.98.",
        ),
        ({"lr": 3.1, "beta": 0.5}, "the run goes off: a step makes the distance"),
    ):
        set_state(page, {"rules": [{"name": "momentum", "hyperparameters": settings}]})
        assert words in readout(page).replace("\u00a0", " "), settings
    set_state(page, {"steps": 10_000, "rules": [{"name": "momentum", "hyperparameters": {"lr": 90.0, "beta": 0.5}}]})
    assert "the run goes off: it leaves in step" in readout(page)


@pytest.mark.browser
@pytest.mark.parametrize("plane", ["lr-beta", "lr-kappa", "beta1-beta2"])
def test_pixels_are_gdlib_s_runs(page: Page, plane: str) -> None:
    """What the pointer reads, at pixels all over the map, against the same run in double precision.

    The map runs in single precision where WebGL2 does it: the average rate over t steps is then within 2e-3, as far as
    neither run stands on the border of a millionth or of going off.
    """
    first = set_state(page, {"plane": plane, "steps": 120})
    known(page)
    rule = gd.rules[first["rules"][0]["name"]]
    signs = {"η": "lr", "β": "beta", "κ": "kappa", "β₁": "beta1", "β₂": "beta2"}
    read = 0
    for across in (0.11, 0.31, 0.52, 0.71, 0.93):
        for up in (0.14, 0.43, 0.66, 0.9):
            page.mouse.move(*spot(page, across, up))
            text = page.locator(".gd-under").inner_text()
            here = {signs[sign]: value for sign, value in numbers(text).items()}
            own = first["rules"][0]["hyperparameters"] | {"kappa": first["kappa"]} | here
            kappa = own.pop("kappa")
            found = measured(rule, kappa, first["start"], 120, own)
            # three digits of the parameters are told: the run is that of a place near by
            told = re.search(r"([\d.]+(?:×10\S+)?) (?:a step on average|of the distance)", text)
            if told and "×" not in told[1] and found.rate < 0.98:
                assert float(told[1]) == pytest.approx(float(found.rate), abs=0.05), text
                read += 1
            elif "goes off" in text:
                assert not found.rate < 0.99, text
    assert read >= 5


@pytest.mark.browser
def test_a_click_sends_the_pixel_s_run_to_the_path_and_the_pointer_alone_does_not(page: Page) -> None:
    known(page)
    first = state(page)
    page.mouse.move(*spot(page, 0.6, 0.8))
    assert page.locator(".gd-under").inner_text().startswith("Under the pointer, with η")
    assert state(page) == first
    page.mouse.click(*spot(page, 0.6, 0.8))
    drawn(page)
    own = state(page)["rules"][0]["hyperparameters"]
    assert (own["lr"], own["beta"]) == pytest.approx((2.4, 0.8), abs=0.02)
    assert state(page)["paths"] != first["paths"]
    assert "η\u00a0=\u00a02.4" in readout(page)
    page.mouse.move(2, 2)
    assert page.locator(".gd-under").inner_text().startswith("Point at the map")


@pytest.mark.browser
def test_arrow_keys_walk_over_the_map_and_stay_on_it(page: Page) -> None:
    ring = page.locator(".gd-map .gd-handle")
    ring.focus()
    before = state(page)["rules"][0]["hyperparameters"]
    ring.press("ArrowRight")
    ring.press("Shift+ArrowUp")
    after = state(page)["rules"][0]["hyperparameters"]
    assert after["lr"] - before["lr"] == pytest.approx(0.04, abs=1e-9)
    assert after["beta"] - before["beta"] == pytest.approx(0.1, abs=1e-9)
    for _ in range(12):
        ring.press("Shift+ArrowLeft")
        ring.press("Shift+ArrowUp")
    own = state(page)["rules"][0]["hyperparameters"]
    assert 0 < own["lr"] < 0.01
    assert 0.99 < own["beta"] < 1
    assert "η" in str(ring.get_attribute("aria-label"))
    assert readout(page)


@pytest.mark.browser
def test_a_finger_sets_the_point_by_a_tap(context: BrowserContext, chromium: Any) -> None:
    touching = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    found = shown(touching, explorer())
    found.page.locator(".gd-map").scroll_into_view_if_needed()
    found.page.touchscreen.tap(*spot(found.page, 0.3, 0.7))
    drawn(found.page)
    own = state(found.page)["rules"][0]["hyperparameters"]
    assert (own["lr"], own["beta"]) == pytest.approx((1.2, 0.7), abs=0.03)
    assert found.troubles == []
    touching.close()


@pytest.mark.browser
def test_another_rule_keeps_what_both_have_and_a_plane_offers_its_own(page: Page) -> None:
    rule = page.get_by_label("Rule", exact=True)
    set_state(page, {"rules": [{"name": "momentum", "hyperparameters": {"lr": 0.7, "beta": 0.3}}]})
    rule.select_option("nesterov")
    assert state(page)["rules"][0]["hyperparameters"] == {"lr": 0.7, "beta": 0.3}
    page.get_by_label("Plane", exact=True).select_option("beta1-beta2")
    drawn(page)
    assert "adam" in rule.evaluate("(one) => [...one.options].map(({ value }) => value)")
    assert "momentum" not in rule.evaluate("(one) => [...one.options].map(({ value }) => value)")
    assert "not linear" in readout(page)
    refused = page.evaluate(
        """() => { try { document.querySelector("gd-explorer").state = { plane: "lr-beta", rules: [{ name: "adam" }] }; }
        catch (error) { return error.message; } return null; }"""
    )
    assert "state.rules: needed one of momentum" in refused


@pytest.mark.browser
def test_theory_s_lines_stand_where_gdlib_has_them(page: Page) -> None:
    """The edge, a line of the rate and the mark of the best pair, taken from the paths that are drawn."""
    frame = page.locator(".gd-map .gd-frame").evaluate(
        "(one) => ['x', 'y', 'width', 'height'].map((name) => Number(one.getAttribute(name)))"
    )

    def places(kind: str) -> np.ndarray[Any, Any]:
        text = page.locator(f".gd-map path.{kind}").get_attribute("d") or ""
        found = np.array([[float(part) for part in pair.split()] for pair in re.findall(r"[ML]([\d. -]+)", text)])
        shares = (found - frame[:2]) / frame[2:]
        inside = ((shares > 0.02) & (shares < 0.98)).all(axis=1)
        return np.stack([4 * shares[inside, 0], 1 - shares[inside, 1]])

    drawn(page)
    lr, beta = places("gd-edge")
    assert len(lr) > 20
    np.testing.assert_allclose(lr, 2 + 2 * beta, atol=0.05)
    rate = theory(gd.rules.momentum)
    assert rate is not None
    lr, beta = places("gd-bands-by-theory")
    apart = np.abs(rate(100.0, lr, beta)[:, None] - np.array(BANDS)).min(axis=1)
    assert np.median(apart) < 2e-3
    mark = page.locator(".gd-map .gd-best-mark").get_attribute("transform") or ""
    x, y = (float(one) for one in re.findall(r"[\d.]+", mark))
    best = gd.rates.optimal_momentum(0.01, 1.0)
    assert (4 * (x - frame[0]) / frame[2], 1 - (y - frame[1]) / frame[3]) == pytest.approx(best, abs=0.01)


@pytest.mark.browser
def test_the_huge_and_the_impossible_are_said_in_words(page: Page) -> None:
    for given in ({"start": [1e300, -1e300]}, {"start": [0.0, 0.0]}, {"kappa": 1e6, "steps": 1}):
        set_state(page, {"kappa": 100, "start": [1, 1], "steps": 200} | given)
        assert "NaN" not in readout(page)
        assert readout(page).strip()
