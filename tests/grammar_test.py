"""The grammar of formulas: what it accepts with its meaning, what it refuses with which sentence, and that it never runs."""

import keyword
import math

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import gdlib as gd
from gdlib.formulas.grammar import DEEPEST, LONGEST, FormulaError, parse

x, y, x1 = (sp.Symbol(name, real=True) for name in ("x", "y", "x1"))
R = sp.Rational

ACCEPTED = {
    "x": x, " x ": x, "x + y": x + y, "x - y - 1": x - y - 1, "x - (y - 1)": x - y + 1, "2*x": 2 * x, "x/2/3": x / 6,
    "x/(2/3)": x * R(3, 2), "-x**2": -(x**2), "(-x)**2": x**2, "2**-x": 2**-x, "x**2**3": x**8, "x**-2": x**-2,
    "--x": x, "+x": x, "- -x": x, "2 - -x": 2 + x, "x*-y": -x * y, "1e2*x": 100 * x, "1.5*x": R(3, 2) * x, ".5*x": x / 2,
    "5.*x": 5 * x, "1E-3*x": x / 1000, "0.1*x": x / 10, "exp(1)*x": sp.E * x, "pi*x": sp.pi * x, "abs(x)": sp.Abs(x),
    "sqrt(x**2 + 1)": sp.sqrt(x**2 + 1), "atan(x)": sp.atan(x), "sin(cos(tan(x)))": sp.sin(sp.cos(sp.tan(x))),
    "sinh(x) + cosh(x)*tanh(x)": sp.sinh(x) + sp.cosh(x) * sp.tanh(x), "log(x)": sp.log(x), "x1*x": x1 * x,
    "((x))": x, "x\n+ y": x + y, "x**0.5": sp.sqrt(x), "x**y": x**y, "exp(-x**2)": sp.exp(-(x**2)),
    "(x**2 + y - 11)**2 + (x + y**2 - 7)**2": (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
}  # fmt: skip

REFUSED = {
    "": "got nothing", "   ": "got nothing", "x +": "ends where", "x y": "needs its *", "2x": "needs its *", "x(2)": "unknown",
    "(x": "closing )", "x)": "stands where an operator", "*x": "stands where a number", "x**": "ends where",
    "x ^ 2": "written **", "x = 2": "no equals sign", "x == 2": "no equals sign", "x % 2": "has no meaning",
    "x // 2": "stands where", "x; y": "has no meaning", "x, y": "has no meaning", "[x]": "has no meaning",
    "x.real": "has no meaning", "f(x)": "unknown", "sine(x)": "Did you mean 'sin", "exp": "needs its argument",
    "exp x": "needs its argument", "exp()": "stands where", "e*x": "exp(1)", "E*x": "exp(1)", "i*x": "imaginary",
    "I*x": "meaning", "oo*x": "meaning", "inf + x": "no finite number", "nan": "no number", "lambda*x": "meaning",
    "None": "meaning", "print": "meaning", "gamma*x": "meaning", "beta": "meaning", "zeta": "meaning", "S*x": "meaning",
    "π*x": "has no meaning", "x²": "has no meaning", "'x'": "has no meaning", "x if x else y": "needs its *",
    "__import__('os')": "unknown", "__class__": "belong to Python", "().__class__": "stands where",
    "x.__class__": "has no meaning", "eval(x)": "unknown", "9**9**9**9": "whole powers up to", "2**999 * x": "too large",
    "x**x**x**x": "tower of powers", "x**1001": "whole powers up to", "1e999*x": "at most", "1/0": "divides by zero",
    "x/0": "divides by zero", "x/(1-1)": "divides by zero", "0**-1": "divides by zero", "1_000*x": "needs its *",
    "3": "at least one variable", "log(-1)*x": "complex", "sqrt(-1)*x": "complex", "sqrt(-1 - x**2)": "finite somewhere",
    "(-8)**(1/3)*x": "finite somewhere", "1" * 61 + "*x": "at most 60 digits", "exp(exp(exp(exp(9))))*x": "finite somewhere",
}  # fmt: skip


@pytest.mark.parametrize("text", ACCEPTED)
def test_accepted(text):
    assert parse(text) == ACCEPTED[text]


@pytest.mark.parametrize("text", REFUSED)
def test_refused_with_a_sentence(text):
    with pytest.raises(ValueError) as caught:
        gd.Objective(text)
    first, *_ = str(caught.value).splitlines()
    assert first.startswith("objective: ")
    assert REFUSED[text] in first


def test_text_is_at_most_so_long_and_so_deep():
    with pytest.raises(FormulaError, match="at most 4000 characters, got 2000003"):
        gd.Objective("x" + "+x" * 1_000_001)
    with pytest.raises(FormulaError, match="nested deeper"):
        gd.Objective("(" * (DEEPEST + 1) + "x" + ")" * (DEEPEST + 1))
    with pytest.raises(FormulaError, match="nested deeper"):
        gd.Objective("-" * (LONGEST - 1) + "x")
    parse("(" * (DEEPEST - 1) + "x" + ")" * (DEEPEST - 1))


def test_the_place_of_a_mistake_is_shown():
    with pytest.raises(FormulaError) as caught:
        gd.Objective("x**2 + 3y")
    assert str(caught.value).splitlines()[1:] == ["  x**2 + 3y", "          ^"]


@pytest.mark.parametrize("name", [*keyword.kwlist, "pi", "sin", "oo", "zoo", "E", "I", "len", "N", "Symbol", "ln", "NaN"])
def test_names_with_a_meaning_are_no_variables_anywhere(name):
    with pytest.raises(ValueError, match="objective"):
        gd.Objective("x**2", variables=("x", name))


def test_text_reaches_no_python(tmp_path):
    victim = tmp_path / "touched"
    for text in (f"__import__('os').system('touch {victim}')", f"open('{victim}', 'w')", "x*[].append(1)", "exec('1')"):
        with pytest.raises(FormulaError):
            gd.Objective(text)
    assert not victim.exists()


LEAVES = st.sampled_from(["x", "y", "1", "2", "0.5", "3.25", "pi"])


def joined(inner):
    pair = st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
    call = st.tuples(st.sampled_from(["sin", "cos", "tanh", "atan", "abs"]), inner).map(lambda p: f"{p[0]}({p[1]})")
    return st.one_of(pair, call, inner.map(lambda a: f"-{a}"), inner.map(lambda a: f"({a})**2"))


@given(st.recursive(LEAVES, joined, max_leaves=8), st.floats(-2, 2), st.floats(-2, 2))
@settings(max_examples=100, deadline=None)
def test_text_means_what_python_would_compute(text, at_x, at_y):
    """Against Python's own reading of the same text, which the grammar itself never asks for."""
    known = {name: getattr(math, name) for name in ("sin", "cos", "tanh", "atan", "pi")} | {"abs": abs}
    expected = eval(text, {"__builtins__": {}}, {**known, "x": at_x, "y": at_y})
    value = float(parse(text).subs({x: at_x, y: at_y}))
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_formula_or_a_clear_refusal(text):
    refusal = None
    try:
        gd.Objective(text)
    except ValueError as error:  # any other kind of error is a fault of the parser, and fails the test
        refusal = str(error)
    assert refusal is None or refusal.startswith("objective: ")
