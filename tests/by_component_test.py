"""Methods written out by component: equal to the general forms, printed forms equal to the bit, in the browser too."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gdlib as gd
from gdlib.emit.as_javascript import curvature_text, method_text, objective_text
from gdlib.emit.as_numpy import compile_gradient
from gdlib.emit.as_python import compiled
from tests.javascript_test import in_browser, same_bits
from tests.tables import SETTINGS, WRITTEN, each_exact_objective, each_inexact_objective

each_written = pytest.mark.parametrize("method", WRITTEN, ids=lambda method: method.name)
EPS = np.finfo(float).eps
STEPS = 60
numbers = st.floats(-1e3, 1e3).filter(lambda x: x == 0 or abs(x) > 1e-3)


def test_the_four_are_written_out():
    assert {method.name for method in WRITTEN} == set(SETTINGS)
    assert not gd.methods.bfgs.has_components(2)
    assert not gd.methods.newton.has_components(3)
    with pytest.raises(TypeError, match="bfgs: is not written out by component"):
        gd.methods.bfgs.by_component((1.0,), (1.0,), ((1.0,),))
    with pytest.raises(ValueError, match="theta: newton is written out for 1 and 2 coordinates, got 3"):
        gd.methods.newton.by_component((1.0,) * 3, (1.0,) * 3, ((1.0,) * 3,) * 3)


@each_written
@settings(max_examples=200, deadline=None)
@given(entries=st.tuples(*[numbers] * 7))
def test_it_is_the_general_form_within_the_condition_of_the_hessian(method, entries):
    """The two may differ by rounding in solving, 100 κ ε of the step; κ is that of what is solved with."""
    x, y, gx, gy, a, b, d = entries
    theta, g, H = np.array([x, y]), np.array([gx, gy]), np.array([[a, b], [b, d]])
    hyper = SETTINGS[method.name]
    solved_with = np.diag([a, d]) if method.name == "diagonal_scaling" else H
    sizes = np.abs(np.linalg.eigvalsh(solved_with)) + hyper.get("damping", 0.0)
    if sizes.min() <= 1e-9 * sizes.max():
        return
    general = np.asarray(method(theta, g, H, **hyper))
    short = np.array(method.by_component((x, y), (gx, gy), ((a, b), (b, d)), **hyper))
    reach = np.abs(general - theta).max()
    bound = (
        100 * (sizes.max() / sizes.min()) * EPS * (reach + np.abs(g).max() / sizes.min())
        + 4 * EPS * np.abs(theta).max()
    )
    assert np.abs(short - general).max() <= bound


@each_written
@settings(deadline=None)
@given(entries=st.tuples(*[numbers] * 3))
def test_in_one_variable_it_is_the_general_form(method, entries):
    x, g, h = entries
    if h == 0:
        return
    general = method(np.array([x]), np.array([g]), np.array([[h]]), **SETTINGS[method.name])
    short = method.by_component((x,), (g,), ((h,),), **SETTINGS[method.name])
    assert short[0] == pytest.approx(float(general[0]), rel=1e-14, abs=1e-14 * (abs(x) + abs(g / h)))


def test_the_absolute_value_of_a_matrix():
    """|H| from scratch: eigenvalues 3 and -1 along turned axes; and saddle-free steps on it."""
    for angle in np.linspace(0, np.pi, 13):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        for values in ((3.0, -1.0), (3.0, 1.0), (-3.0, -1.0), (2.0, -2.0)):
            H = turn @ np.diag(values) @ turn.T
            expected = -np.linalg.solve(turn @ np.diag(np.abs(values)) @ turn.T, [1.0, 2.0])
            step = gd.methods.saddle_free_newton.by_component((0.0, 0.0), (1.0, 2.0), tuple(map(tuple, H)))
            assert np.array(step) == pytest.approx(expected, abs=1e-13)


CRAMER = pytest.mark.parametrize("name", ["newton", "damped_newton", "saddle_free_newton"])


@CRAMER
@pytest.mark.parametrize("size", [1e-152, 1e-75, 1.0, 1e75, 1e152])
@pytest.mark.parametrize("signs", [(1, 1), (-1, -1), (1, -1)])
def test_sizes_within_the_range_that_the_docstring_tells_are_no_matter(name, size, signs):
    f = gd.Objective(f"{size}*({signs[0]}*x**2/2 + {signs[1]}*y**2/2 + x*y/4)")
    plain = gd.Objective(f"{signs[0]}*x**2/2 + {signs[1]}*y**2/2 + x*y/4")
    run, other = (gd.descend(one, gd.methods[name], (1.0, 0.7), steps=1) for one in (f, plain))
    assert run.path[-1] == pytest.approx(other.path[-1], rel=1e-12, abs=1e-12)


@CRAMER
@pytest.mark.parametrize("size", ["1e-170", "1e160"])
def test_beyond_that_range_a_run_in_two_variables_leaves_the_finite_numbers(name, size):
    """Not so in one variable and in three: there the general form, or one quotient, gives the step."""
    lr = {} if name == "newton" else {"lr": 1.0}
    for text, start, reason, steps in (
        ("x**2", (1.0,), "steps", 2),
        ("x**2 + y**2", (1.0, 0.7), "left the finite numbers at step 1", 0),
        ("x**2 + y**2 + z**2", (1.0, 0.7, 0.3), "steps", 2),
    ):
        run = gd.descend(gd.Objective(f"{size}*({text})"), gd.methods[name], start, steps=2, **lr)
        assert (run.reason, run.steps) == (reason, steps)
        assert steps == 0 or not run.path[-1].any()


def test_a_run_to_a_quartics_minimum_stands_still_where_curvature_times_slope_is_too_small():
    """Curvature times slope is 48·x⁵: zero in doubles from about 1e-65 on."""
    run = gd.descend(gd.Objective("x**4 + y**4"), gd.methods.newton, (1.0, 0.7), steps=900)
    assert run.reason == "steps"
    assert (run.path[-1] == run.path[-200]).all()
    assert (48 * run.path[-1] ** 5 == 0).all()
    assert 1e-66 < run.path[-1].min() < run.path[-1].max() < 1e-65


# One set of operations, to the bit


@each_written
def test_the_graph_is_the_plain_function(method):
    """Called on arrays, and compiled from the graph of nodes: the same bits."""
    rng = np.random.default_rng(8)
    for n in (1, 2):
        names = [*method.component_names(n), *method.defaults]
        points = rng.standard_normal((500, len(names)))
        points[:, len(method.component_names(n)) :] = list(SETTINGS[method.name].values())
        made = compile_gradient(method.component_graph(n), names)(points)
        columns = dict(zip(names, points.T, strict=True))
        theta, g = (tuple(columns[f"{what}{i}"] for i in range(n)) for what in ("theta", "g"))
        H = tuple(tuple(columns[f"h{min(i, j)}{max(i, j)}"] for j in range(n)) for i in range(n))
        plain = method.by_component(theta, g, H, **SETTINGS[method.name])
        assert same_bits(made, np.stack(plain, axis=-1))


@each_exact_objective
@each_written
def test_printed_python_walks_descends_path(method, objective):
    if objective.n > 2:
        return
    run = gd.descend(objective, method, objective.start, steps=STEPS, **SETTINGS[method.name])
    text = gd.emit.python((objective, method))
    assert same_bits(compiled(text)["run"](objective.start, STEPS, SETTINGS[method.name]), run.path)


@each_exact_objective
@each_written
@pytest.mark.browser
def test_the_browser_walks_descends_path(page, method, objective):
    """From the landscape's start and from a start where the Hessian is often indefinite."""
    if objective.n > 2:
        return
    text = gd.emit.javascript((objective, method))
    for start in (objective.start, [0.25, 0.3125][: objective.n]):
        run = gd.descend(objective, method, start, steps=STEPS, **SETTINGS[method.name])
        walked = in_browser(page, text, f"module.run({list(start)}, {STEPS}, {SETTINGS[method.name]})")
        assert same_bits(walked, run.path)


@each_inexact_objective
@pytest.mark.browser
def test_the_browsers_hessian_is_numpys_but_for_the_last_bits(page, objective):
    if objective.n > 2:
        return
    start = list(objective.start)
    text = objective_text(objective) + curvature_text(objective)
    assert np.array(in_browser(page, text, f"module.curvatureAt({start})")) == pytest.approx(
        objective.hess(start), rel=1e-12, abs=1e-12
    )


def test_a_methods_module_stands_alone():
    """Explorers send a method once and each landscape once, with its curvature: nothing in it is the landscape's."""
    text = method_text(gd.methods.damped_newton)
    assert 'export const name = "damped_newton";' in text
    assert 'export const defaults = {"lr": 0.5};' in text
    assert gd.emit.javascript(gd.methods.damped_newton) == text


def test_printed_python_of_a_method_is_its_step():
    made = compiled(gd.emit.python(gd.methods.damped_newton))
    assert made["move2"](4.0, 1.0, 8.0, 3.0, 4.0, 0.0, 2.0, lr=0.25) == (3.5, 0.625)
    assert made["move1"](4.0, 8.0, 4.0) == (3.0,)


@pytest.mark.parametrize(
    ("what", "error", "words"),
    [
        (lambda: gd.emit.javascript(gd.methods.bfgs), TypeError, "emit: needs .* a method written out by component"),
        (lambda: gd.emit.latex((gd.rules.adam, gd.methods.newton)), TypeError, "emit: needs an objective with a formula, a rule, or"),
        (lambda: gd.emit.python((gd.objectives.powell_singular, gd.methods.newton)), ValueError, "emit: newton is written out for 1 and 2"),
    ],
)  # fmt: skip
def test_what_cannot_be_printed_says_so(what, error, words):
    with pytest.raises(error, match=words):
        what()


def test_a_map_of_newtons_basins_is_its_runs():
    """A grid of starts at once, as a basin map needs it, is what single runs give."""
    f = gd.objectives.himmelblau
    grid = np.stack(np.meshgrid(np.linspace(-5, 5, 41), np.linspace(-5, 5, 41)), axis=-1)
    run = gd.descend(f, gd.methods.newton, grid, steps=30, keep=30)
    ended = {tuple(np.round(point, 6)) for point in run.path[-1].reshape(-1, 2)}
    assert len(ended) >= 9  # four minima, four saddles and a maximum: Newton goes to all of them
    for place in ((0, 0), (7, 31), (20, 20), (40, 3)):
        one = gd.descend(f, gd.methods.newton, grid[place], steps=30)
        assert same_bits(one.path[-1], run.path[(-1, *place)])
