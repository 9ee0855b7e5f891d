"""The clipping explorer: what it says of a vector and of three runs is gdlib's, and its hints come true."""

import functools
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

import gdlib as gd
from gdlib import figures
from gdlib.widgets.kinds.clipping import TRIES, length, turn
from tests.conftest import Watch
from tests.explorer_page import picture, set_state, settled, shown, state
from tests.keeping_test import copied

CLIPPINGS = {"none": lambda g: g, "clip_norm": gd.clip_norm, "clip_value": gd.clip_value}
browser = pytest.mark.browser


@functools.cache
def explorer() -> Any:
    """Made once, for it takes a second."""
    return gd.explore(kind="clipping")


@pytest.fixture
def page(tab: Watch) -> Iterator[Page]:
    watch = shown(tab, explorer())
    yield watch.page
    assert watch.troubles == []


def said(page: Page, which: int) -> str:
    """The readout of the vector (0) or of the runs (1), once it has caught up."""
    settled(page)
    return page.locator('gd-explorer [role="status"]').nth(which).inner_text()


def numbers(text: str) -> list[float]:
    return [float(one) for one in re.findall(r"-?\d+\.?\d*", text.replace("−", "-"))]


def row(text: str, name: str) -> list[float]:
    return numbers(next(line for line in text.splitlines() if line.strip().startswith(name)))


# ------------------------------------------------------------------ the numbers


@browser
@pytest.mark.parametrize("vector", [[2.4, 0.8], [-0.9, 0.8], [0.3, -0.2], [0.0, -5.0]])
def test_what_is_said_of_the_vector_is_what_gdlib_makes_of_it(page: Page, vector: list[float]) -> None:
    set_state(page, {"vector": vector, "limit": 0.95})
    text = said(page, 0)
    g = np.array(vector)
    for name, clip in (("by norm", gd.clip_norm(0.95)), ("by value", gd.clip_value(0.95))):
        cut = clip(g)
        angle = np.degrees(np.arccos(np.clip(cut @ g / np.linalg.norm(cut) / np.linalg.norm(g), -1, 1)))
        assert row(text, name) == pytest.approx([*cut, np.linalg.norm(cut), angle], abs=0.06), name
        told = re.search(rf"{name} it (stays as it is|is cut)", text, re.IGNORECASE)
        assert told
        assert (told[1] == "stays as it is") == np.array_equal(cut, g)
    assert numbers(text.partition("length")[2])[0] == pytest.approx(np.linalg.norm(g), rel=6e-3)


def test_length_and_turn_are_those_of_vectors() -> None:
    rng = np.random.default_rng(2)
    for g in rng.normal(size=(50, 2)) * 3:
        for cut in (gd.clip_norm(0.7)(g), gd.clip_value(0.7)(g)):
            cosine = g @ cut / np.linalg.norm(g) / np.linalg.norm(cut)
            assert np.cos(np.radians(turn(*g, *cut))) == pytest.approx(cosine)
            assert length(*cut) == pytest.approx(np.linalg.norm(cut))


@browser
@pytest.mark.parametrize("limit", [0.3, 1.0])
def test_the_three_runs_are_descend_s_bit_for_bit(page: Page, limit: float) -> None:
    for objective, start, lr in (("cliff", [1.6, 1.5], 0.4), ("ravine", [-4.5, 0.9], 0.1)):
        told = set_state(page, {"objective": objective, "start": start, "lr": lr, "limit": limit, "steps": 60})
        for name, clip in CLIPPINGS.items():
            transform = None if name == "none" else clip(limit)  # type: ignore[arg-type]
            run = gd.descend(
                gd.objectives[objective], gd.rules.gradient_descent, start, steps=60, lr=lr, transform=transform
            )
            here = [[float(part).hex() for part in one] for one in told["paths"][name]]
            assert here == [[part.hex() for part in one] for one in run.path.tolist()], name


@browser
def test_the_table_of_the_runs_shows_the_step_of_the_transport(page: Page) -> None:
    f = gd.objectives.cliff
    page.get_by_label("One step back").click()
    text = said(page, 1)
    assert text.startswith("Step 4 of 40 is ")
    paths = state(page)["paths"]
    for name, key in (("unclipped", "none"), ("by norm", "clip_norm"), ("by value", "clip_value")):
        here = np.array(paths[key][4])
        expected = [*here, np.linalg.norm(f.grad(here)), f(here)]
        assert row(text, name) == pytest.approx(expected, rel=6e-3), name
    moves = [np.linalg.norm(np.subtract(paths[key][4], paths[key][3])) for key in CLIPPINGS]
    assert numbers(text.splitlines()[0].partition(" is ")[2]) == pytest.approx(moves, rel=6e-3)


# ------------------------------------------------------------------ what to try


@browser
def test_between_circle_and_square_only_the_norm_cuts(page: Page) -> None:
    set_state(page, {"vector": [0.9, 0.9], "limit": 1.0})
    text = said(page, 0)
    assert "By norm it is cut to length 1.00" in text
    assert "by value it stays as it is" in text
    set_state(page, {"vector": [2.9, 1.3]})  # far out: on the diagonal
    assert row(said(page, 0), "by value")[:2] == [1.0, 1.0]


def test_the_cliff_throws_the_unclipped_run_as_the_hint_says() -> None:
    f, words = gd.objectives.cliff, TRIES[2]
    least = f(f.minima).min()
    reached, paths = [], []
    for clip in (None, gd.clip_norm(1.0), gd.clip_value(1.0)):
        run = gd.descend(f, gd.rules.gradient_descent, (1.6, 1.5), steps=40, lr=0.4, transform=clip)
        paths.append(run.path)
        reached.append(next(k for k, value in enumerate(run.values) if value < least + 0.05))
    assert reached == [32, 12, 11]
    slope, thrown = np.linalg.norm(f.grad(paths[0][4])), np.linalg.norm(paths[0][5] - paths[0][4])
    assert (f"{slope:.1f}", f"{thrown:.2f}") == ("18.9", "7.57")
    assert numbers(words) == [4, 5, 18.9, 7.57, 0.05, 32, 12, 11]


def test_on_the_ravine_a_limit_keeps_runs_near_but_bouncing() -> None:
    f = gd.objectives.ravine
    for clip, ends_near in ((None, False), (gd.clip_norm(1.0), True), (gd.clip_value(1.0), True)):
        run = gd.descend(f, gd.rules.gradient_descent, (-4.5, 0.9), steps=400, lr=0.1, transform=clip)
        assert (run.values[-1] < 0.1) == ends_near
        if ends_near:
            across = run.path[-50:, 1]
            assert (across[1:] * across[:-1] < 0).all()
            assert np.abs(across).min() > 0.01


# ------------------------------------------------------------------ the hand


@browser
def test_the_tip_is_dragged_and_moved_by_keys(page: Page) -> None:
    frame = page.locator(".gd-frame").first.bounding_box()
    assert frame
    page.mouse.move(frame["x"] + 0.5 * frame["width"], frame["y"] + 0.25 * frame["height"])
    page.mouse.down()
    straight_up = state(page)["vector"]
    page.mouse.move(frame["x"] + 0.25 * frame["width"], frame["y"] + 0.25 * frame["height"])
    page.mouse.up()
    aside = state(page)["vector"]
    assert straight_up[0] == pytest.approx(0.0, abs=0.02)
    assert aside[0] == pytest.approx(-1.5, abs=0.02)
    assert aside[1] == straight_up[1] > 1
    before = picture(page)
    page.get_by_label("Tip of the gradient").focus()
    page.keyboard.press("Shift+ArrowDown")
    assert state(page)["vector"][1] < aside[1]
    assert picture(page) != before


@browser
def test_a_finger_drags_the_tip(chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = shown(context, explorer()).page
    handle = page.get_by_label("Tip of the gradient")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box
    session = context.new_cdp_session(page)
    at = {"x": box["x"] + 22, "y": box["y"] + 22}
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{**at, "x": at["x"] - 80}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    vector = state(page)["vector"]
    assert vector[0] < 1.2
    assert vector[1] == pytest.approx(0.8, abs=0.05)
    context.close()


@browser
def test_the_limit_is_one_for_the_vector_and_the_runs(page: Page) -> None:
    before, paths = picture(page), state(page)["paths"]
    page.get_by_label("Limit c", exact=True).focus()
    page.keyboard.press("ArrowLeft")
    assert state(page)["limit"] < 1
    after = state(page)["paths"]
    assert after["none"] == paths["none"]
    assert after["clip_norm"] != paths["clip_norm"]
    assert picture(page) != before
    page.get_by_label("Landscape", exact=True).select_option("ravine")
    assert state(page)["start"] == [-4.5, 0.9]
    assert state(page)["lr"] == 0.1
    page.get_by_label("lr", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert state(page)["lr"] > 0.1


@browser
def test_the_cell_computes_the_paths_of_the_page_to_the_bit(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    told = set_state(page, {"vector": [0.75, -2.0], "limit": 0.5, "step": 9})
    here: dict[str, Any] = {}
    exec(copied(page, "Copy Python"), here)
    assert list(here["runs"]) == list(told["paths"])
    for name, run in here["runs"].items():
        assert np.array(told["paths"][name]).tobytes() == run.path.tobytes(), name
    assert "'clip_value': array([ 0.5, -0.5])" in capsys.readouterr().out


# ------------------------------------------------------------------ what must not break it


@browser
def test_vectors_and_runs_beyond_all_bounds_survive(page: Page) -> None:
    for vector in ([0.0, 0.0], [1e200, -1e200], [1e308, 1e308]):
        set_state(page, {"vector": vector})
        assert "NaN" not in picture(page)
    set_state(page, {"objective": "ravine", "start": [-4.5, 0.9], "lr": 1000.0, "steps": 400, "step": 400})
    path = state(page)["paths"]["none"]
    assert len(path) < 401
    assert f"left the finite numbers at step {len(path)}" in said(page, 1)
    assert "NaN" not in picture(page)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"limit": 0.0}, "limit: needs"),
        ({"vector": [1.0]}, "vector: needed two finite numbers"),
        ({"vector": [float("nan"), 1.0]}, "vector: needed two finite numbers"),
        ({"start": [1.0]}, "start: needed two finite numbers"),
        ({"f": gd.objectives.quintic}, "f: needed an objective of two variables"),
        ({"rules": ["adam"]}, "rules: an explorer of kind 'clipping' has none"),
    ],
)
def test_wrong_arguments_are_refused_in_a_sentence(given: dict[str, Any], words: str) -> None:
    with pytest.raises((TypeError, ValueError)) as refused:
        gd.explore(kind="clipping", **given)
    assert words in str(refused.value)


def test_the_still_picture_says_what_each_clipping_makes_of_the_vector() -> None:
    assert (
        "clipped by norm (0.6, 0.8), length 1; clipped by value (1, 1), length 1.41." in figures.clipped((3, 4), 1).alt
    )
    with pytest.raises(ValueError, match="g: two coordinates"):
        figures.clipped((1, 2, 3), 1)
    with pytest.raises(ValueError, match="clip_norm: needs a finite number > 0"):
        figures.clipped((1, 2), -1)
