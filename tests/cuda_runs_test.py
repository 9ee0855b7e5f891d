"""Whole runs by CUDA's kernel against `descend`: to the bit wherever that is promised, in float32 as well."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

import gdlib as gd
from gdlib.emit.as_numpy import compile_rule
from gdlib.emit.trajectory import trajectory_of
from gdlib.sweeps import on_cupy
from gdlib.sweeps.chunk import LEFT, MET, RUNNING, Chunk
from tests import cuda_twin
from tests.cuda_places import Gpu, Twin, each_place
from tests.tables import EXACT, SETTINGS, WRITTEN, each_rule, in_our_words

STEPS = 60
TWO = (gd.objectives.himmelblau, gd.objectives.heavy_ball_trap)
DTYPES = ("float64", "float32")


def starts(f, dtype="float64", many=6):
    """Points around the landscape's start, the last so far out that most rules leave the finite numbers from there."""
    around = np.array(f.start) + np.random.default_rng(5).normal(0.0, 0.5, (many, f.n))
    around[-1] *= {"float64": 1e60, "float32": 1e12}[dtype]
    return around.astype(dtype)


def numbers_of(rule, **given):
    """Every number that a text asks for: what is left out at its default."""
    hyper = {**rule.defaults, **given}
    if not isinstance(rule, gd.Rule):
        return hyper
    once = compile_rule(rule).once
    one_by_one = {  # NumPy's real powers of arrays differ by an ulp from those of numbers
        name: np.vectorize(lambda *given, name=name: once(*map(np.float64, given))[name], otypes=[float])
        for name in once(*map(np.float64, rule.defaults.values()))
    }
    return hyper | {name: work_out(*hyper.values())[()] for name, work_out in one_by_one.items()}


def text_of(f, rule, dtype="float64", swept=(), watched=False, **schedule):
    return on_cupy.text(
        trajectory_of(f, rule, **schedule), dtype=dtype, swept=frozenset(swept), watched=watched
    )  # fmt: skip


def same(reached, run, place):
    """Points, steps and endings equal, bit for bit; a run that descend stops has met its tolerance."""
    points, taken, ended = map(place.host, reached)
    halted = "left" if isinstance(run.rule, gd.Rule) else ("left", "stopped")  # a singular Hessian, say, has its words
    words = [{RUNNING: "steps", MET: "stopped", LEFT: halted}[int(one)] for one in ended]
    assert points.dtype == run.path.dtype
    assert points.tobytes() == np.ascontiguousarray(run.path[-1]).tobytes()
    np.testing.assert_array_equal(taken, run.steps)
    assert all(reason.startswith(word) for reason, word in zip(run.reason.ravel(), words, strict=True))


def walks_descends_path(place, f_and_rule, dtypes=DTYPES, **given):
    """Chunks of all these pairs and types, against `descend`.

    On a GPU float32 may differ where a run meets numbers below the normal ones, and there is the twin's that drops them.
    """
    cases = [(f, rule, dtype) for f, rule in f_and_rule for dtype in dtypes]
    texts = [text_of(f, rule, dtype) for f, rule, dtype in cases]
    points = [starts(f, dtype) for f, _, dtype in cases]
    chunks = [
        Chunk(place.array(one), numbers_of(rule, **given), STEPS, None, None)
        for one, (_, rule, _) in zip(points, cases, strict=True)
    ]
    walked = place.advance_all(texts, chunks)
    for reached, text, chunk, (f, rule, dtype) in zip(walked, texts, chunks, cases, strict=True):
        start = place.host(chunk.points)
        try:
            same(reached, gd.descend(f, rule, start, steps=STEPS, **given), place)
        except AssertionError:
            if dtype == "float64" or not isinstance(place, Gpu) or cuda_twin.COMPILER is None:
                raise
            for one, other in zip(reached, Twin().advance_flushing(text, chunk._replace(points=start)), strict=True):
                assert place.host(one).tobytes() == other.tobytes(), f"{rule.name} on {f.name}"


@each_rule
@each_place
def test_every_rule_walks_descends_path_to_the_bit(place, rule):
    walks_descends_path(place, [(f, rule) for f in TWO])


@each_place
def test_a_rules_own_names_are_not_taken_for_the_kernels(place):
    walks_descends_path(place, [(f, in_our_words) for f in TWO])


@pytest.mark.parametrize("name", ["adam", "irprop_plus"])
@each_place
def test_every_landscape_is_walked_to_the_bit(place, name):
    walks_descends_path(place, [(f, gd.rules[name]) for f in EXACT], dtypes=("float64",))


@pytest.mark.slow
@each_rule
@each_place
def test_every_rule_on_every_landscape(place, rule):
    walks_descends_path(place, [(f, rule) for f in EXACT])


@pytest.mark.parametrize("method", WRITTEN, ids=lambda method: method.name)
@each_place
def test_newtons_family_walks_descends_path_to_the_bit(place, method):
    """In float64; in float32 the endings differ where a Hessian is singular, as descend then asks the general form."""
    flat = [f for f in EXACT if f.n <= 2]
    walks_descends_path(place, [(f, method) for f in flat], dtypes=("float64",), **SETTINGS[method.name])


@each_rule
@each_place
def test_runs_may_differ_in_every_number(place, rule):
    f, many = gd.objectives.himmelblau, 5
    names = list(rule.defaults)
    spread = {name: default * np.linspace(0.9, 1.0, many) for name, default in rule.defaults.items()}
    texts, chunks = [], []
    start = starts(f, many=many + 1)[:-1]
    for swept, dtype in ((names, "float64"), (names[:1], "float32")):
        given = {name: spread[name] for name in swept}
        numbers = numbers_of(rule, **given)
        several = [name for name, value in numbers.items() if np.ndim(value)]
        texts.append(text_of(f, rule, dtype, several))
        chunks.append((Chunk(place.array(start.astype(dtype)), numbers, STEPS, None, None), given))
    reached = place.advance_all(texts, [chunk for chunk, _ in chunks])
    for got, (chunk, given) in zip(reached, chunks, strict=True):
        for k, point in enumerate(place.host(chunk.points)):
            run = gd.descend(f, rule, point[None], steps=STEPS, **{name: float(one[k]) for name, one in given.items()})
            same([one[k : k + 1] for one in got], run, place)


@pytest.mark.parametrize("dtype", DTYPES)
@each_place
def test_a_run_ends_where_the_gradient_is_small(place, dtype):
    f, rule, tol = gd.objectives.himmelblau, gd.rules.adam, 0.5
    start = np.vstack([starts(f)[:-1], f.minima[:1]]).astype(dtype)
    for steps in (3, 400):
        chunk = Chunk(place.array(start), numbers_of(rule, lr=0.1), steps, tol, None)
        reached = place.advance(text_of(f, rule, dtype, watched=True), chunk)
        run = gd.descend(f, rule, start, steps=steps, stop=gd.stopping.grad_norm(tol), lr=0.1)
        same(reached, run, place)
        assert MET in place.host(reached.ended)


@each_place
def test_a_tolerance_met_at_the_very_last_point_is_met(place):
    f, rule = gd.objectives.bowl, gd.rules.gradient_descent
    start = np.array([[1.0, 0.0]])
    tol = float(np.linalg.norm(f.grad(gd.descend(f, rule, start[0], steps=7, lr=0.25).path[-1])))
    for steps, how in ((7, MET), (6, RUNNING)):
        chunk = Chunk(place.array(start), {"lr": 0.25}, steps, tol, None)
        reached = place.advance(text_of(f, rule, watched=True), chunk)
        assert (int(place.host(reached.ended)[0]), int(place.host(reached.taken)[0])) == (how, steps)


@pytest.mark.parametrize("dtype", DTYPES)
@each_place
def test_a_schedule_gives_each_step_its_factor(place, dtype):
    f, rule = gd.objectives.himmelblau, gd.rules.adam
    schedule = gd.schedules.cosine(STEPS)
    start = starts(f)[:-1].astype(dtype)
    factors = np.array([schedule(t) for t in range(1, STEPS + 1)])
    run = gd.descend(f, rule, start, steps=STEPS, schedule=schedule, lr=0.3)
    for swept in ((), ("lr",)):
        numbers = numbers_of(rule, lr=np.full(len(start), 0.3) if swept else 0.3)
        chunk = Chunk(place.array(start), numbers, STEPS, None, factors)
        same(place.advance(text_of(f, rule, dtype, swept, schedule=True), chunk), run, place)


@pytest.mark.parametrize("dtype", DTYPES)
@each_place
def test_a_long_run_goes_on_where_the_last_launch_left_it(place, dtype, monkeypatch):
    """Memory, powers and the schedule's place travel from launch to launch; a run that has ended stays so."""
    monkeypatch.setattr(on_cupy, "_STEPS", 17)
    f = gd.objectives.himmelblau
    start = starts(f)[:-1].astype(dtype)
    for rule in (gd.rules.nadam, gd.rules.irprop_plus, gd.rules.gradient_descent):
        for lr in ({"lr": 0.04} if "lr" in rule.defaults else {}, {"lr": 0.3} if "lr" in rule.defaults else {}):
            for swept in ((), tuple(lr)):
                several = {name: np.full(len(start), value) for name, value in lr.items()} if swept else lr
                numbers = numbers_of(rule, **several)
                if swept and rule is gd.rules.nadam:
                    numbers |= numbers_of(rule, psi=np.full(len(start), rule.defaults["psi"]))
                    numbers |= several
                varying = [name for name, value in numbers.items() if np.ndim(value)]
                chunk = Chunk(place.array(start), numbers, STEPS, 1e-3, None)
                reached = place.advance(text_of(f, rule, dtype, varying, watched=True), chunk)
                stop = gd.stopping.grad_norm(1e-3)
                same(reached, gd.descend(f, rule, start, steps=STEPS, stop=stop, **lr), place)


@each_place
def test_arrays_come_back_where_the_points_lived(place):
    f, rule = gd.objectives.bowl, gd.rules.momentum
    start = starts(f)
    before = start.copy()
    for points in (start, place.array(start)):
        reached = place.advance(text_of(f, rule), Chunk(points, numbers_of(rule), 3, None, None))
        assert {isinstance(one, np.ndarray) for one in reached} == {isinstance(points, np.ndarray)}
    assert (start == before).all()


def test_a_sentence_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)  # as if it were not installed
    assert "CuPy cannot be imported" in on_cupy.missing()
    with pytest.raises(RuntimeError, match=r"^cupy: CuPy cannot be imported"):
        on_cupy.advance(text_of(TWO[0], gd.rules.adam), Chunk(starts(TWO[0]), numbers_of(gd.rules.adam), 1, None, None))
    monkeypatch.setitem(sys.modules, "cupy", SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: False)))
    with pytest.raises(RuntimeError, match=r"^cupy: CuPy finds no GPU"):
        on_cupy.advance(text_of(TWO[0], gd.rules.adam), Chunk(starts(TWO[0]), numbers_of(gd.rules.adam), 1, None, None))
    monkeypatch.setitem(sys.modules, "cupy", SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: True)))
    assert on_cupy.missing() is None
