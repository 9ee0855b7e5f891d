"""What a reader takes away from an explorer: a link that restores it, its picture, and the Python that computes the same."""

import base64
import json
import struct
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

import gdlib as gd
from tests.conftest import Watch
from tests.explorer_page import READY, drawn, readout, set_state, shown, state

pytestmark = pytest.mark.browser
SVG = "{http://www.w3.org/2000/svg}"


def race(**more: Any) -> Any:
    return gd.explore("rosenbrock", rules=["momentum", "adam", "rprop_minus"], start=(-1.2, 1.0), steps=60, **more)


@gd.rule
def half_sign(theta, g, *, lr=0.25):  # type: ignore[no-untyped-def]
    return theta - 0.5 * lr * np.where(g > 0, 1.0, -1.0)


def press(page: Page, name: str) -> str:
    """Presses a button of the row under the first explorer and gives what it says of it."""
    page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_function(
        'document.querySelector(".gd-said").textContent || document.querySelector(".gd-shown textarea")'
    )
    return page.locator(".gd-said").first.inner_text()


def copied(page: Page, name: str) -> str:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    assert press(page, name).endswith("is copied.")
    return str(page.evaluate("navigator.clipboard.readText()"))


def fragment(value: Any, kind: str = "race", place: int = 1) -> str:
    """The end of a link, as a friend or a stranger may have made it."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return f"gd-{kind}-{place}-{base64.urlsafe_b64encode(text).decode().rstrip('=')}"


def go(page: Page, end: str) -> None:
    """Opens a link in the page that is there already."""
    page.evaluate("(end) => { location.hash = end; }", end)


# ------------------------------------------------------------------ a link


def test_a_link_scrolls_to_its_explorer_and_restores_it_to_the_bit(tab: Watch) -> None:
    above = '<div style="height: 3000px"></div>'
    page = shown(tab, race(), gd.explore("bowl", rules=["adam"]), above=above).page
    page.locator("gd-explorer").first.scroll_into_view_if_needed()
    page.wait_for_selector(READY)
    wanted = {
        "objective": "beale", "start": [0.1 + 0.2, -1e-7], "steps": 33, "noise": 0.25, "seed": 3,
        "rules": [{"name": "adam", "hyperparameters": {"lr": 1 / 3}}, {"name": "adam"}],
        "schedule": {"name": "cosine", "settings": {"steps": 20}}, "clipping": {"name": "clip_norm"},
    }  # fmt: skip
    whole = set_state(page, wanted)
    link = copied(page, "Copy link")
    assert len(link) < 1500
    page.get_by_role("button", name="Reset").first.click()
    assert state(page) != whole
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector(READY)
    assert state(page) == whole
    assert page.evaluate("scrollY") > 2000
    top = page.evaluate('document.querySelector("gd-explorer").getBoundingClientRect().top')
    assert -1 <= top < 60
    # The second of its kind, by a link opened in the page that is there already.
    go(page, fragment({"start": [0.5, 0.5]}, place=2))
    page.wait_for_function('document.querySelectorAll("gd-explorer")[1].state.start.join() === "0.5,0.5"')
    assert state(page) == whole


HOSTILE = {
    "nothing": b"",
    "no JSON": b"{",
    "no text": b"\xff\xfe\x80",
    "a number": 3,
    "a list": [1, 2],
    "null": None,
    "another kind": {"kind": "surface"},
    "wrong types": {"start": "here", "steps": [], "rules": 5},
    "an endless start": {"start": [1e999, 0]},
    "prototype": b'{"__proto__": {"start": [9, 9]}}',
    "constructor": {"constructor": {"prototype": {"polluted": 1}}},
    "a prototype's rule": {"rules": [{"name": "__proto__"}]},
    "a prototype's setting": {"rules": [{"name": "adam", "hyperparameters": {"constructor": 1}}]},
    "a prototype's schedule": {"schedule": {"name": "toString"}},
    "HTML": {"objective": "<img src=x onerror=alert(1)>"},
    "too many rules": {"rules": [{"name": "adam"}] * 200},
    "too many steps": {"steps": 10**9},
    "megabytes": {"start": [0.5] * 400_000},
    "deep": b"[" * 20_000,
}


@pytest.mark.slow  # each of two dozen links waits for what the readout says; the next test takes one of them
def test_a_hostile_link_is_ignored_with_a_sentence(tab: Watch) -> None:
    found = shown(tab, race())
    page = found.page
    first = state(page)
    for name, value in HOSTILE.items():
        go(page, fragment(value))
        page.wait_for_function('document.querySelector(".gd-headline").textContent.includes("is ignored")')
        assert readout(page).startswith("The link in the address"), name
        assert state(page) == first, name
        assert page.evaluate("({}).polluted") is None
        page.evaluate("document.querySelector('gd-explorer').state = { steps: 61 }")
        assert readout(page).startswith("Step"), name  # the next change is told as ever
        set_state(page, first)
        readout(page)
    for end in (
        "gd-race-2-e30",
        "gd-surface-1-e30",
        "gd-",
        "gd-race-1",
        "gd-race-999999999999-e30",
        "gd-<b>-1-e30",
    ):
        go(page, end)
        page.wait_for_function('document.querySelector(".gd-headline").textContent.includes("is ignored")')
        set_state(page, {"steps": 61})
        readout(page)
        set_state(page, first)
        readout(page)
    go(page, "a-heading")
    drawn(page)
    assert readout(page).startswith("Step")  # no business of an explorer
    assert found.troubles == []


def test_a_hostile_link_does_not_keep_the_page_from_starting(tab: Watch) -> None:
    found = shown(tab, race())
    own = found.page.url
    found.page.goto("about:blank")
    found.page.goto(f"{own}#{fragment({'steps': 'many'})}")
    found.page.wait_for_selector(READY)
    assert "is ignored" in readout(found.page)
    assert state(found.page)["steps"] == 60
    assert found.troubles == []


def test_where_the_clipboard_is_refused_the_text_is_shown_to_be_copied(tab: Watch) -> None:
    page = shown(tab, race()).page
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')); }")
    press(page, "Copy link")
    box = page.get_by_label("here is the link", exact=False)
    assert box.evaluate("(one) => one.readOnly && one === document.activeElement")
    assert box.input_value().startswith(f"{page.url}#gd-race-1-")
    assert page.evaluate("getSelection().toString()") == box.input_value()
    press(page, "Copy Python")
    assert page.locator(".gd-shown textarea").count() == 1
    assert "import gdlib as gd" in page.locator(".gd-shown textarea").input_value()


# ------------------------------------------------------------------ a picture


def saved(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as download:
        press(page, name)
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_picture_is_what_is_seen_and_needs_nothing_else(tab: Watch, tmp_path: Path, theme: str) -> None:
    found = shown(tab, race(schedule={"name": "cosine"}, clipping={"name": "clip_norm"}))
    page = found.page
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    page.get_by_label("Step shown").fill("40")
    drawn(page)
    path = saved(page, "Save SVG", tmp_path)
    assert path.name == "race-rosenbrock-60-steps.svg"
    text = path.read_text()
    assert "var(" not in text
    assert "class=" not in text
    picture = ET.fromstring(text)
    words = ["".join(one.itertext()) for one in picture.iter(f"{SVG}text")]
    assert words[0] == "Rosenbrock's function from (−1.20, 1.00), step 40 of 60"
    assert any(one.startswith("Adam: lr=0.2, beta1=0.9, beta2=0.999, eps=1e-8") for one in words)
    assert "Schedule: gd.schedules.cosine(steps=200, end=0), a factor on lr." in words
    assert "Clipping: gd.clip_norm(limit=1)." in words
    assert all(one.get("font-family") for one in picture.iter(f"{SVG}text"))
    seen = page.evaluate(
        """[...document.querySelectorAll(".gd-plot .gd-line")].map((one) =>
          [one.getAttribute("d"), getComputedStyle(one).stroke])"""
    )
    kept = {(one.get("d"), one.get("stroke")) for one in picture.iter(f"{SVG}path")}
    assert {tuple(one) for one in seen} <= kept
    ground = next(one for one in picture.iter(f"{SVG}rect")).get("fill")
    assert ground == page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert len(list(picture.iter(f"{SVG}circle"))) == 1  # the ring at the start

    png = saved(page, "Save PNG", tmp_path).read_bytes()
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    assert (width, height) == (2 * float(picture.get("width") or 0), 2 * float(picture.get("height") or 0))
    # It is the same picture: the SVG drawn in a page of its own has these very pixels.
    unlike = page.evaluate(
        """async ([svg, png]) => {
          const pixels = await Promise.all([[svg, "image/svg+xml"], [png, "image/png"]].map(async ([text, type]) => {
            const bytes = type === "image/png" ? Uint8Array.from(atob(text), (one) => one.charCodeAt(0)) : text;
            const image = new Image();
            image.src = URL.createObjectURL(new Blob([bytes], { type }));
            await image.decode();
            const canvas = new OffscreenCanvas(400, 400);
            canvas.getContext("2d").drawImage(image, 0, 0, 400, 400);
            return canvas.getContext("2d").getImageData(0, 0, 400, 400).data;
          }));
          return pixels[0].reduce((sum, value, index) => sum + (Math.abs(value - pixels[1][index]) > 64), 0)
            / pixels[0].length;
        }""",
        [text, base64.b64encode(png).decode()],
    )
    assert unlike < 0.02
    assert found.troubles == []


# ------------------------------------------------------------------ the Python cell


CELLS = {
    "plain": (race, {}),
    "changed": (
        race,
        {
            "start": [0.1 + 0.2, -1e-7],
            "schedule": {"name": "piecewise", "settings": {"boundaries1": 7, "factors2": 1 / 3}},
            "clipping": {"name": "clip_value", "settings": {"limit": 0.7}},
            "rules": [{"name": "adam", "hyperparameters": {"lr": 1 / 3}}, {"name": "adam"}, {"name": "rprop_minus"}],
        },
    ),
    "a formula of one's own": (
        lambda: gd.explore(gd.Objective("b**4 + 3*a**2", variables=["b", "a"]), rules=["momentum"], start=(1.5, -2.0)),
        {},
    ),
    "a formula in SymPy": (
        lambda: gd.explore(gd.Objective(lambda u, v: abs(u) + abs(v - 1) * u**2), rules=["adam"], start=(1.5, -2.0)),
        {},
    ),
    "a rule of one's own": (
        lambda: gd.explore("bowl", rules=[half_sign, "adam"], steps=50),
        {"schedule": {"name": "floor"}},
    ),
}


@pytest.mark.parametrize("case", CELLS)
def test_the_cell_computes_the_paths_of_the_page_to_the_bit(tab: Watch, case: str) -> None:
    explorer, changes = CELLS[case]
    page = shown(tab, explorer()).page
    whole = set_state(page, changes)
    cell = copied(page, "Copy Python")
    assert "import gdlib as gd\n" in cell
    here: dict[str, Any] = {}
    exec(cell, here)
    assert list(here["runs"]) == [one["id"] for one in whole["rules"]]
    for name, run in here["runs"].items():
        assert np.array(whole["paths"][name]).tobytes() == run.path.tobytes(), name


@pytest.mark.parametrize(
    "asked",
    [
        {"f": "bowl", "rules": ["adam"], "steps": 9},
        {"f": "himmelblau", "kind": "newton-model"},
        {"kind": "newton-model", "view": "axes"},
    ],
    ids=["race", "map", "axes"],
)
def test_no_id_of_a_stranger_s_link_gets_into_the_cell(tab: Watch, asked: dict[str, Any]) -> None:
    page = shown(tab, gd.explore(**asked)).page
    ends = ('#": print("mine") or 1, "x', "#1", "#02", "#2\n", "#", "#2#3", '"', "2", "#99999")
    name, said = page.evaluate(
        """(ends) => {
          const one = document.querySelector("gd-explorer"), [{ name }, ...rules] = one.state.rules;
          return [name, [...ends, "#12"].map((end) => {
            try { one.state = { rules: [{ name, id: name + end }, ...rules] }; } catch (error) { return error.message; }
          })];
        }""",
        ends,
    )
    assert [end for end, why in zip(ends, said, strict=False) if "an id of its own such as" not in str(why)] == []
    assert said[-1] is None
    assert f'"{name}#12": gd.descend' in copied(page, "Copy Python")


def test_a_cell_with_noise_says_that_its_numbers_are_others(tab: Watch) -> None:
    rules = [{"name": name} for name in ("gradient_descent", "momentum", "adam")]
    page = shown(tab, gd.explore("bowl", steps=30)).page
    whole = set_state(page, {"noise": 0.5, "seed": 11, "rules": rules * 4})
    cell = copied(page, "Copy Python")
    assert "# Noise of the same law as the page's, but other numbers: these paths are not the page's." in cell
    assert "noise=0.5, seed=11" in cell
    here: dict[str, Any] = {}
    exec(cell, here)
    assert len(here["runs"]) == 12  # more than a figure draws
    run = here["runs"]["adam"]
    assert run.path.shape == (31, 2)
    assert not np.array_equal(run.path, whole["paths"]["adam"])
    again = gd.descend(
        gd.objectives.bowl, gd.rules.adam, whole["start"], steps=30, noise=0.5, seed=11,
        **next(one for one in whole["rules"] if one["id"] == "adam")["hyperparameters"],
    )  # fmt: skip
    assert run.path.tobytes() == again.path.tobytes()
