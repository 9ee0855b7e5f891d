"""The lanes of gd.sweep: every run in a block of Numba's ends where `descend` ends it, to the bit, wherever it ends.

The text of lanes is plain Python, so each rule and landscape is tried without a compiler as well; what is compiled in the
short tests is chosen to meet every kind of text.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import gdlib as gd
from gdlib.emit.as_numba import LANES
from gdlib.emit.as_numpy import compile_rule
from gdlib.emit.as_python import compiled
from gdlib.emit.inverses import SURE_OF
from gdlib.emit.trajectory import trajectory_of
from gdlib.loops import compiler_words, machine_code
from gdlib.loops.on_arrays import array_loop
from gdlib.loops.plan import plan_of
from gdlib.schedules.schedule import memory_of, step_of
from gdlib.second_order.method import Method
from gdlib.sweeps import on_numba
from gdlib.sweeps.chunk import LEFT, MET, RUNNING, Chunk, Reached
from tests.tables import each_exact_objective, each_inexact_objective, each_rule, in_our_words

STEPS = 300


@pytest.fixture(autouse=True, scope="session")
def cache_of_our_own(tmp_path_factory):
    """Nothing is kept in the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def starts(f, count, dtype=np.float64):
    """Points around the landscape's own start, some of them far out, where many rules leave the finite numbers."""
    generator = np.random.default_rng(count)
    near = np.array(f.start) + generator.uniform(-1, 1, (count, f.n))
    near[::7] *= 1e3
    return near.astype(dtype)


def descended(f, step, points, steps, tol=None, schedule=None, **hyper) -> Reached:
    """What `descend` makes of these runs."""
    stop = None if tol is None else gd.stopping.grad_norm(tol)
    plan = plan_of(f, step, points, steps, schedule, stop, None, 0.0, None, steps, hyper)
    record = array_loop(f, step, plan)
    return Reached(record.path[-1], record.steps, np.where(record.ended < LEFT, LEFT, record.ended).astype(np.int8))


def in_lanes(f, step, points, steps, tol=None, factors=None, advance=on_numba.advance, **hyper) -> Reached:
    """What the lanes make of them; a hyperparameter that is an array is swept."""
    trajectory = trajectory_of(f, step, factors is not None)
    numbers = {**step.defaults, **hyper}
    numbers |= worked_out_once(step, numbers, len(points))
    swept = frozenset(name for name, number in numbers.items() if isinstance(number, np.ndarray))
    text = on_numba.text(trajectory, dtype=points.dtype.name, swept=swept, watched=tol is not None)
    return advance(text, Chunk(points, numbers, steps, tol, factors))


def worked_out_once(step, numbers, runs) -> dict:
    """What a rule raises to the number of the step, number by number, as `descend` works it out."""
    if isinstance(step, Method):
        return {}
    rows = np.broadcast_arrays(*(np.broadcast_to(number, runs) for number in numbers.values()))
    made = [compile_rule(step).once(*(np.float64(row[k]) for row in rows)) for k in range(runs)]
    alone = not any(isinstance(number, np.ndarray) for number in numbers.values())
    return {name: float(made[0][name]) if alone else np.array([one[name] for one in made]) for name in made[0]}


def uncompiled(text: str, chunk: Chunk) -> Reached:
    """The same, by Python itself on NumPy's numbers."""
    with pytest.MonkeyPatch.context() as patch, np.errstate(all="ignore"):
        patch.setattr(compiler_words, "fused_multiply_add", lambda: None)
        patch.setattr(machine_code, "of_text", lambda text, functions, **given: compiled(text))
        patch.setattr(machine_code, "of_function", lambda function, signature: function)
        return on_numba.advance(text, chunk)


def the_same(one: Reached, other: Reached) -> None:
    assert [values.dtype for values in one] == [values.dtype for values in other]
    assert [values.shape for values in one] == [values.shape for values in other]
    assert [values.tobytes() for values in one] == [values.tobytes() for values in other]


# ------------------------------------------------------------------ the text


@each_rule
@pytest.mark.parametrize("objective", [gd.objectives.himmelblau, gd.objectives.heavy_ball_trap], ids=lambda f: f.name)
def test_the_text_of_each_rule_ends_runs_where_descend_ends_them(rule, objective):
    points = starts(objective, 9)
    the_same(in_lanes(objective, rule, points, 40, advance=uncompiled), descended(objective, rule, points, 40))


@each_exact_objective
def test_the_text_of_each_landscape_does_so_too(objective):
    points = starts(objective, 9)
    for rule in (gd.rules.adam, gd.rules.nesterov_lookahead):
        the_same(in_lanes(objective, rule, points, 40, advance=uncompiled), descended(objective, rule, points, 40))


@pytest.mark.parametrize("method", [m for m in gd.methods if m.has_components(2)], ids=lambda m: m.name)
def test_the_text_of_the_newton_family_for_one_and_two_variables(method):
    for objective in (gd.objectives.himmelblau, gd.Objective("x**4 - x", start=(0.5,))):
        points = starts(objective, 9)
        the_same(in_lanes(objective, method, points, 30, advance=uncompiled), descended(objective, method, points, 30))


@gd.rule
def comes_back(theta, g, *, lr=0.5):
    """From beyond the finite numbers too, were it let.

    Source: made up.
    """
    return np.where(np.abs(theta) > 1e300, 1.0, theta - lr * g)


@gd.rule
def takes_all(theta, g, f, m, t, *, lr=0.1, beta=0.5, rho=0.25):
    """Value, number of the step, a memory that becomes the old point, powers of two settings, truths as numbers.

    Source: made up.
    """
    pull = lr * g / (1 - beta**t) + rho ** (t + 1) * np.sign(f) * m / t
    return theta - pull * (g > m) - np.where(np.abs(g) < 1, pull, lr), theta


@pytest.mark.parametrize("rule", [comes_back, takes_all], ids=lambda rule: rule.name)
def test_the_text_of_odd_rules(rule):
    points = starts(gd.objectives.himmelblau, 9)
    found = descended(gd.objectives.himmelblau, rule, points, 40)
    the_same(in_lanes(gd.objectives.himmelblau, rule, points, 40, advance=uncompiled), found)
    assert rule is takes_all or LEFT in found.ended


@pytest.mark.parametrize("swept", [{}, {"factor": np.linspace(1.5, 3.0, 9), "over": np.linspace(2.0, 4.0, 9)}])
@pytest.mark.parametrize("schedule", [None, gd.schedules.inverse(0.1)])
def test_a_rules_own_names_are_not_taken_for_the_texts(schedule, swept):
    f, points = gd.objectives.himmelblau, starts(gd.objectives.himmelblau, 9)
    factors = None if schedule is None else np.array([schedule(t) for t in range(1, 21)])
    columns = {name: values[:, None] for name, values in swept.items()}
    plan = plan_of(f, in_our_words, points, 20, schedule, None, None, 0.0, None, 20, {})
    record = array_loop(f, in_our_words, replace(plan, hyperparameters=plan.hyperparameters | columns))
    found = Reached(record.path[-1], record.steps, record.ended.astype(np.int8))
    advances = [uncompiled] if swept else [uncompiled, on_numba.advance]
    for advance in advances:
        the_same(in_lanes(f, in_our_words, points, 20, factors=factors, advance=advance, **swept), found)


# ------------------------------------------------------------------ machine code


def test_adam_to_the_bit_over_whole_and_broken_blocks():
    f = gd.objectives.rosenbrock
    points = starts(f, 2 * LANES + 5)
    kept = points.tobytes()
    the_same(in_lanes(f, gd.rules.adam, points, STEPS), descended(f, gd.rules.adam, points, STEPS))
    assert points.tobytes() == kept


def test_runs_that_leave_the_finite_numbers_and_runs_that_meet_tol_end_where_descend_ends_them():
    f = gd.objectives.himmelblau
    points = np.vstack([starts(f, 80), f.minima[0]])  # the last is there before the first step
    for steps in (STEPS, 1, 32, 33):
        found = descended(f, gd.rules.momentum, points, steps, tol=1e-3)
        the_same(in_lanes(f, gd.rules.momentum, points, steps, tol=1e-3), found)
    at_the_bottom = np.array([[0.0, 0.0], [1.0, 1.0]])  # where no number is below the norm, and it is at most 0
    found = descended(gd.objectives.bowl, gd.rules.momentum, at_the_bottom, 40, tol=0.0)
    assert found.ended.tolist() == [MET, RUNNING]
    the_same(in_lanes(gd.objectives.bowl, gd.rules.momentum, at_the_bottom, 40, tol=0.0, advance=uncompiled), found)
    found = descended(f, gd.rules.momentum, points, 170, tol=1e-3)
    assert set(found.ended) == {LEFT, RUNNING, MET}
    at_last = int(found.taken[found.ended == MET].max())
    the_same(
        in_lanes(f, gd.rules.momentum, points, at_last, tol=1e-3),
        descended(f, gd.rules.momentum, points, at_last, tol=1e-3),
    )


SETTINGS = {"lr": np.linspace(0.001, 0.3, 5), "beta1": np.linspace(0.0, 0.99, 5), "psi": np.geomspace(1e-3, 0.5, 5)}


@pytest.mark.parametrize(
    ("rule", "dtype", "advance"),
    [("nadam", np.float64, uncompiled), ("nadam", np.float32, uncompiled), ("adam", np.float32, on_numba.advance)],
)
def test_settings_of_each_run_are_those_of_a_run_alone_in_both_precisions(rule, dtype, advance):
    f, rule = gd.objectives.himmelblau, gd.rules[rule]
    settings = {name: row for name, row in SETTINGS.items() if name in rule.defaults}
    points = starts(f, 5, dtype)
    together = in_lanes(f, rule, points, 40, advance=advance, **settings)
    for k in range(5):
        alone = descended(f, rule, points[k : k + 1], 40, **{name: row[k] for name, row in settings.items()})
        the_same(Reached(*(values[k : k + 1] for values in together)), alone)


def test_a_schedule_multiplies_lr_at_each_step():
    f, schedule = gd.objectives.himmelblau, gd.schedules.cosine(100)
    points = starts(f, 9)
    factors = np.array([schedule(t) for t in range(1, 101)], dtype=np.float64)
    found = descended(f, gd.rules.momentum, points, 100, tol=1e-9, schedule=schedule)
    the_same(in_lanes(f, gd.rules.momentum, points, 100, tol=1e-9, factors=factors), found)


def test_a_schedule_that_watches_the_value_remembers_for_each_run():
    f, schedule = gd.objectives.himmelblau, gd.schedules.reduce_on_plateau(patience=2)
    points = starts(f, 9)
    trajectory = trajectory_of(f, gd.rules.momentum, partial(step_of, schedule), memory_of(schedule))
    text = on_numba.text(trajectory, dtype="float64", swept=frozenset(), watched=False)
    found = descended(f, gd.rules.momentum, points, 60, schedule=schedule)
    for advance in (uncompiled, on_numba.advance):
        the_same(advance(text, Chunk(points, dict(gd.rules.momentum.defaults), 60, None, None)), found)


def test_many_coordinates_make_narrower_blocks():
    f = gd.objectives.rosenbrock.with_n(20)
    text = on_numba.text(trajectory_of(f, gd.rules.adam), dtype="float64", swept=frozenset(), watched=False)
    assert compiled(text)["BLOCK"] < LANES
    points = np.random.default_rng(2).uniform(-2, 2, (compiled(text)["BLOCK"] + 1, 20))
    the_same(in_lanes(f, gd.rules.adam, points, 3, advance=uncompiled), descended(f, gd.rules.adam, points, 3))


@pytest.mark.parametrize(
    ("objective", "rule", "watched"), [("rosenbrock", "adam", False), ("himmelblau", "quickprop", True)]
)
def test_lanes_become_vectors_and_nothing_is_fused(objective, rule, watched):
    f, rule = gd.objectives[objective], gd.rules[rule]
    in_lanes(f, rule, starts(f, 1), 1, tol=0.0 if watched else None)
    text = on_numba.text(trajectory_of(f, rule), dtype="float64", swept=frozenset(), watched=watched)
    walk = machine_code.of_text(text, {})["walk"]
    (code,), (assembly,) = walk.inspect_llvm().values(), walk.inspect_asm().values()
    for operation in ("fmul", "fdiv"):
        assert re.search(rf"= {operation} <\d+ x double>", code)
    assert not re.search(r"llvm\.fma|fmuladd| contract | fast ", code)
    assert not re.search(r"\bv?fn?m(add|sub)", assembly)
    assert ("zmm" in assembly) == bool(processor_has("avx512f"))


def processor_has(feature: str) -> bool:
    from llvmlite import binding

    return binding.get_host_cpu_features().get(feature, False)


# ------------------------------------------------------------------ quotients by inverses

ADAM = gd.objectives.rosenbrock, gd.rules.adam


@pytest.fixture
def fma():
    made = compiler_words.fused_multiply_add()
    if made is None:
        pytest.skip("this processor has no fused multiply-add")
    return made


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_quotient_by_the_inverse_is_the_quotient(dtype, fma):
    """For sizes up to the bounds; divisors as Adam has them; and quotients next to the middle between two numbers."""
    import numba

    by_inverse = compiled(on_numba.text(trajectory_of(*ADAM), dtype="float64", swept=frozenset(), watched=False))[
        "by_inverse"
    ]
    by_inverse.__globals__["fma"] = fma
    over = numba.njit(error_model="numpy")(by_inverse)

    @numba.njit(error_model="numpy")
    def quotients(x, y):
        made = np.empty_like(x)
        one = x.dtype.type(1.0)
        for k in range(x.size):
            made[k] = over(x[k], y[k], one / y[k])
        return made

    generator = np.random.default_rng(8)
    low, high, tiny, huge = SURE_OF[dtype.__name__]
    many = 10**6
    sign = generator.choice([-1.0, 1.0], many)
    x = (sign * np.exp2(generator.uniform(np.log2(tiny), np.log2(huge), many))).astype(dtype)
    y = np.exp2(generator.uniform(np.log2(low), np.log2(high), many)).astype(dtype)
    corrections = (1.0 - generator.choice([0.9, 0.99, 0.999], many) ** generator.integers(1, 5000, many)).astype(dtype)
    digits = np.finfo(dtype).nmant
    half = np.longdouble(2) ** -(digits + 1)  # between two numbers of these digits lies one of one digit more
    middle = 1 + (2 * generator.integers(0, 2**digits, many).astype(np.longdouble) + 1) * half
    next_to = (middle * corrections).astype(dtype)
    short = (generator.integers(1, 2**8, many) / 2.0 ** generator.integers(0, 9, many)).astype(dtype)
    ones = (2.0 - np.finfo(dtype).eps * generator.integers(1, 9, many)).astype(dtype)
    for top, bottom in ((x, y), (x, corrections), (next_to, corrections), (short, corrections), (x, ones), (ones, y)):
        assert quotients(top, bottom).tobytes() == (top / bottom).tobytes()
    zeros = np.array([0.0, -0.0, np.nan], dtype)
    assert quotients(zeros, np.full(3, 0.1, dtype))[:2].tobytes() == zeros[:2].tobytes()


ODD_STARTS = [(0.0, 0.0), (-0.0, 1.0), (1e100, 1.0), (1e-160, 1e-170), (1e-310, 1e-200), (1e160, -1e70), (3.0, 2.0)]


@pytest.mark.usefixtures("fma")
def test_where_a_quotient_is_not_sure_the_block_is_divided():
    f = gd.objectives.bowl
    points = np.repeat(starts(f, 8 * len(ODD_STARTS)), LANES // 8, axis=0)  # a block for each of them
    points[5::LANES] = ODD_STARTS
    the_same(in_lanes(f, gd.rules.adam, points, 60), descended(f, gd.rules.adam, points, 60))
    tiny = (np.random.default_rng(4).uniform(1, 2, (64, 2)) * 2.0**-124).astype(np.float32)  # what lacks has no digits
    ours, theirs = (walk(f, gd.rules.adam, tiny, 20, lr=0.25, eps=1.0) for walk in (in_lanes, descended))
    the_same(ours, theirs)


@pytest.mark.usefixtures("fma")
def test_it_is_the_inverses_that_are_used_and_the_fused_product_that_makes_them_right(monkeypatch, tmp_path):
    import numba

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(machine_code, "_ready", {})
    monkeypatch.setattr(compiler_words, "fused_multiply_add", lambda: numba.njit(lambda x, y, z: x * y + z))
    points = starts(ADAM[0], 64)
    ours, found = in_lanes(*ADAM, points, 100), descended(*ADAM, points, 100)
    assert ours.points.tobytes() != found.points.tobytes()
    np.testing.assert_allclose(ours.points, found.points, rtol=1e-9)


def test_threads_side_by_side_do_the_same_and_compile_once(monkeypatch):
    f, rule = gd.objectives.bowl, gd.rules.nesterov
    points = starts(f, 640)
    compiled_texts = []
    real = machine_code._all_jitted
    monkeypatch.setattr(
        machine_code, "_all_jitted", lambda *args, **cache: compiled_texts.append(1) or real(*args, **cache)
    )
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda part: in_lanes(f, rule, part, 200), np.split(points, 10)))
    whole = descended(f, rule, points, 200)
    the_same(Reached(*(np.concatenate(values) for values in zip(*parts, strict=True))), whole)
    assert len(compiled_texts) == 1


# ------------------------------------------------------------------ what is kept on disk


PAIR = gd.objectives.bowl, gd.rules.gradient_descent
TEXT = on_numba.text(trajectory_of(*PAIR), dtype="float64", swept=frozenset(), watched=False)


def works() -> Reached:
    points = starts(PAIR[0], 3)
    the_same(in_lanes(*PAIR, points, 5), descended(*PAIR, points, 5))


def next_session():
    machine_code._ready.pop(TEXT, None)


def hits() -> int:
    return sum(sum(machine_code._ready[TEXT][name].stats.cache_hits.values()) for name in ("begin", "walk"))


def test_the_next_session_finds_the_machine_code_and_trusts_no_text_but_ours(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    next_session()
    assert not machine_code.is_at_hand(TEXT)
    works()
    assert machine_code.is_at_hand(TEXT)
    assert hits() == 0
    next_session()
    (text,) = tmp_path.rglob("*.py")
    text.write_text("raise RuntimeError('not ours')")
    works()
    assert hits() == 2


@pytest.mark.parametrize("broken", ["*begin*.nbc", "*walk*.nbi"])
def test_a_broken_file_is_no_error_and_does_not_stay(monkeypatch, tmp_path, broken):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    next_session()
    works()
    (file,) = tmp_path.rglob(broken)
    file.write_bytes(file.read_bytes()[:50])
    next_session()
    works()
    assert hits() == 0
    assert not machine_code._indices(TEXT)


@pytest.mark.parametrize("home", ["file", "below a file"])
def test_a_folder_that_cannot_be_written_is_no_error(monkeypatch, tmp_path, home):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ("file" if home == "file" else "file/below")))
    next_session()
    works()
    assert not machine_code._indices(TEXT)


# ------------------------------------------------------------------ the whole table, for `make test-all`


@pytest.mark.slow
@each_rule
def test_machine_code_of_each_rule(rule):
    points = starts(gd.objectives.himmelblau, 70)
    found = descended(gd.objectives.himmelblau, rule, points, STEPS, tol=1e-4)
    the_same(in_lanes(gd.objectives.himmelblau, rule, points, STEPS, tol=1e-4), found)


@pytest.mark.slow
@each_exact_objective
def test_machine_code_of_each_landscape(objective):
    points = starts(objective, 70)
    newton = gd.methods.saddle_free_newton
    for step in (gd.rules.rprop_minus, *([newton] if newton.has_components(objective.n) else [])):
        the_same(in_lanes(objective, step, points, STEPS), descended(objective, step, points, STEPS))


@pytest.mark.slow
@each_inexact_objective
def test_machine_code_of_each_landscape_with_elementary_functions_for_a_step(objective):
    """Each of them agrees to 4 ulp, and one step carries that on: a whole path may be chaotic and is not compared."""
    points = starts(objective, 70)
    ours, theirs = (walk(objective, gd.rules.gradient_descent, points, 1) for walk in (in_lanes, descended))
    np.testing.assert_allclose(ours.points, theirs.points, rtol=1e-13, atol=1e-13)
