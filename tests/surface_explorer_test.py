"""The surface walk: steps are gdlib's to the bit, fog hides all but height and slope, a hand turns, tries come true."""

import functools
import math
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

import gdlib as gd
from gdlib.landscapes.relief import Relief, drawn_height, drawn_slope, levels, relief, survey
from gdlib.widgets.kinds.surface import MOST_STEPS, OFFERED, length, stepped
from tests.explorer_page import drawn, picture, readout, set_state, shown, state

# ------------------------------------------------------------------ how high ground is drawn


@pytest.mark.parametrize("name", [f.name for f in gd.objectives if f.n == 2])
def test_the_whole_catalogue_is_drawn_from_foot_to_top_uncut_and_half_of_it_in_the_lower_half(name: str) -> None:
    f = gd.objectives[name]
    heights = survey(f, f.window)
    ground = relief(heights)
    assert (ground.low, ground.high) == (heights.min(), heights.max())
    drawn_heights = drawn_height(heights, *ground)
    assert drawn_heights.min() == 0.0
    assert drawn_heights.max() == pytest.approx(1.0, abs=1e-12)
    if 0 < ground.bend < 100:
        assert np.median(drawn_heights) == pytest.approx(0.5, abs=1e-9)
    lines = levels(ground, 15)
    np.testing.assert_allclose(drawn_height(np.array(lines), *ground), np.arange(1, 16) / 16, atol=1e-9)
    step = 1e-6 * (ground.high - ground.low)
    for height in lines[::4]:
        rise = (drawn_height(height + step, *ground) - drawn_height(height - step, *ground)) / (2 * step)
        assert drawn_slope(height, *ground) == pytest.approx(rise, rel=1e-4)


def test_a_pole_is_cut_off_and_what_is_not_finite_does_not_count() -> None:
    for sign in (1, -1):
        ground = relief(survey(gd.Objective(f"{sign}/(x**2 + y**2)"), ((-2, 2), (-2, 2))))
        assert -35 < ground.low < ground.high < 35
        assert not 0 <= drawn_height(sign * 1e9, *ground) <= 1
    assert relief([math.nan, 2.0, 2.0, math.inf]) == Relief(1.0, 3.0, 0.0)
    assert math.isfinite(relief([-1e308, 0.0, 1e308]).high)
    with pytest.raises(ValueError, match="f: a finite value somewhere in the window is needed, got none"):
        relief([math.nan, math.inf])


# ------------------------------------------------------------------ described in Python


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"f": "nowhere"}, "f: needed an Objective or one of"),
        ({"f": "quintic"}, "f: needed an objective of two variables"),
        ({"start": (1, math.nan)}, "start: needed two finite numbers"),
        ({"objectives": []}, "objectives: needed at least one"),
        ({"rules": ["adam"]}, "rules: an explorer of kind 'surface' has none"),
        ({"tilt": 3}, "tilt: needs a whole number, 5 <= tilt <= 90"),
        ({"fog": 1}, "fog: needed True or False"),
        ({"trail": [[1, 2]] * (MOST_STEPS + 1)}, f"trail: needed a list of at most {MOST_STEPS} points"),
        ({"stride": 0}, "stride: needs"),
    ],
)
def test_wrong_input_is_refused_in_a_sentence(given: Any, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{words}"):
        gd.explore(**{"kind": "surface"} | given)


def test_a_trail_ends_where_another_start_is_set() -> None:
    widget = gd.explore(kind="surface", trail=[[1, 0]], turn=40)
    widget.state = {"stride": 0.25}
    assert widget.state["trail"] == [[1, 0]]
    widget.state = {"start": [1, 1]}
    assert (widget.state["trail"], widget.state["turn"]) == ([], 40)
    widget.state = {"start": [0, 1], "trail": [[0, 2]]}
    assert widget.state["trail"] == [[0, 2]]
    widget.state = {"objective": "himmelblau"}
    assert (widget.state["start"], widget.state["trail"], widget.state["stride"]) == ([0, 0.5], [], 0.5)


def test_the_still_picture_has_surface_and_map_and_says_that_the_fog_is_lifted() -> None:
    html = gd.explore("rosenbrock", kind="surface", trail=[[-1, 0.5]])._repr_mimebundle_()
    text = (html[0] if isinstance(html, tuple) else html)["text/html"]
    assert text.count('role="img"') == 2
    assert "the fog lifted" in text
    assert "bent" in text
    assert "from (−1.2, 1) to (−1, 0.5) in 1 steps" in text


# ------------------------------------------------------------------ in the page

browser = pytest.mark.browser


@functools.cache
def explorer(name: str = "saddle") -> Any:
    return gd.explore(name, kind="surface")


@pytest.fixture
def page(tab: Any) -> Any:
    """The explorer, still; whatever went wrong on its page by the end fails the test."""
    tab.page.emulate_media(reduced_motion="reduce")
    yield shown(tab, explorer()).page
    assert tab.troubles == []


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def walked(f: Any, start: Any, stride: float, count: int) -> list[list[float]]:
    """What gdlib's gradient and the step's formula make of so many presses."""
    places = []
    x, y = (float(part) for part in start)
    for _ in range(count):
        gx, gy = f.grad((x, y))
        x, y = (float(part) for part in stepped(x, y, -gx, -gy, stride))
        places.append([x, y])
    return places


@browser
def test_steps_are_those_of_python_to_the_bit(page: Page) -> None:
    for name in OFFERED:
        begin = set_state(page, {"objective": name})
        start = [begin["start"][0] + 0.013, begin["start"][1] + 0.17]
        set_state(page, {"start": start, "stride": 0.3})
        press(page, "Ten downhill")
        wanted = walked(gd.objectives[name], start, 0.3, 10)
        assert [[part.hex() for part in one] for one in state(page)["trail"]] == [
            [part.hex() for part in one] for one in wanted
        ], name
    press(page, "Undo step")
    assert state(page)["trail"] == wanted[:-1]


@browser
def test_eight_winds_and_a_stride_of_one_length(page: Page) -> None:
    winds = {"north": (0, 1), "north-east": (1, 1), "east": (1, 0), "south-east": (1, -1), "south": (0, -1),
             "south-west": (-1, -1), "west": (-1, 0), "north-west": (-1, 1)}  # fmt: skip
    set_state(page, {"start": [0.1, 0.2], "stride": 0.7})
    for name, (dx, dy) in winds.items():
        press(page, f"Step {name}")
        place = state(page)["trail"][-1]
        assert place == [float(part) for part in stepped(0.1, 0.2, dx, dy, 0.7)]
        assert np.hypot(place[0] - 0.1, place[1] - 0.2) == pytest.approx(0.7)
        assert np.sign(np.round(np.array(place) - (0.1, 0.2), 9)).tolist() == [dx, dy]
        press(page, "Undo step")
    assert page.get_by_role("button", name="Undo step").is_disabled()


@browser
def test_the_focus_stays_on_undo_after_the_last_step(page: Page) -> None:
    before = state(page)
    press(page, "Step north")
    undo = page.get_by_role("button", name="Undo step")
    undo.focus()
    for _ in range(2):  # the second time there is nothing more to undo
        page.keyboard.press("Enter")
        assert undo.evaluate("(one) => one === document.activeElement")
        assert (state(page), undo.is_disabled()) == (before, True)


@browser
def test_height_slope_and_way_down_are_said_as_gdlib_has_them(page: Page) -> None:
    f = gd.objectives.himmelblau
    set_state(page, {"objective": "himmelblau", "start": [1.5, -2.25], "fog": False})
    said = readout(page)
    gx, gy = f.grad((1.5, -2.25))
    assert f"Height {f((1.5, -2.25)):.0f}." in said
    assert f"Steepest way down: east, {length(gx, gy):.1f} per unit." in said
    away = np.hypot(*(f.minima - (1.5, -2.25)).T)
    nearest = f.minima[away.argmin()]
    assert (
        f"Nearest of 4 lowest points: ({nearest[0]:.2f}, {nearest[1]:.2f}), {away.min():.2f} away".replace("-", "−")
        in said
    )
    assert f"({gx:.1f}, {gy:.1f})".replace("-", "−") in said.replace("\t", " ")


@browser
def test_in_the_fog_nothing_shows_but_height_and_slope(tab: Any) -> None:
    """Two landscapes with one value and one slope at the start, and unlike elsewhere, look the same until it lifts."""
    tab.page.emulate_media(reduced_motion="reduce")
    seen = {}
    for text in ("x**3 - 3*x + 0*y", "(x**3 - 3*x)*(1 - y**2/4)"):
        f = gd.Objective(text, variables=("x", "y"))
        page = shown(tab, gd.explore(f, kind="surface", start=(0, 0), objectives=[f])).page
        views = []
        for fog in (True, False):
            set_state(page, {"fog": fog})
            drawn(page)
            map_pixels = page.locator(".gd-board").screenshot()
            canvas = page.evaluate('document.querySelector("canvas").toDataURL()')
            views.append((canvas, map_pixels, page.get_attribute("canvas", "aria-label"), readout(page)))
        seen[text] = views
    first, second = seen.values()
    assert first[0] == second[0]
    assert first[1][0] != second[1][0]
    assert first[1][1] != second[1][1]
    assert (
        first[0][2]
        == "Fog. Only the ground under the hiker's feet shows: a disc, falling to the east. Arrow keys turn and tilt it."
    )


@browser
def test_drag_keys_and_sliders_turn_the_picture(page: Page) -> None:
    set_state(page, {"fog": False})
    looks = {picture(page)}
    canvas = page.locator("canvas")
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2 - 40, box["y"] + box["height"] / 2 - 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=3)
    page.mouse.up()
    assert (state(page)["turn"], state(page)["tilt"]) == (50, 43)
    assert state(page)["start"] == [1.5, 0]  # a drag is no click
    looks.add(picture(page))
    for key, turn, tilt in (
        ("ArrowLeft", 45, 43),
        ("ArrowUp", 45, 48),
        ("ArrowDown", 45, 43),
        ("ArrowRight", 50, 43),
    ):
        canvas.press(key)
        assert (state(page)["turn"], state(page)["tilt"]) == (turn, tilt)
    for _ in range(12):
        canvas.press("ArrowUp")
    assert state(page)["tilt"] == 90
    looks.add(picture(page))
    set_state(page, {"turn": -178})
    canvas.press("ArrowLeft")
    assert state(page)["turn"] == 177
    for name in ("Turn", "Tilt"):
        before = state(page)[name.lower()]
        page.get_by_label(name, exact=True).press("ArrowLeft")
        assert state(page)[name.lower()] < before
        looks.add(picture(page))
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    looks.add(picture(page))
    assert len(looks) == 6
    assert "seen from the north" in str(canvas.get_attribute("aria-label"))


@browser
def test_a_click_steps_that_way_in_the_fog_and_sets_her_down_once_it_has_lifted(page: Page) -> None:
    set_state(page, {"start": [0.5, 0.25], "turn": 0, "tilt": 90})
    drawn(page)
    box = page.locator("canvas").bounding_box()
    assert box
    middle = (box["x"] + box["width"] / 2, box["y"] + 0.55 * box["height"])
    page.mouse.click(middle[0] + 80, middle[1])
    assert state(page)["trail"] == [pytest.approx([1.0, 0.25], abs=0.02)]
    set_state(page, {"fog": False})
    drawn(page)
    scale = min(box["width"], box["height"]) / 3.1
    page.mouse.click(box["x"] + box["width"] / 2 + 0.5 * scale, box["y"] + box["height"] / 2 + 0.25 * scale)
    assert state(page)["start"] == pytest.approx([1.0, -0.5], abs=0.06)
    assert state(page)["trail"] == []
    frame = page.locator(".gd-board .gd-frame").bounding_box()
    assert frame
    press(page, "Downhill")
    page.mouse.click(frame["x"] + 0.25 * frame["width"], frame["y"] + 0.25 * frame["height"])
    assert state(page)["start"] == pytest.approx([-1.0, 1.0], abs=0.02)
    assert state(page)["trail"] == []


AT_REST = """async () => {
  for (let still = 0, at = scrollY; still < 20; at = scrollY) {
    await new Promise((next) => setTimeout(next, 20));
    still = scrollY === at ? still + 1 : 0;
  }
}"""


@browser
def test_a_finger_turns_sideways_and_scrolls_upwards(chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 600}, has_touch=True, is_mobile=True)
    page = shown(context, explorer()).page
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    assert box
    session = context.new_cdp_session(page)
    x, y = box["x"] + 150, box["y"] + 150

    def swipe(dx: float, dy: float) -> None:
        session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for part in range(1, 7):
            at = {"x": x + dx * part / 6, "y": y + dy * part / 6}
            session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    scrolled = page.evaluate("scrollY")
    swipe(90, 0)
    assert state(page)["turn"] > 30
    assert page.evaluate("scrollY") == scrolled
    turn = state(page)["turn"]
    swipe(0, -90)
    page.wait_for_function("(before) => scrollY > before + 20", arg=scrolled)
    assert state(page)["turn"] == turn
    page.evaluate(AT_REST)  # a tap on a page that still glides only stops it
    page.locator("canvas").scroll_into_view_if_needed()
    page.locator("canvas").tap(position={"x": 200, "y": 150})
    assert len(state(page)["trail"]) == 1
    context.close()


@browser
def test_a_second_finger_neither_turns_the_picture_nor_mutes_it(chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 600}, has_touch=True, is_mobile=True)
    page = shown(context, explorer()).page
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    assert box
    session = context.new_cdp_session(page)

    def touch(kind: str, *fingers: int) -> None:
        points = [{"id": one, "x": box["x"] + x, "y": box["y"] + 150} for one, x in enumerate(fingers)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 100)
    for x in range(110, 150, 10):
        touch("touchMove", x)
    touch("touchStart", 140, 260)
    turn = state(page)["turn"]
    touch("touchMove", 142, 260)
    touch("touchMove", 142, 240)
    assert state(page)["turn"] == turn + 1
    assert page.locator(".gd-readout").get_attribute("aria-live") == "off"
    touch("touchEnd")
    page.wait_for_function('document.querySelector(".gd-readout").getAttribute("aria-live") === "polite"')
    context.close()


# ------------------------------------------------------------------ the surface itself

SOLID = """async ([text, turn, tilt, points]) => {
  const { Solid, View } = await import("/gd/solid.mjs");
  const solid = new Solid(eval(text), 48, [-1, -0.5, 0, 0.5, 1]);
  const view = new View({ turn, tilt });
  return { hidden: points.map((point) => solid.hides(...point, view)),
    under: points.map(([u, v, w]) => solid.under(view.right(u, v), view.up(u, v, w), view)),
    heights: [...solid.points].filter((_, k) => k % 3 === 2), pieces: solid.pieces.length / 4 };
}"""


def seen(u: float, v: float, w: float, turn: float, tilt: float) -> tuple[float, float]:
    """Where the picture has a place of the box, to the right and up, as gdlib's still figures have it."""
    t, k = np.radians(turn), np.radians(tilt)
    back = u * np.sin(t) + v * np.cos(t)
    return u * np.cos(t) - v * np.sin(t), w * np.cos(k) * 0.8 + back * np.sin(k)


def hidden_by_sampling(height: Any, point: Any, turn: float, tilt: float) -> bool:
    """Whether the ground rises above the line from the point to the eye, looked at every ten-thousandth of it."""
    t, k = np.radians(turn), np.radians(tilt)
    along = np.linspace(0.05, 3, 10_000)
    u, v = point[0] - along * np.sin(t), point[1] - along * np.cos(t)
    line = point[2] + along * np.tan(k) / 0.8
    inside = (np.abs(u) <= 1) & (np.abs(v) <= 1)
    return bool((height(u, v)[inside] > line[inside] + 0.012).any())


@browser
@pytest.mark.parametrize(
    ("text", "height"),
    [
        ("(u, v) => u * u + v * v - 1", lambda u, v: u * u + v * v - 1),
        ("(u, v) => 1 - u * u - v * v", lambda u, v: 1 - u * u - v * v),
        ("(u, v) => u * u - v * v", lambda u, v: u * u - v * v),
    ],
)
def test_what_the_surface_hides_is_what_stands_before_it(page: Page, text: str, height: Any) -> None:
    rng = np.random.default_rng(0)
    for turn, tilt in ((0, 12), (-25, 35), (130, 20), (77, 60)):
        points = [[u, v, height(u, v)] for u, v in rng.uniform(-0.95, 0.95, (60, 2))]
        found = page.evaluate(SOLID, [text, turn, tilt, points])
        wanted = [hidden_by_sampling(height, point, turn, tilt) for point in points]
        assert sum(one != other for one, other in zip(found["hidden"], wanted, strict=True)) <= 1  # at an edge
        # What is under a pixel is ground on its line of sight, and the point itself where nothing stands before it.
        near = []
        for point, hidden, under in zip(points, wanted, found["under"], strict=True):
            if under is None:  # a look that grazes, and passes over all the ground
                near.append(False)
                continue
            one, other = (seen(*place, turn, tilt) for place in (point, [*under, height(*under)]))
            assert np.hypot(one[0] - other[0], one[1] - other[1]) < 0.05
            if not hidden:
                near.append(np.hypot(under[0] - point[0], under[1] - point[1]) < 0.06)
        assert np.mean(near) > (0.9 if tilt > 15 else 0.8)  # not all: a look may graze
    assert page.evaluate(SOLID, ["(u, v) => u * u + v * v - 1", 0, 12, [[0, 0, -1]]])["hidden"] == [True]
    assert page.evaluate(SOLID, ["(u, v) => u * u + v * v - 1", 0, 80, [[0, 0, -1]]])["hidden"] == [False]


@browser
def test_ground_beyond_the_box_or_no_number_is_cut_off(page: Page) -> None:
    for text in ("(u, v) => 0.1 / (u * u + v * v) - 1", "(u, v) => Math.log(u) + 3 * v", "(u, v) => 1e300 * u"):
        found = page.evaluate(SOLID, [text, 0, 30, [[0.5, 0.5, 0]]])
        assert found["pieces"] > 10
        assert all(-1.0 <= height <= 1.0 for height in found["heights"])
    assert page.evaluate(SOLID, ["(u, v) => NaN", 0, 30, [[0, 0, 0]]])["pieces"] == 0


# ------------------------------------------------------------------ what a reader may try


@browser
def test_on_the_saddle_level_ground_is_no_arrival(page: Page) -> None:
    for _ in range(3):
        press(page, "Downhill")
    assert state(page)["trail"] == [[1, 0], [0.5, 0], [0, 0]]
    said = readout(page)
    assert "Step 3. Height 0. The ground is level" in said
    press(page, "Downhill")
    assert len(state(page)["trail"]) == 3  # level ground has no way down
    before = picture(page)
    press(page, "Step north")
    assert "Height −0.250" in readout(page)
    page.get_by_role("checkbox", name="Fog").uncheck()
    assert picture(page) != before
    assert "lowest" not in readout(page)


@browser
def test_on_himmelblau_s_function_one_rule_leads_into_two_valleys(page: Page) -> None:
    set_state(page, {"objective": "himmelblau"})
    minima, valleys = gd.objectives.himmelblau.minima, set()
    for y in (-0.9, -0.8):
        set_state(page, {"start": [-0.3, y]})
        press(page, "Ten downhill")
        end = np.array(state(page)["trail"][-1])
        away = np.hypot(*(minima - end).T)
        assert away.min() < 1.0
        valleys.add(int(away.argmin()))
    assert len(valleys) == 2


@browser
def test_on_the_bowl_a_stride_of_one_length_ends_to_and_fro(page: Page) -> None:
    set_state(page, {"objective": "bowl"})
    page.get_by_label("Stride, as a number").fill("0.3")
    page.get_by_label("Stride, as a number").press("Enter")
    press(page, "Ten downhill")
    trail = np.array(state(page)["trail"])
    assert np.allclose(trail[-1], trail[-3])
    assert np.hypot(*(trail[-1] - trail[-2])) == pytest.approx(0.3)
    assert (gd.objectives.bowl(trail[-2:]) > 0.005).all()


# ------------------------------------------------------------------ what must not break it


@browser
def test_the_fog_lifts_in_a_while_or_at_once(tab: Any) -> None:
    for motion, still in (("reduce", True), ("no-preference", False)):
        tab.page.emulate_media(reduced_motion=motion)
        page = shown(tab, explorer()).page
        page.get_by_role("checkbox", name="Fog").uncheck()
        early = picture(page)
        page.wait_for_function(
            "() => { const now = document.querySelector('canvas').toDataURL(); const same = now === window.last; window.last = now; return same; }",
            polling=400,
        )
        assert (picture(page) == early) is still
    assert tab.troubles == []


@browser
def test_where_f_is_no_number_she_is_told_so_and_the_picture_stays(tab: Any) -> None:
    tab.page.emulate_media(reduced_motion="reduce")
    f = gd.Objective("sqrt(x) + 1/y")
    page = shown(tab, gd.explore(f, kind="surface", start=(-1.0, 1.0), objectives=[f])).page
    assert "Here f is not a finite number: there is no ground." in readout(page)
    press(page, "Downhill")
    assert state(page)["trail"] == []
    press(page, "Step east")
    press(page, "Step east")
    press(page, "Step east")
    set_state(page, {"fog": False, "stride": 1e8})
    press(page, "Step north-west")
    drawn(page)
    assert page.locator(".gd-board .gd-line").get_attribute("d") not in ("", None)
    assert tab.troubles == []


@browser
def test_a_long_trail_ends_at_its_limit(page: Page) -> None:
    places = [[math.cos(k), math.sin(k)] for k in range(MOST_STEPS - 3)]
    set_state(page, {"trail": places, "fog": False})
    press(page, "Ten downhill")
    assert len(state(page)["trail"]) == MOST_STEPS
    press(page, "Downhill")
    assert len(state(page)["trail"]) == MOST_STEPS
    assert f"Step {MOST_STEPS}" in readout(page)


@browser
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"trail": [[1]]}, "state.trail: needed two finite numbers"),
        ({"tilt": 91}, "state.tilt: needed a whole number, 5 ≤ tilt ≤ 90"),
        ({"fog": "no"}, "state.fog: needed true or false"),
        ({"stride": -1}, "state.stride: needed"),
        ({"rules": []}, "state.rules: needed one of kind, objective, start, trail"),
    ],
)
def test_a_wrong_state_is_refused_whole(page: Page, given: Any, words: str) -> None:
    before = state(page)
    with pytest.raises(Exception, match="TypeError") as refused:
        set_state(page, given)
    assert words in str(refused.value)
    assert state(page) == before
