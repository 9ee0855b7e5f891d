"""The stationary inspector: its numbers are gdlib's to the bit, its marks and verdicts gdlib's, and its tries come true."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

import gdlib as gd
from gdlib import figures
from gdlib.figures.critical import SecondOrder
from gdlib.second_order.two_by_two import symmetric_eigen
from gdlib.widgets import plain_signs
from gdlib.widgets.kinds.inspector import OFFERED, _found, _shown, _told, invariants, second_order
from tests.explorer_page import drawn, picture, readout, set_state, shown, state

MARKS = {"minimum": "minima", "maximum": "maxima", "saddle": "saddles"}


# ------------------------------------------------------------------ described in Python


@pytest.mark.parametrize("name", OFFERED)
def test_the_marks_of_a_map_are_all_its_stationary_points_with_the_verdicts_of_classify(name: str) -> None:
    f = gd.objectives[name]
    proved = gd.stationary_points(f, _shown(f), seconds=60)
    told = _told(f)
    assert proved.complete
    assert told["complete"] is True
    assert len(told["points"]) == len(proved)
    for one in told["points"]:
        near = min(proved, key=lambda other: np.hypot(*(np.array(other.location, float) - one["at"])))
        np.testing.assert_allclose(np.array(near.location, float), one["at"], atol=1e-12)
        assert (near.kind, near.strict) == (one["kind"], one["strict"])
        np.testing.assert_allclose(one["eigenvalues"], np.array(near.eigenvalues, float), rtol=1e-9, atol=1e-9)
        assert one["value"] == pytest.approx(float(near.value), abs=1e-12)
        judged = gd.classify(f, [round(part, 16) for part in one["at"]])
        assert judged.kind == one["kind"]
        assert plain_signs.prose(judged.reason).startswith(one["reason"])
        if 0 in one["eigenvalues"]:
            assert plain_signs.prose(judged.reason) == one["reason"]
    assert len(told["curves"]) == len(proved.curves)


def test_the_quadratic_model_is_that_of_the_still_figures() -> None:
    f, at = gd.objectives.beale, np.array([0.7, -1.2])
    model, (gx, gy), ((a, b), (_, d)) = SecondOrder(f, at), f.grad(at), f.hess(at)
    for step in np.random.default_rng(0).normal(size=(20, 2)):
        assert second_order(f(at), gx, gy, a, b, d, *step) == pytest.approx(float(model(at + step)), rel=1e-12)
    assert invariants(3.0, -2.0) == (-6.0, 1.0)


def test_wrong_input_is_refused_with_the_argument_s_name() -> None:
    for problem, words in (
        ({"f": "rosenbruck"}, "f: needed an Objective or one of"),
        ({"f": "quintic"}, "f: needed an objective of two variables"),
        ({"objectives": []}, "objectives: needed at least one"),
        ({"objectives": [gd.Objective("x*y", name="quadratic")]}, "objectives: needed another name"),
        ({"objective": "peanuts"}, "objective: needed one of"),
        ({"at": (1.0, np.nan)}, "at: needed two finite numbers"),
        ({"reach": 1.0}, "reach"),
        ({"model": 1}, "model: needed True or False"),
        ({"steps": 10}, "steps: an explorer of kind 'inspector' has none"),
    ):
        with pytest.raises((TypeError, ValueError), match=words):
            gd.explore(kind="inspector", **problem)


def test_the_still_picture_shows_the_first_state() -> None:
    page = gd.explore("himmelblau", "inspector")
    assert "4 minima" in str(page._repr_mimebundle_())
    assert "At (0, 0.5) the gradient is (−13.5, −34.5)" in str(page._repr_mimebundle_())
    own = str(gd.explore("quadratic", "inspector", l1=2.0, l2=-1.0)._repr_mimebundle_())
    assert "Curvature −1 along" in own
    for other in (gd.objectives.flat_disk, gd.Objective("exp(-1/(x**2 + y**2))"), "crossed_ridges"):
        assert "<svg" in str(gd.explore(other, "inspector", objectives=[other])._repr_mimebundle_())


# ------------------------------------------------------------------ in the page


@pytest.fixture(scope="module")
def opened(chromium: Browser) -> Iterator[Any]:
    """One page of the inspector for all tests of this file, at its first state before each."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield shown(context, gd.explore(kind="inspector"))
    context.close()


@pytest.fixture
def page(opened: Any) -> Iterator[Page]:
    opened.page.get_by_role("button", name="Reset").click()
    opened.page.evaluate("scrollTo(0, 0)")
    drawn(opened.page)
    yield opened.page
    assert opened.troubles == []


pytestmark = pytest.mark.browser


def numbers(page: Page) -> dict[str, Any]:
    """The table beside the map, every digit of it."""
    drawn(page)
    rows = page.evaluate(
        """[...document.querySelectorAll(".gd-numbers tr")].map((row) =>
        [row.cells[0].innerText, row.querySelector("[title]").title])"""
    )
    return {name: [float(part) for part in re.split("[,;]", text)] for name, text in rows}


def texts(page: Page, selector: str) -> list[str]:
    """The data of all paths that are drawn so."""
    drawn(page)
    found = page.evaluate(f"[...document.querySelectorAll('.gd-plot{selector}')].map((one) => one.getAttribute('d'))")
    return [text for text in found if text]


def paths(page: Page, selector: str) -> list[np.ndarray]:
    """The points of these paths, in pixels."""
    return [np.array(re.findall(r"-?[\d.]+", text), float).reshape(-1, 2) for text in texts(page, selector)]


def place_of(page: Page, x: float, y: float, plot: str = ".gd-board") -> tuple[float, float]:
    """Where a place of the map lies on the screen."""
    box = page.locator(f"{plot} .gd-frame").bounding_box()
    assert box is not None
    f = gd.objectives[state(page)["objective"]]
    (left, right), (bottom, top) = f.window
    wide = max(right - left, (top - bottom) * box["width"] / box["height"])
    scale = box["width"] / wide
    middle = (left + right) / 2, (bottom + top) / 2
    return (box["x"] + box["width"] / 2 + scale * (x - middle[0]),
            box["y"] + box["height"] / 2 - scale * (y - middle[1]))  # fmt: skip


@pytest.mark.parametrize("name", OFFERED)
def test_every_number_is_gdlib_s_to_the_bit(page: Page, name: str) -> None:
    f = gd.objectives[name]
    for at in ([0.3, -0.7], [-1.13, 0.61]):
        set_state(page, {"objective": name, "at": at})
        found = numbers(page)
        (a, b), (_, d) = f.hess(np.array(at)).tolist()
        assert found["f"] == [float(f(np.array(at)))]
        assert found["∇f"] == f.grad(np.array(at)).tolist()
        assert found["H"] == [a, b, b, d]
        assert [found["λ₁"][0], found["λ₂"][0]] == list(symmetric_eigen(a, b, d)[:2])


def test_a_click_moves_the_point_and_close_to_a_mark_it_snaps(page: Page) -> None:
    before = picture(page)
    page.mouse.click(*place_of(page, 1.0, -2.0))
    assert state(page)["at"] == pytest.approx([1, -2], abs=0.03)
    assert picture(page) != before
    assert readout(page).startswith("Not stationary at (")
    x, y = place_of(page, 3, 2)
    page.mouse.click(x + 6, y - 5)
    assert state(page)["at"] == [3, 2]
    said = readout(page)
    assert said.startswith("A strict minimum at (3, 2): f = 0.")
    assert "All eigenvalues of the Hessian are positive: a strict minimum (second-derivative test)." in said
    assert numbers(page)["∇f"] == [0, 0]


def test_a_drag_and_the_arrow_keys_move_it_and_leave_a_mark_again(page: Page) -> None:
    x, y = place_of(page, *state(page)["at"])
    page.mouse.move(x, y)
    page.mouse.down()
    seen = []
    for part in range(1, 5):
        page.mouse.move(x + 15 * part, y - 9 * part)
        seen.append(tuple(state(page)["at"]))
    page.mouse.up()
    assert len(set(seen)) == 4
    set_state(page, {"at": [3.0, 2.0]})
    page.locator(".gd-board .gd-handle").focus()
    page.keyboard.press("ArrowRight")
    (small, _), _ = state(page)["at"], page.keyboard.press("Shift+ArrowRight")
    assert small > 3
    assert state(page)["at"][0] - small == pytest.approx(10 * (small - 3), rel=0.05)
    for key in ("Shift+ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    assert state(page)["at"] == [3, 2]  # exactly, though a key moves by rounded steps


def test_a_finger_taps_beside_a_mark(chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = shown(context, gd.explore(kind="inspector")).page
    page.locator(".gd-board .gd-frame").scroll_into_view_if_needed()
    x, y = place_of(page, 3, 2)
    page.touchscreen.tap(x + 14, y + 8)
    assert state(page)["at"] == [3, 2]
    x, y = place_of(page, -1, 1)
    page.touchscreen.tap(x, y)
    assert state(page)["at"] == pytest.approx([-1, 1], abs=0.05)
    small = page.evaluate(
        """[...document.querySelectorAll(".gd-explorer button, .gd-explorer select, .gd-explorer input")]
        .filter((one) => one.checkVisibility() && one.type !== "checkbox" && !one.closest(".gd-keep"))
        .map((one) => one.getBoundingClientRect()).filter(({ height, width }) => height < 44 || width < 44).length"""
    )
    assert small == 0
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    context.close()


def test_next_and_the_list_lead_to_all_nine_whose_signs_go_with_their_kinds(page: Page) -> None:
    following = page.get_by_role("button", name="Next stationary point")
    choice = page.get_by_label("Stationary point", exact=True)
    seen = []
    for _ in range(9):
        following.click()
        at, said, found = state(page)["at"], readout(page), numbers(page)
        low, high = found["λ₁"][0], found["λ₂"][0]
        kind = "minimum" if low > 0 else "maximum" if high < 0 else "saddle"
        assert re.match(rf"A (strict )?{kind} at", said)
        assert kind in choice.locator("option:checked").inner_text()
        seen.append((tuple(at), kind))
    known = [(point.point, point.kind) for point in gd.objectives.himmelblau.stationary or ()]
    assert seen == known
    following.click()
    assert tuple(state(page)["at"]) == known[0][0]
    choice.select_option(index=5)
    assert tuple(state(page)["at"]) == known[4][0]


@pytest.mark.parametrize("name", ["himmelblau", "six_hump_camel", "four_lines", "beale"])
def test_each_kind_has_its_own_mark_in_its_place_and_in_the_legend(page: Page, name: str) -> None:
    set_state(page, {"objective": name})
    drawn(page)
    marks = page.evaluate(
        """[...document.querySelectorAll(".gd-board .gd-moving .gd-mark")].filter((one) => one.getAttribute("transform").includes("scale"))
        .map((one) => { const box = one.getBoundingClientRect();
          return [one.getAttribute("d"), box.x + box.width / 2, box.y + box.height / 2]; })"""
    )
    points = gd.objectives[name].stationary or ()
    assert len(marks) == len(points)
    shapes: dict[str, set[str]] = {}
    for (shape, x, y), point in zip(marks, points, strict=True):
        shapes.setdefault(point.kind, set()).add(shape)
        assert (x, y) == pytest.approx(place_of(page, *point.point), abs=2.5)
    assert all(len(found) == 1 for found in shapes.values())
    assert len(set.union(*shapes.values())) == len(shapes)
    legend = page.locator(".gd-keys").inner_text()
    for kind in shapes:
        count = sum(point.kind == kind for point in points)
        assert f"{count} {kind if count == 1 else MARKS[kind]}" in legend


def test_the_arrow_points_uphill_and_stands_square_on_the_tangent_of_the_level_line(page: Page) -> None:
    for at in ([0.0, 0.5], [-4.2, 1.3], [2.1, -3.3]):
        set_state(page, {"at": at})
        (arrow,), (tangent,) = (
            paths(page, ".gd-board .gd-moving .gd-uphill"),
            paths(page, ".gd-board .gd-moving .gd-tangent"),
        )
        along, across = arrow[1] - arrow[0], tangent[1] - tangent[0]
        assert along @ across == pytest.approx(0, abs=1e-9)
        slope = gd.objectives.himmelblau.grad(np.array(at))
        np.testing.assert_allclose(along / np.hypot(*along) * [1, -1], slope / np.hypot(*slope), atol=1e-9)
        level = np.concatenate(paths(page, ".gd-board .gd-moving .gd-contour"))
        near = level[np.hypot(*(level - arrow[0]).T) < 12] - arrow[0]
        assert len(near) > 4
        assert np.abs(near @ along / np.hypot(*along)).max() < 2.5  # pixels off the tangent, close by
    set_state(page, {"at": [3.0, 2.0]})
    assert paths(page, ".gd-board .gd-moving .gd-uphill") == []


@pytest.mark.parametrize(
    ("name", "at", "count"),
    [("rosenbrock", [1.0, 1.0], 1), ("himmelblau", [-0.2708445906673476, -0.9230385564799815], 1),
     ("twin_wells", [0.0, 0.0], 4), ("peano", [0.0, 0.0], 2), ("monkey_saddle", [0.0, 0.0], 0), ("beale", [0.1, 1.1], 4)],
)  # fmt: skip
def test_the_conic_of_the_hessian_is_true_in_shape(page: Page, name: str, at: list[float], count: int) -> None:
    set_state(page, {"objective": name, "at": at})
    curves = paths(page, ".gd-close-up .gd-conic")
    assert len(curves) == count
    if not count:
        return
    wide, middle = page.evaluate(
        """[document.querySelector(".gd-close-up .gd-frame").width.baseVal.value, ["cx", "cy"].map((name) =>
          Number(document.querySelector(".gd-dot").getAttribute(name)))]"""
    )
    H = gd.objectives[name].hess(np.array(at))
    sizes = []
    for curve in curves:
        d = (curve - middle) * [1, -1]  # both axes have one scale
        d = d[np.abs(d).max(axis=1) < wide / 2]
        assert len(d) > 20
        rises = ((d @ H) * d).sum(axis=1)
        blur = 0.15 * np.hypot(*(d @ H).T)  # the path is written to a tenth of a pixel
        assert (np.abs(rises - np.median(rises)) < blur + 1e-9).all()
        sizes.append(abs(np.median(rises)))
    assert max(sizes) == pytest.approx(min(sizes), rel=0.05)  # one c for both signs
    if count == 1:
        d = curves[0] - middle
        assert np.ptp(np.hypot(*d.T)) > 0
        ratio = np.hypot(*d.T).max() / np.hypot(*d.T).min()
        eigenvalues = np.abs(np.linalg.eigvalsh(H))
        assert ratio == pytest.approx(np.sqrt(eigenvalues.max() / eigenvalues.min()), rel=0.1)


def test_shrunk_the_close_up_shows_the_model_s_lines_on_those_of_f(page: Page) -> None:
    def apart() -> float:
        """How far a line of the model strays from the line of f of its height, in pixels, within the frame."""
        drawn(page)
        data = page.evaluate(
            """["isoline", "model"].map((look) =>
              [...document.querySelectorAll(`.gd-close-up .gd-${look}`)].map((one) => one.getAttribute("d")))"""
        )
        truths, models = ([np.array(re.findall(r"-?[\d.]+", d), float).reshape(-1, 2) for d in one] for one in data)
        assert len(truths) == len(models) >= 8
        found = []
        for truth, model in zip(truths, models, strict=True):
            inside = model[(model > [50, 32]).all(axis=1) & (model < 230).all(axis=1)]
            close = np.concatenate([truth[:-1] + part * np.diff(truth, axis=0) for part in np.linspace(0, 1, 40)])
            found += [np.hypot(*(close - point).T).min() for point in inside]
        assert len(found) > 100
        return float(np.max(found))

    wide = apart()
    assert wide > 5
    slider = page.get_by_label("Reach in map widths", exact=True)
    slider.focus()
    page.keyboard.press("Home")
    assert state(page)["reach"] == 0.005
    assert apart() < 1
    box = page.get_by_label("Reach in map widths, as a number", exact=True)
    box.fill("0.15")
    box.press("Enter")
    assert state(page)["reach"] == 0.15


def test_the_model_and_the_conic_can_be_taken_away(page: Page) -> None:
    assert paths(page, ".gd-close-up .gd-model")
    page.get_by_role("checkbox", name="quadratic model").uncheck()
    assert not paths(page, ".gd-close-up .gd-model")
    assert paths(page, ".gd-close-up .gd-conic")
    page.get_by_role("checkbox", name="½ dᵀHd").click()
    assert not paths(page, ".gd-close-up .gd-conic")
    assert state(page)["curvature"] is False


def test_where_the_test_is_silent_the_certificate_speaks(page: Page) -> None:
    for name, words in (
        ("monkey_saddle", "x³ − 3 x y², have odd degree 3"),
        ("peano", "along (t, 2 t²), counted from the point, f − f(p) = −t⁴"),
        ("quartic_bowl", "a strict minimum"),
    ):
        page.get_by_label("Landscape", exact=True).select_option(name)
        page.get_by_role("button", name="Next stationary point").click()
        said = readout(page)
        assert "The second-derivative test leaves it undecided: an eigenvalue is 0. Certificate:" in said
        assert words in said
        assert 0 in [numbers(page)["λ₁"][0], numbers(page)["λ₂"][0]]


def test_curves_of_stationary_points_are_drawn_and_known_on_the_spot(page: Page) -> None:
    set_state(page, {"objective": "crossed_ridges", "at": [1.0, 0.0]})
    assert len(paths(page, ".gd-board .gd-moving .gd-filled")) == 2
    assert readout(page).startswith("Stationary at (1, 0): the gradient is 0")
    assert "2 curves of them in this map: proved to be all" in readout(page)


# ------------------------------------------------------------------ the quadratic of one's own


def test_the_quadratic_is_judged_as_classify_does_through_all_signs(page: Page) -> None:
    set_state(page, {"objective": "quadratic"})
    pictures = set()
    for l1 in (-2.0, 0.0, 1.0):
        for l2 in (-1.0, 0.0, 2.0):
            set_state(page, {"l1": l1, "l2": l2, "at": [0, 0]})
            judged = gd.classify(gd.Objective(f"({l1:.0f})*x**2/2 + ({l2:.0f})*y**2/2", variables=("x", "y")), (0, 0)) \
                if l1 or l2 else None  # fmt: skip
            said = readout(page)
            if judged is not None:
                strict = {True: "strict ", False: "non-strict ", None: ""}[judged.strict]
                assert said.startswith(f"A {strict}{judged.kind} at (0, 0)")
            assert ("leaves it undecided" in said) == (l1 * l2 == 0)
            assert ("trough" in said) == (l1 + l2 > 0 == l1 * l2)
            assert len(paths(page, ".gd-board .gd-moving .gd-filled")) == ((l1 == 0) != (l2 == 0))
            pictures.add(picture(page))
    assert len(pictures) == 9


def test_its_matrix_has_the_eigenvalues_and_the_axes_that_were_set(page: Page) -> None:
    set_state(page, {"objective": "quadratic", "at": [0.4, -1.1]})
    for l1, l2, angle in ((2.0, 1.0, 30.0), (2.5, -0.7, -75.0), (0.0, 3.0, 90.0)):
        set_state(page, {"l1": l1, "l2": l2, "angle": angle})
        turn = np.radians(angle)
        Q = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        A, x, found = Q @ np.diag([l1, l2]) @ Q.T, np.array([0.4, -1.1]), numbers(page)
        np.testing.assert_allclose(found["A"], A.ravel(), atol=1e-14)
        np.testing.assert_allclose(found["∇f"], A @ x, atol=1e-14)
        assert found["f"][0] == pytest.approx(x @ A @ x / 2, abs=1e-14)
        assert (found["det A"], found["trace A"]) == ([l1 * l2], [l1 + l2])


def test_the_sliders_morph_it_and_a_turn_keeps_determinant_and_trace(page: Page) -> None:
    page.get_by_label("Landscape", exact=True).select_option("quadratic")
    before, shapes = numbers(page), set()
    angle = page.get_by_label("Angle of the first axis, in degrees", exact=True)
    angle.focus()
    first = picture(page)
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    after = numbers(page)
    assert picture(page) != first
    assert all(new != old for new, old in zip(after["A"], before["A"], strict=True))
    assert (after["det A"], after["trace A"]) == (before["det A"], before["trace A"])
    lower = page.get_by_label("Second eigenvalue, λ₂", exact=True)
    lower.focus()
    kinds = []
    while state(page)["l2"] > -0.1:
        page.keyboard.press("ArrowLeft")
        kinds.append(re.match(r"A (strict |non-strict |)\w+", readout(page)).group(0))  # type: ignore[union-attr]
        shapes.add(texts(page, ".gd-board .gd-moving .gd-mark")[0])
        if state(page)["l2"] > 0.1:
            set_state(page, {"l2": 0.05})
    assert list(dict.fromkeys(kinds)) == ["A strict minimum", "A non-strict minimum", "A saddle"]
    assert len(shapes) == 2
    page.get_by_label("First eigenvalue, λ₁", exact=True).focus()
    page.keyboard.press("Home")
    assert state(page)["l1"] == -3
    assert readout(page).startswith("A strict maximum")
    page.get_by_role("button", name="Reset").click()
    assert state(page)["objective"] == "himmelblau"


# ------------------------------------------------------------------ what may go wrong


def test_the_copied_cell_runs_and_prints_what_the_page_shows(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for value in (
        {"objective": "peano", "at": [0.25, 0.5]},
        {"objective": "quadratic", "at": [0, 0], "l2": -1.5, "angle": 90},
    ):
        set_state(page, value)
        found = numbers(page)
        page.get_by_role("button", name="Copy Python", exact=True).click()
        page.wait_for_function('document.querySelector(".gd-said").textContent')
        cell = page.evaluate("navigator.clipboard.readText()")
        exec(cell, {})
        said = capsys.readouterr().out
        assert str(found["f"][0]) in said


@pytest.mark.parametrize(
    ("l1", "l2", "angle", "found"),
    [
        (0, 1.5, 30, "all points"),
        (-2, 0, -71, "all points"),
        (0, 0, 30, "all points"),
        (2, -1.5, 90, "saddle at (0, 0)"),
        (3, 0.5, -17, "minimum at (0, 0)"),
    ],
)
def test_the_copied_cell_of_the_quadratic_finds_what_the_page_shows(
    page: Page, l1: float, l2: float, angle: float, found: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    set_state(page, {"objective": "quadratic", "at": [0.5, -0.25], "l1": l1, "l2": l2, "angle": angle})
    numbers_shown = numbers(page)
    page.get_by_role("button", name="Copy Python", exact=True).click()
    page.wait_for_function('document.querySelector(".gd-said").textContent')
    here: dict[str, Any] = {}
    exec(page.evaluate("navigator.clipboard.readText()"), here)
    f, at = here["f"], here["at"]
    assert f(at) == pytest.approx(numbers_shown["f"][0], abs=1e-12)
    assert f.grad(at) == pytest.approx(numbers_shown["∇f"], abs=1e-12)
    assert f.hess(at).ravel() == pytest.approx(numbers_shown["A"], abs=1e-12)
    assert found in capsys.readouterr().out


def test_a_wrong_state_is_refused_and_changes_nothing(page: Page) -> None:
    before = state(page)
    for wrong in ({"objective": "nowhere"}, {"at": [1]}, {"reach": 5}, {"model": "yes"}, {"l1": 99}, {"depth": 1}):
        answer = page.evaluate(
            """(value) => { try { document.querySelector("gd-explorer").state = value; return ""; }
            catch (error) { return error.message; } }""",
            wrong,
        )
        assert answer.startswith("state.")
        assert state(page) == before


def test_a_reader_s_own_function_is_searched_and_bad_numbers_survive(chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    ring = gd.Objective("(a**2 + b**2 - 1)**2/4 + a/5", window=((-1.5, 1.5), (-1.5, 1.5)))
    well, edge = gd.Objective("exp(-1/(x**2 + y**2))"), gd.Objective("log(x) + y**2", window=((-1, 2), (-1, 1)))
    watch = shown(context, gd.explore(ring, "inspector", objectives=[well, edge, "flat_disk"]))
    page = watch.page
    found = gd.stationary_points(ring)
    assert page.locator(".gd-level-points option").count() == 1 + len(found)
    assert page.locator(".gd-start label").all_inner_texts() == ["a", "b"]
    assert "3 stationary points in this map: proved to be all" in readout(page)
    for value, words in (
        ({"objective": str(well.text), "at": [0, 0]}, "A strict minimum at (0, 0): f = 0."),
        ({"objective": str(edge.text), "at": [-0.5, 0.5]}, "f is not a number at (−0.5, 0.5)."),
        ({"objective": str(edge.text), "at": [1e300, 1e300]}, "f is ∞ at"),
        ({"objective": "flat_disk", "at": [0.25, 0.25]}, "Stationary at (0.25, 0.25): the gradient is 0"),
        ({"objective": str(ring.text), "at": [1e200, 3.0]}, "f is ∞ at"),
    ):
        set_state(page, value)
        assert words in readout(page)
        assert "NaN" not in picture(page)
    set_state(page, {"objective": str(edge.text), "at": [-0.5, 0.5]})
    assert "none in this map" in page.locator(".gd-level-points").inner_text()
    assert page.get_by_role("button", name="Next stationary point").is_disabled()
    assert watch.troubles == []
    context.close()


def test_the_marks_are_those_of_the_still_figure() -> None:
    still = figures.stationary_map(gd.objectives.himmelblau, _found(gd.objectives.himmelblau))
    assert "4 minima (downward triangles)" in still._repr_html_()
