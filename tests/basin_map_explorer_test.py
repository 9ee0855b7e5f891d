"""The basin map: pixels end where gdlib's runs end, shades are told apart without colour, every hand moves the plane."""

import functools
import itertools
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

import gdlib as gd
from gdlib.stationary import stationary_points
from gdlib.widgets.ends import MOST_GROUPS, ends_of
from gdlib.widgets.kinds.basin_map import LEVEL, offered
from tests.conftest import Watch
from tests.explorer_page import drawn, html_of, readout, set_state, shown, state
from tests.explorers_test import THEMES

HIMMELBLAU = gd.objectives.himmelblau
CUBE = offered()[1]
LANDSCAPES = [gd.objectives[one] if isinstance(one, str) else one for one in offered()]


@functools.cache
def explorer() -> Any:
    return gd.explore(kind="basin-map")


def group(f: Any, rule: Any, start: Any, steps: int = 200, **settings: float) -> Any:
    """The names of the groups in which runs of gd.descend from these starts end; "" for none."""
    run = gd.descend(f, rule, np.asarray(start, dtype=float), steps=steps, keep=steps, **settings)
    ends = ends_of(f)
    return np.array([*ends.groups, ""])[ends.group_of(run.path[-1])]


# ------------------------------------------------------------------ where runs may end


@pytest.mark.parametrize("f", LANDSCAPES, ids=lambda f: f.title)
def test_the_ends_are_the_stationary_points_in_few_groups(f: Any) -> None:
    ends = ends_of(f)
    known = getattr(f, "stationary", None) or stationary_points(f, window=f.window, seconds=60)
    assert sorted(one.at for one in ends.points) == sorted(tuple(map(float, one.location)) for one in known)
    for one in ends.points:
        values = np.linalg.eigvalsh(f.hess(np.array(one.at)))
        kind = "minimum" if (values > 0).all() else "maximum" if (values < 0).all() else "saddle"
        assert one.kind == kind
        assert np.linalg.norm(f.grad(np.array(one.at))) < 1e-9
    assert 1 <= len(ends.groups) <= MOST_GROUPS
    assert {one.group for one in ends.points} == set(range(len(ends.groups)))
    for one, other in itertools.combinations(ends.points, 2):
        assert np.hypot(one.at[0] - other.at[0], one.at[1] - other.at[1]) > 2 * ends.near


def test_minima_of_many_are_grouped_by_their_value() -> None:
    f = gd.objectives.six_hump_camel
    ends = ends_of(f)
    assert len(ends.groups) == 5
    for name in ends.groups[:3]:
        assert re.fullmatch(r"minimum, f = [−\d.]+", name)
    values = [float(f(np.array(one.at))) for one in ends.points if one.kind == "minimum"]
    groups = [one.group for one in ends.points if one.kind == "minimum"]
    for (a, m), (b, n) in itertools.combinations(zip(values, groups, strict=True), 2):
        assert (m == n) == (abs(a - b) < 1e-9)


SMALL = "((1000*x)**2 - 1)**2 + (1000*y)**2"
SMALL_WINDOW = [[-0.004, 0.004], [-0.004, 0.004]]


def test_minima_near_each_other_are_two_groups_with_two_names() -> None:
    two, one = ["minimum (0.001, 0)", "minimum (−0.001, 0)"], "saddle (0, 0)"
    ends = ends_of(gd.Objective(SMALL, window=tuple(map(tuple, SMALL_WINDOW))))
    assert sorted(ends.groups) == sorted([*two, one])
    assert sorted(end.group for end in ends.points) == [0, 1, 2]
    wide = ends_of(gd.Objective("((x - 1)**2 - 1e-6)**2*1e6 + y**2", window=((0.0, 4.0), (-2.0, 2.0))))
    assert sorted(wide.groups) == ["minimum (0.999, 0)", "minimum (1.001, 0)", "saddle (1, 0)"]


def test_what_is_far_from_all_ends_has_no_group() -> None:
    ends = ends_of(HIMMELBLAU)
    places = np.array([[3.0, 2.0], [3.0, 2.3], [3.0, 3.5], [np.nan, 0.0], [1e300, -1e300]])
    assert ends.group_of(places).tolist() == [0, 0, -1, -1, -1]


def test_newton_on_the_cube_seeks_the_roots_of_one() -> None:
    x, y = np.random.default_rng(0).uniform(-2, 2, (2, 50))
    points = np.stack([x, y], axis=-1)
    z = x + 1j * y
    after = z - (z**3 - 1) / (3 * z**2)
    run = gd.descend(CUBE, gd.methods.newton, points, steps=1)
    np.testing.assert_allclose(run.path[-1], np.stack([after.real, after.imag], axis=-1), atol=1e-9)


# ------------------------------------------------------------------ described in Python


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"rules": ["bfgs"]},
            "rules: of methods a map runs diagonal_scaling, newton, damped_newton, saddle_free_newton",
        ),
        ({"rules": ["newtom"]}, "rules: needed names of gd.rules, got 'newtom'"),
        ({"rules": ["newton", "newton"]}, "rules: needed each once"),
        ({"rules": [("damped_newton", {"beta": 1.0})]}, "rules: damped_newton has lr, got"),
        ({"rules": [("damped_newton", {"lr": -1})]}, "^rules: damped_newton: lr: needs lr > 0, got -1"),
        ({"shows": ["end"]}, "^shows: needed one of end, steps, got"),
        ({"shows": "colours"}, "^shows: needed one of end, steps"),
        ({"zoom": 0.0}, "zoom: needs"),
        ({"f": "quadratic"}, "f: needed an objective of two variables|f: needed an Objective"),
        ({"start": (1.0, np.inf)}, "start: needed two finite numbers"),
    ],
)
def test_wrong_input_is_refused_in_a_sentence(given: dict[str, Any], words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        gd.explore(kind="basin-map", **given)


def test_what_to_try_with_newton_s_method_is_not_said_of_another_rule_of_that_name() -> None:
    @gd.rule
    def newton(theta: Any, g: Any, *, lr: float = 0.01) -> Any:
        return theta - lr * g

    widget = gd.explore("himmelblau", kind="basin-map", rules=[newton], objectives=["himmelblau"])
    assert not any("Newton" in words for words in widget.spec["tries"])


def test_the_still_picture_shows_ends_or_steps_and_the_path() -> None:
    still = html_of(explorer()).split("</script>")[1]
    assert "minimum (3, 2): " in still
    assert "a saddle: " in still
    assert "Curve path: from (0, 0.5)" in still
    steps = html_of(gd.explore("rosenbrock", kind="basin-map", shows="steps", objectives=["rosenbrock"]))
    assert "steps over" in steps.split("</script>")[1]


def test_a_landscape_with_no_end_at_all_is_drawn_too() -> None:
    tilted = gd.Objective("x + 2*y", title="A slope", start=(0, 0), window=((-1, 1), (-1, 1)))
    explorer = gd.explore(tilted, kind="basin-map", shows="steps", objectives=[tilted], rules=["gradient_descent"])
    assert "nowhere yet" in html_of(explorer).split("</script>")[1]


def test_what_it_says_to_try_comes_true() -> None:
    tries = explorer().spec["tries"]
    assert "from (0, 0.5), from (0, 1), from (0, 1.5)" in tries[0]
    ends = group(HIMMELBLAU, gd.methods.newton, [(0, 0.5), (0, 1), (0, 1.5)])
    assert ends.tolist() == ["the maximum", "a saddle", "minimum (−2.81, 3.13)"]
    assert "one that never seeks a saddle" in tries[1]
    starts = np.random.default_rng(5).uniform(-5, 5, (2000, 2))
    own = next(one for one in explorer().spec["objectives"] if one["name"] == "himmelblau")["hyperparameters"]
    for rule in (gd.methods.saddle_free_newton, gd.rules.gradient_descent):
        ends = group(HIMMELBLAU, rule, starts, **own[rule.name])
        assert all(name.startswith("minimum") for name in ends)
    tries = gd.explore(kind="basin-map", rules=["saddle_free_newton", "newton"]).spec["tries"]
    assert "Which colours come back" in tries[0]
    assert {"the maximum", "a saddle"} <= set(group(HIMMELBLAU, gd.methods.newton, starts))
    tries = gd.explore(kind="basin-map", rules=["gradient_descent", "newton"]).spec["tries"]
    assert "at a saddle, F: how many colours meet? At the top, E: which thin out?" in tries[0]
    ends = ends_of(HIMMELBLAU)
    assert (ends.groups[4], ends.groups[5]) == ("the maximum", "a saddle")
    around = 0.05 * np.stack([np.cos(np.arange(400) * np.pi / 200), np.sin(np.arange(400) * np.pi / 200)], axis=-1)
    for one in ends.points:
        if one.kind != "minimum":
            meet = set(group(HIMMELBLAU, gd.rules.gradient_descent, np.array(one.at) + around, 400, lr=0.01))
            assert len(meet) == (2 if one.kind == "saddle" else 4)
            square = np.random.default_rng(6).uniform(-0.005, 0.005, (400, 2))  # a thousandth of the map's width
            left = set(group(HIMMELBLAU, gd.rules.gradient_descent, np.array(one.at) + square, 400, lr=0.01))
            assert len(left) == 2
    assert "cube roots" in explorer().spec["tries"][2]
    # Around points of the border, however near, there are starts to all three.
    a, _ = border(np.random.default_rng(8), 12, halvings=34)
    near = (
        a[:, None, :]
        + np.random.default_rng(9).normal(size=(12, 900, 2)) * 10.0 ** -np.linspace(3, 6, 12)[:, None, None]
    )
    for kinds in group(CUBE, gd.methods.newton, near, 60):
        assert set(kinds) >= set(ends_of(CUBE).groups)


def border(rng: Any, count: int, halvings: int) -> Any:
    """Pairs of starts on the cube's plane, next to each other, from which Newton's runs end differently."""
    a, b = rng.uniform(-1.5, 1.5, (2, 4 * count, 2))
    first, other = group(CUBE, gd.methods.newton, a, 60), group(CUBE, gd.methods.newton, b, 60)
    apart = np.flatnonzero(first != other)[:count]
    a, b, first = a[apart], b[apart], first[apart]
    for _ in range(halvings):
        middle = (a + b) / 2
        same = (group(CUBE, gd.methods.newton, middle, 60) == first)[:, None]
        a, b = np.where(same, middle, a), np.where(same, b, middle)
    return a, b


# ------------------------------------------------------------------ in the page

BUSY = '.gd-map[aria-busy="true"]'


def known(page: Page) -> None:
    """Waits until every pixel is known."""
    drawn(page)
    page.wait_for_function(f"() => !document.querySelector('{BUSY}')", timeout=60_000)


def box_of(page: Page) -> dict[str, float]:
    box = page.locator(".gd-map .gd-frame").bounding_box()
    assert box
    return dict(box)


def spot(page: Page, across: float, up: float) -> tuple[float, float]:
    """The pixel of the window at shares of the map."""
    box = box_of(page)
    return box["x"] + across * box["width"], box["y"] + (1 - up) * box["height"]


@pytest.fixture
def page(tab: Watch) -> Any:
    found = shown(tab, explorer())
    found.page.set_viewport_size({"width": 900, "height": 1000})
    yield found.page
    assert found.troubles == []


@pytest.mark.browser
def test_the_page_s_paths_are_descend_s_to_the_bit(page: Page) -> None:
    for name, start in (("newton", (1.3, 0.4)), ("saddle_free_newton", (-0.2, 2.7)), ("momentum", (0.1, -3.0))):
        rule = gd.methods[name] if name in gd.methods else gd.rules[name]
        whole = set_state(page, {"start": start, "steps": 30, "rules": [{"name": name}]})
        own = whole["rules"][0]["hyperparameters"]
        run = gd.descend(HIMMELBLAU, rule, start, steps=30, **own)
        assert np.array_equal(np.array(whole["paths"][name]), run.path), name


@pytest.mark.browser
def test_pixels_end_where_gdlib_s_runs_end(page: Page) -> None:
    """What the pointer reads at 60 pixels; on a broken border, where a neighbouring start ends elsewhere, either will do."""
    for name, settings in (("newton", {}), ("gradient_descent", {"lr": 0.01})):
        set_state(page, {"steps": 100, "rules": [{"name": name, "hyperparameters": settings}]})
        known(page)
        rule = gd.methods[name] if name in gd.methods else gd.rules[name]
        rng = np.random.default_rng(2)
        on_borders = 0
        for across, up in rng.uniform(0.02, 0.98, (30, 2)):
            page.mouse.move(*spot(page, across, up))
            text = page.locator(".gd-under").inner_text()
            here = re.search(r"From \(([−\d.]+), ([−\d.]+)\)", text)
            place = re.search(r"at \(([−\d.]+), ([−\d.]+)\)", text)
            assert here, text
            x, y = (float(part.replace("−", "-")) for part in here.groups())
            around = np.array([(x, y), *((x + dx, y + dy) for dx in (-0.03, 0.03) for dy in (-0.03, 0.03))])
            run = gd.descend(HIMMELBLAU, rule, around, steps=100, keep=100, **settings)
            ends = {tuple(round(part, 2) for part in end) for end in run.path[-1].tolist()}
            on_borders += len(ends) > 1
            if place and ("ends at" in text or "is near" in text):
                told = [float(part.replace("−", "-")) for part in place.groups()]
                assert np.abs(run.path[-1] - told).max(axis=1).min() < 2e-3, text
            else:
                assert len(ends) > 1, text
        assert on_borders <= 12


@pytest.mark.browser
def test_counts_of_steps_are_gdlib_s(page: Page) -> None:
    set_state(page, {"shows": "steps", "steps": 60})
    known(page)
    checked: list[int] = []
    for across, up in np.random.default_rng(4).uniform(0.05, 0.95, (25, 2)):
        page.mouse.move(*spot(page, across, up))
        text = page.locator(".gd-under").inner_text()
        here, count = re.search(r"From \(([−\d.]+), ([−\d.]+)\)", text), re.search(r"after (\d+) step", text)
        if not here or not count:
            continue
        start = tuple(float(part.replace("−", "-")) for part in here.groups())
        slopes = gd.descend(HIMMELBLAU, gd.methods.newton, start, steps=60).grad_norms
        mine = int(np.argmax(np.maximum(slopes[1:], slopes[:-1]) <= LEVEL)) + 1
        # four digits of the start are told: near a border between two counts it may be one more or less
        assert abs(int(count[1]) - mine) <= 1, text
        checked.append(int(count[1]) - mine)
    assert len(checked) > 18
    assert np.mean(np.abs(checked)) < 0.2


LUMINANCE = """() => {
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return [...document.querySelectorAll(".gd-map-key li .gd-box")].slice(0, 6).map((box) => {
    const [red, green, blue] = getComputedStyle(box).backgroundImage.match(/[\\d.]+/g).map((part) => linear(Number(part) / 255));
    return 116 * Math.cbrt(0.2126 * red + 0.7152 * green + 0.0722 * blue) - 16;
  });
}"""


@pytest.mark.browser
def test_shades_differ_in_lightness_too(page: Page) -> None:
    for theme in THEMES:
        page.evaluate(f'document.documentElement.dataset.theme = "{theme}"')
        drawn(page)
        found = page.evaluate(LUMINANCE)
        assert len(found) == 6
        apart = [abs(one - other) for one, other in itertools.combinations(found, 2)]
        assert min(apart) > 5, (theme, found)


@pytest.mark.browser
def test_a_click_sets_out_and_a_drag_moves_the_plane(page: Page) -> None:
    known(page)
    first = state(page)
    page.mouse.click(*spot(page, 0.7, 0.8))
    drawn(page)
    assert state(page)["start"] == pytest.approx([2, 3], abs=0.05)
    assert state(page)["centre"] == first["centre"]
    x, y = spot(page, 0.3, 0.3)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 20, steps=4)
    page.mouse.up()
    drawn(page)
    box, after = box_of(page), state(page)
    assert after["centre"] == pytest.approx([-400 / box["width"], 200 / box["height"]], abs=0.02)
    assert after["start"] == pytest.approx([2, 3], abs=0.05)  # the click that ends a drag sets nothing
    page.get_by_role("button", name="Whole map").click()
    assert state(page)["centre"] == first["centre"]


@pytest.mark.browser
def test_buttons_keys_and_wheel_zoom(page: Page) -> None:
    page.get_by_role("button", name="Zoom in").click()
    assert state(page)["zoom"] == 2
    page.get_by_role("button", name="Zoom out").click()
    assert state(page)["zoom"] == 1
    ring = page.locator(".gd-map .gd-handle")
    ring.focus()
    ring.press("+")
    ring.press("+")
    after = state(page)
    assert after["zoom"] == 4
    # about the ring, which stays where it is on the screen
    assert after["centre"] == pytest.approx([0, 0.375], abs=1e-3)
    ring.press("-")
    ring.press("-")
    assert state(page)["centre"] == pytest.approx([0, 0], abs=2e-3)
    page.mouse.move(*spot(page, 0.75, 0.75))
    page.mouse.wheel(0, -300)
    drawn(page)
    after = state(page)
    assert after["zoom"] == pytest.approx(2)
    assert after["centre"] == pytest.approx([1.25, 1.25], abs=0.05)
    page.locator("body").evaluate("() => document.activeElement.blur()")
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(80)
    assert state(page)["zoom"] == pytest.approx(2)  # without the focus the wheel scrolls the page


@pytest.mark.browser
def test_the_plane_follows_the_ring_beyond_the_frame(page: Page) -> None:
    set_state(page, {"zoom": 10, "centre": [1, 1], "start": [1.45, 1]})
    ring = page.locator(".gd-map .gd-handle")
    ring.focus()
    for _ in range(3):
        ring.press("Shift+ArrowRight")
    after = state(page)
    assert after["start"][0] > 1.5
    assert after["centre"][0] > 1.2
    assert abs(after["start"][0] - after["centre"][0]) <= 0.5


@pytest.mark.browser
def test_a_key_that_comes_before_the_next_picture_moves_the_ring_in_the_window_that_is_asked_for(page: Page) -> None:
    set_state(page, {"zoom": 10, "centre": [0, 0], "start": [0, 0]})
    drawn(page)
    moved = page.evaluate("""() => {
      const one = document.querySelector("gd-explorer"), ring = one.querySelector(".gd-map .gd-handle");
      one.state = { centre: [1, 1], start: [1.45, 1] };
      ring.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", shiftKey: true, bubbles: true }));
      return one.state;
    }""")
    assert moved["start"][0] > 1.45


@pytest.mark.browser
def test_places_are_told_in_the_digits_of_the_view(page: Page) -> None:
    deep = {"zoom": 1e5, "centre": [1.23456, 1.34567], "start": [1.23456, 1.34567]}
    set_state(page, deep)
    ring = page.locator(".gd-map .gd-handle")
    drawn(page)
    assert str(ring.get_attribute("aria-label")).startswith("Start at (1.23456, 1.34567);")
    ring.press("Shift+ArrowRight")
    drawn(page)
    x = state(page)["start"][0]
    assert x > deep["start"][0]
    assert str(ring.get_attribute("aria-label")).startswith(f"Start at ({x}, 1.34567);")
    assert f"from ({x}, 1.34567)" in readout(page)
    set_state(page, {"objective": SMALL, "within": SMALL_WINDOW})
    drawn(page)
    key = page.locator(".gd-explorer").inner_text()
    assert "minimum (0.001, 0)" in key
    assert "minimum (−0.001, 0)" in key


@pytest.mark.browser
def test_two_fingers_zoom_and_one_sets_out(chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    found = shown(context, explorer())
    page = found.page
    page.locator(".gd-map").scroll_into_view_if_needed()
    page.touchscreen.tap(*spot(page, 0.25, 0.75))
    drawn(page)
    assert state(page)["start"] == pytest.approx([-2.5, 2.5], abs=0.1)
    session = context.new_cdp_session(page)
    x, y = spot(page, 0.5, 0.5)
    for kind, apart in (("Start", 40), ("Move", 50), ("Move", 80), ("End", 0)):
        places = [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}] if apart else []
        session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": places})
    drawn(page)
    after = state(page)
    assert after["zoom"] == pytest.approx(2, abs=0.1)
    assert after["centre"] == pytest.approx([0, 0], abs=0.1)
    assert after["start"] == pytest.approx([-2.5, 2.5], abs=0.1)
    assert found.troubles == []
    context.close()


@pytest.mark.browser
def test_deep_in_the_fractal_the_map_still_tells_pixels_apart(page: Page) -> None:
    """A hundred million times enlarged, about a point of the border: all three colours, and doubles are enough."""
    (a,), _ = border(np.random.default_rng(1), 1, halvings=46)
    set_state(page, {"objective": CUBE.text, "centre": a.tolist(), "zoom": 1e8, "start": a.tolist(), "steps": 120})
    known(page)
    colours = page.evaluate(
        """() => {
          const canvas = document.querySelector(".gd-map canvas");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height), found = {};
          for (let k = 0; k < data.length; k += 4) {
            const colour = [data[k], data[k + 1], data[k + 2]].join();
            found[colour] = (found[colour] ?? 0) + 1;
          }
          return Object.values(found).map((count) => count / (data.length / 4)).sort((one, other) => other - one);
        }"""
    )
    assert len(colours) >= 3
    assert colours[2] > 0.01


@pytest.mark.browser
def test_the_huge_and_the_impossible_are_said_in_words(page: Page) -> None:
    for given in ({"start": [1e300, -1e300]}, {"zoom": 1e9}, {"zoom": 0.1, "centre": [1e6, -1e6]}, {"steps": 1}):
        set_state(page, {"zoom": 1, "centre": [0, 0], "start": [0, 0.5], "steps": 200} | given)
        assert "NaN" not in readout(page)
        assert readout(page).strip()
    set_state(
        page,
        {
            "objective": CUBE.text,
            "rules": [{"name": "gradient_descent", "hyperparameters": {"lr": 0.05}}],
            "steps": 200,
            "start": [1.5, 1.5],
        },
    )
    assert "runs off in step" in readout(page)


RESTING = """() => {
  const [timer, now, read] = [setTimeout, performance.now.bind(performance), WebGL2RenderingContext.prototype.readPixels];
  const seen = (window.seen = { pixels: 0, waiting: [] });
  performance.now = () => now() / 1000; // however slow the machine, changes follow each other closely
  window.setTimeout = (work, time, ...rest) => (time === 150 ? seen.waiting.push(work) : timer(work, time, ...rest));
  WebGL2RenderingContext.prototype.readPixels = function (x, y, width, height, ...rest) {
    seen.pixels += width * height;
    return read.call(this, x, y, width, height, ...rest);
  };
}"""


@pytest.mark.browser
def test_while_the_plane_moves_few_pixels_are_run_and_all_once_it_rests(page: Page) -> None:
    known(page)
    page.evaluate(RESTING)
    zooms = (1.5, 2, 2.5, 3, 3.5)
    for count, zoom in enumerate(zooms, start=1):
        page.evaluate("(zoom) => { document.querySelector('gd-explorer').state = { zoom }; }", zoom)
        page.wait_for_function(f"() => seen.waiting.length === {count}", timeout=10_000)
    width, height = page.locator(".gd-map canvas").evaluate("(one) => [one.width, one.height]")
    moving = page.evaluate("seen.pixels")
    assert 0 < moving <= len(zooms) * (width / 8 + 1) * (height / 8 + 1) * 1.2
    assert page.locator(BUSY).count() == 1
    page.evaluate("() => seen.waiting.forEach((work) => work())")
    known(page)
    assert width * height <= page.evaluate("seen.pixels") - moving <= 1.2 * width * height, "one question's, the last"


ON_ONE_SPOT = """() => {
  const map = document.querySelector(".gd-map"), { left, top } = map.getBoundingClientRect();
  const touch = (identifier, x) => new Touch({ identifier, target: map, clientX: left + x, clientY: top + 100 });
  for (const [kind, x] of [["touchstart", 100], ["touchmove", 100], ["touchmove", 116], ["touchend", null]]) {
    const touches = x === null ? [] : [touch(1, 100), touch(2, x)];
    map.dispatchEvent(new TouchEvent(kind, { touches, bubbles: true, cancelable: true }));
  }
}"""


@pytest.mark.browser
def test_fingers_that_the_browser_takes_away_let_go(page: Page) -> None:
    page.evaluate(ON_ONE_SPOT.replace('["touchend", null]', '["touchmove", 120]'))
    assert page.locator(".gd-readout").get_attribute("aria-live") == "off"
    page.evaluate(
        """() => document.querySelector(".gd-map").dispatchEvent(new TouchEvent("touchcancel", { bubbles: true }))"""
    )
    assert page.locator(".gd-readout").get_attribute("aria-live") == "polite"


@pytest.mark.browser
def test_pixels_too_far_out_to_tell_apart_and_fingers_on_one_spot_break_nothing(page: Page) -> None:
    page.evaluate(ON_ONE_SPOT)
    assert state(page)["zoom"] == 16  # from one pixel apart to sixteen
    for centre in ([1e15, -1e15], [3.0, 1e9]):
        set_state(page, {"centre": centre, "start": centre, "zoom": 1e9})
        ring = page.locator(".gd-map .gd-handle")
        drawn(page)
        for key in ("ArrowLeft", "Shift+ArrowUp", "+", "-"):
            ring.press(key)
            drawn(page)
        assert state(page)["start"] != centre
        assert state(page)["start"] == pytest.approx(centre, rel=1e-9, abs=1e-2)
        assert "NaN" not in readout(page)


@pytest.mark.browser
def test_out_of_view_nothing_is_computed(page: Page) -> None:
    known(page)
    page.evaluate('document.querySelector("main").insertAdjacentHTML("beforeend", "<div style=height:5000px></div>")')
    set_state(page, {"steps": 3000, "rules": [{"name": "momentum", "hyperparameters": {"beta": 0.99}}]})
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(300)
    before = page.locator(".gd-map canvas").evaluate("(one) => one.toDataURL()")
    page.wait_for_timeout(400)
    assert page.locator(".gd-map canvas").evaluate("(one) => one.toDataURL()") == before
    set_state(page, {"steps": 50})
    page.evaluate("scrollTo(0, 0)")
    known(page)
    assert page.locator(".gd-map canvas").evaluate("(one) => one.toDataURL()") != before
