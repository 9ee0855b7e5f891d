"""Newton's quadratics: the page's paths are gdlib's, its words are true, and every control answers."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

import gdlib as gd
from gdlib import figures
from gdlib.figures.picture import number as number_in_words
from gdlib.second_order import scaled_axes
from gdlib.widgets.kinds.newton_model import offered, parabola
from gdlib.widgets.normalised_axes import quadratic
from tests.conftest import Watch
from tests.explorer_page import html_of, picture, readout, set_state, shown, state

browser = pytest.mark.browser
RULES = {rule.name: rule for rule in (gd.rules.gradient_descent, gd.methods.damped_newton, gd.methods.diagonal_scaling)}
CURVES = {
    str(one if isinstance(one, str) else one.text): gd.objectives[one] if isinstance(one, str) else one
    for one in offered()
}


def opened(tab: Watch, *given_: Any, **asked: Any) -> Page:
    return shown(tab, gd.explore(*given_, kind="newton-model", **asked)).page


@pytest.fixture
def curve(tab: Watch) -> Any:
    yield opened(tab)
    assert tab.troubles == []


@pytest.fixture
def plane(tab: Watch) -> Any:
    yield opened(tab, "rosenbrock")
    assert tab.troubles == []


@pytest.fixture
def axes(tab: Watch) -> Any:
    yield opened(tab, view="axes")
    assert tab.troubles == []


def bits(path: Any) -> list[list[str]]:
    return [[float(part).hex() for part in point] for point in path]


def paths_are_those_of_python(f: Any, shown_: dict[str, Any]) -> None:
    for one in shown_["rules"]:
        run = gd.descend(f, RULES[one["name"]], shown_["start"], steps=shown_["steps"], **one["hyperparameters"])
        assert bits(shown_["paths"][one["id"]]) == bits(run.path), (shown_["objective"], one)


def step_to(page: Page, step: int) -> None:
    page.get_by_label("Step shown").fill(str(step))


def table(page: Page) -> list[list[str]]:
    readout(page)
    rows = page.locator(".gd-readout tbody tr").all()
    return [[one.strip() for one in row.locator("th, td").all_inner_texts()] for row in rows]


def number(text: str) -> float:
    """A number as the page prints it: −4.5, 1.09×10⁻³¹."""
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
    return float(text.translate(raised).replace("×10", "e"))


# ------------------------------------------------------------------ the mathematics


@given(st.floats(-3, 3), st.floats(-3, 3), *[st.floats(-5, 5)] * 3)
def test_the_parabola_has_the_value_the_slope_and_the_curvature_of_f(
    x: float, at: float, v: float, s: float, c: float
) -> None:
    f = np.polynomial.Polynomial([v, s, c / 2])
    assert parabola(x, at, v, s, c) == pytest.approx(f(x - at), abs=1e-9)


@given(st.floats(1, 1000), st.floats(0, 180))
def test_the_bowl_has_its_ratio_its_angle_and_the_best_step_1(ratio: float, angle: float) -> None:
    a, b, d = scaled_axes.bowl(ratio, angle)
    low, high = np.linalg.eigvalsh([[a, b], [b, d]])
    assert high / low == pytest.approx(ratio, rel=1e-9)
    turn = math.radians(angle)
    along = np.array([math.cos(turn), math.sin(turn)])
    assert np.array([[a, b], [b, d]]) @ along == pytest.approx(low * along, abs=1e-9)  # the long axis is the flat one
    for scale in scaled_axes.SCALINGS.values():
        m = scale(a, b, d).matrix
        assert gd.rates.optimal_step(*np.linalg.eigvalsh([[m.a, m.b], [m.b, m.d]])) == pytest.approx(1.0)


@given(st.floats(1, 1000), st.floats(0, 180), st.sampled_from(list(scaled_axes.SCALINGS)))
def test_scaled_axes_keep_the_height_and_undo_each_other(ratio: float, angle: float, scaling: str) -> None:
    matrix = scaled_axes.bowl(ratio, angle)
    stretch, back, seen = scaled_axes.SCALINGS[scaling](*matrix)
    w = (0.7, -1.3)
    there = scaled_axes.times(*stretch, *w)
    assert scaled_axes.times(*back, *there) == pytest.approx(w)
    assert scaled_axes.height(*seen, *there) == pytest.approx(scaled_axes.height(*matrix, *w), rel=1e-6)


def test_scaling_each_axis_gains_all_at_0_degrees_and_nothing_at_45() -> None:
    """Known values: the condition number 100, turned, after scaling by the diagonal."""
    for angle, left in ((0, 1), (5, 4.75), (15, 26.5), (45, 100)):
        matrix = scaled_axes.bowl(100.0, angle)
        assert scaled_axes.condition_number(*scaled_axes.each_by_itself(*matrix).matrix) == pytest.approx(
            left, rel=2e-3
        )
        assert scaled_axes.condition_number(*scaled_axes.all_together(*matrix).matrix) == 1


# ------------------------------------------------------------------ one variable


@browser
def test_on_each_curve_the_path_is_that_of_python(curve: Page) -> None:
    exact = {"x**2 + 1", "x**4", "sqrt(x**2 + 1)", "x**4/4 - x**2/2"}
    assert exact < set(CURVES)
    for name, f in CURVES.items():
        for lr in (1.0, 0.5, 3.0):
            now = set_state(
                curve,
                {"objective": name, "steps": 40, "rules": [{"name": "damped_newton", "hyperparameters": {"lr": lr}}]},
            )
            assert now["start"] == list(f.start)
            if name in exact:
                paths_are_those_of_python(f, now)
            else:
                run = gd.descend(f, gd.methods.damped_newton, f.start, steps=1, lr=lr)
                assert now["paths"]["damped_newton"][1] == pytest.approx(run.path[1], rel=1e-12)


@browser
def test_to_try_digits_double_on_cosh_and_a_damped_step_leaves_half(curve: Page) -> None:
    step_to(curve, 4)
    errors = [number(row[2]) for row in table(curve)]
    for last, error in itertools.pairwise(errors):
        assert math.log10(error) < 2 * math.log10(last) + 0.3  # at least twice as many digits
    assert "its lowest point is at" in readout(curve)
    knob = curve.get_by_label("lr of Damped Newton, as a number")
    knob.fill("0.5")
    knob.press("Enter")
    step_to(curve, 12)
    assert table(curve)[-1][3] == "0.5"
    assert "the step ends" not in readout(curve)  # there is no step after the last
    step_to(curve, 11)
    assert "With η\u00a0=\u00a00.5 the step ends at" in readout(curve)


@browser
def test_to_try_the_quartic_keeps_two_thirds_and_wants_three_steps_in_one(curve: Page) -> None:
    curve.get_by_label("Function", exact=True).select_option("x**4")
    step_to(curve, 9)
    assert [row[3] for row in table(curve)] == ["0.667"] * 4
    path = set_state(curve, {"rules": [{"name": "damped_newton", "hyperparameters": {"lr": 3.0}}]})["paths"][
        "damped_newton"
    ]
    assert abs(path[1][0]) < 1e-15
    assert "f″ = 0" in readout(curve) or "The run ends here" in readout(curve)


@browser
def test_to_try_newton_walks_to_the_top_between_the_wells_and_off_the_hyperbola(curve: Page) -> None:
    curve.get_by_label("Function", exact=True).select_option("x**4/4 - x**2/2")
    step_to(curve, 0)
    assert "the parabola opens downwards" in readout(curve)
    assert "its highest point" in readout(curve)
    step_to(curve, 12)
    assert "It has come to the maximum at 0." in readout(curve)
    now = set_state(curve, {"objective": "sqrt(x**2 + 1)", "start": [2.0]})
    assert [x for (x,) in now["paths"]["damped_newton"][:3]] == pytest.approx([2.0, -8.0, 512.0])
    step_to(curve, 12)
    assert "The run ends here" in readout(curve)
    assert "NaN" not in picture(curve)


@browser
def test_the_start_moves_by_pointer_keys_and_box(curve: Page) -> None:
    frame = curve.locator(".gd-plot .gd-frame").first
    box = frame.bounding_box()
    assert box is not None
    before = picture(curve)
    curve.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 20)
    assert state(curve)["start"] == pytest.approx([1.0], abs=0.03)
    assert picture(curve) != before
    curve.locator(".gd-handle").press("Shift+ArrowLeft")
    assert state(curve)["start"] == pytest.approx([0.5], abs=0.03)
    curve.get_by_label("Start, coordinate 1").fill("-2")
    curve.get_by_label("Start, coordinate 1").press("Enter")
    assert state(curve)["start"] == [-2]
    curve.get_by_role("button", name="Reset").click()
    assert state(curve)["start"] == [1.8]
    assert curve.locator(".gd-count").inner_text() == "step 0 of 12"


@browser
def test_the_table_keeps_its_height_from_step_to_step(curve: Page) -> None:
    heights = set()
    for step in (0, 2, 12):
        step_to(curve, step)
        readout(curve)
        box = curve.locator(".gd-readout table").bounding_box()
        heights.add(box and box["height"])
    assert len(heights) == 1


# ------------------------------------------------------------------ two variables


@browser
def test_on_each_map_both_paths_are_those_of_python(plane: Page) -> None:
    options = plane.get_by_label("Landscape", exact=True).locator("option").all()
    *names, own = [one.get_attribute("value") for one in options]
    assert (len(names), own) == (6, "")  # the last is a formula of the reader's own
    for name in names:
        now = set_state(plane, {"objective": name, "steps": 60})
        assert [one["name"] for one in now["rules"]] == ["damped_newton", "gradient_descent"]
        paths_are_those_of_python(gd.objectives[name], now)


@browser
def test_to_try_newton_has_no_slope_left_after_7_steps_when_descent_has_hardly_begun(plane: Page) -> None:
    now = state(plane)
    f = gd.objectives.rosenbrock
    slopes = {name: [float(np.hypot(*f.grad(at))) for at in path] for name, path in now["paths"].items()}
    assert min(slopes["damped_newton"][:6]) > 1e-6 > slopes["damped_newton"][6]
    assert slopes["gradient_descent"][30] > 1
    step_to(plane, 7)
    rows = table(plane)
    assert rows[0][1] == "(1.000, 1.000)"
    assert number(rows[1][3]) > 1


@browser
def test_to_try_newton_walks_to_a_hilltop_and_to_a_saddle_where_descent_finds_a_minimum(plane: Page) -> None:
    plane.get_by_label("Landscape", exact=True).select_option("himmelblau")
    assert "the model is a hill, and Newton goes to its top" in readout(plane)
    hill = state(plane)["paths"]
    assert gd.classify(gd.objectives.himmelblau, at=hill["damped_newton"][-1]).kind == "maximum"
    assert gd.objectives.himmelblau(hill["gradient_descent"][-1]) < 0.01
    plane.get_by_label("Landscape", exact=True).select_option("double_well")
    assert "the model has a saddle, and Newton walks to it" in readout(plane)
    wells = state(plane)["paths"]
    assert wells["damped_newton"][-1] == pytest.approx([0, 0], abs=1e-9)
    assert wells["gradient_descent"][-1] == pytest.approx([0, math.sqrt(2)], abs=0.01)


@browser
def test_to_try_on_a_quadratic_the_model_is_f_and_half_a_step_halves_the_error(plane: Page) -> None:
    now = set_state(plane, {"objective": "ravine"})
    assert now["paths"]["damped_newton"][1] == pytest.approx([0, 0], abs=1e-12)
    half = set_state(
        plane, {"rules": [{"name": "damped_newton", "hyperparameters": {"lr": 0.5}}, {"name": "gradient_descent"}]}
    )
    path = np.array(half["paths"]["damped_newton"])
    assert path[1:20] == pytest.approx(0.5 * path[:19])


@browser
def test_the_model_drawn_is_the_one_at_the_iterate(plane: Page) -> None:
    """The cross stands where the whole step leads: at the next iterate, for η = 1."""
    for step in (0, 1, 3):
        step_to(plane, step)
        picture(plane)
        place = plane.evaluate(
            'document.querySelector(".gd-moving .gd-centre").getAttribute("transform").match(/[-0-9.]+/g).map(Number)'
        )
        step_to(plane, step + 1)
        picture(plane)
        mark = plane.evaluate(
            'document.querySelector(".gd-board .gd-moving .gd-mark").getAttribute("transform").match(/[-0-9.]+/g).map(Number)'
        )
        assert place == pytest.approx(mark, abs=0.2)
    step_to(plane, 0)
    d = plane.locator(".gd-moving .gd-model-lines").get_attribute("d") or ""
    assert d.count("M") == 3  # three ellipses
    set_state(plane, {"objective": "double_well"})
    picture(plane)
    assert (plane.locator(".gd-moving .gd-model-lines").get_attribute("d") or "").count("M") == 12  # four branches each


@browser
def test_a_singular_hessian_and_a_runaway_are_told_in_words(tab: Watch) -> None:
    page = opened(tab, gd.Objective("x**3 + y**2"), start=(0.0, 1.0))
    assert "no single stationary point" in readout(page)
    assert "Newton’s run ends here." in readout(page)
    set_state(
        page,
        {
            "start": [-1.0, 1.0],
            "rules": [{"name": "damped_newton"}, {"name": "gradient_descent", "hyperparameters": {"lr": 5.0}}],
        },
    )
    step_to(page, 30)
    assert "ended at step" in readout(page)
    assert "NaN" not in picture(page)
    assert tab.troubles == []


@browser
def test_each_knob_of_the_map_changes_its_own_run(plane: Page) -> None:
    first = state(plane)
    for label, name in (("lr of Damped Newton", "damped_newton"), ("lr of Gradient descent", "gradient_descent")):
        before, looks = state(plane)["paths"], picture(plane)
        plane.get_by_label(label, exact=True).press("ArrowLeft")
        after = state(plane)["paths"]
        assert [one for one in after if after[one] != before[one]] == [name]
        assert picture(plane) != looks
    plane.locator(".gd-handle").press("ArrowUp")
    assert state(plane)["start"][1] > first["start"][1]
    plane.get_by_role("button", name="Reset").click()
    assert state(plane) == first


# ------------------------------------------------------------------ normalised axes


@browser
def test_in_the_axes_all_paths_are_those_of_python(axes: Page) -> None:
    for ratio, angle, lr in ((10.0, 30.0, 1.0), (100.0, 45.0, 0.5), (1.0, 0.0, 1.5)):
        rules = [
            {"name": name, "hyperparameters": {"lr": lr}}
            for name in ("gradient_descent", "diagonal_scaling", "damped_newton")
        ]
        now = set_state(axes, {"ratio": ratio, "angle": angle, "rules": rules})
        f = quadratic(*map(float, scaled_axes.bowl(ratio, angle)))
        for one in rules:
            run = gd.descend(f, RULES[one["name"]], now["start"], steps=now["steps"], lr=lr)
            assert np.array(now["paths"][one["name"]]) == pytest.approx(run.path, abs=1e-9)


@browser
def test_to_try_all_together_the_path_is_straight_and_as_they_are_it_zigzags(axes: Page) -> None:
    now = set_state(axes, {"rules": [{"name": name, "hyperparameters": {"lr": 0.5}} for name in
                                     ("gradient_descent", "diagonal_scaling", "damped_newton")]})  # fmt: skip
    full = np.array(now["paths"]["damped_newton"])
    assert full[1:12] == pytest.approx(0.5 * full[:11])  # on the line to the centre, half of it each time
    zigzag = np.array(set_state(axes, {"rules": [{"name": name, "hyperparameters": {"lr": 1.0}} for name in
                                                 ("gradient_descent", "diagonal_scaling", "damped_newton")]})["paths"]["gradient_descent"])  # fmt: skip
    moves = np.diff(zigzag, axis=0)
    turns = moves[1:12, 0] * moves[:11, 1] - moves[1:12, 1] * moves[:11, 0]
    assert (turns[1:] * turns[:-1] < 0).all()  # left, right, left, …
    assert "the level lines are circles, and descent goes straight" in readout(axes)


@browser
def test_to_try_each_axis_by_itself_gains_nothing_at_45_degrees(axes: Page) -> None:
    axes.get_by_label("Axes", exact=True).select_option("diagonal")
    kappas = []
    for key in ("Home", "End"):
        axes.get_by_label("Angle of the long axis, in degrees", exact=True).press(key)
        kappas.append(table(axes)[1][1])
    assert kappas == ["1", "1"]
    set_state(axes, {"angle": 45.0})
    rows = table(axes)
    assert rows[0][1:3] == rows[1][1:3] == ["10", "0.818"]
    assert rows[2][1:3] == ["1", "0"]
    assert "ellipses, 3.16 times as long as wide" in readout(axes)


@browser
def test_to_try_with_eta_1_one_step_leaves_the_squared_factor_of_f(axes: Page) -> None:
    """In the worst case it leaves ((κ − 1)/(κ + 1))² of f; with the trace 2, in every case."""
    step_to(axes, 1)
    left = [number(row[3]) for row in table(axes)]
    assert left[0] == pytest.approx((9 / 11) ** 2, abs=1e-3)
    assert left[2] < 1e-28
    axes.get_by_label("Step size η, as a number").fill("0.5")
    axes.get_by_label("Step size η, as a number").press("Enter")
    assert [one["hyperparameters"]["lr"] for one in state(axes)["rules"]] == [0.5] * 3
    assert table(axes)[2][3] == "0.25"


@browser
def test_both_rings_move_the_one_start(axes: Page) -> None:
    frames = axes.locator(".gd-board .gd-frame")
    left, right = (frames.nth(k).bounding_box() for k in (0, 1))
    assert left is not None
    assert right is not None
    axes.mouse.click(left["x"] + 0.75 * left["width"], left["y"] + 0.5 * left["height"])
    assert state(axes)["start"] == pytest.approx([1.2, 0.0], abs=0.03)
    axes.mouse.click(right["x"] + 0.75 * right["width"], right["y"] + 0.5 * right["height"])
    stretch, *_ = scaled_axes.all_together(*scaled_axes.bowl(10.0, 30.0))
    assert scaled_axes.times(*stretch, *state(axes)["start"]) == pytest.approx([1.2, 0.0], abs=0.03)
    axes.locator(".gd-handle").nth(1).press("ArrowUp")
    assert scaled_axes.times(*stretch, *state(axes)["start"])[1] > 0.02


@browser
def test_each_control_of_the_axes_changes_the_picture(axes: Page) -> None:
    first = state(axes)
    for label in ("Ratio of the eigenvalues, κ", "Angle of the long axis, in degrees", "Step size η"):
        before = picture(axes)
        axes.get_by_label(label, exact=True).press("ArrowRight")
        assert picture(axes) != before, label
    for scaling in ("none", "diagonal"):
        before = picture(axes)
        axes.get_by_label("Axes", exact=True).select_option(scaling)
        assert picture(axes) != before
    axes.get_by_role("button", name="Reset").click()
    assert state(axes) == first


@browser
def test_a_finger_moves_start_and_step_on_a_phone(chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    watch = shown(context, gd.explore("rosenbrock", kind="newton-model"))
    frame = watch.page.locator(".gd-board .gd-frame")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box is not None
    watch.page.touchscreen.tap(box["x"] + 0.5 * box["width"], box["y"] + 0.25 * box["height"])
    assert state(watch.page)["start"] == pytest.approx([0.0, 2.0], abs=0.1)
    watch.page.get_by_role("button", name="One step forward").tap()
    assert watch.page.locator(".gd-count").inner_text() == "step 1 of 30"
    assert watch.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert watch.troubles == []
    context.close()


# ------------------------------------------------------------------ what is refused


@browser
def test_a_wrong_state_is_refused_in_a_sentence(axes: Page) -> None:
    for wrong, sentence in (
        ({"view": "map"}, "state.view: needed one of axes"),
        ({"scaling": "half"}, "state.scaling: needed one of none, diagonal, full"),
        ({"ratio": 0.5}, "ratio: needed 1 ≤ ratio"),
        ({"rules": []}, "state.rules: needed 3 of them"),
        ({"start": [1]}, "state.start: needed two finite numbers"),
    ):
        said = axes.evaluate(
            """(value) => { try { document.querySelector("gd-explorer").state = value; return ""; }
            catch (error) { return error.message; } }""",
            wrong,
        )
        assert sentence in said


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"view": "surface"}, "view: needed one of curve, map, axes, got 'surface'"),
        ({"view": ["map"]}, "view: needed one of curve, map, axes, got ['map']"),
        ({"view": "axes", "f": "bowl"}, "f: the normalised axes are those of a quadratic with knobs, got 'bowl'"),
        ({"f": "powell_singular"}, "f: needed an objective of one variable, got one of 4"),
        ({"f": "bowls"}, "f: needed an Objective or one of"),
        ({"view": "map", "f": "quintic"}, "f: needed an objective of two variables, got one of 1"),
        ({"rules": ["adam"]}, "rules: an explorer of kind 'newton-model' has none"),
        ({"start": (1.0, 2.0)}, "start: needed one finite number"),
        ({"f": "bowl", "steps": 0}, "steps: needed a whole number from 1 to 10000, got 0"),
        ({"view": "axes", "ratio": 0.1}, "ratio: needs 1 <= ratio"),
    ],
)
def test_wrong_arguments_are_refused(asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        gd.explore(kind="newton-model", **asked)
    assert sentence in str(caught.value)


def test_a_reader_s_own_function_chooses_the_view_and_the_still_shows_its_first_state() -> None:
    one, two = gd.Objective("a**2 + exp(a)"), gd.Objective("a**2 + 3*b**4")
    assert gd.explore(one, kind="newton-model", start=1.0).state["view"] == "curve"
    assert gd.explore(two, kind="newton-model").state["view"] == "map"
    html = gd.explore(one, kind="newton-model", start=1.0)._repr_mimebundle_()[0]["text/html"]
    run = gd.descend(one, gd.methods.damped_newton, (1.0,), steps=1, lr=1.0)
    assert f"The parabola at 1 has its lowest point at {run.path[1, 0]:.4g}".replace("-", "−") in html


def test_the_still_of_a_start_on_level_ground_is_drawn() -> None:
    html = html_of(gd.explore("flat_disk", kind="newton-model", start=(0.0, 0.0)))
    assert "The model at the start" in html


def test_a_figure_s_words_bear_the_smallest_numbers() -> None:
    assert [number_in_words(value) for value in (5e-324, -2.2e-310, 9.96e-7)] == ["4.9×10⁻³²⁴", "−2.2×10⁻³¹⁰", "10⁻⁶"]


def test_the_figure_of_parabolas_refuses_what_it_cannot_draw() -> None:
    run = gd.descend(gd.objectives.shoulder, gd.methods.newton, (-0.5,), steps=3)
    assert "has its lowest point" in figures.newton_parabolas(gd.objectives.shoulder, run).alt
    with pytest.raises(ValueError, match="count: 1 to 3 parabolas are needed, got 9"):
        figures.newton_parabolas(gd.objectives.shoulder, run, count=9)
    with pytest.raises(ValueError, match="f: an objective of one variable is needed"):
        figures.newton_parabolas(gd.objectives.bowl, run)
