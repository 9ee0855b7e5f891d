"""The momentum dial: eigenvalues, borders, critical and best settings are theory's; the page computes what gdlib does."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, BrowserContext, Page

import gdlib as gd
from gdlib import figures
from gdlib.figures.disk import complex_number
from gdlib.widgets.kinds.momentum_dial import mode, roots
from gdlib.widgets.one_mode import CONVENTIONS, predicted_steps
from tests.explorer_page import drawn, picture, readout, set_state, shown, state

NAMES = list(CONVENTIONS)
WITH_BETA = [name for name in NAMES if CONVENTIONS[name].critical]
each_convention = pytest.mark.parametrize("name", NAMES)
each_momentum = pytest.mark.parametrize("name", WITH_BETA)


def radius(name: str, curvature: Any, lr: Any, beta: Any = 0.0) -> Any:
    rule = gd.rules[name]
    return gd.rates.spectral_radius(rule, curvature, lr=lr, **({"beta": beta} if "beta" in rule.defaults else {}))


# ------------------------------------------------------------------ the mathematics


@each_convention
def test_the_border_of_what_settles_is_where_the_spectral_radius_is_one(name: str) -> None:
    for beta in (0.0, 0.3, 0.5, 0.9, 0.99):
        limit = CONVENTIONS[name].limit(beta)
        for curvature in (0.5, 1.0, 40.0):
            lr = limit / curvature
            assert radius(name, curvature, lr, beta) == pytest.approx(1, abs=1e-12)
            assert radius(name, curvature, 0.999 * lr, beta) < 1
            assert radius(name, curvature, 1.001 * lr, beta) > 1
            inside = np.linspace(1e-3, 0.999, 400) * lr
            assert (radius(name, curvature, inside, beta) < 1).all()


@each_momentum
@settings(max_examples=30, deadline=None)
@given(curvature=st.floats(0.01, 100), share=st.floats(0.01, 0.98))
def test_at_critical_damping_the_eigenvalues_meet_and_no_other_beta_is_faster(
    name: str, curvature: float, share: float
) -> None:
    lr = share / curvature  # below 1/curvature every convention has a critical β
    convention = CONVENTIONS[name]
    assert convention.critical is not None
    beta = float(convention.critical(curvature, lr))
    assert 0 <= beta < 1
    first, second = roots(gd.rules[name], curvature, {"lr": lr, "beta": beta})
    assert abs(first - second) < 1e-6
    others = radius(name, curvature, lr, np.linspace(0, 0.999, 200))
    assert (others >= radius(name, curvature, lr, beta) - 1e-6).all()


@each_convention
def test_the_best_settings_hold_every_curvature_and_no_neighbour_is_better(name: str) -> None:
    mu, L = 1.0, 100.0
    between = np.geomspace(mu, L, 60)

    def slowest(lr: float, beta: float) -> float:
        return float(radius(name, between, lr, beta))

    lr, beta = (float(part) for part in CONVENTIONS[name].best(mu, L))
    best = slowest(lr, beta)
    kappa = L / mu
    expected = {
        "gradient_descent": (kappa - 1) / (kappa + 1),
        "nesterov": 1 - 2 / math.sqrt(3 * kappa + 1),
        "nesterov_lookahead": 1 - 2 / math.sqrt(3 * kappa + 1),
    }.get(name, (math.sqrt(kappa) - 1) / (math.sqrt(kappa) + 1))
    assert best == pytest.approx(expected, abs=1e-7)
    rng = np.random.default_rng(2)
    for by in (0.3, 0.05, 0.01):
        for _ in range(40):
            other = lr * math.exp(by * rng.standard_normal()), min(0.999, max(0.0, beta + by * rng.standard_normal()))
            assert slowest(*other) >= best - 1e-7


def test_what_is_printed_of_a_convention_is_what_is_computed() -> None:
    for convention in CONVENTIONS.values():
        text = convention.limit_in_words.replace("β", "*beta").replace("2(", "2*(").replace("(1 + *", "(1 + 1*")
        text = text.replace("(1 − *", "(1 - 1*").replace("−", "-")
        for beta in (0.0, 0.25, 0.9):
            assert eval(text, {"beta": beta}) == pytest.approx(convention.limit(beta)), text
    for name, convention in CONVENTIONS.items():
        if not convention.modulus_in_words:
            continue
        (first, _) = roots(gd.rules[name], 1.0, {"lr": 0.3, "beta": 0.8})
        assert first.imag > 0
        turning = 0.8 if convention.modulus_in_words == "√β" else 0.8 * (1 - 0.3)
        if name == "momentum_ema":
            assert convention.modulus_in_words == "√β"
        assert abs(first) == pytest.approx(math.sqrt(turning))


@each_convention
def test_a_step_as_it_is_printed_is_the_rule_s(name: str) -> None:
    rule = gd.rules[name]
    hyper = {key: value for key, value in (("lr", 0.3), ("beta", 0.6)) if key in rule.defaults}
    here = {"x": 0.7, "v": -0.2, "m": -0.2, "η": 0.3, "β": 0.6}
    memory = [-0.2] * len(rule.state)
    at = rule.gradient_at(0.7, *memory, **hyper)
    after = rule(0.7, 2.0 * at, *memory, **hyper)
    here["g"] = 2.0 * at
    for part in CONVENTIONS[name].step_in_words.split(", "):
        target, _, formula = part.partition(" = ")
        text = formula.replace("g(x + βv)", "g").replace("−", "-").replace("βv", "β*v").replace("βm", "β*m")
        for factor in ("ηg", "ηv", "ηm"):
            text = text.replace(factor, f"{factor[0]}*{factor[1]}")
        here[target] = eval(text.replace(")g", ")*g"), {}, here)
    assert ("g(x + βv)" in CONVENTIONS[name].step_in_words) == (at != 0.7)
    expected = after if rule.state else (after,)
    assert (here["x"], *([here["m" if name == "momentum_ema" else "v"]] if memory else [])) == pytest.approx(expected)


def test_steps_predicted_from_the_rate_alone() -> None:
    assert predicted_steps((math.sqrt(100) - 1) / (math.sqrt(100) + 1)) == pytest.approx(68.85, abs=0.01)


# ------------------------------------------------------------------ described in Python


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ({"rules": ["adam"]}, "rules: needed one of momentum, "),
        ({"rules": ["momentum", "nesterov"]}, "rules: needed one of momentum, "),
        ({"rules": [("momentum", {"beta": 1.0})]}, "beta: needs 0 <= beta < 1"),
        ({"curvature": 0.0}, "curvature: needs"),
        ({"start": (1.0, 2.0)}, "start: needed one finite number"),
        ({"f": gd.objectives.bowl}, "f: an explorer of kind 'momentum-dial' has none"),
    ],
)
def test_wrong_input_is_refused_in_a_sentence(given_: dict[str, Any], words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        gd.explore(kind="momentum-dial", **given_)


def test_the_disk_says_what_lies_inside_and_refuses_what_it_cannot_draw() -> None:
    figure = figures.unit_disk({"σ₁": 0.9 + 0.3j, "σ₂": -1.5})
    assert "σ₁: 0.9 + 0.3i, of modulus 0.9487, inside it." in figure.alt
    assert "σ₂: −1.5, of modulus 1.5, outside it." in figure.alt
    assert complex_number(-1e-7j) == "0 − 10⁻⁷i"
    with pytest.raises(ValueError, match="values: 1 to 8 numbers are needed"):
        figures.unit_disk({})
    with pytest.raises(ValueError, match="needs a finite number"):
        figures.unit_disk({"σ": complex(math.inf)})


@pytest.mark.parametrize(("name", "lr"), [*((name, 0.1) for name in NAMES), ("momentum", 50.0)])  # which runs off
def test_every_convention_has_a_still_picture(name: str, lr: float) -> None:
    explorer = gd.explore(kind="momentum-dial", rules=[(name, {"lr": lr})])
    data = explorer._repr_mimebundle_()
    html = (data[0] if isinstance(data, tuple) else data)["text/html"]
    still = html.split("</script>")[1]
    assert still.count('role="img"') == 2
    assert "nan" not in still.lower()


def test_what_it_says_to_try_comes_true() -> None:
    tries = gd.explore(kind="momentum-dial").spec["tries"]
    assert "from 1 to 100" in tries[0]
    lr, beta = gd.rates.optimal_momentum(1.0, 100.0)
    radii = [radius("momentum", curvature, lr, beta) for curvature in np.geomspace(1, 100, 50)]
    assert max(radii) - min(radii) < 1e-6  # ρ does not move at all
    assert "Start from critical damping" in tries[1]
    critical = CONVENTIONS["momentum"].critical
    assert critical is not None
    beta = critical(1.0, 0.1)
    for by in (0.01, 0.1, 0.3):
        assert roots(gd.rules.momentum, 1.0, {"lr": 0.1, "beta": beta + by})[0].imag > 0  # it swings
        assert roots(gd.rules.momentum, 1.0, {"lr": 0.1, "beta": beta - by})[0].imag == 0
        assert min(radius("momentum", 1.0, 0.1, beta + by), radius("momentum", 1.0, 0.1, beta - by)) > math.sqrt(beta)
    assert "η = 0.1 and β = 0.9" in tries[2]
    first = gd.descend(mode(1.0), gd.rules.momentum, (1.0,), steps=100, lr=0.1, beta=0.9).path
    again = gd.descend(mode(1.0), gd.rules.momentum_ema, (1.0,), steps=100, lr=1.0, beta=0.9).path  # ten times
    np.testing.assert_allclose(first, again, atol=1e-13)


# ------------------------------------------------------------------ in the page


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """The dial, ready; whatever went wrong on its page by the end fails the test."""
    watch = shown(context, gd.explore(kind="momentum-dial"))
    yield watch.page
    assert watch.troubles == []


def with_rule(name: str, **hyperparameters: float) -> dict[str, Any]:
    return {"rules": [{"name": name, "hyperparameters": hyperparameters}]}


def cases() -> Iterator[tuple[str, float, dict[str, float]]]:
    for name in NAMES:
        for curvature, lr, beta in ((1.0, 0.1, 0.9), (0.3, 0.7, 0.2), (37.0, 0.03, 0.65), (2.0, 1.4, 0.5)):
            yield name, curvature, {"lr": lr} | ({"beta": beta} if "beta" in gd.rules[name].defaults else {})


@pytest.mark.browser
def test_the_page_s_paths_are_descend_s_bit_for_bit(page: Page) -> None:
    for name, curvature, values in cases():
        shown_ = set_state(page, {"curvature": curvature, "steps": 300, "start": [0.7], **with_rule(name, **values)})
        run = gd.descend(mode(curvature), gd.rules[name], (0.7,), steps=300, **values)
        assert [float(x).hex() for (x,) in shown_["paths"][name]] == [x.hex() for x in run.path[:, 0].tolist()], name
        plain = gd.descend(gd.Objective(f"{curvature}*x**2/2"), gd.rules[name], (0.7,), steps=300, **values)
        np.testing.assert_allclose(run.path, plain.path, rtol=1e-9)


@pytest.mark.browser
def test_the_page_s_eigenvalues_and_limits_are_numpy_s(page: Page) -> None:
    for name, curvature, values in cases():
        set_state(page, {"curvature": curvature, **with_rule(name, **values)})
        rows = [line.split("\t") for line in readout(page).splitlines() if "\t" in line][1:]
        matrix = np.array(gd.rates.iteration_matrix(gd.rules[name], curvature, **values))
        expected = sorted(np.linalg.eigvals(matrix), key=lambda one: (-one.real, -one.imag))
        told = [complex(text.replace("−", "-").replace(" ", "").replace("i", "j")) for _, text, _ in rows[:-1]]
        np.testing.assert_allclose(told, expected, atol=6e-3 * max(1, np.abs(expected).max()))
        sizes = [float(size.split("×")[0]) for _, _, size in rows[:-1]]
        np.testing.assert_allclose(sizes, np.abs(expected), rtol=1e-2, atol=1e-3)
        limit = CONVENTIONS[name].limit(values.get("beta", 0.0))
        assert float(rows[-1][1].removeprefix("limit ")) == pytest.approx(limit, rel=1e-2)


@pytest.mark.browser
def test_counted_steps_are_those_that_python_counts(page: Page) -> None:
    for name, curvature, lr, beta in (
        ("momentum", 1.0, 0.1, 0.9),
        ("nesterov", 2.0, 0.2, 0.7),
        ("momentum_ema", 1.0, 0.5, 0.5),
    ):
        set_state(page, {"curvature": curvature, **with_rule(name, lr=lr, beta=beta)})
        path = np.abs(gd.descend(mode(curvature), gd.rules[name], (1.0,), steps=3000, lr=lr, beta=beta).path[:, 0])
        counted = int(np.flatnonzero(path > 1e-6)[-1]) + 1
        predicted = math.ceil(math.log(1e-6) / math.log(radius(name, curvature, lr, beta)))
        assert f"{predicted} by ln\u00a010⁻⁶\u00a0/\u00a0ln\u00a0ρ, {counted} counted" in readout(page)
    set_state(page, {"curvature": 0.01, **with_rule("momentum", lr=1e-3, beta=0.5)})
    assert "more than 10000 by" in readout(page)
    assert "more than 10000 counted" in readout(page)


@pytest.mark.browser
def test_the_regime_is_said(page: Page) -> None:
    for name, values, words in (
        ("momentum", {"lr": 0.1, "beta": 0.9}, "Underdamped: a complex pair of modulus √β"),
        ("nesterov", {"lr": 0.1, "beta": 0.9}, "Underdamped: a complex pair of modulus √(β(1 − ηλ))"),
        ("momentum", {"lr": 0.1, "beta": 0.2}, "Overdamped: two real eigenvalues"),
        ("momentum", {"lr": 0.25, "beta": 0.25}, "Critically damped: two equal eigenvalues"),
        ("momentum", {"lr": 2.8, "beta": 0.42}, "Changing sides: two real eigenvalues, the larger one negative"),
        ("momentum", {"lr": 3.0, "beta": 0.5}, "On the border: ρ\u00a0=\u00a01.00"),
        ("momentum", {"lr": 3.1, "beta": 0.5}, "Unstable: an eigenvalue outside the circle"),
        ("gradient_descent", {"lr": 0.5}, "Creeping: one eigenvalue"),
        ("gradient_descent", {"lr": 1.5}, "Changing sides: one eigenvalue, negative"),
        ("gradient_descent", {"lr": 1.0}, "Every eigenvalue is 0"),
    ):
        set_state(page, with_rule(name, **values))
        assert words in readout(page), (name, values)


@pytest.mark.browser
def test_the_marks_stand_at_the_eigenvalues(page: Page) -> None:
    frame = page.locator(".gd-plane .gd-frame").bounding_box()
    assert frame
    for values in ({"lr": 0.1, "beta": 0.9}, {"lr": 0.1, "beta": 0.2}):
        set_state(page, with_rule("momentum", **values))
        drawn(page)
        for place, root in enumerate(roots(gd.rules.momentum, 1.0, values)):
            mark = page.locator(".gd-plane .gd-mark").nth(place).bounding_box()
            assert mark
            x = (mark["x"] + mark["width"] / 2 - frame["x"]) / frame["width"] * 2.5 - 1.25
            y = 1.25 - (mark["y"] + mark["height"] / 2 - frame["y"]) / frame["height"] * 2.5
            assert (x, y) == pytest.approx((root.real, root.imag), abs=0.02)


@pytest.mark.browser
def test_the_buttons_set_what_theory_says(page: Page) -> None:
    for name in NAMES:
        set_state(page, {"curvature": 4.0, **with_rule(name, lr=0.05)})
        press = page.get_by_role("button", name="Critical damping", exact=True)
        if CONVENTIONS[name].critical is None:
            assert press.is_disabled()
        else:
            press.click()
            assert "Critically damped" in readout(page)
        page.get_by_role("button", name="Best for λ from 1 to 100", exact=True).click()
        lr, beta = (float(part) for part in CONVENTIONS[name].best(1.0, 100.0))
        expected = {"lr": lr} | ({"beta": beta} if "beta" in gd.rules[name].defaults else {})
        assert state(page)["rules"][0]["hyperparameters"] == expected
    set_state(page, with_rule("momentum", lr=4.5, beta=0.9) | {"curvature": 1.0})  # past every critical β
    assert page.get_by_role("button", name="Critical damping", exact=True).is_disabled()


@pytest.mark.browser
def test_another_convention_keeps_the_settings(page: Page) -> None:
    set_state(page, with_rule("momentum", lr=0.3, beta=0.6))
    before = picture(page)
    choice = page.get_by_label("Rule", exact=True)
    for name, kept in (("momentum_ema", {"lr": 0.3, "beta": 0.6}), ("gradient_descent", {"lr": 0.3}),
                       ("nesterov", {"lr": 0.3, "beta": 0.6})):  # fmt: skip
        choice.select_option(name)
        assert state(page)["rules"] == [{"id": name, "name": name, "hyperparameters": kept}]
        assert picture(page) != before
        assert "NaN" not in picture(page)


@pytest.mark.browser
def test_no_row_is_wider_than_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for name in NAMES:
        set_state(page, with_rule(name))
        readout(page)
        wide = page.locator(".gd-readout").evaluate(
            "(one) => [one.firstElementChild, one.lastElementChild].map((part) => part.offsetWidth)"
        )
        assert wide[1] <= wide[0], name  # the headline breaks anywhere, the table where it may


@pytest.mark.browser
def test_divergence_is_drawn_and_told(page: Page) -> None:
    given_ = set_state(page, {"curvature": 100.0, "steps": 1000, **with_rule("momentum", lr=10.0, beta=0.5)})
    run = gd.descend(mode(100.0), gd.rules.momentum, (1.0,), steps=1000, lr=10.0, beta=0.5)
    assert len(given_["paths"]["momentum"]) == len(run.path) < 1000
    assert "Unstable" in readout(page)
    assert "NaN" not in picture(page)
    assert page.locator(".gd-plane .gd-mark.gd-outside").count() == 1
    set_state(page, {"start": [0.0]})
    assert "NaN" not in picture(page)


@pytest.mark.browser
def test_knobs_answer_to_keys_and_fingers(page: Page, chromium: Browser) -> None:
    for name in ("lr of Momentum", "beta of Momentum", "curvature"):
        before = picture(page)
        page.get_by_label(name, exact=True).focus()
        page.keyboard.press("ArrowLeft")
        assert picture(page) != before
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone = shown(context, gd.explore(kind="momentum-dial")).page
    before = picture(phone)
    knob = phone.get_by_label("beta of Momentum", exact=True)
    box = knob.bounding_box()
    assert box
    knob.tap(position={"x": 0.3 * box["width"], "y": box["height"] / 2})
    assert state(phone)["rules"][0]["hyperparameters"]["beta"] < 0.5
    assert picture(phone) != before
    context.close()


@pytest.mark.browser
def test_the_page_refuses_what_python_refuses(page: Page) -> None:
    before = state(page)
    for wrong, words in (
        ({"curvature": 0}, "curvature"),
        ({"rules": []}, "1 of them"),
        (with_rule("adam"), "one of momentum"),
        (with_rule("momentum", beta=1.0), "beta < 1"),
        ({"objective": "bowl"}, "objective"),
    ):
        said = page.evaluate(
            """(value) => { try { document.querySelector("gd-explorer").state = value; return ""; }
            catch (error) { return error.message; } }""",
            wrong,
        )
        assert words in said, (wrong, said)
    assert state(page) == before
