"""The explorers' Python side: what the page and Jupyter are given, and what is refused."""

import gzip
import json
import math
import re
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser

import gdlib as gd
from gdlib.descriptions.families import family, is_taught
from gdlib.widgets import modules, page_form
from gdlib.widgets.kinds import KINDS
from gdlib.widgets.kinds.race import FIRST, OFFERED
from gdlib.widgets.module_files import single_module
from gdlib.widgets.plain_signs import formula, symbol
from gdlib.widgets.starting_values import GONE, starting_values
from tests.jupyter_lab import jupyter_lab, run_cell

BOWL = gd.objectives.bowl


def bundle(explorer: Any) -> dict[str, Any]:
    found = explorer._repr_mimebundle_()
    return dict(found[0] if isinstance(found, tuple) else found)


def spec_in(html: str) -> Any:
    """The description as the page's script will read it."""
    match = re.fullmatch(
        r'<gd-explorer data-kind="race" style="--room-0: [^"]+; --room-920: [^"]+"><script type="application/json">(.*?)</script><div class="gd-still">.*</div></gd-explorer>',
        html,
        re.S,
    )
    assert match
    return json.loads(match[1], parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_the_page_gets_html_and_jupyter_the_widget() -> None:
    shown = bundle(gd.explore("beale", rules=["adam"]))
    assert "application/vnd.jupyter.widget-view+json" in shown
    assert spec_in(shown["text/html"])["state"]["objective"] == "beale"
    assert "adam" in shown["text/plain"]


def test_the_html_and_the_words_show_the_state_that_was_set() -> None:
    widget = gd.explore("beale", rules=["adam"], objectives=["beale", "bowl"])
    widget.state = {"steps": 7, "objective": "bowl"}
    shown = bundle(widget)
    assert spec_in(shown["text/html"])["state"] == widget.state
    assert "in 7 steps" in shown["text/html"]
    assert shown["text/plain"] == repr(widget) == "<explorer race on bowl: adam>"
    assert widget.spec["state"]["objective"] == "beale"  # to which Reset goes back


def test_the_still_picture_shows_the_same_runs() -> None:
    html = bundle(gd.explore(BOWL, rules=["adam", ("adam", {"lr": 0.5})], steps=7))["text/html"]
    assert html.count("<figure") == 1
    assert "in 7 steps" in html
    assert "Adam #2" in html


def test_without_anywidget_the_html_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from gdlib.widgets import entry

    monkeypatch.setattr(entry.importlib.util, "find_spec", lambda name: None)
    explorer = gd.explore(BOWL)
    assert isinstance(explorer, page_form.Explorer)
    html = bundle(explorer)["text/html"]
    assert "gdlib[widgets]" in html
    assert spec_in(html)["kind"] == "race"


def test_no_text_can_end_the_script() -> None:
    f = gd.Objective("x**2 + y**2", title="</script><script>alert(1)</script><!--")
    html = bundle(gd.explore(f))["text/html"]
    assert html.count("<script") == 1
    assert spec_in(html)["objectives"][0]["title"] == f.title


def test_the_modules_for_jupyter_are_one_text_that_imports_nothing_from_beside_it() -> None:
    text = single_module("race.mjs")
    assert "mount.mjs" not in text
    order = [name for name, _ in json.loads(text[text.index("of [") + 3 : text.rindex(") {\n  const found")])]
    assert order[-1] == "race.mjs"
    assert len(order) == len(set(order))
    for name in order:
        needed = re.findall(r'from "\./([^"]+)"', modules()[name].read_text())
        assert all(order.index(other) < order.index(name) for other in needed)


def test_every_module_is_short_and_says_first_what_it_is_for() -> None:
    sheets = Path(page_form.__file__).parent.glob("*/*.css")
    for path in (*modules().values(), *sheets):
        text = path.read_text()
        assert len(text.splitlines()) <= 300, path.name
        assert text.startswith(("/* ", "// ")), path.name


# ------------------------------------------------------------------ what is asked for


def test_none_offers_what_chapters_teach_and_a_short_list_of_landscapes_with_the_chosen_one() -> None:
    spec = gd.explore().spec
    taught = [rule for rule in gd.rules if rule.__module__ != "gdlib.variants"]
    assert [one["name"] for one in spec["rules"]] == [rule.name for rule in taught]
    assert [one["title"] for one in spec["rules"]] == [rule.title for rule in taught]
    assert [one["id"] for one in spec["state"]["rules"]] == list(FIRST)
    assert [one["name"] for one in spec["objectives"]] == list(OFFERED)
    assert set(OFFERED) <= {f.name for f in gd.objectives if f.n == 2}
    spec = gd.explore("goldstein_price", rules=["adam"], steps=5).spec
    assert [one["name"] for one in spec["objectives"]] == ["goldstein_price", *OFFERED]


@pytest.mark.parametrize("f", [f for f in gd.objectives if f.n == 2], ids=lambda f: f.name)
def test_every_landscape_of_two_variables_can_be_raced_on(f: Any) -> None:
    html = bundle(gd.explore(f, rules=["gradient_descent"], objectives=[f], steps=20))["text/html"]
    spec = spec_in(html)
    assert spec["objectives"][0]["window"] == [list(side) for side in f.window]
    assert spec["objectives"][0]["minima"] == f.minima.tolist()
    assert html.count("<figure") == 1


@pytest.mark.parametrize("f", [f for f in gd.objectives if f.n != 2], ids=lambda f: f.name)
def test_a_race_is_in_the_plane(f: Any) -> None:
    for arguments in ({"f": f}, {"f": f.name}, {"objectives": [f]}):
        with pytest.raises(ValueError, match=f"needed an objective of two variables, got one of {f.n}"):
            gd.explore(**arguments)


def test_pairs_give_hyperparameters_and_a_rule_named_twice_runs_twice() -> None:
    state = gd.explore(BOWL, rules=[("adam", {"lr": 0.5}), gd.rules.momentum, "adam"], start=(1, 2), steps=9).state
    assert [one["id"] for one in state["rules"]] == ["adam", "momentum", "adam#2"]
    assert state["rules"][0]["hyperparameters"] == {**gd.rules.adam.defaults, "lr": 0.5}
    assert state["start"] == [1.0, 2.0]
    assert state["steps"] == 9


def test_schedules_and_clipping_are_given_as_themselves() -> None:
    schedule = gd.schedules.floor(gd.schedules.inverse(rate=0.5), least=0.25)
    state = gd.explore(BOWL, rules=["adam"], schedule=schedule, noise=0.5, clipping=gd.clip_norm(3.0)).state
    assert state["schedule"] == {"name": "floor", "settings": {"schedule_rate": 0.5, "least": 0.25}}
    assert state["clipping"] == {"name": "clip_norm", "settings": {"limit": 3.0}}
    assert (state["noise"], state["seed"]) == (0.5, 1)
    for other in (gd.schedules.floor(gd.schedules.cosine(9), 0.5), gd.schedules.cosine, lambda t: 1.0):
        with pytest.raises(ValueError, match=r"^schedule: needed \{name, settings\} with a name of constant"):
            gd.explore(BOWL, rules=["adam"], schedule=other)


def test_the_still_picture_has_schedule_noise_and_clipping() -> None:
    def still(**changes: Any) -> str:
        html = bundle(gd.explore(BOWL, rules=[("gradient_descent", {"lr": 0.1})], steps=9, **changes))["text/html"]
        return html[html.index('class="gd-still"') :]

    plain = still()
    assert still(schedule=gd.schedules.constant()) == plain
    for changes in ({"schedule": gd.schedules.linear(steps=5)}, {"noise": 2.0}, {"clipping": gd.clip_value(0.5)}):
        assert still(**changes) != plain, changes


def test_a_function_that_is_a_rule_joins_the_race() -> None:
    def halfway(theta, g, *, lr=0.1):  # type: ignore[no-untyped-def]
        return theta - 0.5 * lr * g

    spec = gd.explore(BOWL, rules=[halfway, "adam"]).spec
    shown = [(one["name"], one["group"]) for one in spec["rules"]]
    assert shown == [("halfway", "Your own"), ("adam", family(gd.rules.adam))]


def test_a_rule_of_the_readers_own_may_have_the_name_of_one_of_gdlib_s() -> None:
    @gd.rule
    def gradient_descent(theta: Any, g: Any, *, step: float = 0.1) -> Any:
        return theta - step * g

    widget = gd.explore("bowl", rules=[gradient_descent])
    assert widget.state["rules"][0]["hyperparameters"] == {"step": 0.1}
    assert not any("gradient descent" in one for one in widget.spec["tries"])


def test_variants_race_when_they_are_named() -> None:
    explorer = gd.explore(BOWL, rules=[*(rule.name for rule in gd.rules if not is_taught(rule)), "momentum"], steps=20)
    assert {one["group"] for one in explorer.spec["rules"]} == {"Variants", family(gd.rules.momentum)}
    assert 'data-kind="race"' in bundle(explorer)["text/html"]


def test_what_runs_at_first_has_the_first_looks_in_its_order() -> None:
    spec = gd.explore().spec
    series = {one["name"]: one["series"] for one in spec["rules"]}
    assert [series[name] for name in FIRST] == list(range(len(FIRST)))
    assert sorted(series.values()) == list(range(len(series)))


def test_a_race_is_described_and_drawn_before_a_reader_looks_up() -> None:
    """Only what runs at first is tried out; a page tries the rest. In processor time, so that a busy machine may pass."""
    starting_values.cache_clear()
    bundle(gd.explore("bowl"))  # the first loads what draws
    began = time.process_time()
    html = bundle(gd.explore("himmelblau"))["text/html"]
    assert time.process_time() - began < 1.5
    assert starting_values.cache_info().currsize == 2 * len(FIRST)
    assert len(gzip.compress(html.encode())) < 25_000


def test_every_start_reaches_the_minimum_or_has_the_best_step_size_of_the_sequence() -> None:
    for f in (gd.objectives[name] for name in (*OFFERED, "hill")):
        for rule in gd.rules:
            found = starting_values(f, rule, f.start, 200)
            assert set(found) <= {"lr"}
            if f.minima is None or not len(f.minima):
                assert found == {}
                continue
            least = min(f(f.minima))
            run = gd.descend(f, rule, f.start, steps=200, **found)
            assert found == {} or max(run.values) == run.values[0], (f.name, rule.name)
            if run.values[-1] - least > GONE * (f(f.start) - least) and "lr" in rule.defaults:
                others = (
                    gd.descend(f, rule, f.start, steps=200, lr=10.0**k * d) for k in range(-5, 0) for d in (1, 2, 5)
                )
                steady = [one for one in others if one.reason == "steps" and max(one.values) == one.values[0]]
                assert run.values[-1] <= min((one.values[-1] for one in steady), default=math.inf), (f.name, rule.name)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"kind": "rase"}, ValueError, f"kind: needed one of {', '.join(KINDS)}, got 'rase'. Did you mean 'race'?"),
        ({"kind": ["race"]}, ValueError, f"kind: needed one of {', '.join(KINDS)}, got ['race']."),
        ({"f": "rosenbruck"}, ValueError, "f: needed an Objective or one of bowl"),
        ({"f": 3}, TypeError, "f: needed an Objective"),
        (
            {"f": gd.Objective("x**2 + y**2 + z**2")},
            ValueError,
            "f: needed an objective of two variables, got one of 3",
        ),
        ({"rules": "adam"}, TypeError, "rules: needed a list, got str"),
        ({"rules": []}, ValueError, "rules: needed at least one"),
        ({"rules": ["adamm"]}, ValueError, "rules: needed names of gd.rules, got 'adamm'. Did you mean 'adam'?"),
        ({"rules": [3]}, TypeError, "rules: needed names, rules or pairs"),
        ({"rules": [("adam", {"beta": 0.5})]}, ValueError, "rules: adam has lr, beta1, beta2, eps, got 'beta'"),
        ({"rules": [("adam", {"lr": -1})]}, ValueError, "rules: adam: lr: needs lr > 0, got -1"),
        ({"rules": [("adam", 0.1)]}, TypeError, "rules: adam: needed a mapping"),
        ({"rules": [("adam",)]}, ValueError, "rules: needed pairs"),
        ({"start": (1,)}, ValueError, "start: needed two finite numbers, got (1,)"),
        ({"start": (1, math.nan)}, ValueError, "start: needed two finite numbers"),
        ({"start": "ab"}, TypeError, "start: needed two numbers"),
        ({"start": "12"}, TypeError, "start: needed two numbers, got '12'"),
        ({"start": ("1", "2")}, TypeError, "start: needed two numbers, got ('1', '2')"),
        ({"start": 10**5000}, TypeError, "start: needed two numbers, got one of more digits than Python writes"),
        ({"start": (10**400, 0)}, ValueError, "start: needs a number that a float can hold, within ±1.8e308, got 1000"),
        ({"steps": 0}, ValueError, "steps: needed a whole number from 1 to 10000, got 0"),
        ({"steps": 10**5000}, ValueError, "steps: needed a whole number from 1 to 10000, got one of more digits"),
        ({"rules": 10**5000}, TypeError, "rules: needed a list, got int one of more digits"),
        ({"rules": ["adam"] * 33}, ValueError, "rules: needed 0 to 32 of them, got 33"),
        ({"schedule": 10**5000}, ValueError, "schedule: needed {name, settings} with a name of constant"),
        ({"objective": 10**5000}, ValueError, "objective: needed one of bowl"),
        ({"clipping": [10**5000]}, ValueError, "clipping: needed {name, settings}"),
        ({"nois": 0.5}, TypeError, "nois: an explorer of kind 'race' has none; it takes f, rules, start, steps, obj"),
        ({"steps": 2.5}, TypeError, "steps: needed a whole number"),
        ({"objectives": []}, ValueError, "objectives: needed at least one"),
    ],
)
def test_what_will_not_do_is_refused_with_the_argument_s_name(
    arguments: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as refused:
        gd.explore(**arguments)
    assert str(refused.value).startswith(words)


def test_an_unknown_argument_is_named_with_the_nearest_known() -> None:
    words = r"^stepz: an explorer of kind 'race' has none; .*\. Did you mean 'steps'\?$"
    with pytest.raises(TypeError, match=words):
        gd.explore("bowl", stepz=5)
    with pytest.raises(TypeError, match=r"^shedule: .* it takes .*schedule.*\. Did you mean 'schedule'\?$"):
        gd.explore("bowl", shedule="cosine")


def test_a_state_set_in_python_is_completed() -> None:
    widget = gd.explore("bowl", rules=["adam", "momentum"])
    before = widget.state
    widget.state = {"steps": 7}
    assert widget.state == {**before, "steps": 7}
    widget.state = {"objective": "beale", "rules": [{"name": "adam", "hyperparameters": {"lr": 0.3}}, {"name": "adam"}]}
    assert widget.state["start"] == list(gd.objectives.beale.start)
    assert [one["id"] for one in widget.state["rules"]] == ["adam", "adam#2"]
    assert widget.state["rules"][0]["hyperparameters"] == {**gd.rules.adam.defaults, "lr": 0.3}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (
            {"step": 3},
            "state: needed kind, objective, start, steps, rules, schedule, noise, seed, clipping, within, got 'step'. Did",
        ),
        ({"kind": "surface"}, "state.kind: needed 'race'"),
        ({"objective": "nowhere"}, "state.objective: needed one of bowl"),
        ({"start": [1.0, math.inf]}, "state.start: needed two finite numbers"),
        ({"steps": 0}, "state.steps: needs a whole number"),
        ({"rules": "adam"}, "state.rules: needed a list"),
        ({"rules": [{"name": "newton"}]}, "state.rules: needed entries with a name of adam"),
        ({"rules": [{"name": "adam", "id": "sgd"}]}, "state.rules: needed an id of its own such as 'adam'"),
        ({"rules": [{"name": "adam", "id": "adam#1"}]}, "state.rules: needed an id of its own such as 'adam'"),
        ({"rules": [{"name": "adam", "id": "adam#2\n"}]}, "state.rules: needed an id of its own such as 'adam'"),
        (
            {"rules": [{"name": "adam", "id": 'adam#": print(1), "'}]},
            "state.rules: needed an id of its own such as 'adam'",
        ),
        ({"rules": [{"name": "adam", "hyperparameters": {"lr": -1}}]}, "lr: needs lr > 0"),
        ({"rules": [{"name": "adam", "hyperparameters": {"beta": 0}}]}, "state.rules: adam has lr"),
    ],
)
def test_a_wrong_state_is_refused_in_python(state: Any, words: str) -> None:
    widget = gd.explore("bowl", rules=["adam"])
    before = widget.state
    with pytest.raises((TypeError, ValueError)) as refused:
        widget.state = state
    assert str(refused.value).startswith(words)
    assert widget.state == before


def test_signs_for_labels() -> None:
    assert symbol(r"\mathrm{warm\_up}") == {"base": "warm_up"}
    assert symbol(r"\lambda_1") == {"base": "λ", "sub": "1"}
    assert formula("sqrt(x)*exp(-y**12)") == "√(x) exp(−y¹²)"


# ------------------------------------------------------------------ in Jupyter

CELLS = [
    "import gdlib as gd\nw = gd.explore('himmelblau', rules=['adam', 'momentum'], steps=50)\nw",
    "print('from the page:', w.state['rules'][0]['hyperparameters']['lr'])\nw.state = {**w.state, 'start': [2.5, -1.5]}",
    """\
import numpy as np
def cautious(theta, g, v, *, lr=0.05, brake=0.25, beta=0.5):
    v = np.where(v * g > 0, brake * v, beta * v) - lr * g
    return theta + v, v
own = gd.explore('himmelblau', rules=[cautious, 'momentum'], steps=40)
own""",
    """\
now = next(one for one in own.state['rules'] if one['id'] == 'cautious')['hyperparameters']
run = gd.descend(gd.objectives.himmelblau, gd.rule(cautious), own.state['start'], steps=40, **now)
print('its own:', now['brake'], run.path[-1].tolist())
own.state = {'rules': [{'name': 'cautious', 'hyperparameters': {'brake': 0.125}}], 'noise': 0.5}""",
    """\
def branching(theta, g, *, lr=0.1):
    small = lr * g
    if g > 1:
        small = lr * g / 2
    return theta - small
gd.explore('himmelblau', rules=[branching])""",
]


@pytest.mark.slow
@pytest.mark.browser
def test_in_jupyterlab_the_explorer_shows_and_both_sides_set_its_state(tmp_path: Path, chromium: Browser) -> None:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, tmp_path / "race.ipynb")
    with jupyter_lab(tmp_path, home=tmp_path) as address:
        context = chromium.new_context(viewport={"width": 1400, "height": 1600})
        page = context.new_page()
        page.goto(f"{address}/tree/race.ipynb")
        page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=120_000)
        run_cell(page, 0)
        page.wait_for_selector(".gd-explorer .gd-board .gd-line", timeout=120_000)
        assert page.locator("gd-explorer").count() == 0  # the widget, not the page's form
        knob = page.get_by_label("lr of Adam", exact=True)
        knob.focus()
        page.keyboard.press("ArrowRight")
        lr = page.get_by_label("lr of Adam, as a number", exact=True).input_value()
        page.wait_for_timeout(500)
        run_cell(page, 1)
        printed = page.locator(".jp-OutputArea-output pre", has_text="from the page:")
        printed.wait_for(timeout=60_000)
        assert printed.inner_text().strip() == f"from the page: {float(lr)}"
        page.wait_for_function("document.querySelector('.gd-explorer').state.start.join() === '2.5,-1.5'")
        shown = page.evaluate("document.querySelector('.gd-explorer').state")
        run = gd.descend(gd.objectives.himmelblau, gd.rules.adam, (2.5, -1.5), steps=50, **hyper(shown, "adam"))
        assert shown["paths"]["adam"] == run.path.tolist()

        # A rule that the reader just wrote is traced, races, and its knobs move the Python trait and back.
        run_cell(page, 2)
        knob = page.get_by_label("brake of cautious", exact=True)
        knob.wait_for(timeout=60_000)
        own = page.locator(".gd-explorer").filter(has=knob)
        assert own.locator(".gd-board .gd-line").count() == 2
        box = page.get_by_label("brake of cautious, as a number", exact=True)
        for _ in range(10):  # JupyterLab may take the focus back while it settles
            knob.press("ArrowRight")
            if box.input_value() != "0.25":
                break
            page.wait_for_timeout(500)
        brake = float(box.input_value())
        assert brake != 0.25
        path = own.evaluate("(one) => one.state.paths.cautious")
        page.wait_for_timeout(500)
        run_cell(page, 3)
        printed = page.locator(".jp-OutputArea-output pre", has_text="its own:")
        printed.wait_for(timeout=60_000)
        assert printed.inner_text().strip() == f"its own: {brake} {path[-1]}"
        page.wait_for_function(
            """(one) => one.state.noise === 0.5 && one.state.rules.length === 1
              && one.state.rules[0].hyperparameters.brake === 0.125""",
            arg=own.element_handle(),
        )
        assert box.input_value() == "0.125"

        # One that cannot be traced is refused with its line and what to write instead.
        run_cell(page, 4)
        error = page.locator(".jp-Notebook .jp-Cell").nth(4).locator(".jp-OutputArea-output", has_text="branching")
        error.wait_for(timeout=60_000)
        assert (
            "rule branching, line 3 (`if g > 1:`): a rule cannot branch or loop; write np.where(condition, if_true, if_false)"
            in " ".join(error.inner_text().split())
        )
        context.close()


def hyper(state: Any, name: str) -> Any:
    return next(one["hyperparameters"] for one in state["rules"] if one["id"] == name)
