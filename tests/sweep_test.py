"""`gd.sweep` on NumPy: each run is descend's, to the bit where that is promised; what it returns, and what it costs."""

import re
import tracemalloc
from concurrent.futures import Future

import numpy as np
import pytest

import gdlib as gd
from gdlib.emit.trajectory import trajectory_of
from gdlib.sweeps import choice, on_numpy, whole_arrays
from gdlib.sweeps.arguments import asked
from gdlib.sweeps.chunk import Reached
from gdlib.sweeps.spread import back_end
from gdlib.trace.graph import ELEMENTARY, UFUNCS, in_order
from tests.by_component_test import SETTINGS, WRITTEN
from tests.duck_array import DeviceArray
from tests.tables import EXACT, INEXACT, each_objective, each_rule, in_our_words

bowl, himmelblau, rosenbrock = gd.objectives.bowl, gd.objectives.himmelblau, gd.objectives.rosenbrock
descent, adam, momentum = gd.rules.gradient_descent, gd.rules.adam, gd.rules.momentum
TWO = [himmelblau, gd.objectives.heavy_ball_trap]


def starts(f, dtype="float64", many=7):
    """Points around the landscape's start, the last so far out that most rules leave the finite numbers from there."""
    around = np.array(f.start) + np.random.default_rng(5).normal(0.0, 0.5, (many, f.n))
    around[-1] *= {"float64": 1e60, "float32": 1e12}[dtype]
    return around.astype(dtype)


def assert_same(out, run):
    """Points, steps and endings of a sweep, and of descend with stop=grad_norm(tol) on the same batch."""
    assert out.points.dtype == run.path.dtype
    assert out.points.tobytes() == np.ascontiguousarray(run.path[-1]).tobytes()
    np.testing.assert_array_equal(out.taken, run.steps)
    met, left = (np.ravel(one) for one in (out.steps >= 0, out.left))
    for reason, is_met, is_left in zip(np.ravel(run.reason), met, left, strict=True):
        assert (reason == "steps") == (not is_met and not is_left)
        assert (reason == "stopped: grad_norm") == is_met  # a method has other reasons for which it leaves the numbers


def is_descend(f, rule, start, *, steps=40, tol=None, **options):
    out = gd.sweep(f, rule, start, steps=steps, tol=tol, backend="numpy", **options)
    assert "descend" not in out.why
    stop = None if tol is None else gd.stopping.grad_norm(tol)
    assert_same(out, gd.descend(f, rule, start, steps=steps, keep=steps, stop=stop, **options))
    return out


def family(f):
    return [(method, SETTINGS[method.name]) for method in WRITTEN] if f.n <= 2 else []


PAIRS = [(f, rule, hyper) for f in EXACT for rule, hyper in [*((rule, {}) for rule in gd.rules), *family(f)]]


@pytest.mark.parametrize(
    "part", [pytest.param(k, marks=() if k == 0 else pytest.mark.slow, id=f"part {k}") for k in range(12)]
)
def test_every_rule_and_newtons_family_on_every_landscape(part):
    """One twelfth of all pairs; in `make test-all` the others."""
    for f, rule, hyper in PAIRS[part::12]:
        is_descend(f, rule, starts(f), tol=0.25, **hyper)


@each_rule
def test_hyperparameters_run_by_run(rule):
    """Against descend one run at a time, which takes another way: straight-line Python on floats."""
    f, many = himmelblau, 4
    spread = {name: default * np.linspace(0.9, 1.0, many) for name, default in rule.defaults.items()}
    out = gd.sweep(f, rule, starts(f)[:many], steps=60, backend="numpy", **spread)
    for place, start in enumerate(starts(f)[:many]):
        one = {name: values[place] for name, values in spread.items()}
        run = gd.descend(f, rule, start, steps=60, **one)
        assert out.points[place].tobytes() == run.path[-1].tobytes()
        assert (out.taken[place], out.left[place]) == (run.steps, run.reason.startswith("left"))


@pytest.mark.parametrize("method", [m for m in WRITTEN if SETTINGS[m.name]], ids=lambda one: one.name)
def test_hyperparameters_of_newtons_family_run_by_run(method):
    values = np.linspace(0.5, 1.5, 5)
    out = gd.sweep(himmelblau, method, (1.0, 0.5), steps=20, lr=values)
    paths = [gd.descend(himmelblau, method, (1.0, 0.5), steps=20, lr=lr).path[-1] for lr in values]
    np.testing.assert_array_equal(out.points, paths)


@pytest.mark.parametrize("schedule", [None, gd.schedules.inverse(0.1), gd.schedules.reduce_on_plateau(patience=2)])
def test_a_rules_own_names_are_not_taken_for_the_texts(schedule):
    is_descend(himmelblau, in_our_words, starts(himmelblau), schedule=schedule, factor=1.5)


@pytest.mark.parametrize("n", [1, 9])
def test_one_coordinate_and_many(n):
    f = gd.Objective("x**4/4 - x**2 + x/3") if n == 1 else rosenbrock.with_n(n)
    for rule in list(gd.rules)[n // 9 :: 2]:
        is_descend(f, rule, np.random.default_rng(0).normal(size=(5, n)), steps=20, tol=0.3)


@each_rule
def test_every_line_of_a_step_works_in_place_or_chooses(rule):
    text = on_numpy.text(trajectory_of(himmelblau, rule), dtype="float64", swept=frozenset(), watched=True)
    step = text.partition("def step(")[2].partition("def slope(")[0].splitlines()[1:]
    lines = [line.strip() for line in step if line.strip() and not line.strip().endswith((" = numbers", " = arrays"))]
    assert lines.pop().startswith("return [a")
    in_place = r"np\.\w+\(.*, out=([ab])\d+\)|a\d+ = np\.where\(.*\)(\.astype\(np\.float64\))?|np\.copyto\(a\d+, .*\)"
    assert [line for line in lines if not re.fullmatch(in_place, line)] == []
    carried, room = 2 * (1 + len(rule.state)), int(re.search(r"^ROOM, TRUTHS = (\d+)", text, re.MULTILINE)[1])
    assert room <= 9, "as many arrays to work in as a step by hand would need"
    assert f"a{carried + room - 1}" in text
    assert f"a{carried + room}" not in text


def layout_changes_bits():
    """Whether NumPy's elementary functions give other last bits for numbers that lie apart in memory, as they may."""
    pairs = np.random.default_rng(0).uniform(0.01, 9.0, (4099, 2))
    return any(
        UFUNCS[op](pairs[:, 0]).tobytes() != UFUNCS[op](pairs[:, 0].copy()).tobytes() for op in ELEMENTARY - {"pow"}
    )


@pytest.mark.parametrize("f", INEXACT, ids=lambda f: f.name)
def test_elementary_functions_are_numpys_so_whole_paths_are_descends_on_arrays(f):
    points = starts(f)[:-1]
    for rule in list(gd.rules)[INEXACT.index(f) :: len(INEXACT)]:
        if not layout_changes_bits():
            is_descend(f, rule, points, steps=60)
        run, out = gd.descend(f, rule, points, steps=1), gd.sweep(f, rule, points, steps=1, backend="numpy")
        steepest = np.abs(f.grad(points)).max()
        np.testing.assert_allclose(out.points, run.path[-1], rtol=1e-13, atol=1e-13 * (1 + steepest))


@each_rule
def test_single_precision_is_descends_single_precision(rule):
    for f, tol in zip(TWO, (None, 0.5), strict=True):
        out = is_descend(f, rule, starts(f, "float32"), tol=tol)
        assert out.points.dtype == out.values.dtype == np.float32


@pytest.mark.parametrize(
    "schedule",
    [gd.schedules.cosine(40), gd.schedules.reduce_on_plateau(0.5, 2), lambda t: 1 / t],
    ids=["cosine", "reduce_on_plateau", "a function"],
)
def test_schedules(schedule):
    for rule in gd.rules:
        if "lr" in rule.defaults:
            is_descend(rosenbrock, rule, starts(rosenbrock), lr=0.02, schedule=schedule)
    spread = gd.sweep(rosenbrock, adam, (-1.0, 1.0), steps=40, lr=[0.1, 0.2], schedule=schedule)
    single = gd.descend(rosenbrock, adam, (-1.0, 1.0), steps=40, lr=0.2, schedule=schedule)
    np.testing.assert_array_equal(spread.points[1], single.path[-1])


@gd.rule
def bouncing(theta, g, c, *, lr=1e3):
    """Leaves the finite numbers now and then, and would come back: a point is kept by a memory that has it."""
    far = theta - lr * g * g * g * g * g * g * g * g
    return np.where(c == 1, 0.5, far), np.where(c == 0, 1, 0)


def test_a_run_that_left_the_finite_numbers_stays_where_it_was_though_its_rule_would_come_back():
    f = gd.Objective("x**4 + y**2")
    out = is_descend(f, bouncing, [[1e15, 1.0], [1.0, 1.0], [1e20, 2.0], [0.5, 0.1]], steps=9)
    assert out.left.tolist() == [True, False, True, False]
    assert np.isfinite(out.points).all()


def test_runs_that_end_at_different_steps_leave_their_block_and_change_nothing_for_the_others(monkeypatch):
    points = np.random.default_rng(0).uniform(-6, 6, (500, 2))
    monkeypatch.setattr(on_numpy, "_FEWEST", 64)
    monkeypatch.setattr(on_numpy, "_CACHE", 1)
    out = is_descend(himmelblau, adam, points, steps=200, tol=0.01, lr=0.2)
    assert len(set(out.steps.tolist())) > 50
    lr = np.geomspace(1e-3, 1.0, 500)
    swept = gd.sweep(himmelblau, momentum, points, steps=100, tol=0.01, lr=lr, beta=0.5 + 0.1 * np.cos(lr))
    assert swept.left.any()
    assert (swept.steps > 0).any()
    for k in range(0, 500, 23):
        run = gd.descend(himmelblau, momentum, points[k], steps=100, lr=lr[k], beta=0.5 + 0.1 * np.cos(lr[k]),
                         stop=gd.stopping.grad_norm(0.01))  # fmt: skip
        np.testing.assert_array_equal(swept.points[k], run.path[-1])
        assert swept.taken[k] == run.steps


def test_a_tolerance_is_met_at_the_start_after_the_last_step_or_never():
    out = gd.sweep(bowl, descent, [[0.0, 0.0], [8.0, 0.0], [16.0, 0.0], [8.5, 0.0]], steps=3, lr=0.25, tol=2.0)
    assert out.steps.tolist() == [0, 3, -1, -1]
    assert out.taken.tolist() == [0, 3, 3, 3]
    without = gd.sweep(bowl, descent, [[0.0, 0.0]], steps=3)
    assert (without.steps.tolist(), without.taken.tolist()) == ([-1], [3])


def test_hyperparameters_and_starts_broadcast_and_one_run_is_no_array():
    lr, beta = np.array([[0.1], [0.2]]), np.array([0.0, 0.5, 0.9])
    out = gd.sweep(bowl, momentum, (1.0, 2.0), steps=7, lr=lr, beta=beta)
    assert (out.points.shape, out.values.shape, out.steps.shape, out.minimum.shape) == ((2, 3, 2), *[(2, 3)] * 3)
    for i, j in np.ndindex(2, 3):
        run = gd.descend(bowl, momentum, (1.0, 2.0), steps=7, lr=lr[i, 0], beta=beta[j])
        np.testing.assert_array_equal(out.points[i, j], run.path[-1])
        assert out.values[i, j] == run.values[-1]
    grid = np.stack(np.meshgrid([-1.0, 1.0], [0.0, 2.0, 3.0], indexing="ij"), axis=-1)
    both = gd.sweep(bowl, descent, grid, steps=2, lr=[[[0.1]], [[0.2]], [[0.3]], [[0.4]]])
    assert both.points.shape == (4, 2, 3, 2)
    np.testing.assert_array_equal(both.points[2], gd.descend(bowl, descent, grid, steps=2, lr=0.3).path[-1])
    one = gd.sweep(bowl, descent, (1.0, 2.0), steps=2, lr=0.5, tol=0.0)
    assert (one.points.tolist(), one.values, one.steps, one.minimum, one.taken) == ([0.0, 0.0], 0.0, 1, 0, 1)
    assert not one.left
    assert repr(both) == "<sweep of shape (4, 2, 3): gradient_descent on bowl, on numpy>"


def test_minimum_is_the_place_in_the_list_of_minima():
    f = himmelblau
    near = np.repeat(f.minima, 2, axis=0) + np.array([[0.01, 0.0], [0.2, 0.2]] * 4)
    out = gd.sweep(f, gd.methods.newton, near, steps=30)
    assert out.minimum.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    still = gd.sweep(f, descent, near, steps=1, lr=1e-12)
    assert still.minimum.tolist() == [0, -1, 1, -1, 2, -1, 3, -1]
    assert still.minimum_within(0.5).tolist() == still.minimum_within(50.0).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    saddle = gd.sweep(f, gd.methods.newton, [(-0.13, -0.02)], steps=30)
    assert saddle.minimum.tolist() == [-1]
    assert gd.sweep(gd.Objective("x**2 + y**2"), descent, (0.0, 0.0), steps=1).minimum == -1
    assert gd.sweep(gd.Objective("(x-1)**2", minima=[[1.0]]), descent, (1.0,), steps=1).minimum == 0


@each_objective
def test_every_landscape_takes_a_sweep(objective):
    out = gd.sweep(objective, adam, [objective.start], steps=3)
    np.testing.assert_array_equal(out.values, objective(out.points))


FUNCTIONS = gd.Objective.from_functions(
    lambda x: (x**4).sum(-1) / 4, lambda x: x**3, n=3, hess=lambda x: 3 * x[..., None] ** 2 * np.eye(3)
)


class Grumpy:
    """A schedule that branches, so it does not trace; it takes whole batches."""

    def __call__(self, t, f):
        return np.array([0.5 if value > 1 else 0.25 for value in f])


class Least:
    """A schedule that remembers the least value that it was shown."""

    def __init__(self):
        self.least = np.inf

    def __call__(self, t, f):
        self.least = np.minimum(self.least, f)
        return np.where(self.least < f, 0.5, 1.0)


@pytest.mark.parametrize(
    ("f", "rule", "options", "words"),
    [
        (FUNCTIONS, adam, {}, "no formula"),
        (FUNCTIONS, adam, {"tol": 0.3}, "no formula"),
        (FUNCTIONS, gd.methods.newton, {}, "no formula"),
        (rosenbrock, gd.methods.bfgs, {"tol": 0.5}, "bfgs is not written out by component for 2"),
        (rosenbrock.with_n(3), gd.methods.newton, {}, "newton is not written out by component for 3"),
        (rosenbrock.with_n(30), adam, {}, "30 coordinates are many"),
        (rosenbrock, adam, {"schedule": Grumpy()}, "the schedule does not trace"),
        (rosenbrock, adam, {"schedule": Least()}, "the schedule does not trace (function Least: gives something else"),
    ],
    ids=lambda one: getattr(one, "name", None),
)
def test_what_has_no_text_runs_by_descends_own_loop(f, rule, options, words):
    points = np.linspace(0.5, 1.5, 4 * f.n).reshape(4, f.n)
    out = gd.sweep(f, rule, points, steps=12, **options)
    assert words in out.why
    assert (out.backend, "descend" in out.why) == ("numpy", True)
    stop = {"stop": gd.stopping.grad_norm(options["tol"])} if "tol" in options else {}
    plain = {name: value for name, value in options.items() if name != "tol"}
    assert_same(out, gd.descend(f, rule, points, steps=12, keep=12, **plain, **stop))
    if "lr" in rule.defaults:
        lr = np.array([0.01, 0.02, 0.04, 0.08])
        swept = gd.sweep(f, rule, points, steps=12, lr=lr, **options)
        if "schedule" not in options:
            for k in range(4):
                run = gd.descend(f, rule, points[k], steps=12, lr=lr[k], **plain, **stop)
                np.testing.assert_array_equal(swept.points[k], run.path[-1])


def test_a_schedule_that_remembers_is_asked_anew_in_each_sweep_and_stays_as_it_was():
    schedule = Least()
    for _ in range(2):
        out = gd.sweep(bowl, descent, (1.0, 2.0), steps=5, lr=1.2, schedule=schedule)
        assert_same(out, gd.descend(bowl, descent, (1.0, 2.0), steps=5, keep=5, lr=1.2, schedule=Least()))
        assert schedule.least == np.inf


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n", [7, 8, 9, 20, 21, 130])
def test_a_tolerance_is_descends_to_the_last_bit_of_the_norm(n, dtype):
    """NumPy's sum takes another order from eight numbers on, and its last bit decides here."""
    f, generator = gd.Objective(" + ".join(f"x{i}**2" for i in range(n))), np.random.default_rng(n)
    points = generator.normal(size=(200, n)).astype(dtype)
    slope = f.grad(points)
    tol = float(np.median(np.sqrt(np.sum(slope * slope, axis=-1))))
    near = points * (tol / np.sqrt(np.sum(slope * slope, axis=-1)))[:, None].astype(dtype)  # all nearly there
    run = gd.descend(f, descent, near, steps=1, lr=1e-3, stop=gd.stopping.grad_norm(tol))
    assert 5 < (run.steps == 0).sum() < 195
    for options in ({"backend": "numpy"}, {"executor": AtOnce()}):
        out = gd.sweep(f, descent, near, steps=1, lr=1e-3, tol=tol, **options)
        assert ("descend" in out.why) == (n > 20 and "backend" in options)
        assert_same(out, run)
    for k in range(3):
        alone = gd.descend(f, descent, near[k], steps=1, lr=1e-3, stop=gd.stopping.grad_norm(tol))
        assert alone.steps == run.steps[k]


class AtOnce:
    """An executor that does at once what it is given."""

    def submit(self, function, *given):
        future = Future()
        future.set_result(function(*given))
        return future


def test_arrays_of_another_library_stay_what_they_are():
    points = starts(himmelblau)
    out = gd.sweep(himmelblau, adam, DeviceArray(points), steps=20, tol=0.5)
    host = gd.sweep(himmelblau, adam, points, steps=20, tol=0.5)
    for name in ("points", "values", "steps", "taken", "left", "minimum"):
        assert type(getattr(out, name)) is DeviceArray
        np.testing.assert_array_equal(getattr(out, name).get(), getattr(host, name))
    lr = np.geomspace(1e-3, 0.1, len(points))  # may come from the host, and goes to where the points are
    out = gd.sweep(himmelblau, adam, DeviceArray(points), steps=20, lr=lr)
    np.testing.assert_array_equal(
        out.points.get(), gd.sweep(himmelblau, adam, points, steps=20, lr=lr, backend="numpy").points
    )


def test_memory_grows_with_the_runs_and_not_with_the_steps():
    points = np.random.default_rng(0).uniform(-2, 2, (200_000, 2))
    peaks = []
    for steps in (2, 20):
        tracemalloc.start()
        gd.sweep(rosenbrock, adam, points, steps=steps, backend="numpy")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.02 * peaks[0]
    assert peaks[0] < 200_000 * 80


def test_numbers_for_each_run_are_not_copied():
    lr = np.geomspace(1e-3, 0.1, 10**5)
    assert asked(bowl, adam, np.ones((10**5, 2)), 5, None, None, {"lr": lr}).numbers["lr"] is lr


def test_a_small_sweep_waits_for_no_compiler():
    why = gd.sweep(bowl, adam, (1.0, 1.0), steps=9).why
    assert why == "it takes NumPy a few seconds at most, so no compiler is waited for"
    assert gd.sweep(bowl, adam, (1.0, 1.0), steps=9, backend="numpy").why == "you asked for it"


def test_few_runs_of_many_steps_cost_numpy_its_calls(monkeypatch):
    """However few the runs, a step takes some forty calls of NumPy; and one run alone leaves a GPU idle."""
    for module in ("numba", "cupy"):
        monkeypatch.setattr(back_end(module), "missing", lambda: None)
    monkeypatch.setattr(choice, "find_spec", lambda name: "somewhere")
    for runs, steps, name in ((1, 10**5, "numpy"), (1, 10**7, "numba"), (10, 10**6, "numba"), (5000, 10**6, "cupy")):
        question = asked(himmelblau, adam, np.zeros((runs, 2)), steps, None, None, {})
        assert choice.chosen("auto", question, None).name == name
    counted = len([node for node in in_order(trajectory_of(himmelblau, adam).moved) if node.args])
    question = asked(himmelblau, adam, np.zeros((1, 2)), 10**7, None, None, {})
    seconds = counted * 10**7 * choice._CALL
    assert f"about {choice._rounded(seconds)}" in choice.chosen("auto", question, None).why
    assert 100 < seconds < 1000


def test_chunks_of_whole_arrays_are_smaller_where_points_are_longer(monkeypatch):
    sizes = []

    def noted(asked, chunk):
        sizes.append(chunk.points.shape)
        return Reached(chunk.points, np.zeros(len(chunk.points), int), np.zeros(len(chunk.points), np.int8))

    monkeypatch.setattr(whole_arrays, "advance", noted)
    for n, runs in ((1, 2**16), (4, 2**16), (100, 2621), (1000, 262), (2**19, 1)):
        f = gd.Objective.from_functions(lambda x: (x * x).sum(-1), lambda x: 2 * x, n=n)
        sizes.clear()
        gd.sweep(f, adam, np.ones((runs + 1, n)) if n < 2**19 else np.ones((2, n)), steps=2)
        assert sizes == [(runs, n), (1, n)]


def test_a_schedule_takes_eight_bytes_a_step():
    question = asked(himmelblau, adam, np.zeros((1, 2)), 10**5, None, gd.schedules.inverse(1e-3), {})
    tracemalloc.start()
    factors = question.factors()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert factors.nbytes == 8 * 10**5
    assert peak < 1.1 * factors.nbytes


WORTH = {"start": np.zeros((10**6, 2)), "steps": 500}


@pytest.mark.parametrize(
    ("lacking", "name", "why"),
    [
        ({"numba": None, "cupy": None}, "cupy", "it would take NumPy about 20 s, and CuPy is at hand"),
        ({"numba": None, "cupy": "no GPU"}, "numba", "it would take NumPy about 20 s, and Numba is at hand"),
        (
            {"numba": "too old", "cupy": "no GPU"},
            "numpy",
            "it would take NumPy about 20 s; no GPU; too old",
        ),
    ],
    ids=["all", "numba", "none"],
)
def test_a_large_sweep_takes_the_fastest_that_is_at_hand_and_says_why(monkeypatch, lacking, name, why):
    """Without running it: the choice alone."""
    for module, words in lacking.items():
        monkeypatch.setattr(back_end(module), "missing", lambda words=words: words)
    monkeypatch.setattr(choice, "find_spec", lambda name: "somewhere")
    question = asked(bowl, adam, WORTH["start"], WORTH["steps"], None, None, {})
    assert choice.chosen("auto", question, None)[:2] == (name, why)
    monkeypatch.setattr(choice, "find_spec", lambda name: None)
    without = "it would take NumPy about 20 s; CuPy is not installed; Numba is not installed"
    assert choice.chosen("auto", question, None)[:2] == ("numpy", without)


def test_numpy_and_numba_give_the_same_bytes():
    """Chunks under threads; every rule and landscape is the business of the lanes' own tests."""
    if back_end("numba").missing() is not None:
        pytest.skip("numba is not here")
    points = np.random.default_rng(1).uniform(-6, 6, (20, 30, 2))
    asked_of_both = {"steps": 80, "tol": 0.1, "lr": np.geomspace(1e-3, 10.0, 30), "schedule": gd.schedules.cosine(100)}
    one, other = (
        gd.sweep(himmelblau, gd.rules.nesterov, points, backend=name, **asked_of_both) for name in ("numpy", "numba")
    )
    assert (other.backend, other.why) == ("numba", "you asked for it")
    assert one.left.any()
    assert (one.steps > 0).any()
    for name in ("points", "values", "steps", "taken", "left", "minimum"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
