"""The explorer of per-coordinate steps: what it tells of a step is what the rule did, and its hints come true."""

import functools
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

import gdlib as gd
from gdlib.emit.working_as_javascript import working_text
from gdlib.widgets.kinds.coordinates import OFFERED, RULES, TRIES, TURNED, secant_parabola, step_sizes
from tests.conftest import Watch
from tests.explorer_page import drawn, picture, readout, set_state, shown, state
from tests.javascript_test import in_browser
from tests.keeping_test import copied

RPROP = RULES[:4]
LANDSCAPES = {one if isinstance(one, str) else one.text: gd.objectives[one] if isinstance(one, str) else one
              for one in OFFERED}  # fmt: skip
browser = pytest.mark.browser


@functools.cache
def explorer() -> Any:
    """Made once, for it takes a second."""
    return gd.explore(kind="coordinates")


@pytest.fixture
def page(tab: Watch) -> Iterator[Page]:
    watch = shown(tab, explorer())
    yield watch.page
    assert watch.troubles == []


TOLD = """async () => {
  const [{ recorded, worked }, { familyOf }] = await Promise.all(["./gd/recorded.mjs", "./gd/decisions.mjs"].map((one) => import(one)));
  const host = document.querySelector("gd-explorer"), { rules: [rule], objective, start, steps } = host.state;
  const spec = JSON.parse(host.querySelector("script").textContent);
  const made = (text) => import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  const module = await made(spec.rules.find(({ name }) => name === rule.name).module);
  const land = await made(spec.objectives.find(({ name }) => name === objective).module);
  const { given } = recorded(land, module, start, steps, rule.hyperparameters);
  return given.map((step) => [0, 1].map((i) => {
    const { was, made } = worked(module, step, i);
    const { cells, why } = familyOf(made).tell({ was, made, settings: step.settings, vertex: null, limit: null, forgot: false });
    return { was, made, cells, why };
  }));
}"""


def steps_by_python(f: Any, rule: Any, start: Any, steps: int, **settings: float) -> list[dict[str, Any]]:
    """What the rule was given and made at each step, by calls of the plain function on arrays."""
    theta = np.array(start, dtype=float)
    memory = [np.zeros(2) for _ in rule.state]
    out = []
    for t in range(1, steps + 1):
        known = {"theta": theta, "g": f.grad(theta), "f": np.full(2, float(f(theta))), "t": t}
        known |= dict(zip(rule.state, memory, strict=True))
        theta, *memory = rule(*(known[name] for name in rule.takes), **settings)
        out.append({"was": known, "theta": theta, **dict(zip(rule.state, memory, strict=True))})
    return out


# ------------------------------------------------------------------ the numbers


@browser
def test_the_working_of_a_step_ends_in_the_step(tab: Watch) -> None:
    """To the bit, whatever the slopes are: ordinary, equal, zero."""
    for name in RULES:
        working_ends_in_the_step(tab.page, gd.rules[name])


def working_ends_in_the_step(page: Page, rule: Any) -> None:
    rng = np.random.default_rng(3)
    given = [rng.normal(size=len(rule.takes)).tolist() for _ in range(40)]
    given += [[float(rng.choice([-1.0, 0.0, 0.5, 2.0])) for _ in rule.takes] for _ in range(200)]
    text = gd.emit.javascript(rule) + working_text(rule)
    for values in given:
        values[rule.takes.index("t") if "t" in rule.takes else 0] = float(rng.integers(1, 3))
    order = str(["theta", *rule.state])
    body = f"{given}.map((one) => [module.step(...one), {order}.map((name) => module.working(...one)[name] ?? one[module.takes.indexOf(name)])])"
    for one, other in in_browser(page, text, body):
        assert [float(x).hex() for x in one] == [float(x).hex() for x in other]


def test_a_rule_whose_lines_take_powers_of_t_has_no_working() -> None:
    with pytest.raises(ValueError, match="adam: needs lines"):
        working_text(gd.rules.adam)


@browser
def test_the_page_computes_the_paths_of_python_bit_for_bit(page: Page) -> None:
    for landscape, f in LANDSCAPES.items():
        for name in RULES:
            told = set_state(page, {"objective": landscape, "start": list(f.start), "rules": [{"name": name}]})
            values = told["rules"][0]["hyperparameters"]
            run = gd.descend(f, gd.rules[name], f.start, steps=told["steps"], **values)
            assert [[x.hex() for x in p] for p in run.path.tolist()] == [
                [float(x).hex() for x in p] for p in told["paths"][name]
            ], (landscape, name)


@browser
def test_each_decision_told_of_rprop_is_the_one_that_was_made(page: Page) -> None:
    for name in RPROP:
        seen = told_of_rprop(page, name, "ravine") | told_of_rprop(page, name, "rosenbrock")
        assert {"grows", "shrinks", "stays", "bound", "free"} <= seen
        assert name != "irprop_plus" or {"rose True", "rose False"} <= seen


def told_of_rprop(page: Page, name: str, landscape: str) -> set[str]:
    """Compares each step of a run with what is told of it; gives which cases there were."""
    f = gd.objectives[landscape]
    settings = {"step0": 0.2, "up": 1.5, "down": 0.4, "step_min": 0.03, "step_max": 0.45}  # bounds that are met
    set_state(page, {"objective": landscape, "steps": 40, "rules": [{"name": name, "hyperparameters": settings}]})
    by_python = steps_by_python(f, gd.rules[name], f.start, 40, **settings)
    seen: set[str] = set()
    for t, (step, told) in enumerate(zip(by_python, page.evaluate(TOLD), strict=True), start=1):
        for i, one in enumerate(told):
            g, before = step["was"]["g"][i], step["was"]["g_prev"][i]
            old, new = (settings["step0"] if t == 1 else step["was"]["step"][i]), step["step"][i]
            move = step["theta"][i] - step["was"]["theta"][i]
            assert one["made"]["step"] == pytest.approx(new, rel=1e-9)
            words, cells = one["why"], one["cells"]
            if g * before > 0:
                assert "the sign held" in words
                assert "> 0" in cells[2]
            elif g * before < 0:
                assert "the sign changed" in words
                assert "< 0" in cells[2]
            else:
                assert "sign" not in words
            kind = "grows" if new > old else "shrinks" if new < old else "stays"
            assert f"Δ {kind}" in words
            assert ("bound" in words) == (new != old and new in (settings["step_min"], settings["step_max"]))
            if g * before < 0:
                rose = step["was"]["f"][i] > step["was"].get("f_prev", [np.inf, np.inf])[i]
                back = abs(move + step["was"]["move"][i]) < 1e-12 if "move" in step["was"] else False
                assert ("taken back" in words) == (back and move != 0)
                assert ("it waits" in words) == (name == "irprop_minus")
                assert ("it turns round" in words) == (name == "rprop_minus")
                if name == "irprop_plus":
                    assert ("as f rose" in words) == rose
                    assert ("did not rise" in words) == (not rose)
                    seen.add(f"rose {rose}")
            seen |= {kind, "bound" if "bound" in words else "free"}
    return seen


@browser
def test_each_guard_told_of_quickprop_is_the_one_that_acted(page: Page) -> None:
    for landscape in ("ravine", "beale", TURNED.text):
        told_of_quickprop(page, landscape)


def told_of_quickprop(page: Page, landscape: str) -> None:
    f, mu, lr = LANDSCAPES[landscape], 1.75, 0.02
    rule = {"name": "quickprop", "hyperparameters": {"lr": lr, "growth": mu}}
    set_state(page, {"objective": landscape, "start": list(f.start), "steps": 14, "rules": [rule]})
    seen = set()
    for step, told in zip(
        steps_by_python(f, gd.rules.quickprop, f.start, 14, lr=lr, growth=mu), page.evaluate(TOLD), strict=True
    ):
        for i, one in enumerate(told):
            g, before, last = (step["was"][key][i] for key in ("g", "g_prev", "move"))
            move, words = step["move"][i], one["why"]
            if last == 0 or move == 0:
                continue
            limited = np.isclose(move, mu * last - lr * g, rtol=1e-9)
            assert ("1.75 times the last move" in words) == limited, words
            assert ("without a gradient step" in words) == (g * before <= 0)
            assert ("adds a gradient step" in words) == (g * before > 0)
            seen.add((limited, g * before > 0))
    assert {(True, True), (False, False)} <= seen


@browser
def test_the_table_and_the_sentence_show_the_step_of_the_transport(page: Page) -> None:
    f, values = gd.objectives.ravine, dict(gd.rules.rprop_plus.defaults)
    by_python = steps_by_python(f, gd.rules.rprop_plus, (-4.5, 0.9), 8, **values)
    for t in (7, 8):
        said = readout(page)
        assert said.startswith(f"Step {t}: in x ")
        rows = dict(line.split("\t", 1) for line in said.splitlines() if "\t" in line)
        step = by_python[t - 1]
        for name, key in (("slope now", "g"), ("slope before", "g_prev")):
            numbers = [float(one.replace("−", "-")) for one in rows[name].split("\t") if "forgotten" not in one]
            expected = [x for x in step["was"][key] if x != 0]
            assert numbers == pytest.approx(expected, rel=5e-3)
        sizes = [float(one.split("→")[-1]) for one in rows["step size Δ"].split("\t")]
        assert sizes == pytest.approx(step["step"], rel=5e-3)
        page.get_by_label("One step forward").click()
    assert "forgotten" in said  # the step after one that was taken back


def test_the_parabola_has_the_two_slopes() -> None:
    """By central differences, exact on a parabola; and where its slope is 0 the plain secant lands."""
    g, g_prev, move = 1.5, 4.0, -0.5
    for place, slope in ((0.0, g), (-move, g_prev)):
        low, high = (secant_parabola(place + d, g, g_prev, move) for d in (-0.125, 0.125))
        assert (high - low) / 0.25 == slope
    landed, *_ = gd.rules.quickprop_secant(0.0, g, g_prev, move)
    around = [secant_parabola(landed + d, g, g_prev, move) for d in (-0.25, 0.0, 0.25)]
    assert around[0] == pytest.approx(around[2])
    assert around[1] < around[0]


PARABOLAS = """() => [...document.querySelectorAll(".gd-slice")].map((one) => {
  const points = (part) => one.querySelector(part).getAttribute("d").split(/[ML]/).slice(1).map((pair) => pair.split(" ").map(Number));
  const [curve, parabola] = [points(".gd-curve"), points(".gd-parabola")];
  const apart = Math.max(...curve.map(([, y], k) => Math.abs(y - parabola[k][1])));
  const vertex = parseFloat(one.querySelector(".gd-upright").getAttribute("d").slice(1));
  const mark = parseFloat(one.querySelector(".gd-mark").getAttribute("transform").slice("translate(".length));
  return { apart, missed: Math.abs(vertex - mark) };
})"""


@browser
def test_the_parabola_drawn_is_the_curve_only_where_the_coordinates_do_not_meet(page: Page) -> None:
    for landscape, same in (("ravine", True), (TURNED.text, False)):
        set_state(page, {"objective": landscape, "step": 2, "rules": [{"name": "quickprop_secant"}]})
        drawn(page)
        for one in page.evaluate(PARABOLAS):
            assert (one["apart"] < 0.5) == same  # pixels
            assert one["missed"] < 0.1  # it lands on the vertex in either


@browser
@pytest.mark.parametrize("steps", [1, 2, 7, 60])
def test_the_axis_counts_steps_in_whole_numbers(page: Page, steps: int) -> None:
    set_state(page, {"steps": steps})
    drawn(page)
    texts = page.locator(".gd-panel .gd-plot .gd-axes").last.locator('text[text-anchor="middle"]').all_text_contents()
    assert len(texts) >= 2
    assert all(text.isdecimal() and int(text) <= steps for text in texts), texts


@browser
def test_where_nothing_moves_the_picture_along_a_coordinate_is_as_wide_as_the_landscape(page: Page) -> None:
    # the slope in y is 0 from the first step on, and this rule keeps no step size besides its move
    set_state(page, {"start": [-4.5, 0.0], "step": 3, "rules": [{"name": "quickprop"}]})
    drawn(page)
    ends = page.locator(".gd-slice").nth(1).locator(".gd-axes text").all_text_contents()
    assert any(text.lstrip("+").isdecimal() and int(text.lstrip("+")) >= 1 for text in ends), ends


def test_it_may_begin_at_any_step() -> None:
    assert gd.explore("ravine", kind="coordinates", step=3).state["step"] == 3
    with pytest.raises(ValueError, match=r"^step: needs a whole number"):
        gd.explore("ravine", kind="coordinates", step=-1)


# ------------------------------------------------------------------ what to try


def reached(f: Any, name: str, start: Any) -> int:
    run = gd.descend(f, gd.rules[name], start, steps=60)
    return next(k for k, value in enumerate(run.values) if value < 0.01)


def test_rprop_needs_the_steps_that_the_hint_says() -> None:
    assert [reached(f, "rprop_plus", f.start) for f in (gd.objectives.ravine, TURNED)] == [15, 48]
    assert "the value below 0.01 after 48 steps, not 15" in TRIES[1]
    points = np.random.default_rng(0).normal(size=(50, 2))
    turned = points @ (np.array([[1.0, 1.0], [-1.0, 1.0]]) / np.sqrt(2.0))
    assert gd.objectives.ravine(points) == pytest.approx(TURNED(turned))  # the same valley, by an eighth of a turn


def test_the_secant_lands_at_its_second_step_where_the_coordinates_do_not_meet() -> None:
    for start in np.random.default_rng(1).uniform(-4, 4, (40, 2)):
        values = [
            gd.descend(f, gd.rules.quickprop_secant, start, steps=2).values for f in (gd.objectives.ravine, TURNED)
        ]
        assert values[0][2] < 1e-20
        assert values[1][2] > 1e-6


@browser
def test_step_7_takes_back_or_stays_as_the_hint_says(page: Page) -> None:
    said = readout(page)
    assert "in x the sign held" in said
    assert "in y the sign changed" in said
    assert "the last move is taken back" in said
    path = state(page)["paths"]["rprop_plus"]
    assert path[7][1] == pytest.approx(path[5][1])
    page.get_by_label("Rule", exact=True).select_option("irprop_plus")
    said = readout(page)
    assert "as f did not rise, it stays" in said
    path = state(page)["paths"]["irprop_plus"]
    assert path[7][1] == path[6][1]


# ------------------------------------------------------------------ the hand


@browser
def test_every_control_changes_the_run_or_the_picture(page: Page) -> None:
    first, pictures = state(page), [picture(page)]
    for label, value in (("Rule", "quickprop"), ("Landscape", TURNED.text)):
        page.get_by_label(label, exact=True).select_option(value)
        pictures.append(picture(page))
    assert state(page)["rules"][0]["name"] == "quickprop"
    for knob in page.locator('.gd-one-rule input[type="range"]').all():
        before = state(page)["rules"][0]["hyperparameters"]
        knob.focus()
        page.keyboard.press("ArrowRight")
        assert state(page)["rules"][0]["hyperparameters"] != before
        pictures.append(picture(page))
    for name in ("One step back", "One step forward"):
        page.get_by_label(name).click()
        page.get_by_label(name).click()
        pictures.append(picture(page))
    assert state(page)["step"] == 7
    page.get_by_label("Step shown").fill("9")
    page.locator(".gd-handle").focus()
    page.keyboard.press("ArrowLeft")
    pictures.append(picture(page))
    assert all(one != other for one, other in pairwise(pictures))
    page.get_by_role("button", name="Reset", exact=True).click()
    drawn(page)
    assert state(page) == first


@browser
def test_play_walks_the_steps_and_stops_at_a_press(page: Page) -> None:
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('gd-explorer').state.step > 9")
    page.get_by_role("button", name="Pause").click()
    at = state(page)["step"]
    page.wait_for_timeout(250)
    assert state(page)["step"] == at


@browser
def test_the_cell_computes_the_path_of_the_page_to_the_bit(page: Page) -> None:
    told = set_state(page, {"objective": TURNED.text, "start": [-3.5, -2.25], "rules": [{"name": "quickprop"}]})
    here: dict[str, Any] = {}
    exec(copied(page, "Copy Python"), here)
    assert np.array(told["paths"]["quickprop"]).tobytes() == here["run"].path.tobytes()


# ------------------------------------------------------------------ what must not break it


@browser
def test_a_run_that_diverges_is_told_and_drawn_to_its_last_finite_step(page: Page) -> None:
    rule = {"name": "quickprop", "hyperparameters": {"lr": 0.2}}
    told = set_state(page, {"objective": "beale", "start": [1.0, 1.0], "step": 60, "rules": [rule]})
    run = gd.descend(gd.objectives.beale, gd.rules.quickprop, (1.0, 1.0), steps=60, lr=0.2)
    assert len(told["paths"]["quickprop"]) == len(run.path) == run.steps + 1 < 60
    said = readout(page)
    assert said.startswith(f"Step {run.steps}: ")
    assert f"Step {run.steps + 1} leaves the finite numbers." in said
    assert "NaN" not in picture(page)
    assert "Infinity" not in picture(page)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"rules": ["adam"]}, "rules: needed one of rprop_plus"),
        ({"rules": ["quickprop", "rprop_plus"]}, "rules: needed one of rprop_plus"),
        ({"rules": [("quickprop", {"growth": -1.0})]}, "growth: needs growth > 0"),
        ({"steps": 0}, "steps: needed a whole number"),
        ({"f": gd.objectives.quintic}, "f: needed an objective of two variables"),
        ({"step": -1}, "step: needs a whole number"),
    ],
)
def test_wrong_arguments_are_refused_in_a_sentence(given: dict[str, Any], words: str) -> None:
    with pytest.raises((TypeError, ValueError)) as refused:
        gd.explore(kind="coordinates", **given)
    assert words in str(refused.value)


@browser
def test_a_wrong_state_is_refused_whole(page: Page) -> None:
    before = state(page)
    for wrong in (
        {"rules": []},
        {"rules": [{"name": "quickprop"}, {"name": "quickprop"}]},
        {"rules": [{"name": "adam"}]},
        {"step": -1},
    ):
        with pytest.raises(Exception, match="state"):
            set_state(page, wrong)
        assert state(page) == before


def test_the_sizes_of_the_still_picture_are_the_steps_that_the_rule_takes() -> None:
    f = gd.objectives.ravine
    run = gd.descend(f, gd.rules.rprop_minus, f.start, steps=30)
    sizes = step_sizes(f, gd.rules.rprop_minus, f.start, 30)
    assert sizes == pytest.approx(np.abs(np.diff(run.path, axis=0)))
