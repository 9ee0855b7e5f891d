"""The step-size explorer: its runs are gdlib's to the bit, its scale and ratios are theory's, and what it says to try is true."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sympy as sp
from playwright.sync_api import Browser, BrowserContext, Page

import gdlib as gd
from gdlib.widgets.kinds.step_size import limit_ratio, touching_parabola, wells_of
from tests.explorer_page import drawn, picture, readout, set_state, shown, state

WELL = "x**4/4 + x**3/3 - x**2"
ALGEBRAIC = ["x**2/2", "x**4", WELL, "huber", "quintic", "steepening_bowl", "shoulder", "heavy_ball_trap"]


def descended(explorer_state: dict[str, Any]) -> Any:
    """The run of a state, by gd.descend."""
    name, ((lr,),) = explorer_state["objective"], [one["hyperparameters"].values() for one in explorer_state["rules"]]
    f = gd.objectives[name] if name in gd.objectives else gd.Objective(name)
    return gd.descend(f, gd.rules.gradient_descent, explorer_state["start"], steps=explorer_state["steps"], lr=lr)


def with_lr(lr: float, **others: Any) -> dict[str, Any]:
    return {"rules": [{"name": "gradient_descent", "hyperparameters": {"lr": lr}}], **others}


# ------------------------------------------------------------------ described in Python


def test_its_formulas_are_the_library_s_and_the_textbook_s() -> None:
    a, lr, x, at = sp.symbols("a lr x at", real=True)
    np.testing.assert_allclose(
        [limit_ratio(2.0, rate) for rate in (0.1, 0.5, 0.9, 1.0, 1.5)], [0.64, 0, 0.64, 1, 4], atol=1e-15
    )
    assert gd.rates.optimal_step(4.0, 4.0) == 0.25
    value, slope = a * at**2 / 2, a * at
    parabola = touching_parabola(x, at, value, slope, lr)
    assert sp.simplify(parabola.subs(x, at) - value) == 0
    assert sp.simplify(sp.diff(parabola, x).subs(x, at) - slope) == 0
    assert sp.simplify(sp.diff(parabola, x, 2) - 1 / lr) == 0
    (lowest,) = sp.solve(sp.diff(parabola, x), x)
    assert sp.simplify(lowest - (at - lr * slope)) == 0  # where a step of descent leads


@pytest.mark.parametrize("name", ["huber", "flat_well", "shoulder", "steepening_bowl", "lopsided_valley"])
def test_the_catalogue_s_minima_have_the_curvature_that_sympy_finds(name: str) -> None:
    f = gd.objectives[name]
    (well,) = wells_of(f)
    (x,) = f.variables
    assert well.curvature == pytest.approx(float(sp.limit(sp.diff(f.expr, x, 2), x, sp.nsimplify(well.x))), abs=1e-9)
    assert well.value == pytest.approx(float(f(f.minima[0])))


def test_a_function_without_known_minima_gets_those_that_are_found() -> None:
    deep, shallow = wells_of(gd.Objective(WELL))
    assert (deep.x, deep.curvature) == (-2, 6)
    assert (shallow.x, shallow.curvature) == (1, 3)
    assert deep.value == pytest.approx(-8 / 3)
    assert wells_of(gd.objectives.quintic) == ()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"f": gd.objectives.bowl}, "f: needed an objective of one variable"),
        ({"rules": ["adam"]}, "rules: needed gradient_descent alone"),
        ({"rules": ["gradient_descent", "gradient_descent"]}, "rules: needed gradient_descent alone"),
        ({"rules": [("gradient_descent", {"lr": -1.0})]}, "lr: needs lr > 0"),
        ({"start": (1.0, 2.0)}, "start: needed one finite number"),
        ({"steps": 0}, "steps: needed a whole number from 1"),
        ({"objectives": ["bowl"]}, "objectives: needed an objective of one variable"),
        ({"objective": "nothing"}, "objective: needed one of x"),
    ],
)
def test_wrong_input_is_refused_in_a_sentence(given: dict[str, Any], words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words.replace("*", r"\*")):
        gd.explore(kind="step-size", **given)


def test_a_reader_s_own_function_is_the_first_choice_with_an_eta_that_creeps() -> None:
    spec = gd.explore(gd.Objective("3*(a - 1)**2"), kind="step-size", start=2.0).spec
    assert spec["state"]["objective"] == "3*(a - 1)**2"
    assert spec["state"]["start"] == [2.0]
    assert spec["state"]["rules"][0]["hyperparameters"] == {"lr": 0.05}  # 0.3/6
    assert spec["objectives"][0]["wells"] == [{"x": 1.0, "value": 0.0, "curvature": 6.0}]
    json.dumps(spec, allow_nan=False)


# ------------------------------------------------------------------ what to try


def test_what_it_says_to_try_on_the_parabola() -> None:
    explorer = gd.explore(kind="step-size")
    assert "20 steps with η = 0.1 and 20 with η = 1.9 end equally far" in explorer.spec["tries"][0]
    assert explorer.state["steps"] == 20
    assert explorer.state["start"] == [1.0]
    ends = [descended(explorer.state | with_lr(lr)).path[-1, 0] for lr in (0.1, 1.9, 1.0)]
    assert abs(ends[0]) == pytest.approx(abs(ends[1]), rel=1e-12)
    assert ends[0] > 0.1
    assert ends[2] == 0


def test_what_it_says_to_try_on_the_double_well() -> None:
    explorer = gd.explore(kind="step-size", objective=WELL)
    first = explorer.state
    assert first["rules"][0]["hyperparameters"]["lr"] == 0.05
    assert "from 0.05 to 0.6" in explorer.spec["tries"][1]

    def end(lr: float) -> float:
        return float(descended(first | with_lr(lr) | {"steps": 2000}).path[-1, 0])

    for lr in (0.05, 0.2, 0.3, 0.33):
        assert end(lr) == pytest.approx(-2, abs=1e-6)
    for lr in (0.34, 0.36, 0.4, 0.45, 0.5):
        assert abs(end(lr) + 2) > 0.1  # it keeps hopping, or has left
    assert end(0.6) == pytest.approx(1, abs=1e-6)
    assert descended(first | with_lr(0.6)).path[-1, 0] == pytest.approx(1, abs=0.05)  # in the steps that are shown


def test_what_it_says_to_try_on_the_quintic() -> None:
    explorer = gd.explore(kind="step-size", objective="quintic")
    assert "x⁵" in explorer.spec["tries"][2]
    above = descended(explorer.state | {"steps": 10_000}).path[:, 0]
    assert (np.diff(above) < 0).all()
    assert 0 < above[-1] < 0.1
    below = descended(explorer.state | {"start": [-0.5], "steps": 1000})
    assert below.reason.startswith("left the finite numbers")


# ------------------------------------------------------------------ in the page


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """The explorer, ready; whatever went wrong on its page by the end fails the test."""
    watch = shown(context, gd.explore(kind="step-size"))
    yield watch.page
    assert watch.troubles == []


@pytest.mark.browser
def test_the_page_s_path_is_descend_s_bit_for_bit(page: Page) -> None:
    for name in ALGEBRAIC:
        first = set_state(page, {"objective": name, "steps": 500})
        for factor in (1.0, 3.7, 9.3):
            lr = factor * first["rules"][0]["hyperparameters"]["lr"]
            given = set_state(page, with_lr(lr, objective=name, steps=500))
            run = descended(given)
            (path,) = given["paths"].values()
            assert [float(x).hex() for (x,) in path] == [x.hex() for x in run.path[:, 0].tolist()], (name, lr)


@pytest.mark.browser
def test_where_exp_is_the_browser_s_single_steps_agree_to_rounding(page: Page) -> None:
    for name in ("lopsided_valley", "flat_well"):
        given = set_state(page, {"objective": name, "steps": 200})
        path = np.array(given["paths"]["gradient_descent"])
        lr = given["rules"][0]["hyperparameters"]["lr"]
        stepped = path[:-1] - lr * gd.objectives[name].grad(path[:-1])
        np.testing.assert_allclose(path[1:], stepped, rtol=1e-14, atol=1e-14)


@pytest.mark.browser
def test_theory_s_line_and_the_measured_ratio_meet_on_the_parabola_and_near_a_minimum(page: Page) -> None:
    for name, lr, ratio in (("x**2/2", 1.8, "0.640"), ("huber", 0.3, "0.490"), (WELL, 0.1, "0.160")):
        set_state(page, with_lr(lr, objective=name, steps=8 if name == "x**2/2" else 14))
        rows = readout(page).splitlines()[-2:]
        assert rows[-1].endswith(ratio), rows
        assert abs(float(rows[0].split("\t")[-1]) - float(ratio)) < 0.01, rows
    assert "(1 − η f″(x*))²" in rows[1]


@pytest.mark.browser
def test_words_follow_the_zones_of_eta(page: Page) -> None:
    for lr, words in (
        (0.3, "below ηₒₚₜ: each step stays on its side"),
        (1.8, "between ηₒₚₜ and 2ηₒₚₜ: each step jumps across and comes nearer"),
        (2.0, "is 2ηₒₚₜ: each step jumps across and comes no nearer"),
        (2.1, "above 2ηₒₚₜ: each step jumps across and lands farther away"),
    ):
        set_state(page, with_lr(lr))
        assert words in readout(page)
    set_state(page, with_lr(1.0))
    assert "stands at the minimum x* = 0 itself" in readout(page).replace("\u00a0", " ")
    marks = page.locator(".gd-zone-name").all_text_contents()
    assert marks == ["ηopt = 1", "2ηopt = 2"]
    assert page.locator(".gd-zones text:not(.gd-zone-name)").all_text_contents() == [
        "monotone",
        "oscillating",
        "diverging",
    ]


@pytest.mark.browser
def test_the_scale_s_marks_stand_under_the_slider_s_thumb(page: Page) -> None:
    """A mark's place is where the thumb is when η has its value."""
    slide = page.locator('.gd-scale input[type="range"]')
    box = slide.bounding_box()
    assert box
    for place, mark in enumerate((1.0, 2.0)):
        set_state(page, with_lr(mark))
        drawn(page)
        share = float(slide.input_value()) / float(slide.get_attribute("max") or 1)
        thumb = box["x"] + 8 + share * (box["width"] - 16)
        tick = page.locator(".gd-zone-mark").nth(place).bounding_box()
        assert tick
        assert tick["x"] + tick["width"] / 2 == pytest.approx(thumb, abs=2.5)  # a notch is about 3 pixels wide


@pytest.mark.browser
def test_the_minimum_measured_against_is_the_one_where_the_run_ends(page: Page) -> None:
    set_state(page, {"objective": WELL})
    assert "x*\u00a0=\u00a0−2" in readout(page)
    assert page.locator(".gd-zone-name").first.text_content() == "ηopt = 0.167"
    set_state(page, with_lr(0.6, objective=WELL))
    assert "x*\u00a0=\u00a01" in readout(page)
    assert page.locator(".gd-zone-name").first.text_content() == "ηopt = 0.333"


@pytest.mark.browser
def test_what_has_no_minimum_or_no_curvature_says_so(page: Page) -> None:
    set_state(page, {"objective": "quintic", "steps": 400})
    assert "no minimum here: the run creeps, ever slower, to where the slope is 0" in readout(page)
    set_state(page, {"objective": "quintic", "start": [-0.5], "steps": 400})
    assert "no minimum here: the run runs off" in readout(page)
    assert page.locator(".gd-zone-name").count() == 0
    set_state(page, {"objective": "x**4", "steps": 400})
    assert "has no curvature: whatever η, R climbs to 1" in readout(page)
    assert float(readout(page).splitlines()[-2].split("\t")[-1]) > 0.99


@pytest.mark.browser
def test_divergence_is_drawn_and_told(page: Page) -> None:
    given = set_state(page, with_lr(1.0, objective="steepening_bowl", steps=50))
    run = descended(given)
    assert run.reason.startswith("left the finite numbers")
    assert run.reason in readout(page)
    assert "NaN" not in picture(page)
    assert "Infinity" not in picture(page)
    assert page.locator(".gd-mark.gd-outside").count() >= 1
    set_state(page, {"objective": "flat_well", "start": [0.0]})  # where the formula divides by 0
    assert "left the finite numbers at step 1" in readout(page)
    assert "NaN" not in picture(page)


@pytest.mark.browser
def test_pointer_and_keys_move_the_start_along_the_curve(page: Page) -> None:
    frame = page.locator(".gd-frame").first.bounding_box()
    assert frame
    page.mouse.click(frame["x"] + 0.25 * frame["width"], frame["y"] + 0.3 * frame["height"])
    assert state(page)["start"] == pytest.approx([-0.8], abs=0.01)
    drawn(page)
    handle = page.locator(".gd-handle").bounding_box()
    assert handle
    assert handle["x"] + 22 == pytest.approx(frame["x"] + 0.25 * frame["width"], abs=1.5)
    page.mouse.move(handle["x"] + 22, handle["y"] + 22)
    page.mouse.down()
    page.mouse.move(handle["x"] + 82, handle["y"], steps=4)
    page.mouse.up()
    assert state(page)["start"][0] == pytest.approx(-0.8 + 60 / frame["width"] * 3.2, abs=0.02)
    before = state(page)["start"][0]
    page.locator(".gd-handle").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert state(page)["start"][0] == pytest.approx(before + 0.11 * 3.2, abs=0.01)


@pytest.mark.browser
def test_a_finger_taps_the_curve_and_drags_the_ring(chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = shown(context, gd.explore(kind="step-size")).page
    frame = page.locator(".gd-frame").first
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + 0.75 * box["width"], box["y"] + 0.2 * box["height"])
    assert state(page)["start"] == pytest.approx([0.8], abs=0.03)
    handle = page.locator(".gd-handle").bounding_box()
    assert handle
    session = context.new_cdp_session(page)
    at = {"x": handle["x"] + 22, "y": handle["y"] + 22}
    for kind, points in (("touchStart", [at]), ("touchMove", [{**at, "x": at["x"] - 80}]), ("touchEnd", [])):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert state(page)["start"][0] < 0.2
    context.close()


@pytest.mark.browser
def test_the_touching_parabola_s_lowest_point_stands_over_the_next_point(page: Page) -> None:
    set_state(page, with_lr(0.5))
    for step in (0, 1):
        page.get_by_label("Step shown").fill(str(step))
        drawn(page)
        lowest = page.locator(".gd-lowest").bounding_box()
        frame = page.locator(".gd-frame").first.bounding_box()
        assert lowest
        assert frame
        x = state(page)["paths"]["gradient_descent"][step + 1][0]
        assert lowest["x"] + lowest["width"] / 2 == pytest.approx(
            frame["x"] + (x + 1.6) / 3.2 * frame["width"], abs=1.5
        )


@pytest.mark.browser
def test_the_page_refuses_what_python_refuses(page: Page) -> None:
    before = state(page)
    for wrong, words in (
        ({"start": [1, 2]}, "one finite number"),
        ({"rules": []}, "1 of them"),
        ({"rules": [{"name": "adam"}]}, "one of gradient_descent"),
        (with_lr(-1.0), "0 < lr"),
        ({"objective": "bowl"}, "one of x"),
    ):
        said = page.evaluate(
            """(value) => { try { document.querySelector("gd-explorer").state = value; return ""; }
            catch (error) { return error.message; } }""",
            wrong,
        )
        assert words in said, (wrong, said)
    assert state(page) == before
