"""What `descend` promises: steps, reasons, kept points, schedules, transforms, noise, stopping, interruption."""

import tracemalloc

import numpy as np
import pytest

import gdlib as gd
from gdlib import running
from gdlib.loops import on_floats
from gdlib.loops.plan import plan_of
from gdlib.loops.record import LEFT
from tests.emit_test import bits
from tests.scheduled_runs_test import agree, both_loops

bowl, rosenbrock = gd.objectives.bowl, gd.objectives.rosenbrock
descent, adam = gd.rules.gradient_descent, gd.rules.adam


def test_a_run_holds_its_path_steps_values_and_norms():
    run = gd.descend(bowl, descent, (3.0, 4.0), steps=4, lr=0.25)
    np.testing.assert_array_equal(run.path, np.array([[3.0, 4.0]]) * 0.5 ** np.arange(5)[:, None])
    np.testing.assert_array_equal(run.t, np.arange(5))
    np.testing.assert_array_equal(run.values, bowl(run.path))
    np.testing.assert_array_equal(run.grad_norms, 10.0 * 0.5 ** np.arange(5))
    assert (run.steps, run.reason, run.start.tolist()) == (4, "steps", [3.0, 4.0])
    assert dict(run.hyperparameters) == {"lr": 0.25}
    assert repr(run) == "<run: gradient_descent on bowl, 4 steps, ended: steps>"


@pytest.mark.parametrize("stop", [None, gd.stopping.value_below(-1.0)])  # the loop on floats, the loop on arrays
@pytest.mark.parametrize(("steps", "keep"), [(10, 1), (10, 3), (10, 5), (10, 20), (1, 7)])
def test_every_kth_point_is_kept_with_the_start_and_the_last(stop, steps, keep):
    whole = gd.descend(rosenbrock, adam, (-1.0, 1.0), steps=steps, stop=stop, lr=0.1)
    some = gd.descend(rosenbrock, adam, (-1.0, 1.0), steps=steps, stop=stop, lr=0.1, keep=keep)
    wanted = sorted({*range(0, steps + 1, keep), steps})
    assert some.t.tolist() == wanted
    np.testing.assert_array_equal(some.path, whole.path[wanted])
    assert len(some.values) == len(some.grad_norms) == len(wanted)


def test_a_long_path_thinned_in_parts_is_the_same_path(monkeypatch):
    whole = gd.descend(rosenbrock, adam, (-1.0, 1.0), steps=1000, keep=7)
    monkeypatch.setattr(on_floats, "_NUMBERS", 128)
    parts = gd.descend(rosenbrock, adam, (-1.0, 1.0), steps=1000, keep=7)
    np.testing.assert_array_equal(parts.path, whole.path)
    np.testing.assert_array_equal(parts.t, whole.t)


def test_a_run_that_diverges_says_where_and_keeps_the_path_up_to_it():
    run = gd.descend(rosenbrock, descent, (-1.5, 2.0), steps=100, lr=0.1)
    assert run.reason.startswith("left the finite numbers at step ")
    assert int(run.reason.split()[-1]) == run.steps + 1 == len(run.path)
    assert np.isfinite(run.path).all()
    thinned = gd.descend(rosenbrock, descent, (-1.5, 2.0), steps=100, lr=0.1, keep=4)
    assert (thinned.reason, thinned.t[-1]) == (run.reason, run.steps)


def test_a_batch_is_its_runs_one_by_one_to_the_bit():
    starts = np.random.default_rng(0).uniform(-2, 2, (3, 4, 2))
    for rule in gd.rules:
        hyper = {"lr": 0.02} if "lr" in rule.defaults else {}
        batch = gd.descend(rosenbrock, rule, starts, steps=60, **hyper)
        assert batch.steps.shape == batch.reason.shape == (3, 4)
        for place in np.ndindex(3, 4):
            alone = gd.descend(rosenbrock, rule, starts[place], steps=60, **hyper)
            rows = batch.path[(slice(None), *place)]
            np.testing.assert_array_equal(rows[: len(alone.path)], alone.path)
            assert (rows[len(alone.path) :] == alone.path[-1]).all()
            assert (batch.steps[place], batch.reason[place]) == (alone.steps, alone.reason)


def test_runs_of_a_batch_end_each_for_its_own_reason():
    f = gd.Objective("x**4")
    batch = gd.descend(f, descent, [[0.1], [50.0], [3.0]], steps=30, lr=0.1, stop=gd.stopping.value_below(9e-5))
    alone = [
        gd.descend(f, descent, [x], steps=30, lr=0.1, stop=gd.stopping.value_below(9e-5)) for x in (0.1, 50.0, 3.0)
    ]
    assert batch.reason.tolist() == [run.reason for run in alone]
    assert [reason.split()[0] for reason in batch.reason] == ["stopped:", "left", "left"]
    assert len(set(batch.steps.tolist())) == 3
    assert len(batch.path) == batch.steps.max() + 1
    assert np.isfinite(batch.path).all()


def test_a_run_that_has_ended_stays_ended_whatever_its_memory_grows_to():
    @gd.rule
    def swelling(theta, g, s, *, lr=0.1):
        s = 10 * s + g
        return theta - lr * g - 0 * s, s

    batch = gd.descend(bowl, swelling, [[0.1, 0.0], [1.0, 0.0]], steps=250, lr=1e-3, stop=gd.stopping.value_below(0.02))
    assert batch.reason.tolist() == ["stopped: value_below", "steps"]
    assert batch.steps.tolist() == [0, 250]
    longer = gd.descend(
        bowl, swelling, [[0.1, 0.0], [1.0, 0.0]], steps=400, lr=1e-3, stop=gd.stopping.value_below(0.02)
    )
    assert longer.reason.tolist() == ["stopped: value_below", "left the finite numbers at step 309"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_single_precision_starts_stay_single(dtype):
    for rule in gd.rules:
        assert gd.descend(rosenbrock, rule, np.array([-1.0, 1.0], dtype=dtype), steps=5).path.dtype == dtype
    assert gd.descend(rosenbrock, adam, [-1, 1], steps=5).path.dtype == np.float64


@pytest.mark.parametrize(
    ("stop", "promise"),
    [
        (gd.stopping.grad_norm(0.01), lambda run: run.grad_norms <= 0.01),
        (gd.stopping.value_below(0.01), lambda run: run.values <= 0.01),
        (gd.stopping.value_change(0.01), lambda run: np.abs(np.diff(run.values, prepend=np.inf)) <= 0.01),
        (gd.stopping.step_change(0.01),
         lambda run: np.r_[False, np.sqrt((np.diff(run.path, axis=0) ** 2).sum(-1)) <= 0.01]),
    ],
    ids=lambda one: getattr(one, "name", ""),
)  # fmt: skip
def test_a_criterion_ends_the_run_at_the_first_point_where_it_holds(stop, promise):
    run = gd.descend(bowl, gd.rules.momentum, (1.6, 1.2), steps=1000, lr=0.05, beta=0.8, stop=stop)
    assert run.reason == f"stopped: {stop.name}"
    held = promise(run)
    assert held[-1]
    assert not held[:-1].any()
    plain = gd.descend(bowl, gd.rules.momentum, (1.6, 1.2), steps=run.steps, lr=0.05, beta=0.8)
    np.testing.assert_array_equal(run.path, plain.path)


def test_a_run_may_be_over_before_its_first_step_and_the_first_of_several_criteria_gives_the_reason():
    run = gd.descend(bowl, descent, (0.0, 0.0), steps=9, stop=gd.stopping.grad_norm(1e-9))
    assert (run.steps, run.reason, run.path.tolist()) == (0, "stopped: grad_norm", [[0.0, 0.0]])
    both = (gd.stopping.value_below(1e-30), gd.stopping.step_change(1e-3))
    assert gd.descend(bowl, descent, (1.0, 0.0), steps=999, lr=0.1, stop=both).reason == "stopped: step_change"


def test_criteria_see_neither_noise_nor_clipping():
    stop = gd.stopping.grad_norm(0.5)
    run = gd.descend(bowl, descent, (2.0, 2.0), steps=3000, lr=0.05, stop=stop, transform=gd.clip_norm(0.1), noise=0.05,
                     seed=3)  # fmt: skip
    assert run.reason == "stopped: grad_norm"
    assert run.grad_norms[-1] <= 0.5 < run.grad_norms[-2]


def test_a_schedule_is_a_factor_on_lr():
    run = gd.descend(bowl, descent, (1.0, 1.0), steps=3, lr=0.5, schedule=lambda t: 1 / (t + 1))
    expected = np.cumprod([1, 1 - 0.5, 1 - 1 / 3, 1 - 0.25])
    np.testing.assert_allclose(run.path[:, 0], expected, rtol=1e-15)


def test_a_schedule_that_asks_for_the_value_gets_it_with_fresh_memory_each_run():
    class HalvedWhenWorse:
        def __init__(self):
            self.best, self.factor = np.inf, 1.0

        def __call__(self, t, f):
            self.factor *= 0.5 if f >= self.best else 1.0
            self.best = min(self.best, f)
            return self.factor

    schedule = HalvedWhenWorse()
    runs = [gd.descend(bowl, descent, (1.0, 1.0), steps=12, lr=1.1, schedule=schedule) for _ in range(2)]
    np.testing.assert_array_equal(runs[0].path, runs[1].path)
    assert schedule.best == np.inf
    assert runs[0].values[-1] < 1e-3 < gd.descend(bowl, descent, (1.0, 1.0), steps=12, lr=1.1).values[-1]


def test_a_schedule_may_give_each_run_of_a_batch_its_own_factor():
    batch = gd.descend(bowl, descent, [[1.0, 1.0], [3.0, 3.0]], steps=2, lr=0.5,
                       schedule=lambda t, f: np.where(f > 5, 0.5, 1.0))  # fmt: skip
    np.testing.assert_allclose(batch.path[:, :, 0], [[1, 3], [0, 1.5], [0, 0]], atol=1e-15)


def test_transforms_act_on_the_gradient_before_the_rule():
    clipped = gd.descend(bowl, descent, (3.0, 4.0), steps=1, lr=1.0, transform=gd.clip_norm(1.0))
    np.testing.assert_allclose(clipped.path[-1], [3 - 0.6, 4 - 0.8], rtol=1e-15)
    cut = gd.descend(bowl, descent, (3.0, 0.1), steps=1, lr=1.0, transform=gd.clip_value(0.5))
    np.testing.assert_allclose(cut.path[-1], [2.5, -0.1], rtol=1e-15)
    np.testing.assert_array_equal(gd.clip_norm(1.0)(np.zeros(2)), [0.0, 0.0])
    np.testing.assert_array_equal(gd.clip_norm(9.0)(np.array([3.0, 4.0])), [3.0, 4.0])


@pytest.mark.filterwarnings("error")
def test_a_gradient_too_large_to_be_squared_is_cut_in_its_direction():
    """Whose norm, computed plainly, is infinite: beyond 1e154 in doubles, 1e19 in single precision."""
    clip = gd.clip_norm(1.0)
    for made in (clip(np.array([3e200, 4e200])), clip.on_components((3e200, 4e200))):
        np.testing.assert_allclose(made, [0.6, 0.8], rtol=1e-15)
    np.testing.assert_allclose(clip(np.full(3, -1.7e308)), np.full(3, -(3**-0.5)), rtol=1e-15)
    assert clip.on_components((-1e200,)) == (-1.0,)
    single = clip(np.array([[3e30, 4e30], [3.0, 4.0], [0.3, 0.4]], dtype=np.float32))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, [[0.6, 0.8], [0.6, 0.8], [0.3, 0.4]], rtol=1e-6)
    steep = gd.Objective("x**4")
    run = gd.descend(steep, descent, (1e55,), steps=3, lr=1.0, transform=gd.clip_norm(1e54))
    np.testing.assert_allclose(run.path[:, 0], [1e55, 9e54, 8e54, 7e54], rtol=1e-14)


@pytest.mark.filterwarnings("ignore:invalid value")
def test_clipping_keeps_the_bits_of_gradients_that_can_be_squared_and_of_those_that_are_not_finite():
    rng = np.random.default_rng(3)
    g = rng.normal(size=(3000, 2)) * 10.0 ** rng.uniform(-170, 153, (3000, 2))
    g = np.vstack([g, [[0.0, -0.0], [np.nan, 1.0], [np.inf, 1.0], [np.nan, -np.inf], [1e-170, 0.0], [3e-200, 1e300]]])
    for limit in (1e-300, 1e-3, 1.0, 1e100):
        norm = np.sqrt(np.sum(g[:-1] * g[:-1], axis=-1, keepdims=True))
        plain = np.where(norm > limit, g[:-1] * (limit / np.where(norm > 0.0, norm, 1.0)), g[:-1])
        whole = gd.clip_norm(limit)(g)
        np.testing.assert_array_equal(whole[:-1], plain)
        parts = [gd.clip_norm(limit).on_components(tuple(row)) for row in g]
        np.testing.assert_array_equal(parts, whole)
        assert whole[-1, 1] == pytest.approx(limit)


def test_a_transform_that_asks_for_the_point_gets_it():
    """The gradient of f + 0.005·‖θ‖², made from that of f: the penalty L2."""
    penalised = gd.Objective("(x - 1)**2 + 3*(y + 2)**2 + 0.005*(x**2 + y**2)")
    plain = gd.Objective("(x - 1)**2 + 3*(y + 2)**2")
    for start in ((0.5, 0.25), [(0.5, 0.25), (-3.0, 4.0)]):
        wanted = gd.descend(penalised, adam, start, steps=40, lr=0.1)
        run = gd.descend(plain, adam, start, steps=40, lr=0.1, transform=lambda g, theta: g + 0.01 * theta)
        np.testing.assert_allclose(run.path, wanted.path, rtol=1e-12)
        np.testing.assert_array_equal(run.values, plain(run.path))  # the objective itself is as it was


def test_the_point_that_a_transform_gets_is_the_runs_own_not_where_the_rule_looks_ahead():
    seen = []

    def looked(g, theta):
        seen.append(theta)
        return g

    run = gd.descend(bowl, gd.rules.nesterov_lookahead, (1.0, -2.0), steps=6, lr=0.1, beta=0.9, transform=looked)
    np.testing.assert_array_equal(seen, run.path[:-1])
    v, theta = np.zeros(2), np.array([1.0, -2.0])
    for _ in range(6):
        v = 0.9 * v - 0.1 * (bowl.grad(theta + 0.9 * v) + 0.5 * theta)
        theta = theta + v
    decayed = gd.descend(bowl, gd.rules.nesterov_lookahead, (1.0, -2.0), steps=6, lr=0.1, beta=0.9,
                         transform=lambda g, theta: g + 0.5 * theta)  # fmt: skip
    np.testing.assert_allclose(decayed.path[-1], theta, rtol=1e-13)


def test_a_penalty_in_adams_gradient_is_no_weight_decay():
    """At g = 0, x = 1, λ = 0.01, lr = 0.1: Adam steps by lr, however small λ; AdamW shrinks x by lr·λ."""
    flat = gd.Objective.from_functions(lambda x: 0 * x.sum(-1), lambda x: 0 * x, n=1)
    penalty = gd.descend(flat, adam, (1.0,), steps=1, lr=0.1, transform=lambda g, theta: g + 0.01 * theta)
    assert penalty.path[-1, 0] == pytest.approx(0.9, abs=1e-6)
    decay = gd.descend(flat, gd.rules.adamw, (1.0,), steps=1, lr=0.1, weight_decay=0.01)
    assert decay.path[-1, 0] == pytest.approx(0.999, abs=1e-12)


def test_a_transform_comes_after_the_noise_and_may_be_any_function_of_one_or_two():
    options = {"steps": 5, "lr": 0.1, "noise": 0.3, "seed": 4}
    start = (1.0, -2.0)
    plain = gd.descend(bowl, descent, start, **options)
    for same in (lambda g, theta: g, lambda g: g, lambda g, theta=None: g, lambda *given: given[0], np.positive):
        np.testing.assert_array_equal(gd.descend(bowl, descent, start, transform=same, **options).path, plain.path)
    capped = gd.descend(bowl, descent, start, transform=lambda g, theta: np.minimum(g, 0 * theta + 0.1), **options)
    assert (np.diff(capped.path, axis=0) >= -0.1 * 0.1 - 1e-15).all()


def test_noise_has_the_stated_deviation_and_repeats_by_its_seed():
    flat = gd.Objective.from_functions(lambda x: 0 * x.sum(-1), lambda x: 0 * x, n=2)
    many = gd.descend(flat, descent, np.zeros((20_000, 2)), steps=1, lr=1.0, noise=0.3, seed=5)
    assert abs(many.path[-1].std() / 0.3 - 1) < 0.02
    again = [gd.descend(bowl, adam, (1.0, 1.0), steps=50, noise=0.1, seed=7).path for _ in range(2)]
    np.testing.assert_array_equal(*again)
    other = gd.descend(bowl, adam, (1.0, 1.0), steps=50, noise=0.1, seed=np.random.default_rng(8)).path
    assert not np.array_equal(again[0], other)


def test_a_rule_that_asks_for_the_value_gets_it_at_theta():
    @gd.rule
    def polyak(theta, g, f, *, lr=1.0):
        return theta - lr * f * g

    run = gd.descend(bowl, polyak, (0.5, 0.5), steps=3, lr=0.1)
    theta = np.array([0.5, 0.5])
    for point in run.path:
        np.testing.assert_allclose(point, theta, rtol=1e-15)
        theta = theta - 0.1 * bowl(theta) * bowl.grad(theta)
    batch = gd.descend(bowl, polyak, [(0.5, 0.5), (1.0, 0.2)], steps=3, lr=0.1)
    np.testing.assert_array_equal(batch.path[:, 0], run.path)


@pytest.mark.parametrize("where", ["floats", "arrays"])
def test_an_interrupted_run_keeps_what_it_has(where, monkeypatch):
    calls = 0

    def value_then_interrupt(x):
        return (x**2).sum(-1)

    def grad_then_interrupt(x):
        nonlocal calls
        calls += 1
        if calls == 9:
            raise KeyboardInterrupt
        return 2 * x

    if where == "arrays":
        f = gd.Objective.from_functions(value_then_interrupt, grad_then_interrupt, n=2)
        calls = 0
        run = gd.descend(f, descent, (1.0, 1.0), steps=100, lr=0.1)
        assert (run.steps, run.reason, len(run.path)) == (8, "interrupted", 9)
        return
    resume = on_floats.compiled_pair(bowl, descent)["resume"]

    def interrupted(carried, t, last, path, hyper):
        resume(carried, t, 5, path, hyper)
        raise KeyboardInterrupt

    monkeypatch.setitem(on_floats.compiled_pair(bowl, descent), "resume", interrupted)
    run = gd.descend(bowl, descent, (1.0, 1.0), steps=100, lr=0.1)
    assert (run.steps, run.reason, len(run.path)) == (5, "interrupted", 6)


def test_anything_with_value_gradient_and_n_is_an_objective():
    class Mine:
        n = 2

        def __call__(self, points):
            return (points**2).sum(-1)

        def grad(self, points):
            return 2 * points

    np.testing.assert_allclose(
        gd.descend(Mine(), adam, (1.0, 2.0), steps=20).path, gd.descend(bowl, adam, (1.0, 2.0), steps=20).path
    )


def test_the_plan_decides_which_loop_runs():
    def plain(**options):
        options = {"schedule": None, "stop": None, "transform": None, "noise": 0.0, "seed": None, "keep": 1, **options}
        return plan_of(bowl, descent, (1.0, 1.0), 5, hyperparameters={}, **options).is_plain

    assert plain(keep=3)
    assert not plain(stop=gd.stopping.grad_norm(1.0))
    assert plain(schedule=lambda t: 1.0)
    assert not plain(schedule=lambda t, f: 1.0)
    assert not plain(noise=0.1, seed=1)
    assert not plain(transform=gd.clip_value(1.0))


@pytest.mark.parametrize(
    ("n", "steps", "other"),  # and the loop that is not taken
    [(20, 1, "array_loop"), (64, 100, "float_loop"), (64, 399, "float_loop"), (64, 400, "array_loop")],
)
def test_many_coordinates_go_as_straight_line_python_in_a_long_run(n, steps, other, monkeypatch):
    f, start = bowl.with_n(n), np.linspace(-1.0, 1.0, n)
    batch = gd.descend(f, adam, [start], steps=steps, lr=0.01, keep=50)
    monkeypatch.setattr(running, other, None)
    run = gd.descend(f, adam, start, steps=steps, lr=0.01, keep=50)
    assert bits(run.path) == bits(batch.path[:, 0])
    assert run.t.tolist() == batch.t.tolist()


@pytest.mark.parametrize("schedule", [None, gd.schedules.inverse(0.05)], ids=["no schedule", "a schedule"])
@pytest.mark.parametrize(
    "name", ["gradient_descent", "momentum", "nesterov", "adam", "nadam", "quickprop", "rprop_plus"]
)
def test_both_loops_walk_the_same_path_in_many_dimensions(name, schedule, many_rosenbrock, monkeypatch):
    f, start, rule = many_rosenbrock, np.tile([-1.2, 1.0], 16), gd.rules[name]
    monkeypatch.setattr(on_floats, "_NUMBERS", 32 * 25)
    settings = [{"lr": 1e-3}, {"lr": 3.0}] if "lr" in rule.defaults else [{}]  # the second leaves the finite numbers
    for hyper in settings:
        given = schedule if hyper else None
        records = both_loops(f, rule, start, given, steps=90, keep=7, **hyper)
        agree(*records)
        if name == "gradient_descent":
            assert (records[0].ended == LEFT) == (hyper["lr"] == 3.0)


@pytest.fixture(scope="module")
def many_rosenbrock():
    return rosenbrock.with_n(32)


def test_memory_is_bounded_by_the_numbers_that_wait_not_by_the_points(monkeypatch):
    n, steps, numbers = 64, 600, 8_000
    f = bowl.with_n(n)
    monkeypatch.setattr(on_floats, "_NUMBERS", numbers)
    gd.descend(f, descent, np.ones(n), steps=steps, lr=1e-3, keep=200)  # makes its lines
    tracemalloc.start()
    try:
        run = gd.descend(f, descent, np.ones(n), steps=steps, lr=1e-3, keep=200)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert run.t.tolist() == [0, 200, 400, 600]
    assert peak < 1.5 * 32 * numbers < 0.4 * 32 * n * steps


def test_an_interrupt_between_two_parts_or_before_the_first_keeps_what_there_is(monkeypatch):
    whole = gd.descend(rosenbrock, adam, (-1.0, 1.0), steps=1000, keep=7)
    monkeypatch.setattr(on_floats, "_NUMBERS", 128)
    thinned, calls = on_floats._thinned, []

    def interrupted(*given, **options):
        calls.append(given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return thinned(*given, **options)

    monkeypatch.setattr(on_floats, "_thinned", interrupted)
    run = gd.descend(rosenbrock, adam, (-1.0, 1.0), steps=1000, keep=7)
    assert (run.steps, run.reason) == (3 * 64, "interrupted")
    assert run.t.tolist() == [*range(0, 3 * 64, 7), 3 * 64]
    assert bits(run.path[:-1]) == bits(whole.path[: len(run.path) - 1])

    def while_it_is_made(f, rule):
        raise KeyboardInterrupt

    monkeypatch.setattr(on_floats, "compiled_pair", while_it_is_made)
    run = gd.descend(rosenbrock, adam, (-1.0, 1.0), steps=1000, keep=7)
    assert (run.steps, run.reason, run.path.tolist()) == (0, "interrupted", [[-1.0, 1.0]])
