"""The grammar of formulas: what it accepts with its meaning, what it refuses with which sentence, and that it never runs."""

import json
import keyword
import math
import re
import subprocess
import sys

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import gdlib as gd
from gdlib.formulas.grammar import DEEPEST, LONGEST, WORDS, FormulaError, check_name, parse
from gdlib.formulas.meaning import exact
from tests.formula_texts import TEXTS, whole

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


@pytest.mark.parametrize("text", ACCEPTED)
def test_accepted(text):
    assert exact(text) == ACCEPTED[text]


@pytest.mark.parametrize("row", [row for rows in TEXTS.values() for row in rows], ids=lambda row: str(row["text"])[:30])
def test_the_shared_table_of_texts(row):
    """formula_page_test.py asks the page's parser for the same."""
    text = whole(row["text"])
    if "variables" in row:
        assert [str(one) for one in gd.Objective(text).variables] == row["variables"]
        return
    with pytest.raises(FormulaError) as caught:
        gd.Objective(text)
    assert (caught.value.sentence, caught.value.place) == (row["sentence"], row["place"])
    assert str(caught.value).startswith(f"objective: {row['sentence']}")


def test_the_shared_table_is_long_and_holds_what_is_accepted_here():
    assert sum(map(len, TEXTS.values())) >= 60
    assert set(ACCEPTED) <= {whole(row["text"]) for row in TEXTS["accepted"]}


def test_every_word_of_the_grammar_is_said_by_a_text_of_the_shared_table():
    said = " ".join(row["sentence"] for row in TEXTS["refused"])
    in_pages_alone = {"variables", "operations", "alone"}
    parts = {key: max(re.split(r"\{\w+\}", words), key=len) for key, words in WORDS.items()}
    assert {key for key, part in parts.items() if part not in said} == in_pages_alone


def test_the_listed_names_are_those_that_python_and_sympy_take():
    """The list is longer than what one version has: it is the same for all."""
    code = (
        "import builtins, json, math, sympy; functions = [name for name in dir(math) if callable(getattr(math, name))];"
        "print(json.dumps([functions, dir(sympy), dir(builtins)]))"
    )
    fresh = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    taken = {name for names in (*json.loads(fresh), keyword.kwlist) for name in names}
    free = set()
    for name in taken:
        try:
            free.add(check_name(name))
        except FormulaError:
            continue
    assert not free


def test_text_is_at_most_so_long_and_so_deep():
    with pytest.raises(FormulaError, match="at most 4000 characters, got 2000003"):
        gd.Objective("x" + "+x" * 1_000_001)
    with pytest.raises(FormulaError, match="nested deeper"):
        gd.Objective("(" * (DEEPEST + 1) + "x" + ")" * (DEEPEST + 1))
    with pytest.raises(FormulaError, match="nested deeper"):
        gd.Objective("-" * (LONGEST - 1) + "x")
    parse("(" * (DEEPEST - 1) + "x" + ")" * (DEEPEST - 1))


def test_a_value_is_worked_out_as_it_is_typed():
    """0.1 + 0.2 is the double that Python makes of it, sums go from the left, and a power is a product."""
    f = gd.Objective("y**3*(0.1 + 0.2) + x - 1e16 + x*x/3 - x**1.5")
    for x, y in np.random.default_rng(0).uniform(0, 3, (50, 2)).tolist():
        assert f((x, y)) == y * y * y * (0.1 + 0.2) + x - 1e16 + x * x / 3 - math.sqrt(x) * math.sqrt(x) * math.sqrt(x)


def test_names_that_cancel_are_variables_still():
    f = gd.Objective("x - x + y")
    assert [str(one) for one in f.variables] == ["x", "y"]
    np.testing.assert_array_equal(f.grad((2.0, 3.0)), (0.0, 1.0))


def test_the_place_of_a_mistake_is_shown():
    with pytest.raises(FormulaError) as caught:
        gd.Objective("x**2 + 3y")
    assert str(caught.value).splitlines()[1:] == ["  x**2 + 3y", "          ^"]


@pytest.mark.parametrize(
    "name", [*keyword.kwlist, "pi", "sin", "oo", "zoo", "E", "I", "len", "N", "Symbol", "ln", "NaN"]
)
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
    value = float(exact(text).subs({x: at_x, y: at_y}))
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
