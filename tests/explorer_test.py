"""The race explorer in a browser: it answers to pointer, keys and touch, and its paths are Python's, bit for bit."""

import gzip
import shutil
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

import gdlib as gd
from ext.bundles import fetched
from ext.explorer_modules import served
from gdlib.descriptions.families import families, is_taught
from gdlib.widgets.kinds.race import FIRST, OFFERED
from gdlib.widgets.starting_values import starting_values
from tests.conftest import ROOT, Watch, serve
from tests.explorer_page import PAGE, READY, drawn, html_of, readout, set_state, state
from tests.explorer_page import shown as put_on_a_page
from tools.serve import HOST, Handler

pytestmark = pytest.mark.browser

TAUGHT = [rule for rule in gd.rules if is_taught(rule)]


@pytest.fixture(scope="session")
def explorers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a folder with a page for each kind of case, made as the book makes its pages."""
    folder = tmp_path_factory.mktemp("explorers")
    (folder / "gd").mkdir()
    for name, text in served().items():
        (folder / "gd" / name).write_text(text, encoding="utf-8")
    shutil.copyfile(ROOT / "assets" / "descent.css", folder / "descent.css")
    race = html_of(gd.explore("rosenbrock", start=(-1.2, 1.0), steps=200))
    pages = {
        "race": race,
        "below": f'<div style="height: 4000px"></div>{race}',
        "own": html_of(
            gd.explore(gd.Objective("a**2 + 3*b**4"), rules=["adam", ("adam", {"lr": 0.1})], start=(1.0, 2.0))
        ),
    }
    for name, body in pages.items():
        (folder / f"{name}.html").write_text(PAGE.format(body=body), encoding="utf-8")
    server = serve(folder, Handler)
    yield f"http://{HOST}:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(tab: Watch, explorers: str) -> Iterator[Page]:
    """The race, ready; whatever went wrong on its page by the end fails the test."""
    opened(tab.page, explorers)
    yield tab.page
    assert tab.troubles == []


def opened(page: Page, explorers: str, name: str = "race") -> Page:
    page.goto(f"{explorers}{name}.html")
    page.wait_for_selector(READY)
    return page


def lines(page: Page) -> str:
    """The path data of all lines as drawn."""
    drawn(page)
    return str(page.evaluate('[...document.querySelectorAll(".gd-line")].map((one) => one.getAttribute("d")).join()'))


# ------------------------------------------------------------------ the numbers


def bits(path: Any) -> list[list[str]]:
    return [[float(part).hex() for part in point] for point in path]


SOME = [pytest.param(name, marks=() if k < 3 else pytest.mark.slow) for k, name in enumerate(OFFERED)]


@pytest.mark.parametrize("landscape", SOME)
def test_the_page_computes_the_paths_of_python_bit_for_bit(page: Page, landscape: str) -> None:
    f = gd.objectives[landscape]
    first = set_state(page, {"objective": landscape, "steps": 400})
    defaults = [{"name": rule.name} | {"hyperparameters": dict(rule.defaults)} for rule in TAUGHT]
    second = set_state(page, {"rules": defaults, "steps": 400})
    for shown, names in ((first, list(FIRST)), (second, [rule.name for rule in TAUGHT])):
        assert [one["name"] for one in shown["rules"]] == names
        for one in shown["rules"]:
            run = gd.descend(f, gd.rules[one["name"]], shown["start"], steps=400, **one["hyperparameters"])
            assert bits(shown["paths"][one["id"]]) == bits(run.path), one


@pytest.mark.parametrize("landscape", SOME)
def test_the_page_finds_the_step_sizes_that_python_finds(page: Page, landscape: str) -> None:
    f = gd.objectives[landscape]
    x, y = f.start if landscape != "rosenbrock" else (-1.2, 1.0)
    shown = set_state(page, {"objective": landscape, "rules": [{"name": rule.name} for rule in TAUGHT]})
    for rule, one in zip(TAUGHT, shown["rules"], strict=True):
        found = starting_values(f, rule, (float(x), float(y)), 200)
        assert one["hyperparameters"] == {**rule.defaults, **found}, rule.name


def test_a_reader_s_own_objective_runs_with_its_own_names_and_two_copies(
    context: BrowserContext, explorers: str
) -> None:
    page = opened(context.new_page(), explorers, "own")
    shown = state(page)
    assert shown["objective"] == "a**2 + 3*b**4"
    assert [one["id"] for one in shown["rules"]] == ["adam", "adam#2"]
    assert shown["rules"][1]["hyperparameters"]["lr"] == 0.1
    for one in shown["rules"]:
        run = gd.descend(gd.Objective("a**2 + 3*b**4"), gd.rules.adam, (1.0, 2.0), steps=200, **one["hyperparameters"])
        assert bits(shown["paths"][one["id"]]) == bits(run.path)
    assert page.locator(".gd-start label").all_inner_texts() == ["a", "b"]


def test_a_run_that_diverges_ends_before_its_first_non_finite_point(page: Page) -> None:
    runaway = {"name": "gradient_descent", "hyperparameters": {"lr": 0.9}}
    shown = set_state(page, {"rules": [runaway, {"name": "adam"}]})
    run = gd.descend(gd.objectives.rosenbrock, gd.rules.gradient_descent, (-1.2, 1.0), steps=200, lr=0.9)
    assert run.reason.startswith("left the finite numbers")
    assert bits(shown["paths"]["gradient_descent"]) == bits(run.path)
    assert run.reason in readout(page)
    assert "NaN" not in lines(page)
    assert "Infinity" not in lines(page)
    box = page.locator(".gd-frame").first.bounding_box()
    mark = page.locator(".gd-board .gd-mark").first.bounding_box()
    assert box is not None
    assert mark is not None  # the marker waits on the frame's edge
    assert box["x"] - 9 <= mark["x"] <= box["x"] + box["width"] + 9


def test_on_a_small_phone_what_runs_far_off_widens_nothing(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 600})
    slow = {"name": "adam", "hyperparameters": {"lr": 0.01}}
    rules = [{"name": name, "hyperparameters": {"lr": 0.03}} for name in ("momentum", "nesterov")]
    for lr in (0.9, 0.0091):
        far = {"name": "gradient_descent", "hyperparameters": {"lr": lr}}
        set_state(page, {"start": [-2.378, -3.0], "rules": [slow, far, *rules], "steps": 60})
        for step in range(1, 12):
            page.get_by_label("Step shown").fill(str(step))
            readout(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, readout(page)


# ------------------------------------------------------------------ the hand


def test_a_click_moves_the_start_to_the_pointer(page: Page) -> None:
    box = page.locator(".gd-board .gd-frame").bounding_box()
    assert box is not None
    before = lines(page)
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    x, y = state(page)["start"]
    assert x > 0.5
    assert y == pytest.approx(2.0, abs=0.05)
    assert lines(page) != before
    handle = page.locator(".gd-handle").bounding_box()
    assert handle is not None
    assert handle["x"] + 22 == pytest.approx(box["x"] + 0.75 * box["width"], abs=1.5)


def test_a_drag_takes_the_start_along(page: Page) -> None:
    handle = page.locator(".gd-handle").bounding_box()
    assert handle is not None
    page.mouse.move(handle["x"] + 22, handle["y"] + 22)
    page.mouse.down()
    seen = set()
    for part in range(1, 6):
        page.mouse.move(handle["x"] + 22 + 20 * part, handle["y"] + 22 - 10 * part)
        seen.add(tuple(state(page)["start"]))
    page.mouse.up()
    assert len(seen) == 5
    page.mouse.move(handle["x"] + 300, handle["y"])
    assert tuple(state(page)["start"]) in seen


def test_a_finger_drags_the_handle_and_taps_the_map(chromium: Browser, explorers: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = opened(context.new_page(), explorers)
    frame = page.locator(".gd-board .gd-frame")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 0.5 * box["width"], box["y"] + 0.25 * box["height"])
    assert state(page)["start"] == pytest.approx([0.0, 2.0], abs=0.08)
    handle = page.locator(".gd-handle").bounding_box()
    assert handle is not None
    session = context.new_cdp_session(page)
    at = {"x": handle["x"] + 22, "y": handle["y"] + 22}
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{**at, "y": at["y"] + 60}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert state(page)["start"][1] < 1.5
    sizes = page.evaluate(
        """[...document.querySelectorAll(".gd-explorer button, .gd-explorer select, .gd-explorer input, .gd-explorer summary")]
        .filter((one) => one.checkVisibility() && one.type !== "checkbox")
        .map((one) => one.getBoundingClientRect()).filter(({ height, width }) => height < 44 || width < 44).length"""
    )
    assert sizes == 0
    context.close()


def test_arrow_keys_move_the_start_and_shift_moves_it_further(page: Page) -> None:
    page.locator(".gd-handle").focus()
    page.keyboard.press("ArrowRight")
    small = state(page)["start"][0] + 1.2
    page.keyboard.press("Shift+ArrowRight")
    large = state(page)["start"][0] + 1.2 - small
    assert small > 0
    assert large == pytest.approx(10 * small, rel=0.02)
    page.keyboard.press("ArrowUp")
    assert state(page)["start"][1] > 1.0
    assert page.evaluate("document.activeElement.className") == "gd-handle"


def test_every_knob_and_box_changes_its_rule_and_the_picture(page: Page) -> None:
    page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true; })')
    before, drawn_before = state(page), lines(page)
    moved = {}
    for knob in page.locator('.gd-rule .gd-knob input[type="range"]').all():
        knob.focus()
        page.keyboard.press("ArrowLeft")
        moved[knob.get_attribute("aria-label")] = True
    after = state(page)
    for old, new in zip(before["rules"], after["rules"], strict=True):
        unlike = [name for name, value in old["hyperparameters"].items() if new["hyperparameters"][name] != value]
        assert unlike == list(old["hyperparameters"])
    assert len(moved) == sum(len(gd.rules[name].defaults) for name in FIRST)
    assert lines(page) != drawn_before
    box = page.get_by_label("lr of Adam, as a number", exact=True)
    box.fill("0.25")
    box.press("Enter")
    adam = next(one for one in state(page)["rules"] if one["id"] == "adam")
    assert adam["hyperparameters"]["lr"] == 0.25
    box.fill("-1")
    box.press("Enter")
    assert box.get_attribute("aria-invalid") == "true"
    assert next(one for one in state(page)["rules"] if one["id"] == "adam") == adam


def test_digits_that_are_typed_into_a_box_stay_when_a_state_arrives(page: Page) -> None:
    box = page.get_by_label("Start, coordinate 1", exact=True)
    box.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("4")
    set_state(page, {"start": [1.5, 2]})
    assert box.input_value() == "4"
    page.keyboard.type("2")
    page.keyboard.press("Tab")
    assert (state(page)["start"], box.input_value()) == ([42, 2], "42")
    # Who types and gives nothing after all finds what came meanwhile.
    box.focus()
    page.keyboard.press("End")
    page.keyboard.type("7")
    set_state(page, {"start": [1.5, 2]})
    page.keyboard.press("Backspace")
    page.keyboard.press("Tab")
    assert (state(page)["start"], box.input_value()) == ([1.5, 2], "1.5")


def test_a_box_shows_what_comes_once_its_number_is_given_or_refused(page: Page) -> None:
    box = page.get_by_label("lr of Adam, as a number", exact=True)
    reset = page.get_by_role("button", name="Reset", exact=True)
    first = box.input_value()
    for text, key in (("0.25", "Enter"), ("-1", "Enter"), ("0.25", "Tab"), ("-1", "Tab"), ("", "Enter")):
        box.fill(text)
        box.press(key)
        assert box.input_value() == text
        assert box.get_attribute("aria-invalid") == (None if text == "0.25" else "true")
        reset.evaluate("(one) => one.click()")  # without taking the focus
        assert (box.input_value(), box.get_attribute("aria-invalid")) == (first, None)
    box.focus()
    page.keyboard.press("ArrowUp")
    assert str(state(page)["rules"][FIRST.index("adam")]["hyperparameters"]["lr"]) == box.input_value() != first
    box.press("9")
    reset.focus()  # gives what was typed
    page.keyboard.press("Enter")
    assert box.input_value() == first


def test_rules_are_chosen_and_copied(page: Page) -> None:
    page.get_by_role("checkbox", name="Momentum", exact=True).uncheck()
    assert "momentum" not in [one["id"] for one in state(page)["rules"]]
    page.get_by_label("Add a copy of Adam", exact=True).click()
    ids = [one["id"] for one in state(page)["rules"]]
    assert ids[ids.index("adam") + 1] == "adam#2"
    page.get_by_role("checkbox", name="Momentum", exact=True).check()
    assert [one["id"] for one in state(page)["rules"]][1] == "momentum"
    page.get_by_role("checkbox", name="Adam #2", exact=True).click()  # and it is gone
    assert [one["id"] for one in state(page)["rules"]] == list(FIRST)
    for name in FIRST:
        page.get_by_role("checkbox", name=gd.rules[name].title, exact=True).uncheck()
    assert "No rule is chosen" in readout(page)


def test_the_focus_stays_where_a_rule_is_copied_and_its_copy_taken_off(page: Page) -> None:
    focus = "(document.activeElement.ariaLabel ?? document.activeElement.innerText)"
    page.get_by_role("button", name="Add a copy of Adam", exact=True).focus()
    page.keyboard.press("Enter")
    assert state(page)["rules"][-1]["id"] == "adam#2"
    assert page.evaluate(focus) == "Add a copy of Adam"
    page.get_by_role("checkbox", name="Adam #2", exact=True).focus()
    page.keyboard.press("Space")
    assert state(page)["rules"][-1]["id"] == "adam"
    assert page.evaluate(focus) == "Adam"
    page.keyboard.press("Space")
    assert state(page)["rules"][-1]["id"] != "adam"
    assert page.evaluate(focus) == "Adam"


def test_a_race_takes_no_focus_from_another(tab: Watch) -> None:
    races = [gd.explore(name, rules=["adam"], steps=9) for name in ("bowl", "beale")]
    page = put_on_a_page(tab, *races).page
    page.locator("gd-explorer").nth(1).scroll_into_view_if_needed()
    box = page.get_by_role("checkbox", name="Adam", exact=True).nth(1)
    box.focus()
    set_state(page, {"rules": [{"name": "adam"}, {"name": "adam", "id": "adam#2"}]})
    assert box.evaluate("(one) => one === document.activeElement")


def ticks(page: Page) -> list[str]:
    """The rules in sight, by the names of their boxes."""
    return [one.get_attribute("aria-label") or "" for one in page.locator(".gd-tick input").all()]


def test_a_family_shows_what_runs_and_unfolds(page: Page) -> None:
    first = [gd.rules[name].title for name in FIRST]
    assert ticks(page) == first
    for family, rules in families(TAUGHT).items():
        away = [rule for rule in rules if rule.name not in FIRST]
        head = page.get_by_role("button", name=f"{family} {len(away)} more")
        assert head.get_attribute("aria-expanded") == "false"
        head.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
        assert set(ticks(page)) >= {rule.title for rule in rules}
    assert ticks(page) == [rule.title for rule in TAUGHT]
    page.get_by_role("checkbox", name="Lion", exact=True).check()
    for family in families(TAUGHT):
        page.get_by_role("button", name=f"{family} only what runs").click()
    assert ticks(page) == [*first, "Lion"]
    page.get_by_role("checkbox", name="Lion", exact=True).uncheck()  # and it stays under the pointer
    assert ticks(page) == [*first, "Lion"]
    assert [one["id"] for one in state(page)["rules"]] == list(FIRST)


def test_a_landscape_brings_its_start_and_reset_brings_back_the_first_state(page: Page) -> None:
    first = state(page)
    page.get_by_label("Landscape", exact=True).select_option("himmelblau")
    assert state(page)["start"] == [0.0, 0.5]
    page.get_by_label("Steps", exact=True).fill("50")
    page.get_by_label("Steps", exact=True).press("Enter")
    assert len(state(page)["paths"]["adam"]) == 51
    page.get_by_role("button", name="Reset").click()
    assert state(page) == first


def test_play_pause_step_and_the_slider_move_the_step_shown(page: Page) -> None:
    count = page.locator(".gd-count")
    assert count.inner_text() == "step 200 of 200"
    page.get_by_role("button", name="One step back").click()
    assert count.inner_text() == "step 199 of 200"
    page.get_by_label("Step shown").fill("10")
    assert count.inner_text() == "step 10 of 200"
    page.get_by_role("button", name="One step forward").click()
    assert count.inner_text() == "step 11 of 200"
    at_11 = lines(page)
    run = gd.descend(gd.objectives.rosenbrock, gd.rules.rprop_minus, (-1.2, 1.0), steps=11)
    assert f"{run.path[-1][0]:.3f}".replace("-", "−") in readout(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function('document.querySelector(".gd-count").textContent > "step 12"')
    page.get_by_role("button", name="Pause").click()
    paused = lines(page)
    assert paused != at_11
    page.wait_for_timeout(120)
    assert lines(page) == paused
    page.get_by_label("Step shown").fill("199")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function('document.querySelector(".gd-count").textContent === "step 200 of 200"')
    page.get_by_role("button", name="Play").wait_for()


def test_a_pointer_on_the_curves_chooses_the_step(page: Page) -> None:
    box = page.locator(".gd-frame").nth(1).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 20)
    assert page.locator(".gd-count").inner_text() == "step 50 of 200"


def test_it_stands_still_for_whoever_asks_for_no_motion(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.get_by_label("Step shown").fill("3")
    page.get_by_role("button", name="Play").click()
    assert page.locator(".gd-count").inner_text() == "step 200 of 200"
    assert page.get_by_role("button", name="Pause").count() == 0


def test_a_run_that_plays_stands_still_at_its_end_once_no_motion_is_asked_for(page: Page) -> None:
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").wait_for()
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="Play").wait_for(timeout=1000)  # a whole run takes five seconds
    assert page.locator(".gd-count").inner_text() == "step 200 of 200"


# ------------------------------------------------------------------ the contract with the page


def test_a_state_survives_the_way_out_and_back_in(page: Page) -> None:
    wanted = {
        "kind": "race",
        "objective": "beale",
        "start": [0.5, -0.25],
        "steps": 30,
        "rules": [
            {"id": "adam", "name": "adam", "hyperparameters": {**gd.rules.adam.defaults, "lr": 0.05}},
            {"id": "adam#2", "name": "adam", "hyperparameters": {**gd.rules.adam.defaults, "lr": 0.2}},
        ],
        "schedule": {"name": "warm_up", "settings": {"steps": 5, "then_rate": 0.25}},
        "noise": 0.5,
        "seed": 7,
        "clipping": {"name": "clip_value", "settings": {"limit": 2.5}},
    }
    shown = set_state(page, wanted)
    assert {name: part for name, part in shown.items() if name != "paths"} == wanted
    assert set(shown["paths"]) == {"adam", "adam#2"}
    stale = {**shown, "paths": {"adam": [[9, 9]]}}
    assert set_state(page, stale) == shown  # paths are computed anew
    assert page.get_by_label("Landscape", exact=True).input_value() == "beale"
    completed = set_state(page, {"rules": [{"name": "adam", "hyperparameters": {"lr": 0.3}}]})["rules"]
    assert completed == [{"id": "adam", "name": "adam", "hyperparameters": {**gd.rules.adam.defaults, "lr": 0.3}}]


def test_a_state_given_before_the_script_has_come_is_taken_and_so_are_later_ones(
    context: BrowserContext, explorers: str
) -> None:
    page = context.new_page()
    given = "document.querySelector('gd-explorer').state = { steps: 5 };"
    page.add_init_script(f"""document.addEventListener("readystatechange", () => {{
      if (document.readyState === "interactive") {given}
    }});""")
    opened(page, explorers)
    assert state(page)["steps"] == 5
    assert len(state(page)["paths"]["adam"]) == 6
    assert set_state(page, {"steps": 6})["steps"] == 6
    assert len(state(page)["paths"]["adam"]) == 7


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"objective": "nowhere"}, "state.objective: needed one of"),
        ({"start": [1]}, "state.start: needed two finite numbers"),
        ({"start": [1, None]}, "state.start: needed two finite numbers"),
        ({"steps": 0}, "state.steps: needed a whole number, 1 ≤ steps ≤ 10000"),
        ({"kind": "surface"}, 'state.kind: needed "race"'),
        ({"rules": [{"name": "newton"}]}, "state.rules: needed one of"),
        ({"rules": [{"name": "adam", "hyperparameters": {"lr": -1}}]}, "lr: needed 0 < lr"),
        ({"rules": [{"name": "adam"}, {"name": "adam", "id": "adam"}]}, "an id of its own"),
    ],
)
def test_a_wrong_state_is_refused_whole(page: Page, given: Any, words: str) -> None:
    before = state(page)
    with pytest.raises(Exception, match="TypeError") as refused:
        set_state(page, given)
    assert words in str(refused.value)
    assert state(page) == before


def test_one_out_of_view_starts_within_a_second_of_being_seen(context: BrowserContext, explorers: str) -> None:
    page = context.new_page()
    page.goto(f"{explorers}below.html")
    page.wait_for_timeout(500)
    assert page.locator(READY).count() == 0
    assert page.locator(".gd-still svg").first.is_visible()
    assert state(page)["objective"] == "rosenbrock"
    page.evaluate('document.querySelector("gd-explorer").state = { steps: 20 }')
    page.locator("gd-explorer").scroll_into_view_if_needed()
    page.wait_for_selector(READY, timeout=1000)
    assert state(page)["steps"] == 20
    assert not page.locator(".gd-still").is_visible()


IN_A_NOTEBOOK = """async ([text, spec]) => {
  const listeners = {};
  window.told = [];
  window.model = { values: { spec, state: spec.state }, get(name) { return this.values[name]; },
    set(name, value) { this.values[name] = value; }, on(name, heard) { listeners[name] = heard; }, off() {},
    save_changes() { window.told.push(structuredClone(this.values.state)); } };
  window.fromPython = (state) => { model.values.state = state; listeners["change:state"](); };
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const { default: widget } = await import(address);
  const el = document.createElement("div");
  document.querySelector("main").append(el);
  window.cleanUp = await widget.render({ model, el });
}"""


def test_the_single_module_for_jupyter_draws_and_tells_the_model(context: BrowserContext, explorers: str) -> None:
    page = opened(context.new_page(), explorers, "own")
    explorer = gd.explore("bowl", rules=["adam"], steps=20)
    page.evaluate(IN_A_NOTEBOOK, [explorer._esm, explorer.spec])
    here = page.locator("main > div > .gd-explorer")
    assert here.locator(".gd-board .gd-line").count() == 1
    here.get_by_label("Steps", exact=True).fill("30")
    here.get_by_label("Steps", exact=True).press("Enter")
    page.wait_for_function("told.length === 1")
    assert page.evaluate("told[0].steps") == 30
    assert "paths" not in page.evaluate("told[0]")  # what Python can compute is not sent
    page.evaluate("fromPython({ ...told[0], start: [1, 1] })")
    assert here.evaluate("(one) => one.state.start") == [1, 1]
    page.wait_for_timeout(300)
    assert page.evaluate("told.length") <= 2
    page.evaluate("cleanUp()")


def test_in_jupyter_a_formula_is_read_at_first_and_later(context: BrowserContext, explorers: str) -> None:
    page = opened(context.new_page(), explorers, "own")
    explorer = gd.explore("bowl", rules=["adam"], steps=20, objective="x**2 + y**4", within=[(-1, 1), (-2, 2)])
    for own in (explorer, gd.explore("bowl", rules=["adam"])):
        page.evaluate(IN_A_NOTEBOOK, [own._esm, own.spec])
    first, second = page.locator("main > div > .gd-explorer").all()
    assert first.get_by_label("Your formula", exact=True).input_value() == "x**2 + y**4"
    assert first.evaluate("(one) => one.state.within") == [[-1, 1], [-2, 2]]
    assert second.get_by_label("Your formula", exact=True).count() == 0
    page.evaluate("fromPython({ ...model.values.state, objective: 'x**4 + y**2' })")
    second.get_by_label("Your formula", exact=True).wait_for()
    assert second.evaluate("(one) => one.state.objective") == "x**4 + y**2"


def test_in_jupyter_the_last_state_holds_and_what_is_over_tells_nothing(
    context: BrowserContext, explorers: str
) -> None:
    page = opened(context.new_page(), explorers, "own")
    own = gd.explore("bowl", rules=["adam"], steps=9)
    page.evaluate(IN_A_NOTEBOOK, [own._esm, own.spec])
    page.evaluate("""() => {  // the formula waits for what reads it
      const first = structuredClone(model.values.state);
      fromPython({ ...first, objective: "x**4 + y**2" });
      fromPython(first);
    }""")
    page.wait_for_selector('main > div > [aria-busy="true"]', state="detached")
    assert page.evaluate("document.querySelector('main > div > .gd-explorer').state.objective") == "bowl"
    page.evaluate(
        "cleanUp(); document.querySelector('main > div').remove()"
    )  # what it has still to tell is not the next one's
    page.evaluate(IN_A_NOTEBOOK, [own._esm, own.spec])
    page.locator("main > div").get_by_label("Landscape", exact=True).evaluate("""(list) => {
      list.value = "";
      list.dispatchEvent(new Event("change"));
      cleanUp();
    }""")
    page.wait_for_timeout(200)
    assert page.evaluate("told") == []


# ------------------------------------------------------------------ the look


def test_its_colours_are_the_page_s_and_follow_the_theme(page: Page) -> None:
    colour = """() => getComputedStyle(document.querySelector(".gd-board .gd-line")).stroke"""
    light = page.evaluate(colour)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    dark = page.evaluate(colour)
    page.evaluate("document.documentElement.style.setProperty('--gd-1', 'rgb(1, 2, 3)')")
    assert len({light, dark, page.evaluate(colour)}) == 3


def test_lines_differ_in_dash_and_marker_as_well_as_colour(page: Page) -> None:
    looks = page.evaluate(
        """[...document.querySelectorAll(".gd-board .gd-line")].map((line, index) => [
          line.getAttribute("stroke-dasharray"), getComputedStyle(line).stroke,
          document.querySelectorAll(".gd-board .gd-mark")[index].getAttribute("d")])"""
    )
    for part in range(3):
        assert len({look[part] for look in looks}) == len(FIRST)


def test_any_two_rules_differ_in_two_of_colour_dash_and_marker_and_keep_their_looks(page: Page) -> None:
    swatch = """() => Object.fromEntries([...document.querySelectorAll(".gd-tick")].map((tick) => {
      const [line, mark] = tick.querySelectorAll("path");
      return [tick.querySelector("input").getAttribute("aria-label"),
        [line.getAttribute("stroke-dasharray"), getComputedStyle(line).stroke, mark.getAttribute("d")]];
    }))"""
    before = page.evaluate(swatch)
    set_state(page, {"rules": [{"name": rule.name} for rule in TAUGHT]})
    looks = page.evaluate(swatch)
    assert len(looks) == len(TAUGHT)
    assert {title: looks[title] for title in before} == before
    for one, other in combinations(looks.values(), 2):
        assert sum(a != b for a, b in zip(one, other, strict=True)) >= 2


def test_in_print_the_picture_stays_and_the_buttons_go(page: Page) -> None:
    page.emulate_media(media="print")
    assert page.locator(".gd-board svg").first.is_visible()
    assert not page.locator(".gd-transport").is_visible()
    assert len(page.pdf()) > 20_000


def test_the_code_is_small() -> None:
    files = served()
    own = [*fetched(["mount.mjs", "race.mjs"], files), "explorer.css"]
    assert sum(len(gzip.compress(files[name].encode())) for name in own) < 50_000
