"""The schedules: other libraries' numbers, the formulas of the text, the sums of Robbins and Monro, composition."""

import copy
import inspect
import itertools
import json
import math
import pickle
import re

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

import gdlib as gd
from gdlib.emit.as_numpy import compile_value
from gdlib.trace.graph import Node, symbol
from tests.conftest import ROOT
from tests.duck_array import DeviceArray
from tests.goldens.schedules import FILE, ROWS

s = gd.schedules
STORED = json.loads(FILE.read_text(encoding="utf-8"))
EXAMPLES = [  # one of each maker, and of each way of composing
    s.constant(), s.constant(0.5), s.inverse(), s.inverse(rate=0.1), s.inverse_square(), s.inverse_root(rate=0.3),
    s.exponential(rate=0.05), s.per_epoch(0.95, steps_per_epoch=7), s.staircase(every=9, factor=0.5),
    s.linear(steps=30), s.linear(steps=30, end=0.1), s.polynomial(steps=20, power=2.5), s.cosine(steps=25, end=0.01),
    s.warm_restarts(first=6), s.warm_restarts(first=4, multiply=3, end=0.2), s.piecewise((5, 9), (1.0, 0.5, 0.1)),
    s.floor(s.inverse(), least=0.2), s.warm_up(steps=5), s.warm_up(steps=5, then=s.cosine(steps=20)),
    s.warm_up(steps=3, then=s.floor(s.exponential(rate=0.3), least=0.01)),
]  # fmt: skip
each = pytest.mark.parametrize("schedule", EXAMPLES, ids=repr)
PLATEAU = s.reduce_on_plateau(factor=0.5, patience=1, cooldown=2, least=0.1)


def written(text):
    """The schedule that a call in the words of gd.schedules makes."""
    return eval(text, vars(s))


def factors(schedule, steps):
    return np.array([schedule(t) for t in range(1, steps + 1)])


# Outside answers


@pytest.mark.parametrize(
    "row", STORED["rows"], ids=lambda row: f"{row['ours']}-{row['origin']}-{row.get('values', '')}"
)
def test_a_schedule_gives_the_numbers_of_another_library(row):
    schedule, theirs = written(row["ours"]), row["factors"]
    assert len(theirs) >= 24
    if "values" in row:
        ours = [schedule(t, f) for t, f in enumerate(STORED["values"][row["values"]], start=1)]
    else:
        ours = factors(schedule, len(theirs))
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)


def test_table_and_stored_factors_tell_the_same():
    in_files = [(row["ours"], row["origin"], row["called"], row.get("values", "")) for row in STORED["rows"]]
    assert in_files == [(row.ours, row.origin, row.called, row.values) for row in ROWS]
    assert len(set(in_files)) == len(in_files)
    makers = {re.match(r"\w+", row.ours)[0] for row in ROWS}
    assert makers == set(s.__all__) - {"Schedule"}  # none is without an outside answer


def test_the_stored_values_make_a_plateau_schedule_do_all_it_can():
    reduced = [row for row in STORED["rows"] if "values" in row and row["factors"][-1] < 1]
    assert len(reduced) >= 15
    assert any(row["factors"][-1] == 0.1 for row in reduced)  # the floor is reached
    assert len({tuple(row["factors"]) for row in STORED["rows"] if "values" in row}) >= 15


# Formulas of the text, with k = t - 1


@pytest.mark.parametrize(
    ("schedule", "formula"),
    [
        (s.constant(0.3), lambda k: 0.3),
        (s.inverse(), lambda k: 1 / (k + 1)),
        (s.inverse(rate=0.25), lambda k: 1 / (1 + 0.25 * k)),
        (s.inverse_square(), lambda k: 1 / (k + 1) ** 2),
        (s.inverse_square(rate=0.5), lambda k: 1 / (1 + 0.5 * k) ** 2),
        (s.inverse_root(), lambda k: 1 / math.sqrt(k + 1)),
        (s.exponential(rate=0.07), lambda k: math.exp(-0.07 * k)),
        (s.per_epoch(0.95, steps_per_epoch=12), lambda k: 0.95 ** (k // 12)),
        (s.staircase(every=100), lambda k: 0.1 ** (k // 100)),
        (s.linear(steps=40), lambda k: max(0, 1 - k / 40)),
        (s.linear(steps=40, end=0.25), lambda k: max(0.25, 1 - 0.75 * k / 40)),
        (s.polynomial(steps=40, power=3), lambda k: max(0, 1 - k / 40) ** 3),
        (s.cosine(steps=40, end=0.1), lambda k: 0.1 + 0.45 * (1 + math.cos(math.pi * min(k, 40) / 40))),
        (s.piecewise((10, 30), (2.0, 1.0, 0.0)), lambda k: 2.0 if k < 10 else 1.0 if k < 30 else 0.0),
        (s.warm_up(steps=8), lambda k: min(1, (k + 1) / 8)),
        (s.warm_up(steps=8, then=s.inverse()), lambda k: (k + 1) / 8 if k < 8 else 1 / (k - 7)),
        (s.warm_up(steps=4, then=s.constant(0.5)), lambda k: (k + 1) / 4 if k < 4 else 0.5),
        (s.floor(s.inverse_square(), least=0.01), lambda k: max(0.01, 1 / (k + 1) ** 2)),
    ],
    ids=lambda one: repr(one) if isinstance(one, s.Schedule) else "",
)
def test_the_formula_of_the_text(schedule, formula):
    np.testing.assert_allclose(factors(schedule, 250), [formula(k) for k in range(250)], rtol=1e-12, atol=1e-15)


@each
def test_the_first_step_has_the_whole_step_size_unless_it_warms_up(schedule):
    first = {s.warm_up: 1 / getattr(schedule, "steps", 1), s.constant: getattr(schedule, "factor", 1)}
    assert schedule(1) == first.get(type(schedule), 1.0)


@given(first=st.integers(1, 50), multiply=st.integers(1, 5), end=st.sampled_from([0.0, 0.125]))
def test_warm_restarts_begin_where_they_must(first, multiply, end):
    """Against a walk through the cycles, one step after the other: no cycle begins a step early or late."""
    schedule, t, length = s.warm_restarts(first, multiply, end), 1, first
    while t < 3000:
        for done in {0, 1, length // 2, length - 1} - ({1} if length == 1 else set()):
            expected = end + (1 - end) * (1 + math.cos(math.pi * done / length)) / 2
            assert schedule(t + done) == pytest.approx(expected, abs=1e-12)
        t, length = t + length, length * multiply


def test_restarts_far_out_begin_at_the_very_step():
    for first, multiply in [(1, 2), (10, 2), (7, 3), (1000, 10)]:
        starts = list(
            itertools.takewhile(lambda k: k < 10**13, (first * (multiply**c - 1) // (multiply - 1) for c in range(60)))
        )
        schedule = s.warm_restarts(first, multiply)
        assert [schedule(k + 1) for k in starts] == [1.0] * len(starts)
        assert all(schedule(k) < 1 for k in starts[1:] if k > 1)


@given(every=st.integers(1, 10**6), stair=st.integers(0, 300))
def test_a_stair_begins_at_the_very_step(every, stair):
    schedule, k = s.staircase(every=every, factor=0.5), every * stair
    assert schedule(k + 1) == 0.5**stair
    assert schedule(k + every) == 0.5**stair
    assert s.per_epoch(0.5, every)(k + every + 1) == 0.5 ** (stair + 1)


def test_relatives():
    for power_one, line in [(s.polynomial(17, power=1, end=0.2), s.linear(17, end=0.2))]:
        np.testing.assert_array_equal(factors(power_one, 40), factors(line, 40))
    np.testing.assert_array_equal(factors(s.per_epoch(0.3, 4), 40), factors(s.staircase(4, 0.3), 40))
    np.testing.assert_array_equal(factors(s.warm_restarts(40), 40), factors(s.cosine(40), 40))
    np.testing.assert_array_equal(factors(s.floor(s.inverse(), 0.0), 40), factors(s.inverse(), 40))
    np.testing.assert_allclose(
        factors(s.exponential(-math.log(0.95)), 40), factors(s.per_epoch(0.95, 1), 40), rtol=1e-13
    )


# Robbins and Monro

INFINITE, FINITE = "∞", "< ∞"
k = sp.Symbol("k", integer=True, nonnegative=True)
_TERMS = {
    "add": sp.Add, "mul": sp.Mul, "neg": lambda a: -a, "sub": lambda a, b: a - b, "div": lambda a, b: a / b,
    "sqrt": sp.sqrt, "exp": sp.exp, "cos": sp.cos, "pow": sp.Pow, "max": sp.Max, "min": sp.Min,
    "lt": sp.Lt, "le": sp.Le, "where": lambda c, a, b: sp.Piecewise((a, c), (b, True)),
}  # fmt: skip


def as_sympy(node, t):
    """The very formula that runs, as SymPy sees it."""
    if node.op == "symbol":
        return t
    if node.op == "constant":
        return sp.nsimplify(node.payload, rational=True)
    return _TERMS[node.op](*(as_sympy(one, t) for one in node.args))


def formula_of(schedule):
    return as_sympy(schedule.formula(symbol("t")), k + 1)


def sums_in_words(maker):
    """What the docstring says: (Ση, Ση²)."""
    words = inspect.getdoc(maker)
    said = re.search(r"Ση (= ∞|< ∞) and Ση² (= ∞|< ∞)", words)
    return tuple(part.removeprefix("= ") for part in said.groups())


@pytest.mark.parametrize(
    ("schedule", "sums"),
    [
        (s.constant(), (INFINITE, INFINITE)),
        (s.inverse(), (INFINITE, FINITE)),
        (s.inverse(rate=0.25), (INFINITE, FINITE)),
        (s.inverse_square(), (FINITE, FINITE)),
        (s.inverse_square(rate=0.25), (FINITE, FINITE)),
        (s.inverse_root(), (INFINITE, INFINITE)),
        (s.exponential(rate=0.5), (FINITE, FINITE)),
    ],
    ids=repr,
)
def test_sums_of_a_formula_as_sympy_finds_them(schedule, sums):
    """Convergence decided by SymPy for the formula that runs, and the same in the docstring."""
    terms = formula_of(schedule)
    verdict = tuple(FINITE if sp.Sum(terms**power, (k, 0, sp.oo)).is_convergent() else INFINITE for power in (1, 2))
    assert verdict == sums == sums_in_words(type(schedule))


@pytest.mark.parametrize("maker", [s.inverse, s.inverse_square, s.inverse_root])
def test_sums_of_a_family_for_every_rate(maker):
    """By comparison with the integral: for any rate > 0 the sum and the integral of a falling term end alike."""
    x, rate = sp.symbols("x rate", positive=True)
    term = as_sympy(maker(rate=0.25).formula(symbol("t")), x + 1).subs(sp.Rational(1, 4), rate)
    assert rate in term.free_symbols
    assert sp.factor(sp.diff(term, x)).is_negative
    ends = [
        sp.limit(sp.integrate(term**power, (x, 0, sp.Symbol("X", positive=True))), sp.Symbol("X", positive=True), sp.oo)
        for power in (1, 2)
    ]
    assert tuple(INFINITE if end == sp.oo else FINITE for end in ends) == sums_in_words(maker)


def test_the_whole_way_where_it_is_bounded():
    """The sums that the docstrings give in closed form, as SymPy sums the formula, and as the run adds them up."""
    assert sp.summation(formula_of(s.inverse_square()), (k, 0, sp.oo)) == sp.pi**2 / 6
    way = sp.summation(formula_of(s.exponential(0.5)), (k, 0, sp.oo))
    assert sp.simplify(way - 1 / (1 - sp.exp(-sp.Rational(1, 2)))) == 0
    assert sum(factors(s.exponential(0.5), 200)) == pytest.approx(float(way), rel=1e-12)
    for schedule, every, factor in [(s.staircase(7, 0.5), 7, 0.5), (s.per_epoch(0.9, steps_per_epoch=3), 3, 0.9)]:
        stairs = factors(schedule, every * 12).reshape(12, every)
        np.testing.assert_allclose(stairs, np.tile(factor ** np.arange(12.0)[:, None], every), rtol=1e-14)
        assert sum(factors(schedule, every * 400)) == pytest.approx(every / (1 - factor), rel=1e-12)
        assert sums_in_words(type(schedule)) == (FINITE, FINITE)  # both are geometric series, `every` times
    steps = sp.Symbol("steps", integer=True, positive=True)
    assert sp.simplify(sp.summation(1 - k / steps, (k, 0, steps - 1)) - (steps + 1) / 2) == 0
    for maker in (s.linear, s.cosine):
        for number in (1, 4, 9, 1000):
            assert sum(factors(maker(number), 3 * number)) == pytest.approx((number + 1) / 2, rel=1e-12)


@pytest.mark.parametrize("maker", [s.linear, s.polynomial, s.cosine])
def test_what_ends_sums_as_its_end_does(maker):
    assert sums_in_words(maker) == (FINITE, FINITE)
    assert not factors(maker(steps=10), 60)[10:].any()  # finitely many terms
    assert (factors(maker(steps=10, end=0.125), 60)[10:] == 0.125).all()  # the same number for ever


def test_what_does_not_fall_sums_to_infinity():
    """A number below which no whole stretch of steps falls on average, for ever, makes both sums infinite."""
    for schedule, stretch in [(s.warm_restarts(first=8), 8), (s.floor(s.inverse_square(), least=0.01), 1)]:
        means = factors(schedule, 800 * stretch).reshape(800, stretch).mean(axis=1)
        assert means.min() >= 0.01
        assert sums_in_words(type(schedule)) == (INFINITE, INFINITE)
    growing, k_ = s.warm_restarts(first=2, multiply=2), 0
    for cycle in range(12):
        assert factors(growing, k_ + 2 * 2**cycle)[k_:].mean() > 0.5
        k_ += 2 * 2**cycle
    assert (factors(s.piecewise((3,), (1.0, 0.5)), 50)[3:] == 0.5).all()
    assert sums_in_words(s.piecewise) == (INFINITE, INFINITE)


def test_every_family_says_what_its_sums_are_and_one_that_the_conditions_hold():
    for name in set(s.__all__) - {"Schedule"}:
        words = " ".join(inspect.getdoc(getattr(s, name)).split())
        assert re.search("Ση.*Ση²", words)
        assert (
            ("the conditions of Robbins and Monro hold" in words)
            == ("Ση = ∞ and Ση² < ∞" in words)
            == (name == "inverse")
        )


def test_sources_are_in_the_bibliography():
    known = set(re.findall(r"^@\w+\{(\w+),", (ROOT / "book" / "references.bib").read_text("utf-8"), re.MULTILINE))
    words = "".join(inspect.getdoc(thing) for thing in [s, *(getattr(s, name) for name in s.__all__)])
    named = set(re.findall(r"\b[a-z]+(?:19|20)\d\d\b", words))
    assert len(named) >= 6
    assert named <= known


# What a schedule is


@each
def test_it_shows_itself_as_the_call_that_makes_it(schedule):
    assert written(repr(schedule)) == schedule
    assert type(schedule).__name__ == repr(schedule).partition("(")[0]


@pytest.mark.parametrize("schedule", [*EXAMPLES, PLATEAU], ids=repr)
def test_it_can_be_copied_and_pickled(schedule):
    for other in (copy.deepcopy(schedule), pickle.loads(pickle.dumps(schedule))):
        assert other == schedule
        assert repr(other) == repr(schedule)


@each
def test_a_number_gives_a_float_and_an_array_an_array(schedule):
    one_by_one = [schedule(t) for t in range(1, 80)]
    assert {type(factor) for factor in one_by_one} == {float}
    for kind in (np.int64, np.float64):
        together = schedule(np.arange(1, 80, dtype=kind))
        np.testing.assert_allclose(together, one_by_one, rtol=1e-14, atol=1e-16)
        assert together.dtype == np.float64
    assert all(0 <= factor < math.inf for factor in one_by_one)
    with pytest.raises(AttributeError):
        schedule.steps = 5


@each
def test_it_can_be_traced(schedule):
    """What the page will need: the formula as a graph of t, which gives the same numbers."""
    node = schedule(symbol("t"))
    assert isinstance(node, Node)
    t = np.arange(1.0, 80.0)
    np.testing.assert_allclose(compile_value(node, ["t"])(t[:, None]), schedule(t), rtol=1e-14, atol=1e-16)


# In a run

bowl, descent = gd.objectives.bowl, gd.rules.gradient_descent


@each
def test_descend_multiplies_lr_by_it(schedule):
    run = gd.descend(bowl, descent, (1.0, 1.0), steps=12, lr=0.25, schedule=schedule)
    expected = np.cumprod([1.0, *(1 - 2 * 0.25 * factors(schedule, 12))])
    np.testing.assert_allclose(run.path[:, 0], expected, rtol=1e-13)


def test_eta_zero_over_k_plus_one_squared_stops_short():
    """The error ratio on a quadratic tends to sin(π√a)/(π√a), a = η₀λ, not to 0: the way is too short."""
    quadratic, options = gd.Objective("x**2/2"), {"steps": 5000, "lr": 0.25, "keep": 5000}
    run = gd.descend(quadratic, descent, (1.0,), schedule=s.inverse_square(), **options)
    assert run.path[-1, 0] == pytest.approx(math.sin(math.pi / 2) / (math.pi / 2), rel=1e-4)
    far = gd.descend(quadratic, descent, (1.0,), schedule=s.inverse(), **options)
    assert far.path[-1, 0] < 0.1  # falls for ever, as k^(-1/4)


def test_a_plateau_schedule_starts_anew_in_each_run_and_changes_nothing_outside():
    options = {"steps": 40, "lr": 1.02, "schedule": copy.deepcopy(PLATEAU)}
    first, second = (gd.descend(bowl, descent, (1.0, 1.0), **options) for _ in range(2))
    np.testing.assert_array_equal(first.path, second.path)
    assert options["schedule"]._memory is None
    assert first.values[-1] < 1e-6 < gd.descend(bowl, descent, (1.0, 1.0), steps=40, lr=1.02).values[-1]
    by_hand = copy.deepcopy(PLATEAU)
    sequence = [3.0, 3.0, 3.0, 3.0, 1.0, 1.0, 1.0, 1.0]
    again = [[by_hand(t, f) for t, f in enumerate(sequence, start=1)] for _ in range(2)]
    assert again[0] == again[1]
    assert again[0][-1] < 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "schedule",
    [PLATEAU, s.warm_up(4, then=PLATEAU), s.floor(PLATEAU, least=0.2), s.reduce_on_plateau(patience=0, relative=False)],
    ids=repr,
)
def test_a_plateau_schedule_treats_each_run_of_a_batch_as_if_alone(schedule, dtype):
    starts = np.array([[-1.2, 1.0], [0.3, -0.4], [2.0, 2.0], [1.0, 1.0]], dtype=dtype)
    options = {"steps": 60, "lr": 0.015, "schedule": schedule}
    batch = gd.descend(gd.objectives.himmelblau, gd.rules.momentum, starts, **options)
    assert batch.path.dtype == dtype
    for place, start in enumerate(starts):
        alone = gd.descend(gd.objectives.himmelblau, gd.rules.momentum, start, **options)
        np.testing.assert_array_equal(batch.path[: len(alone.path), place], alone.path)
    plain = gd.descend(gd.objectives.himmelblau, gd.rules.momentum, starts, steps=60, lr=0.015)
    assert not np.array_equal(batch.path, plain.path)


@pytest.mark.parametrize(
    "schedule", [PLATEAU, s.warm_up(4, then=PLATEAU), s.floor(PLATEAU, least=0.2), s.cosine(20)], ids=repr
)
def test_schedules_work_on_the_device_without_a_look(schedule):
    starts, looks = np.array([[-1.2, 1.0], [0.3, -0.4], [2.0, 2.0]]), []
    for steps in (32, 64):
        DeviceArray.looks = 0
        run = gd.descend(bowl, descent, DeviceArray(starts), steps=steps, lr=1.02, schedule=schedule)
        looks.append(DeviceArray.looks)
    host = gd.descend(bowl, descent, starts, steps=64, lr=1.02, schedule=schedule)
    np.testing.assert_array_equal(run.path.get(), host.path)
    assert looks[1] - looks[0] == 1  # the loop's own, one in 32 steps
    one = gd.descend(bowl, descent, DeviceArray(starts[0]), steps=20, lr=1.02, schedule=schedule)
    np.testing.assert_array_equal(one.path.get(), host.path[:21, 0])


def test_a_value_below_zero_that_grows_is_no_improvement():
    """Where torch's relative threshold, best·(1 − threshold), goes wrong: −1 + 0.01 passes there for better than −1."""
    values = [-1.0] + [-0.99] * 10
    schedule = s.reduce_on_plateau(factor=0.5, patience=3, threshold=0.1)
    assert [schedule(t, f) for t, f in enumerate(values, start=1)] == [1.0] * 4 + [0.5] * 4 + [0.25] * 3


@pytest.mark.parametrize("kind", [int, np.int64, lambda f: np.array([f, f]), np.float32])
def test_whole_numbers_are_values_like_others(kind):
    """The best value so far begins at infinity, which no whole number can be."""
    schedule = s.reduce_on_plateau(factor=0.5, patience=1)
    factors = [schedule(t, kind(f)) for t, f in enumerate([8, 4, 4, 5, 3, 3, 3], start=1)]
    assert [np.min(factor) for factor in factors] == [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25]
    assert [np.max(factor) for factor in factors] == [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25]


def test_a_value_that_is_not_finite_is_never_better():
    schedule = s.reduce_on_plateau(factor=0.5, patience=1)
    assert [schedule(t, f) for t, f in enumerate([math.nan, math.inf, math.nan, 1.0, 1.0], start=1)] == [
        1,
        0.5,
        0.5,
        0.5,
        0.5,
    ]


def test_a_schedule_that_holds_another_asks_for_the_value_just_when_that_one_does():
    assert s.warm_up(3, then=PLATEAU).watches_value
    assert s.floor(s.warm_up(3, then=lambda t, f: 1.0), 0.1).watches_value
    assert not any(schedule.watches_value for schedule in EXAMPLES)
    schedule = s.warm_up(2, then=lambda t, f: f / (4 * t))
    assert [schedule(t, 8.0) for t in (1, 2, 3, 4)] == [0.5, 1.0, 2.0, 1.0]
    assert s.floor(lambda t, f: f / t, 2.0)(8, 4.0) == 2.0
    assert s.floor(lambda t: 1 / t if t < 3 else 0.0, 0.1)(4) == 0.1  # a function that only numbers can go through


# Bad input


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        ("constant(-1)", ValueError, "factor: needs factor >= 0, got -1"),
        ("constant('1')", TypeError, "factor: needs a real number, got str '1'"),
        ("inverse(rate=0)", ValueError, "rate: needs rate > 0, got 0"),
        ("inverse_square(rate=-1)", ValueError, "rate: needs rate > 0, got -1"),
        ("inverse_root(rate=True)", TypeError, "rate: needs a real number, got bool True"),
        ("exponential(rate=float('nan'))", ValueError, "rate: needs a finite number, rate > 0, got nan"),
        ("exponential(rate=0)", ValueError, "rate: needs rate > 0, got 0"),
        ("per_epoch(1.5, 10)", ValueError, "decay: needs 0 < decay < 1, got 1.5"),
        ("per_epoch(0.95, 0)", ValueError, "steps_per_epoch: needs a whole number >= 1, got 0"),
        ("staircase(every=2.5)", TypeError, "every: needs a whole number >= 1, got float 2.5"),
        ("staircase(every=5, factor=0)", ValueError, "factor: needs 0 < factor < 1, got 0"),
        ("linear(steps=0)", ValueError, "steps: needs a whole number >= 1, got 0"),
        ("linear(steps=5, end=-0.1)", ValueError, "end: needs end >= 0, got -0.1"),
        ("polynomial(steps=5, power=0)", ValueError, "power: needs power > 0, got 0"),
        ("polynomial(steps=True)", TypeError, "steps: needs a whole number >= 1, got bool True"),
        ("cosine(steps=-4)", ValueError, "steps: needs a whole number >= 1, got -4"),
        ("cosine(steps=4, end=float('inf'))", ValueError, "end: needs a finite number, end >= 0, got inf"),
        ("warm_restarts(first=0)", ValueError, "first: needs a whole number >= 1, got 0"),
        ("warm_restarts(first=5, multiply=1.5)", TypeError, "multiply: needs a whole number >= 1, got float 1.5"),
        ("warm_up(steps=0)", ValueError, "steps: needs a whole number >= 1, got 0"),
        ("warm_up(steps=5, then=0.1)", TypeError, "then: needs a function then(t) or then(t, f), got float"),
        ("warm_up(steps=5, then=lambda: 1)", TypeError, "then: needs a function of t or of t and f, got one of 0"),
        ("floor(0.5, least=0.1)", TypeError, "schedule: needs a function schedule(t) or schedule(t, f), got float"),
        ("floor(inverse(), least=-1)", ValueError, "least: needs least >= 0, got -1"),
        (
            "floor(inverse, least=0.1)",
            TypeError,
            "schedule: needs a function of t or of t and f, got inverse itself; call it: inverse(…)",
        ),
        (
            "piecewise((10,), (1.0,))",
            ValueError,
            "factors: needs one more than there are boundaries, 2 for these, got 1",
        ),
        ("piecewise((10, 10), (1, 1, 1))", ValueError, "boundaries: needs whole numbers in rising order, got (10, 10)"),
        ("piecewise((0,), (1, 1))", ValueError, "boundaries: needs a whole number >= 1, got 0"),
        ("piecewise((5,), (1, -1))", ValueError, "factors: needs factors >= 0, got -1"),
        ("piecewise(5, (1, 1))", TypeError, "boundaries: needs several numbers, such as (100, 200), got int"),
        ("reduce_on_plateau(factor=1)", ValueError, "factor: needs 0 < factor < 1, got 1"),
        ("reduce_on_plateau(patience=-1)", ValueError, "patience: needs a whole number >= 0, got -1"),
        ("reduce_on_plateau(threshold=-1)", ValueError, "threshold: needs threshold >= 0, got -1"),
        ("reduce_on_plateau(cooldown=0.5)", TypeError, "cooldown: needs a whole number >= 0, got float 0.5"),
        ("reduce_on_plateau(least=2)", ValueError, "least: needs 0 <= least <= 1, got 2"),
        ("reduce_on_plateau(relative='abs')", TypeError, "relative: needs True or False, got str 'abs'"),
    ],
)
def test_bad_numbers_get_a_sentence(call, kind, words):
    with pytest.raises(kind) as caught:
        written(call)
    assert words in str(caught.value).splitlines()[0]


def test_a_maker_handed_over_uncalled_gets_a_sentence():
    with pytest.raises(TypeError, match="schedule: needs a function of t or of t and f, got cosine itself; call it"):
        gd.descend(bowl, descent, (1.0, 1.0), steps=3, schedule=s.cosine)
    with pytest.raises(TypeError, match=r"transform: .* got clip_norm itself; call it"):
        gd.descend(bowl, descent, (1.0, 1.0), steps=3, transform=gd.clip_norm)
    with pytest.raises(ValueError, match="rprop_minus has no lr"):
        gd.descend(bowl, gd.rules.rprop_minus, (1.0, 1.0), steps=3, schedule=s.cosine(5))


SCHEDULED = [rule for rule in gd.rules if "lr" in rule.defaults]
RESTS = {"weight_decay": 0.0}  # a decay of the weights moves by itself


BEGINS_AT_ZERO = s.piecewise((2,), (0.0, 1.0))
ZERO_BETWEEN = s.piecewise((3, 6), (1.0, 0.0, 0.5))


@pytest.mark.parametrize("schedule", [s.inverse(), BEGINS_AT_ZERO, ZERO_BETWEEN, s.linear(steps=5)], ids=repr)
@pytest.mark.parametrize("rule", SCHEDULED, ids=lambda rule: rule.name)
def test_a_step_size_that_changes_or_ends_at_zero_moves_nothing_by_itself(rule, schedule):
    start = np.array([1.0, -2.0])
    flat = gd.Objective.from_functions(lambda p: 0.0 * p[..., 0], lambda p: 0.0 * p, 2)
    settings = {name: value for name, value in RESTS.items() if name in rule.defaults}
    settings |= {name: 0.25 for name in ("l1", "l2") if name in rule.defaults}
    run = gd.descend(flat, rule, start, steps=20, schedule=schedule, **settings)
    assert run.reason == "steps"
    np.testing.assert_allclose(run.path, np.broadcast_to(start, run.path.shape), rtol=1e-13)
    on_a_slope = gd.descend(gd.objectives.bowl, rule, start, steps=20, schedule=schedule)
    assert on_a_slope.reason == "steps"


def test_ftrl_proximal_is_adagrad_under_every_schedule():
    f, start = gd.objectives.rosenbrock, (-1.5, 2.0)
    for schedule in (s.inverse(0.1), s.cosine(steps=30), s.warm_up(steps=5), BEGINS_AT_ZERO, ZERO_BETWEEN):
        settings = {"steps": 60, "lr": 0.2, "schedule": schedule}
        leader = gd.descend(f, gd.rules.ftrl_proximal, start, beta=0.5, **settings)
        follower = gd.descend(f, gd.rules.adagrad, start, eps=0.5, **settings)
        assert np.abs(leader.path - leader.path[0]).max() > 0.1
        np.testing.assert_allclose(leader.path, follower.path, rtol=1e-9)
