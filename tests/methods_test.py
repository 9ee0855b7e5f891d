"""gd.methods against outside answers, hand-worked steps and the theory of second-order methods."""

import inspect
import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gdlib as gd
from gdlib.second_order.hessian_free import solved_by_products
from gdlib.second_order.line_search import backtracked, strong_wolfe
from gdlib.second_order.method import GIVEN
from gdlib.second_order.quasi_newton import two_loops, updated
from tests.conftest import ROOT
from tests.goldens.inputs import LANDSCAPES
from tests.goldens.methods import FILE, MATRIX, NEWTON_STARTS, NEWTON_TEXTS, PAIRS, RIGHT, START, TORCH

STORED = json.loads(FILE.read_text(encoding="utf-8"))
BIBLIOGRAPHY = set(re.findall(r"^@\w+\{([^,\s]+)", (ROOT / "book" / "references.bib").read_text("utf-8"), re.M))
each_method = pytest.mark.parametrize("method", list(gd.methods), ids=gd.methods.names)
A, B = np.array(MATRIX), np.array(RIGHT)
NAMES = [f"x{i + 1}" for i in range(6)]


def quadratic(matrix=A, right=B):
    """xᵀAx/2 - bᵀx, as a formula."""
    n = len(right)
    entries = (f"{float(matrix[i][j]) / 2!r}*x{i + 1}*x{j + 1}" for i in range(n) for j in range(n) if matrix[i][j])
    return gd.Objective(" + ".join([*entries, *(f"{-float(right[i])!r}*x{i + 1}" for i in range(n))]), NAMES[:n])


def apart(one, other):
    """The largest difference, in units of the larger of 1 and the coordinate."""
    one, other = np.asarray(one), np.asarray(other)
    assert one.shape == other.shape
    return float((np.abs(one - other) / np.maximum(1.0, np.abs(other))).max())


# The registry


def test_the_registry_holds_what_the_book_names():
    assert {
        "newton", "damped_newton", "levenberg_marquardt", "saddle_free_newton", "gauss_newton", "bfgs", "lbfgs",
        "hessian_free", "conjugate_gradients",
    } <= set(gd.methods.names)  # fmt: skip
    assert gd.methods.newton is gd.methods["newton"]
    assert "newton" in gd.methods
    assert gd.methods.newton in gd.methods
    with pytest.raises(AttributeError, match=r"no method is called 'newtn'. Did you mean 'newton'\?"):
        gd.methods.newtn  # noqa: B018


@each_method
def test_each_method_says_what_it_is(method):
    assert method.title[0].isupper()
    assert method.summary.endswith(".")
    keys = set(re.findall(r"[a-z]+\d{4}[a-z]?", method.source))
    assert keys
    assert keys <= BIBLIOGRAPHY, f"not in book/references.bib: {sorted(keys - BIBLIOGRAPHY)}"
    assert "default" in method.source
    assert ">>>" in method.__doc__
    assert method.text.startswith("@method(")
    assert method.takes[:2] == ("theta", "g")
    assert set(method.takes) - set(method.memory) <= set(GIVEN)
    assert list(inspect.signature(method).parameters)[: len(method.takes)] == list(method.takes)
    for name, default in method.defaults.items():
        assert gd.vocabulary.VOCABULARY[name].allows(default)


@each_method
def test_each_method_goes_where_a_rule_goes(method):
    """One start and a batch of any shape, keep, stop: the batch is its runs one by one, to the bit."""
    f = gd.objectives.oblique_bowl if method.name == "conjugate_gradients" else gd.objectives.beale
    starts = np.array([[[0.5, -0.5], [2.5, 0.25], [1.0, 0.5]], [[3.5, 0.75], [2.0, 0.0], [-0.75, 1.25]]])
    stop = [gd.stopping.grad_norm(1e-9), gd.stopping.value_below(-1e6)]
    batch = gd.descend(f, method, starts, steps=12, stop=stop)
    assert batch.path.shape[1:] == (2, 3, 2)
    for place in np.ndindex(2, 3):
        one = gd.descend(f, method, starts[place], steps=12, stop=stop)
        assert batch.steps[place] == one.steps
        assert batch.reason[place] == one.reason
        own = batch.path[(slice(None), *place)]
        assert own[: len(one.path)].tobytes() == one.path.tobytes()
        assert (own[len(one.path) :] == one.path[-1]).all()
        every = gd.descend(f, method, starts[place], steps=12, stop=stop, keep=3)
        assert (every.path == one.path[every.t]).all()


@each_method
def test_float32_stays_float32(method):
    f = gd.Objective("(x - y)**2 + 2*x**2")
    run = gd.descend(f, method, np.array([1.5, -0.5], dtype=np.float32), steps=3)
    assert run.path.dtype == np.float32
    whole = gd.descend(f, method, (1.5, -0.5), steps=3)
    assert np.abs(run.path[: len(whole.path)] - whole.path[: len(run.path)]).max() < 1e-3


@each_method
def test_at_rest_it_stays(method):
    """At the minimum of a bowl nothing moves and nothing is divided by zero."""
    run = gd.descend(gd.objectives.bowl, method, (0.0, 0.0), steps=4)
    assert run.reason == "steps"
    assert (run.path == 0).all()


# Outside answers


@pytest.mark.parametrize("name", list(NEWTON_TEXTS))
@pytest.mark.parametrize(("way", "hyper"), [
    ("newton", {}), ("damped_newton", {"lr": 0.25}), ("saddle_free_newton", {}), ("diagonal_scaling", {"lr": 0.5}),
])  # fmt: skip
def test_newtons_steps_are_those_of_scipys_solver_on_jaxs_hessian(way, hyper, name):
    stored = STORED["newton"][way][name]
    run = gd.descend(
        gd.Objective(NEWTON_TEXTS[name]), gd.methods[way], NEWTON_STARTS[name], steps=len(stored) - 1, **hyper
    )
    assert run.reason == "steps"
    assert apart(run.path, stored) < 1e-9


@pytest.mark.parametrize("title", list(TORCH))
@pytest.mark.parametrize("name", list(LANDSCAPES))
def test_lbfgs_walks_torchs_path(name, title):
    # With three pairs on Rosenbrock's function sᵀy is nearly 0 at step 7; what rounding makes of it grows from there.
    stored = STORED["torch"][name][title][: 12 if title == "three pairs" else None]
    given = {"lr": TORCH[title]["lr"], "memory": TORCH[title]["history_size"]}
    run = gd.descend(gd.objectives[name], gd.methods.lbfgs_torch, LANDSCAPES[name][2], steps=len(stored) - 1, **given)
    assert apart(run.path, stored) < 1e-9


@pytest.mark.parametrize("name", list(LANDSCAPES))
def test_lbfgs_ends_where_torchs_line_search_ends(name):
    stored = STORED["torch_strong_wolfe"][name]
    run = gd.descend(
        gd.objectives[name], gd.methods.lbfgs, LANDSCAPES[name][2], steps=200, stop=gd.stopping.grad_norm(1e-9)
    )
    assert run.reason == "stopped: grad_norm"
    assert apart(run.path[-1], stored["point"]) < 1e-7
    assert 0.5 <= run.steps / stored["steps"] <= 2


def test_conjugate_gradients_walks_scipys_path():
    run = gd.descend(quadratic(), gd.methods.conjugate_gradients, START, steps=6)
    assert apart(run.path, STORED["cg"]) < 1e-11


def test_the_bfgs_update_is_scipys():
    matrix = np.eye(3)
    for (s, y), stored in zip(PAIRS, STORED["bfgs"], strict=True):
        matrix = updated(matrix, np.array(s), np.array(y))
        assert apart(matrix, stored) < 1e-13


# Hand-worked steps on f = x⁴ + y² at (1, 1): gradient (4, 2), Hessian diag(12, 2)

HAND = gd.Objective("x**4 + y**2")


@pytest.mark.parametrize(
    ("name", "hyper", "expected"),
    [
        ("newton", {}, (1 - 4 / 12, 0)),
        ("damped_newton", {"lr": 0.5}, (1 - 2 / 12, 0.5)),
        ("diagonal_scaling", {"lr": 0.5}, (1 - 2 / 12, 0.5)),
        ("full_scaling", {"lr": 0.5}, (1 - 2 / 12, 0.5)),
        ("damped_newton_armijo", {}, (1 - 4 / 12, 0)),
        ("regularized_newton", {"damping": 4.0}, (1 - 4 / 16, 1 - 2 / 6)),
        ("saddle_free_newton", {"damping": 4.0, "lr": 0.5}, (1 - 2 / 16, 1 - 1 / 6)),
        ("gauss_newton", {}, (1 - 4 / 8, 0)),  # of (x²)² + y²: G = diag(8, 2)
        ("levenberg_marquardt", {"damping": 2.0}, (1 - 4 / 10, 1 - 2 / 4)),
        ("conjugate_gradients", {}, (1 - 4 * 20 / 200, 1 - 2 * 20 / 200)),  # g·g = 20, g·Hg = 200
        ("lbfgs_torch", {"lr": 0.5}, (1 - 4 / 12, 1 - 2 / 12)),  # lr/6 of the gradient
    ],
)
def test_a_step_worked_by_hand(name, hyper, expected):
    run = gd.descend(HAND, gd.methods[name], (1.0, 1.0), steps=1, **hyper)
    assert run.path[1] == pytest.approx(np.array(expected), abs=1e-15)


def test_full_scaling_keeps_the_first_hessian():
    run = gd.descend(HAND, gd.methods.full_scaling, (1.0, 1.0), steps=2)
    x = 1 - 4 / 12
    assert run.path[2] == pytest.approx(np.array([x - 4 * x**3 / 12, 0.0]), abs=1e-15)


def test_marquardts_damping_falls_after_a_step_and_rises_after_a_refusal():
    """On x² - y² + y⁴/4 near y = 0, H is indefinite: λ = 0.01 is refused until λ > 2, ten times as much each time."""
    f, method = gd.objectives.double_well, gd.methods.regularized_newton
    theta, now = method(np.array([1.0, 0.1]), f.grad([1.0, 0.1]), f.hess([1.0, 0.1]), f([1.0, 0.1]), f, None)
    assert now == pytest.approx(1.0)  # 0.01, 0.1, 1 refused; 10 taken, then divided
    theta, now = method(theta, f.grad(theta), f.hess(theta), f(theta), f, 100.0)
    assert now == pytest.approx(10.0)


def test_hessian_free_by_hand():
    """f = x² at 2 with λ = 2: p = -4/(2 + 2), the value falls by just what is promised, so λ falls by a third."""
    theta, now = gd.methods.hessian_free(np.array([2.0]), np.array([4.0]), 4.0, lambda x: x @ x, lambda v: 2 * v, 2.0)
    assert (theta.tolist(), now) == ([1.0], pytest.approx(4 / 3))
    # Curvature -6 along the gradient: λ must pass 6 in steps of half, 2·1.5³ = 6.75, before there is a direction.
    tried = []

    def below(x):
        tried.append(float(x[0]))
        return -3 * x @ x

    gd.methods.hessian_free(np.array([1.0]), np.array([-6.0]), -3.0, below, lambda v: -6 * v, 2.0)
    assert tried == [1 + 6 / (6.75 - 6)]


def test_the_inner_solver_of_hessian_free():
    """Exact after n products where it is asked to be; nothing where curvature is negative, or no number."""
    g = 1e-9 * B  # so small that the residual must be as well
    assert solved_by_products(lambda v: A @ v, g) == pytest.approx(-np.linalg.solve(A, g), rel=1e-4)
    assert np.linalg.norm(A @ solved_by_products(lambda v: A @ v, B) + B) <= 0.5 * np.linalg.norm(B)
    assert solved_by_products(lambda v: np.array([1.0, -1.0]) * v, np.array([1.0, 3.0])) is None
    assert solved_by_products(lambda v: 0.0 * v, np.array([1.0])) is None
    assert solved_by_products(lambda v: np.nan * v, np.array([1.0])) is None


# The theory


def test_newton_goes_to_the_saddle_and_saddle_free_newton_to_the_minimum():
    f = gd.objectives.double_well
    assert gd.descend(f, gd.methods.newton, (1.0, 0.3), steps=10).path[-1] == pytest.approx(np.zeros(2), abs=1e-12)
    away = gd.descend(f, gd.methods.saddle_free_newton, (1.0, 0.3), steps=10).path[-1]
    assert away == pytest.approx(np.array([0.0, np.sqrt(2)]), abs=1e-12)


def test_a_damped_step_leaves_the_part_one_minus_lr():
    run = gd.descend(gd.Objective("exp(x) - x"), gd.methods.damped_newton, (0.5,), steps=20, lr=0.5)
    assert run.path[-1, 0] / run.path[-2, 0] == pytest.approx(0.5, abs=1e-6)


def test_newton_diverges_from_beyond_one_on_the_root_of_one_plus_a_square():
    """x₊ = -x³."""
    f = gd.Objective("sqrt(1 + x**2)")
    run = gd.descend(f, gd.methods.newton, (2.0,), steps=3)
    assert run.path[:, 0] == pytest.approx(np.array([2.0, -8.0, 512.0, -(512.0**3)]), rel=1e-9)
    mended = gd.descend(f, gd.methods.damped_newton_armijo, (2.0,), steps=20, stop=gd.stopping.grad_norm(1e-12))
    assert mended.reason == "stopped: grad_norm"


TURN = np.array([[2.0, 1.0], [-0.5, 1.5]])


def turned(f):
    """f∘TURN."""
    x, y = f.variables
    inner = {x: TURN[0, 0] * x + TURN[0, 1] * y, y: TURN[1, 0] * x + TURN[1, 1] * y}
    return gd.Objective(f.expr.subs(inner, simultaneous=True), [x, y])


@pytest.mark.parametrize(
    ("name", "invariant"),
    [("newton", True), ("damped_newton", True), ("full_scaling", True), ("gauss_newton", True),
     ("damped_newton_armijo", True), ("diagonal_scaling", False), ("saddle_free_newton", False),
     ("levenberg_marquardt", False)],
)  # fmt: skip
def test_affine_invariance(name, invariant):
    """The path on f∘A, taken through A, is the path on f, to round-off, or it is not."""
    f, start = gd.objectives.himmelblau, np.array([2.0, 1.0])
    path = gd.descend(f, gd.methods[name], start, steps=6).path
    other = gd.descend(turned(f), gd.methods[name], np.linalg.solve(TURN, start), steps=6).path @ TURN.T
    assert (apart(other, path) < 1e-11) is invariant


def test_gradient_descent_is_not_affinely_invariant():
    f, start = gd.objectives.himmelblau, np.array([2.0, 1.0])
    path = gd.descend(f, gd.rules.gradient_descent, start, steps=6).path
    other = gd.descend(turned(f), gd.rules.gradient_descent, np.linalg.solve(TURN, start), steps=6).path @ TURN.T
    assert apart(other, path) > 0.01


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 7))
def test_conjugate_gradients_needs_n_steps(seed, n):
    """Exact in n steps; in exact arithmetic not before, for n distinct eigenvalues. The directions are conjugate."""
    rng = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(rng.standard_normal((n, n)))
    matrix = Q @ np.diag(np.linspace(1.0, 4.0, n)) @ Q.T
    solution = rng.standard_normal(n)
    f = gd.Objective.from_functions(
        lambda x: 0.5 * x @ matrix @ x - solution @ matrix @ x, lambda x: matrix @ (x - solution), n, lambda x: matrix
    )
    run = gd.descend(f, gd.methods.conjugate_gradients, np.zeros(n), steps=n)
    assert np.abs(run.path[-1] - solution).max() < 1e-10
    steps = np.diff(run.path, axis=0)
    products = steps @ matrix @ steps.T
    assert np.abs(products - np.diag(np.diag(products))).max() < 1e-10


@pytest.mark.parametrize("name", ["fletcher_reeves", "polak_ribiere"])
def test_nonlinear_conjugate_gradients_with_near_exact_searches_is_the_linear_one(name):
    """A quadratic, c2 tiny: the search then ends at the lowest point along the line."""
    f = quadratic()
    linear = gd.descend(f, gd.methods.conjugate_gradients, START, steps=5).path
    run = gd.descend(f, gd.methods[name], START, steps=5, c1=1e-12, c2=1e-9)
    assert apart(run.path, linear) < 1e-6


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 6))
def test_the_secant_condition_and_what_else_bfgs_keeps(seed, n):
    """B y = s; symmetric; positive definite while sᵀy > 0; two loops over the pairs give the same B."""
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((n, n)) + 2 * np.eye(n)
    H = root @ root.T
    pairs = [(s, H @ s) for s in rng.standard_normal((4, n))]
    last_s, last_y = pairs[-1]
    matrix = np.eye(n) * (last_s @ last_y) / (last_y @ last_y)
    for s, y in pairs:
        matrix = updated(matrix, s, y)
        assert np.abs(matrix @ y - s).max() <= 1e-8 * max(1.0, np.linalg.cond(H) * np.abs(s).max())
        assert np.abs(matrix - matrix.T).max() <= 1e-9 * np.abs(matrix).max()
    g = rng.standard_normal(n)
    assert two_loops(tuple(pairs), g) == pytest.approx(matrix @ g, rel=1e-6, abs=1e-8 * np.linalg.cond(H))
    assert (updated(matrix, last_s, -last_y) == matrix).all()  # no curvature: nothing is learnt


def test_bfgs_learns_the_hessian_of_a_quadratic():
    f, memory = quadratic(), (None, None, None)
    theta = np.array(START)
    for _ in range(14):
        g = f.grad(theta)
        if np.abs(g).max() < 1e-9:
            break
        theta, *memory = gd.methods.bfgs(theta, g, f(theta), f, f.grad, *memory, c2=0.01)
        learnt, s, before = memory
        if learnt is not None:
            assert np.linalg.eigvalsh((learnt + learnt.T) / 2).min() > 0
    assert np.abs(theta - np.linalg.solve(A, B)).max() < 1e-8
    assert np.abs(updated(learnt, s, f.grad(theta) - before) - np.linalg.inv(A)).max() < 0.02


def test_lbfgs_with_all_pairs_is_bfgs_scaled_by_the_last_pair_on_two_steps():
    """With one pair both start from the same γI, so their first two steps agree."""
    f = gd.objectives.rosenbrock
    one, other = (gd.descend(f, gd.methods[name], (-1.2, 1.0), steps=2).path for name in ("bfgs", "lbfgs"))
    assert apart(one, other) < 1e-12


# Line searches


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), c2=st.sampled_from([0.1, 0.5, 0.9]), first=st.sampled_from([1.0, 1e-3, 1e3]))
def test_a_wolfe_step_meets_both_conditions(seed, c2, first):
    rng = np.random.default_rng(seed)
    f = gd.objectives[rng.choice(["rosenbrock", "himmelblau", "beale", "three_hump_camel", "styblinski_tang"])]
    theta = rng.uniform(-2, 2, 2)
    g = f.grad(theta)
    p = -(g + 0.5 * rng.standard_normal(2) * np.linalg.norm(g))
    if g @ p >= 0:
        p = -g
    step = strong_wolfe(f, f.grad, f(theta), g, theta, p, 1e-4, c2, first)
    there = theta + step * p
    assert f(there) <= f(theta) + 1e-4 * step * (g @ p) + 1e-12
    assert abs(f.grad(there) @ p) <= c2 * abs(g @ p) * (1 + 1e-9)
    back = backtracked(f, f(theta), g, theta, p, 1e-4, 0.5)
    assert f(theta + back * p) <= f(theta) + 1e-4 * back * (g @ p)
    assert back == 1 or not f(theta + 2 * back * p) <= f(theta) + 1e-4 * 2 * back * (g @ p)
