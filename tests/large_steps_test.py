"""Steps on large arrays: piece by piece, in machine code and in place, all of them give the bits of a plain step."""

import os
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import gdlib as gd
from gdlib.emit.as_numpy import compile_rule
from gdlib.emit.as_python import compiled
from gdlib.emit.step_as_numba import divisors, step_text
from gdlib.emit.two_parts import in_two_parts
from gdlib.loops import compiler_words, fastest, helpers, large_arrays, machine_code
from gdlib.loops.fastest import Fastest
from gdlib.loops.large_arrays import LargeStep
from gdlib.loops.plan import plan_of
from gdlib.loops.rule_steps import RuleSteps
from tests.lanes_test import cache_of_our_own  # noqa: F401  # a fixture
from tests.tables import each_rule

MANY = 3 * 2**14 + 5


def at_once(rule, arrays, numbers) -> list:
    with np.errstate(all="ignore"):
        return [values.copy() for values in compile_rule(rule).step(*arrays, numbers)]


@pytest.fixture(autouse=True)
def nothing_found_yet():
    """So that each test begins with the first of the ways."""
    large_arrays._move.cache_clear()


def some(rule, dtype, size=MANY, t=4):
    """Arrays that a step of the rule is given, without t, and the numbers that go with them."""
    generator = np.random.default_rng(5)
    theta, g = generator.normal(size=(2, size)).astype(dtype)
    arrays = [np.abs(generator.normal(size=size)).astype(dtype) for _ in rule.takes if _ != "t"]
    arrays[:2] = theta, g
    if "f" in rule.takes:
        arrays[rule.takes.index("f")] = np.broadcast_to(dtype(3.5), size)
    with np.errstate(all="ignore"):
        blocks = compile_rule(rule)
        hyper = list(map(np.float64, rule.defaults.values()))
        once = blocks.once(*hyper)
        powers = [({**rule.defaults, **once}[factor]) ** t for factor in blocks.powers.values()]
        numbers = tuple(map(float, blocks.numbers(*hyper, *once.values(), *powers, np.float64(t))))
    return arrays, numbers


def bits(arrays) -> list:
    return [(array.dtype, array.tobytes()) for array in arrays]


@each_rule
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_text_of_each_rule_is_its_step_to_the_bit(rule, dtype):
    """Run by Python itself."""
    arrays, numbers = some(rule, dtype, 40)
    given = dict(zip([name for name in rule.takes if name != "t"], arrays, strict=True))
    places = [given[name].copy() for name in rule.trace.outputs_named]
    with np.errstate(all="ignore"):
        compiled(step_text(rule, dtype.__name__))["step"](*places, given["g"], given.get("f", [0.0])[0], numbers)
    assert bits(places) == bits(at_once(rule, arrays, numbers))


@pytest.mark.parametrize("compiler", [False, True], ids=["NumPy", "Numba"])
@pytest.mark.parametrize(
    ("rule", "dtype"), [("adam", np.float32), ("amsgrad", np.float64), ("irprop_plus", np.float64)]
)
def test_pieces_and_threads_give_the_bits_of_a_step_in_place_and_beside(rule, dtype, compiler, monkeypatch):
    monkeypatch.setattr(helpers, "HEAD_START", 2**12)
    monkeypatch.setattr(machine_code, "cores", lambda: 3)
    rule = gd.rules[rule]
    arrays, numbers = some(rule, dtype)
    found = at_once(rule, arrays, numbers)
    given = dict(zip([name for name in rule.takes if name != "t"], arrays, strict=True))
    step = LargeStep(rule, compiler)
    kept = bits(arrays)
    for _ in range(40):  # by each of its ways, several times
        beside = [np.empty_like(arrays[0]) for _ in found]
        step(*arrays, numbers, out=beside)
        assert bits(beside) == bits(found)
        assert bits(arrays) == kept
    step(*arrays, numbers, out=[given[name] for name in rule.trace.outputs_named])
    assert bits(given[name] for name in rule.trace.outputs_named) == bits(found)


@pytest.mark.parametrize(
    ("size", "cores", "helpers"),
    [
        (100_000, 2, [0]),
        (600_000, 1, [0]),
        (200_000, 2, [0, 1]),
        (600_000, 64, [0, 8]),
        (5_000_000, 2, [1]),
        (5_000_000, 64, [63]),
        (5_000_000, 1, [0]),
    ],
)
def test_one_core_is_tried_beside_several_where_either_may_be_faster(size, cores, helpers, monkeypatch):
    monkeypatch.setattr(machine_code, "cores", lambda: cores)
    ways = large_arrays._ways(gd.rules.adam, "float32", size, ())
    assert list(dict.fromkeys(way.args[1] for way in ways)) == helpers
    assert len(ways) == len(helpers) * (1 if compiler_words.fused_multiply_add() is None else 2)


@pytest.mark.parametrize("others", [0, 1, 2, 5])
def test_all_entries_are_taken_once_and_the_first_core_has_a_head_start(others, monkeypatch):
    monkeypatch.setattr(helpers, "HEAD_START", 100)
    parts = []

    def count(array, one):
        array += one
        parts.append(array.size)

    array = np.zeros(1003)
    helpers.side_by_side(count, others, [array], 1.0)
    assert array.tolist() == [1.0] * 1003
    assert len(parts) == others + 1
    assert max(parts) - min(parts) in ((0,) if not others else range(100, 100 + others + 1))


def test_where_no_thread_is_to_be_had_the_caller_does_all(monkeypatch):
    """A thread of a reader's own may go on when the program has ended, and then no other takes work."""
    monkeypatch.setattr(helpers, "HEAD_START", 100)
    team = helpers.Helpers(1)
    team._pool.shutdown()
    monkeypatch.setattr(helpers, "helpers", lambda: team)
    array = np.zeros(1003)

    def add(array):
        array += 1.0

    helpers.side_by_side(add, 2, [array])
    assert array.tolist() == [1.0] * 1003


@pytest.mark.parametrize("where", ["at work", "while it waits", "while it hands over"])
def test_an_interrupted_step_leaves_no_thread_at_work(where, monkeypatch):
    monkeypatch.setattr(helpers, "HEAD_START", 10)
    monkeypatch.setattr(machine_code, "cores", lambda: 3)
    done, sent, pressed = [], [], threading.Event()

    def kernel(array):
        if array[0] == 0:
            if where == "at work":
                raise KeyboardInterrupt
            return
        if where == "while it waits":
            pressed.wait(60)
        time.sleep(0.2)  # so that who does not wait for this is seen to be too early
        done.append(int(array[0]))

    def press_twice():
        for _ in range(2):
            time.sleep(0.1)
            os.kill(os.getpid(), signal.SIGINT)
        pressed.set()

    class Pool(ThreadPoolExecutor):
        def submit(self, *call):
            if where == "while it hands over" and sent:
                raise KeyboardInterrupt
            sent.append(call)
            return super().submit(*call)

    with Pool(2) as pool:
        monkeypatch.setattr(helpers.helpers(), "_pool", pool)
        before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a process in the background ignores the key
        if where == "while it waits":
            threading.Thread(target=press_twice).start()
        try:
            with pytest.raises(KeyboardInterrupt):
                helpers.side_by_side(kernel, 2, [np.arange(100)])
            assert sorted(done) == ([40] if where == "while it hands over" else [40, 70])
        finally:
            signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity") or machine_code.cores() < 2,
    reason="one core, or a system that gives threads no cores of their own",
)
def test_helpers_keep_off_the_core_that_calls_them_wherever_that_goes(monkeypatch):
    here = os.sched_getaffinity(0)
    team = helpers.Helpers(2)
    for core in (min(here), max(here)):
        monkeypatch.setattr(helpers, "_core", lambda core=core: core)
        for _ in range(3):  # the first call begins a thread, the next one tells it where to be
            wait = [team.begin(time.sleep, 0.05) for _ in range(2)]
            _ = [one.result() for one in wait]
        assert len(team._threads) == 2
        assert {frozenset(os.sched_getaffinity(thread)) for thread in team._threads} == {frozenset(here - {core})}
    assert os.sched_getaffinity(0) == here
    assert helpers._asked() is None or helpers._asked()() in here


def test_helpers_work_where_threads_cannot_be_told_where_to_be(monkeypatch):
    monkeypatch.setattr(helpers, "_core", lambda: None)
    assert helpers.Helpers(1).begin(lambda: 7).result() == 7
    monkeypatch.setattr(helpers, "_core", lambda: 0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(os, "sched_setaffinity", lambda *_: (_ for _ in ()).throw(OSError), raising=False)
    team = helpers.Helpers(1)
    assert [team.begin(lambda: 7).result() for _ in range(3)] == [7] * 3


@each_rule
def test_the_loop_of_each_rule_is_vectors(rule):
    """As wide as the processor has, and the compiler need not ask first whether arrays overlap."""
    arrays, numbers = some(rule, np.float32, 2**15)
    LargeStep(rule, compiler=True)(*arrays, numbers, out=[np.empty_like(arrays[0]) for _ in rule.trace.outputs_named])
    (code,) = machine_code._ready[step_text(rule, "float32")]["step"].inspect_llvm().values()
    assert re.search(r"store <\d+ x float>", code)
    assert "memcheck" not in code
    assert '"prefer-vector-width"="512"' in code


def fake(times):
    """Ways that take these times, and the clock that says so."""
    now, called = [0.0], list[int]()

    def way(k: int):
        def work() -> int:
            called.append(k)
            now[0] += times[k](len(called))
            return k

        return work

    return Fastest([way(k) for k in range(len(times))], clock=lambda: now[0]), called


def test_the_fastest_way_stays_after_each_has_been_tried_in_turn():
    work, called = fake([lambda n: 3.0, lambda n: 1.0, lambda n: 2.0])
    assert [work() for _ in range(63)] == called == [k for k in (0, 1, 2) for _ in range(4)] * 5 + [1] * 3


def test_what_disturbs_or_helps_a_round_or_two_decides_nothing():
    work, called = fake([lambda n: 3.0, lambda n: 100.0 if n <= 16 else 1.0])  # two of its five rounds
    for _ in range(41):
        work()
    assert called[-1] == 1
    work, called = fake([lambda n: 3.0, lambda n: 1.0 if n <= 16 else 4.0])
    for _ in range(41):
        work()
    assert called[-1] == 0


def test_all_are_tried_again_and_what_has_become_faster_is_found_when_that_lasts(monkeypatch):
    monkeypatch.setattr(fastest, "_LASTS", 100)
    for until, best in ((150, 0), (10**6, 1)):  # one disturbed time out of three, or a way that has become the faster
        work, called = fake([lambda n: 3.0, lambda n, until=until: 4.0 if n <= 50 or n > until else 1.0])
        for _ in range(303):
            work()
        assert called[40:101] == [0] * 61
        assert set(called[101:141]) == set(called[202:242]) == {0, 1}
        assert called[242:] == [best] * 61


def test_a_way_that_fails_says_so_and_the_next_one_is_tried():
    work, _ = fake([lambda n: 1.0, lambda n: 1 / (n - 5)])  # its first call divides by 0
    for _ in range(4):
        work()
    with pytest.raises(ZeroDivisionError):
        work()
    assert [work() for _ in range(36)] == [1] * 3 + ([0] * 4 + [1] * 4) * 4 + [1]


def test_what_one_run_has_found_the_next_one_knows():
    one, other = (LargeStep(gd.rules.adam, compiler=True) for _ in range(2))
    arrays, numbers = some(gd.rules.adam, np.float32)
    for step in (one, other):
        step(*arrays, numbers, out=[np.empty_like(arrays[0]) for _ in range(3)])
    assert large_arrays._move.cache_info().hits > 0


def test_one_way_is_not_timed():
    def clock() -> float:
        raise AssertionError("nothing to compare")

    assert Fastest([lambda: 7], clock)() == 7


# ------------------------------------------------------------------ quotients by inverses

ODD = [0.0, -0.0, 2.0**-130, -(2.0**-115), 3e38, np.inf, np.nan]  # what lacks has no digits, or the quotient no size
needs_fma = pytest.mark.skipif(compiler_words.fused_multiply_add() is None, reason="this processor has no fma")


def with_odd_averages():
    """What Adam is given in float32 when averages are zero, tiny, huge or no numbers, and where their pieces begin."""
    arrays, numbers = some(gd.rules.adam, np.float32)
    places = [1024 * (k + 1) for k in range(len(ODD))]
    theta, g, m, v = arrays
    theta[:] = 0.0  # so that the last bit of a quotient shows, with a step size so large that it can
    sizes = np.random.default_rng(6).uniform(1.0, 1.1, 900)
    for place, number in zip(places, ODD, strict=True):
        odd = slice(place + 7, place + 907)
        g[odd], m[odd], v[odd] = 0.0, number * sizes, 0.0
    return arrays, (*numbers[:3], 2.0**60, *numbers[4:]), places


@needs_fma
@pytest.mark.parametrize("rule", [rule for rule in gd.rules if "def quick(" in step_text(rule, "float64")], ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_each_rule_that_divides_by_what_entries_share_gives_its_bits_by_inverses(rule, dtype):
    arrays, numbers = some(rule, dtype)
    tiny = np.finfo(dtype).tiny
    for k, array in enumerate(arrays, 1):
        if array.strides != (0,):
            array[2000 * k : 2000 * k + 5] = 0.0, -0.0, tiny / 3, tiny * 2, tiny * 1e3
    found = at_once(rule, arrays, numbers)
    given = dict(zip([name for name in rule.takes if name != "t"], arrays, strict=True))
    LargeStep(rule, compiler=True)(*arrays, numbers, out=[given[name] for name in rule.trace.outputs_named])
    assert bits(given[name] for name in rule.trace.outputs_named) == bits(found)


@needs_fma
def test_where_a_quotient_is_not_sure_a_piece_is_put_back_and_divided(monkeypatch, tmp_path):
    arrays, numbers, places = with_odd_averages()
    found = at_once(gd.rules.adam, arrays, numbers)
    one, two = ([array.copy() for array in arrays] for _ in range(2))
    LargeStep(gd.rules.adam, compiler=True)(*one, numbers, out=[one[0], *one[2:]])
    assert bits([one[0], *one[2:]]) == bits(found)

    import numba  # and with an fma that rounds twice, so that whatever was not divided shows

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(machine_code, "_ready", {})
    monkeypatch.setattr(compiler_words, "fused_multiply_add", lambda: numba.njit(lambda x, y, z: x * y + z))
    large_arrays._move.cache_clear()
    LargeStep(gd.rules.adam, compiler=True)(*two, numbers, out=[two[0], *two[2:]])
    other = {int(k) // 1024 * 1024 for k in np.flatnonzero((two[0] != found[0]) & ~np.isnan(found[0]))}
    after = places[-1] + 1024  # not tried, after several that were not sure; zeros are sure
    assert other == set(range(0, MANY, 1024)) - {*places[2:], after}
    assert bits(two[2:]) == bits(found[1:])


dividing = [rule for rule in gd.rules if divisors(rule)]


@pytest.mark.parametrize("rule", dividing, ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_where_bias_corrections_are_1_nothing_is_divided_by_them_and_the_bits_stay(rule, dtype):
    arrays, numbers = some(rule, dtype)
    places = divisors(rule).values()
    one = 1.0 if dtype is np.float64 else 1.0 - 2.0**-26  # which is 1 in float32
    numbers = tuple(one if k in places else number for k, number in enumerate(numbers))
    found = at_once(rule, arrays, numbers)
    given = dict(zip([name for name in rule.takes if name != "t"], arrays, strict=True))
    before = {name: array.copy() for name, array in given.items()}
    step = LargeStep(rule, compiler=True)
    step(*arrays, numbers, out=[given[name] for name in rule.trace.outputs_named])
    assert bits(given[name] for name in rule.trace.outputs_named) == bits(found)
    ((_, _, ones),) = step._moves
    assert ones == tuple(divisors(rule))
    name = np.dtype(dtype).name
    for way in large_arrays._ways(rule, name, MANY, ones):  # the call above was by the first of them
        here = [before[name].copy() for name in (*rule.trace.outputs_named, "g")]
        way(here, dtype(before["f"][0] if "f" in before else 0.0), np.array(numbers))
        assert bits(here[:-1]) == bits(found)
    texts = [step_text(rule, name, some_ones).split("def over")[0] for some_ones in ((), ones)]
    assert texts[0].count(" / ") - texts[1].count(" / ") >= len(ones)
    assert machine_code.is_at_hand(texts[1])


@pytest.mark.parametrize(("dtype", "first"), [(np.float32, 165), (np.float64, 356)])
def test_from_which_step_on_adams_first_correction_is_1(dtype, first):
    names = in_two_parts(gd.rules.adam).given

    def of_step(t):
        _, numbers = some(gd.rules.adam, dtype, t=t)
        return {name: dtype(numbers[names.index(name)]) for name in divisors(gd.rules.adam)}

    name, other = divisors(gd.rules.adam)
    assert of_step(first - 1)[name] < 1 == of_step(first)[name]
    assert of_step(first)[other] < 1


def test_a_loop_for_corrections_that_are_1_is_made_when_it_is_worth_it_or_at_hand(monkeypatch):
    monkeypatch.setattr(machine_code, "_ready", {})
    arrays, numbers = some(gd.rules.adam, np.float32)
    (first, *_) = divisors(gd.rules.adam).values()
    late = tuple(1.0 if k == first else number for k, number in enumerate(numbers))
    out = [np.empty_like(arrays[0]) for _ in range(3)]
    monkeypatch.setattr(large_arrays, "PATIENCE", 0)
    step = LargeStep(gd.rules.adam)
    step(*arrays, late, out=out)
    assert list(step._moves) == []
    monkeypatch.setattr(large_arrays, "_LONG", 2 * MANY)
    step(*arrays, late, out=out)
    assert [ones for _, _, ones in step._moves] == [tuple(divisors(gd.rules.adam))[:1]]
    other = LargeStep(gd.rules.adam)
    other(*arrays, late, out=out)
    assert list(other._moves) == list(step._moves)


@needs_fma
def test_divisors_out_of_range_are_divided_by():
    arrays, numbers = some(gd.rules.adam, np.float32)
    numbers = tuple(2.0**-21 if 0.0 < number < 0.5 and number not in (0.1,) else number for number in numbers)
    found = at_once(gd.rules.adam, arrays, numbers)
    LargeStep(gd.rules.adam, compiler=True)(*arrays, numbers, out=[arrays[0], *arrays[2:]])
    assert bits([arrays[0], *arrays[2:]]) == bits(found)


@needs_fma
@pytest.mark.parametrize(("dtype", "kind"), [("float64", "double"), ("float32", "float")])
def test_the_quick_loop_is_vectors_with_one_division_each_and_only_the_count_may_be_reordered(dtype, kind):
    arrays, numbers = some(gd.rules.adam, np.dtype(dtype).type)
    LargeStep(gd.rules.adam, compiler=True)(*arrays, numbers, out=[arrays[0], *arrays[2:]])
    (code,) = machine_code._ready[step_text(gd.rules.adam, dtype)]["quick"].inspect_llvm().values()
    divided = re.findall(rf"= fdiv <(\d+) x {kind}>", code)
    assert divided == re.findall(rf"call <(\d+) x {kind}> @llvm.sqrt", code)
    assert len(set(divided)) == len(divided) > 0
    assert {line.split(" = ")[1].split(" reassoc ")[0] for line in code.splitlines() if " reassoc " in line} == {"fadd"}
    assert not re.search(r" (contract|fast|nnan|nsz|arcp|afn) ", code)


@needs_fma
def test_pieces_that_are_not_sure_are_tried_less_and_less_often(monkeypatch, tmp_path):
    """As in a long training, in which the averages of weights that no example moves become tiny and stay so."""
    import numba

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(machine_code, "_ready", {})
    monkeypatch.setattr(compiler_words, "fused_multiply_add", lambda: numba.njit(lambda x, y, z: x * y + z))
    large_arrays._move.cache_clear()
    arrays, numbers = some(gd.rules.adam, np.float32, 1024 * 64)
    theta, g, m, v = arrays
    theta[:], numbers = 0.0, (*numbers[:3], 2.0**60, *numbers[4:])
    m[7 : 35 * 1024 : 1024], g[7 : 35 * 1024 : 1024] = 2.0**-149, 0.0
    found = at_once(gd.rules.adam, arrays, numbers)[0]
    LargeStep(gd.rules.adam, compiler=True)(*arrays, numbers, out=[theta, m, v])
    quick = {int(k) // 1024 for k in np.flatnonzero(theta != found)}  # with this fma a quotient by the inverse shows
    assert quick == set(range(46, 64))  # of the 35 that are not sure 0, 2, 6, 14 and 30 were tried, then the 46th


@pytest.mark.parametrize("out", [["theta", "m", "v"], ["g", "m", "v"]])
@pytest.mark.parametrize("compiler", [False, True], ids=["NumPy", "Numba"])
def test_a_gradient_that_is_theta_itself_or_becomes_it_is_as_any_other(out, compiler):
    arrays, numbers = some(gd.rules.adam, np.float64)
    given = dict(zip(("theta", "g", "m", "v"), arrays, strict=True))
    if out[0] == "theta":
        given["g"] = given["theta"]
    found = at_once(gd.rules.adam, list(given.values()), numbers)
    LargeStep(gd.rules.adam, compiler)(*given.values(), numbers, out=[given[name] for name in out])
    assert bits(given[name] for name in out) == bits(found)


def test_a_gradient_that_must_not_be_written_to_is_as_any_other():
    arrays, numbers = some(gd.rules.adam, np.float64)
    found = at_once(gd.rules.adam, arrays, numbers)
    arrays[1].setflags(write=False)
    LargeStep(gd.rules.adam, compiler=True)(*arrays, numbers, out=[arrays[0], *arrays[2:]])
    assert bits([arrays[0], *arrays[2:]]) == bits(found)


def test_a_rule_may_call_its_memory_as_the_text_calls_its_own():
    @gd.rule
    def named(theta, g, n0, x_here, next_x, part_of_g, *, a=0.3):
        n0 = a * n0 + (1.0 - a) * g
        return theta - a * n0 / (n0 * n0 + 1.0), n0, x_here * a + g, next_x * a + 1.0, part_of_g - g

    arrays, numbers = some(named, np.float64)
    found = at_once(named, arrays, numbers)
    LargeStep(named, compiler=True)(*arrays, numbers, out=[arrays[0], *arrays[2:]])
    assert bits([arrays[0], *arrays[2:]]) == bits(found)


def big(n=2**15 + 3):
    """A bowl of so many coordinates, as functions on flat vectors."""
    scale = np.linspace(0.5, 2.0, n)
    return gd.Objective.from_functions(
        lambda x: (scale * x * x).sum(axis=-1), lambda x: (2.0 * scale * x).astype(x.dtype), n
    )


@pytest.mark.parametrize("rule", ["adam", "irprop_plus", "nesterov_lookahead", "rprop_plus"])
@pytest.mark.parametrize("patience", [large_arrays.PATIENCE, 2.5 * 2**15])
def test_descend_walks_the_same_path_and_the_compiler_comes_in_between(rule, patience, monkeypatch):
    f = big()
    start = np.random.default_rng(0).normal(size=f.n)
    rule = gd.rules[rule]
    monkeypatch.setattr(large_arrays, "LARGE", f.n + 1)
    plain = gd.descend(f, rule, start, steps=6).path
    monkeypatch.setattr(large_arrays, "LARGE", 2**15)
    monkeypatch.setattr(large_arrays, "PATIENCE", patience)
    taken = []
    real = LargeStep.__call__
    monkeypatch.setattr(
        LargeStep, "__call__", lambda self, *a, out: (real(self, *a, out=out), taken.append(self._compiler))
    )
    assert gd.descend(f, rule, start, steps=6).path.tobytes() == plain.tobytes()
    assert len(taken) == 6
    if patience != large_arrays.__dict__["PATIENCE"]:
        assert taken[0] is None
    start.setflags(write=False)
    assert gd.descend(f, rule, start, steps=6).path.tobytes() == plain.tobytes()


def test_steps_in_place_move_theta_itself():
    f = big()
    rule, start = gd.rules.adam, np.ones(f.n)
    plan = plan_of(f, rule, start, 3, None, None, None, 0.0, None, 1, {})
    theta = start.copy()
    steps = RuleSteps(rule, plan, f, f.grad)
    hyper = {name: np.float64(number) for name, number in plan.hyperparameters.items()}
    for t in (1, 2, 3):
        assert steps.step(t, theta, hyper, np.True_, out=theta) is theta
    assert theta.tobytes() == gd.descend(f, rule, start, steps=3).path[-1].tobytes()


def test_without_numba_numpy_goes_on(monkeypatch):
    monkeypatch.setattr(machine_code, "missing", lambda: "is not installed")
    monkeypatch.setattr(large_arrays, "PATIENCE", 0)
    f = big()
    run = gd.descend(f, gd.rules.momentum, np.ones(f.n), steps=3)
    assert run.reason == "steps"


def test_what_does_not_fit_goes_as_before():
    """Runs side by side in another order of memory, or with a schedule of their own for each run."""
    f = gd.objectives.rosenbrock
    points = np.asfortranarray(np.random.default_rng(3).uniform(-1, 1, (2**14, 2)))
    few = gd.descend(f, gd.rules.adam, np.ascontiguousarray(points[:50]), steps=5)
    assert gd.descend(f, gd.rules.adam, points, steps=5).path[:, :50].tobytes() == few.path.tobytes()
    plateau = gd.schedules.reduce_on_plateau(patience=1)
    whole = gd.descend(f, gd.rules.adam, np.ascontiguousarray(points), steps=5, schedule=plateau)
    few = gd.descend(f, gd.rules.adam, np.ascontiguousarray(points[:50]), steps=5, schedule=plateau)
    assert whole.path[:, :50].tobytes() == few.path.tobytes()


# ------------------------------------------------------------------ plain steps and large ones in one run


def pair_of_runs(rule, warming, transform, dtype):
    """Ends of many runs at once, with a gradient in another order in memory, and of some of these runs alone."""

    def end(start):
        def each_its_own_first(t):
            return np.full(len(start), 0.1 * t) if t < 4 else 1.0

        schedule = each_its_own_first if warming else None
        return gd.descend(f, rule, start, steps=12, lr=0.05, schedule=schedule, transform=transform).path[-1]

    f = gd.Objective.from_functions(
        lambda points: 0.25 * points[..., 0] ** 2 + points[..., 1] ** 2,
        lambda points: np.array([0.5 * points[..., 0].T, 2.0 * points[..., 1].T]).T,
        n=2,
    )
    start = np.random.default_rng(8).normal(size=(2**14, 2)).astype(dtype)
    return end(start)[:40], end(start[:40])


@pytest.mark.parametrize("rule", ["adagrad", "adam", "quickprop_secant", "ftrl_proximal"])
@pytest.mark.parametrize(
    "how", [(True, None, np.float64), (False, lambda g: g * np.float64(0.5), np.float32)], ids=["schedule", "transform"]
)
def test_large_steps_go_on_from_plain_ones_whose_memory_lies_in_another_order(rule, how):
    np.testing.assert_array_equal(*pair_of_runs(gd.rules[rule], *how))


def test_a_rule_that_looks_at_its_own_memory_looks_anew_at_every_step(monkeypatch):
    @gd.rule(gradient_at=lambda theta, y: y)
    def two(theta, g, y, *, lr=0.1):
        moved = theta - lr * g
        return moved, 0.5 * moved + 0.5 * y

    f = big()
    start = np.linspace(-1.0, 1.0, f.n)
    found = gd.descend(f, two, start, steps=6).path
    monkeypatch.setattr(large_arrays, "LARGE", f.n + 1)
    np.testing.assert_array_equal(found, gd.descend(f, two, start, steps=6).path)


def test_a_rule_with_a_tanh_stays_with_numpy_and_so_gives_the_same_bits_whenever_it_is_asked():
    @gd.rule
    def soft(theta, g, m, *, lr=0.1):
        m = 0.9 * m + g
        return theta - lr * np.tanh(m), m

    arrays, numbers = some(soft, np.float64)
    found = at_once(soft, arrays, numbers)
    step = LargeStep(soft, compiler=True)
    step(*arrays, numbers, out=[arrays[0], arrays[2]])
    assert bits([arrays[0], arrays[2]]) == bits(found)
