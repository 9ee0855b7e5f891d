"""Comparing values: fair to whoever found another way to the same answer, deaf to whoever did not."""

import time

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from homework.grading.judging import compare, judged, part
from homework.inside.values import Formula, encode
from homework.outcomes import Outcome
from homework.plan import Judge
from homework.sandbox.ran import JudgeRan

RTOL = 1e-9
x, y, eta, lam, beta = sp.symbols("x y eta lambda beta", real=True)
L, mu = sp.symbols("L mu", positive=True)


def verdict(reference, came, rtol=RTOL):
    return judged(encode(reference), encode(came), rtol)


RIGHT = {  # what an honest student may give -> for the reference
    "another order of summing": (sum([0.1] * 10), 1.0),
    "a list for an array": (np.array([[1.0, 2.0], [3.0, 4.0]]), [[1.0, 2.0], [3.0, 4.0]]),
    "an array for a list": ([1.0, 2.5], np.array([1.0, 2.5])),
    "a tuple for a list": ([1.0, 2.5], (1.0, 2.5)),
    "integers in an array": (np.array([1.0, 2.0]), np.array([1, 2])),
    "a NumPy number": (1.25, np.float64(1.25)),
    "an array of no axes": (1.25, np.array(1.25)),
    "a whole number as float": (7, 7.0),
    "a whole number, almost": (49, 48.99999999999999),
    "a whole number for a float": (7.0, 7),
    "NumPy's True": (True, np.bool_(True)),
    "an array of truths": ([True, False], np.array([True, False])),
    "a zero but for rounding": (0.0, 3e-17),
    "a near-zero among numbers": (np.array([1.0, 1e-15]), [1.0, -4e-15]),
    "a small number beside a large one": (np.array([1.0, 1e-13]), [1.0, 2e-13]),
    "a real as complex": (2.0, 2 + 0j),
    "both diverged": ([1.0, np.inf, np.nan], np.array([1.0, np.inf, np.nan])),
    "a dict in another order": ({"a": 1, "b": [2.0]}, {"b": np.array([2.0]), "a": 1.0}),
    "shapes that differ within": ((1.5, np.array([1.0, 2.0])), [np.float64(1.5), [1, 2]]),
    "lists of one shape for arrays": ([[1.0, 2.0], [3.0]], [np.array([1.0, 2.0]), np.array([3.0])]),
    "text": ("convex", "convex"),
    "nothing": (None, None),
    "a sum, expanded": ((x + y) ** 3, sp.expand((x + y) ** 3)),
    "a high power, expanded": ((x - 1) ** 20, sp.expand((x - 1) ** 20)),
    "a sum, factored": (x**2 - y**2, (x - y) * (x + y)),
    "a root as a power": (sp.sqrt(x**2 + 1), (1 + x**2) ** 0.5),
    "an absolute value as a root": (sp.Abs(x), sp.sqrt(x**2)),
    "the slope of an absolute value": (sp.sign(x), x / sp.Abs(x)),
    "decimal numbers for fractions": (x / 10 + y / 3, 0.1 * x + y / 3.0),
    "trigonometry": (sp.sin(2 * x), 2 * sp.sin(x) * sp.cos(x)),
    "an exponential": (sp.E**x / sp.E, sp.exp(x - 1)),
    "zero": (sp.Integer(0), sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1),
    "names that SymPy takes": (beta * lam - eta, -eta + lam * beta),
    "logarithms of positive numbers": (sp.log(L * mu), sp.log(L) + sp.log(mu)),
    "a rate in kappa's place": ((sp.sqrt(L / mu) - 1) / (sp.sqrt(L / mu) + 1),
                                (sp.sqrt(L) - sp.sqrt(mu)) / (sp.sqrt(L) + sp.sqrt(mu))),
    "a quotient in another form": (1 / (1 + sp.exp(-x)), sp.exp(x) / (1 + sp.exp(x))),
    "a matrix as lists": (sp.Matrix([[2 * x, y], [y, 2]]), [[x * 2, y], [y, sp.Integer(2)]]),
    "a matrix of numbers as an array": (np.array([[2.0, 0.5], [0.5, 1.0]]),
                                        sp.Matrix([[2, sp.Rational(1, 2)], [sp.Rational(1, 2), 1]])),
    "a fraction for a float": (1 / 3, sp.Rational(1, 3)),
    "a float for a fraction": (sp.Rational(1, 3), 1 / 3),
    "a root for a float": (2**0.5, sp.sqrt(2)),
    "a whole SymPy number": (3, sp.Integer(3)),
    "a constant for a constant formula": (sp.sqrt(2) * sp.pi, float(np.sqrt(2) * np.pi)),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_the_same_answer_in_another_way_is_right(name):
    assert verdict(*RIGHT[name]) == (True, "")


WRONG = {  # -> a word of the reason
    "a number": (1.0, 1.0 + 1e-6, "rounded"),
    "single precision": (0.1, float(np.float32(0.1)), "float32"),
    "another number": (1.0, 2.0, "differs"),
    "a whole number beside it": (100, 101, "differs"),
    "a large whole number beside it": (10**40, 10**40 + 1, "differs"),
    "a float near a whole number": (100, 100.001, "differs"),
    "True for 1": (1, True, "came True or False"),
    "1 for True": (True, 1, "needed True or False, came a number"),
    "1.0 for True": (True, 1.0, "needed True or False"),
    "True among numbers": ([1.0, 1.0], [True, True], "came True or False"),
    "False for True": (True, False, "not the one"),
    "NaN": (1.0, float("nan"), "not finite"),
    "NaN everywhere": (np.ones((4, 2)), np.full((4, 2), np.nan), "8 of 8 entries differ: the number is not finite"),
    "inf": (1.0, float("inf"), "not finite"),
    "minus inf": (float("inf"), float("-inf"), "not finite"),
    "finite for inf": (float("inf"), 1e300, "differs"),
    "a complex number whose size no float holds": (1.5, complex(1.7e308, 1.7e308), "differs"),
    "such a one among others": ([1.5, 2.5], [complex(1.7e308, 1.7e308), 2.5], "1 of 2 entries differ"),
    "a row for a column": (np.ones((4, 2)), np.ones((2, 4)), "needed shape (4, 2), came (2, 4)"),
    "one axis too many": (np.ones(4), np.ones((4, 1)), "needed shape (4,), came (4, 1)"),
    "a list for a number": (1.0, [1.0], "needed a number, came a list of shape (1,)"),
    "a number for a list": ([1.0], 1.0, "came a number"),
    "some entries": (np.arange(10.0), np.arange(10.0) + (np.arange(10) < 3), "3 of 10 entries differ"),
    "text for a number": (1.0, "1.0", "needed a number, came text"),
    "other text": ("convex", "concave", "text, but not the one asked for"),
    "a million letters": ("convex", "c" * 10_000, "text, but not"),
    "nothing for a number": (1.0, None, "came None"),
    "an object": (1.0, object(), "came an object of type object"),
    "a class that pretends": (np.ones(2), {1: 2}, "came an object of type dict"),
    "a missing key": ({"a": 1, "b": 2}, {"a": 1}, "1 of the 2 keys"),
    "a key too many": ({"a": 1}, {"a": 1, "b": 2}, "needed 1 keys, came 2"),
    "a wrong entry": ({"a": 1}, {"a": 2}, "entry a: the number differs"),
    "a list for a dict": ({"a": 1}, [1], "needed a dict"),
    "too few entries": ([1.5, [1.0, 2.0]], [1.5], "needed 2 entries, came 1"),
    "a wrong part": ([1.5, [1.0, 2.0]], [1.5, [1.0, 2.0, 3.0]], "entry 1: needed shape (2,), came (3,)"),
    "another formula": (x**2, x**3, "not equal"),
    "right at whole numbers only": (x, x + sp.sin(sp.pi * x) / 10**6, "not equal"),
    "right for positive numbers only": (sp.Abs(x), x, "not equal"),
    "a derivative's sign": (2 * x, -2 * x, "not equal"),
    "a term that is small beside the rest": (sp.exp(10 * x), sp.exp(10 * x) + 1, "not equal"),
    "a term that is smaller still": (x**20, x**20 + sp.Rational(1, 10**6), "not equal"),
    "a small number for a small formula": (x / 10**9, x / 10**9 + sp.Rational(1, 10**15), "not equal"),
    "another name": (x**2, lam**2, "it holds lambda, which that does not"),
    "a number for a formula": (x**2, 4.0, "not equal"),
    "a formula for a number": (4.0, x**2, "needed a number, came a formula"),
    "text for a formula": (x**2, "x**2", "needed a formula, came text"),
    "True for a formula": (x**2, True, "needed a formula, came True or False"),
    "a formula with nan": (x**2, sp.nan, "cannot be read"),
    "a formula with infinity": (x**2, sp.oo * x, "cannot be read"),
    "an imaginary formula": (x**2, sp.I * x, "cannot be read"),
    "undefined where it counts": (x**2, sp.sqrt(-(x**2) - 1), "not defined"),
    "nowhere defined": (x**2, x**2 + sp.log(-(x**2)), "not defined"),
    "a constant for zero": (sp.Integer(0), sp.Float("1e-6"), "differs"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_another_answer_is_wrong_and_the_reason_helps(name):
    reference, came, word = WRONG[name]
    right, reason = verdict(reference, came)
    assert not right
    assert word in reason


def test_reasons_do_not_tell_the_reference():
    secret = np.array([3.14159, 271.828, 57721.0])
    for came in (np.zeros(3), [np.nan] * 3, np.zeros((3, 1)), "text", secret + np.array([0, 0, 1e-3]), None, [x, x, x]):
        _, reason = verdict(secret, came)
        assert reason
        assert not any(digits in reason for digits in ("3.14", "271", "57721", "57720"))


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9**9",
        "x**x**x**x",
        "exp(exp(exp(exp(exp(x + 9)))))",
        "((((x**1000)**1000)**1000)**1000)**1000",
        "sin(exp(exp(exp(x + 9))))",
        "x**(10**300)",
        "+".join(f"0.{k:03}**(10**299*x)" for k in range(101, 250)),
        "+".join(f"sin({k}*10**296*x)" for k in range(1, 150)),
        "(x + 0.001)**(x * 10**200)",
        "+".join(f"sin({k}*x)" for k in range(10_000)),
        "(" * 50_000 + "x" + ")" * 50_000,
        "-" * 100_000 + "x",
        "sign(" * 300 + "x" + ")" * 300,
        "exp(" * 90 + "x" + ")" * 90,
        "__import__('os').system('id')",
        "x.__class__",
        "[].append(1)",
        "\x00",
        "",
        "x y",
        "f(x)",
        "Integral(exp(x**2), (x, 0, 1))",
    ],
    ids=lambda text: text[:20],
)
def test_formulas_that_want_time_or_power_get_neither(text):
    begun = time.process_time()
    right, reason = compare_text(text)
    assert not right
    assert reason
    assert time.process_time() - begun < 2


def compare_text(text):
    return compare(Formula("x**2 + 1"), Formula(text), RTOL)


def test_many_long_formulas_are_refused_together():
    long = Formula("+".join(f"sin({k}*x)" for k in range(300)))
    begun = time.process_time()
    right, reason = compare([Formula("x")] * 1000, [long] * 1000, RTOL)
    assert not right
    assert "letters together" in reason
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "data",
    [
        {"float": "__import__('os')"},
        {"array": [[10**9], "float64", ""]},
        {"array": [[2], "object", "AAAA"]},
        {"pickle": "gASV"},
        {"int": "9" * 5000},
        {"float": "1", "int": "1"},
        float("nan"),
        [[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]],
        [0] * 1_000_001,
    ],
    ids=lambda data: str(data)[:20],
)
def test_what_is_no_data_is_wrong_not_an_error(data):
    right, reason = judged(encode(1.0), data, RTOL)
    assert not right
    assert reason.startswith("needed data that can be compared")


def test_rtol_is_the_masters():
    assert verdict(100.0, 100.9, rtol=0.01) == (True, "")
    assert not verdict(100.0, 102.0, rtol=0.01)[0]
    assert not verdict(100, 101, rtol=0.01)[0]  # whole numbers are exact all the same
    assert not verdict(100, 100.5, rtol=0.01)[0]
    assert verdict(x * 100, x * sp.Float("100.9"), rtol=0.01)[0]


@given(
    st.recursive(st.floats() | st.integers() | st.booleans() | st.text(max_size=5) | st.none(), st.lists, max_leaves=8)
)
def test_everything_equals_itself(value):
    assert verdict(value, value) == (True, "")


@pytest.mark.parametrize(
    "data", [{"formula": "\ud800"}, {"other": "\ud800"}, "\ud800"], ids=["formula", "type", "text"]
)
def test_half_characters_reach_no_outcome(data):
    judge = Judge("step", "one step", 2.0, RTOL, "# one step\nstep()", encode(1.5))
    wrong = part(judge, JudgeRan("value", data))
    assert wrong.status == "wrong"
    outcome = Outcome("s01", "hw1", "graded", parts=(wrong,))
    assert Outcome.from_json(outcome.to_json().encode().decode()) == outcome


def test_a_part_keeps_what_came_of_a_judge_that_gave_no_value():
    judge = Judge("step", "one step", 2.0, RTOL, "# one step\nstep()", encode(1.5))
    assert part(judge, JudgeRan("value", encode(1.5))).earned == 2
    assert part(judge, JudgeRan("value", encode(2.5))).status == "wrong"
    assert part(judge, JudgeRan("error", reason="NameError: step")).reason == "NameError: step"
    assert part(judge, JudgeRan("timeout")).earned is None
