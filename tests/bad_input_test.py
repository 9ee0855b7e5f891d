"""Bad input gets a clear sentence before any work: which argument, what was needed and what came."""

import linecache
import re
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from gdlib.vocabulary import in_short

bowl, adam, rprop = gd.objectives.bowl, gd.rules.adam, gd.rules.rprop_minus
S, HUGE = gd.schedules, 10**400  # a whole number that no float can hold
x = sp.Symbol("x", real=True)


def run(f=bowl, rule=adam, start=(1.0, 1.0), steps=5, **options):
    return gd.descend(f, rule, start, steps=steps, **options)


CALLS = {  # the call, the error, words of its first line
    "point of the wrong size": (lambda: bowl([1.0, 2.0, 3.0]), ValueError, "points: needs shape (..., 2)"),
    "a bare number": (lambda: gd.Objective("x**2")(3.0), ValueError, "a bare number is no point: write [3.0]"),
    "a number for two": (lambda: bowl.grad(3.0), ValueError, "points: needs shape (..., 2)"),
    "complex points": (lambda: bowl([1j, 0]), TypeError, "points: needs real numbers"),
    "points of text": (lambda: bowl(["a", "b"]), TypeError, "points: needs real numbers"),
    "ragged points": (lambda: bowl([[1.0, 2.0], [1.0]]), ValueError, "points: needs an array of shape (..., 2)"),
    "start of the wrong size": (lambda: run(start=(1.0,)), ValueError, "start: needs shape (..., 2)"),
    "a start that is nan": (lambda: run(start=(np.nan, 1.0)), ValueError, "start: needs finite coordinates"),
    "a start that is inf": (lambda: run(start=(np.inf, 1.0)), ValueError, "start: needs finite coordinates"),
    "steps=0": (lambda: run(steps=0), ValueError, "steps: needs a whole number >= 1, got 0"),
    "steps=-3": (lambda: run(steps=-3), ValueError, "steps: needs a whole number >= 1, got -3"),
    "steps=2.5": (lambda: run(steps=2.5), TypeError, "steps: needs a whole number >= 1, got float 2.5"),
    "steps=True": (lambda: run(steps=True), TypeError, "steps: needs a whole number"),
    "keep=0": (lambda: run(keep=0), ValueError, "keep: needs a whole number >= 1, got 0"),
    "lr=-1": (lambda: run(lr=-1), ValueError, "lr: needs lr > 0, got -1"),
    "lr=0": (lambda: run(lr=0), ValueError, "lr: needs lr > 0, got 0"),
    "lr=nan": (lambda: run(lr=np.nan), ValueError, "lr: needs a finite number, lr > 0, got nan"),
    "lr=inf": (lambda: run(lr=np.inf), ValueError, "lr: needs a finite number, lr > 0, got inf"),
    "lr as text": (lambda: run(lr="0.1"), TypeError, "lr: needs a real number, got str '0.1'"),
    "beta1=1": (lambda: run(beta1=1.0), ValueError, "beta1: needs 0 <= beta1 < 1, got 1.0"),
    "an unknown name": (lambda: run(beta_1=0.9), TypeError, "beta_1: no hyperparameter of adam. Did you mean 'beta1'?"),
    "a name of another rule": (lambda: run(rule=rprop, lr=0.1), TypeError, "lr: no hyperparameter of rprop_minus"),
    "a plain function": (lambda: run(rule=lambda theta, g: theta), TypeError, "make it one with gd.rule(function)"),
    "a rule by name": (lambda: run(rule="adam"), TypeError, "rule: needs a rule such as gd.rules.adam, got str"),
    "text for f": (lambda: run(f="x**2"), TypeError, "f: needs an objective"),
    "a schedule without lr": (lambda: run(rule=rprop, schedule=lambda t: 1.0), ValueError, "rprop_minus has no lr"),
    "a schedule of nothing": (lambda: run(schedule=lambda: 1.0), TypeError, "schedule: needs a function of t"),
    "a number as schedule": (lambda: run(schedule=0.9), TypeError, "schedule: needs a function schedule(t)"),
    "a schedule of nan": (lambda: run(schedule=lambda t: np.nan), ValueError, "schedule: needs a finite factor"),
    "stop as a number": (lambda: run(stop=1e-6), TypeError, "stop: needs a criterion"),
    "a tolerance below 0": (lambda: gd.stopping.grad_norm(-1.0), ValueError, "grad_norm: needs a finite tolerance >= 0"),
    "a tolerance of text": (lambda: gd.stopping.step_change("1"), TypeError, "step_change: needs a tolerance"),
    "a level of nan": (lambda: gd.stopping.value_below(np.nan), ValueError, "value_below: needs a finite number"),
    "clip_norm(0)": (lambda: gd.clip_norm(0), ValueError, "clip_norm: needs a finite number > 0, got 0"),
    "clip_value('1')": (lambda: gd.clip_value("1"), TypeError, "clip_value: needs a positive number, got str"),
    "a transform to a number": (lambda: run(transform=lambda g: 1.0), ValueError, "transform: must return a gradient"),
    "a number as transform": (lambda: run(transform=1.0), TypeError, "transform: needs a function transform(g) or transform(g, theta), got float"),
    "a transform of nothing": (lambda: run(transform=lambda: 1.0), TypeError, "transform: needs a function of g or of g and theta, got one of 0"),
    "a transform of three": (lambda: run(transform=lambda g, theta, t: g), TypeError, "transform: needs a function of g or of g and theta, got one of 3"),
    "a transform by name": (lambda: run(transform=lambda g, *, theta: g), TypeError, "transform: needs a function of g or of g and theta, got one that wants theta by name"),
    "a schedule of three": (lambda: run(schedule=lambda t, f, g: 1.0), TypeError, "schedule: needs a function of t or of t and f, got one of 3"),
    "noise without seed": (lambda: run(noise=0.1), ValueError, "seed: noise needs a seed"),
    "noise below 0": (lambda: run(noise=-0.1, seed=1), ValueError, "noise: needs a finite standard deviation >= 0"),
    "a seed of text": (lambda: run(noise=0.1, seed="a"), TypeError, "seed: needs a whole number >= 0"),
    "two expressions": (lambda: gd.Objective([x, x]), TypeError, "objective: needs one scalar expression, got list"),
    "a matrix": (lambda: gd.Objective(sp.Matrix([x])), TypeError, "needs one scalar expression"),
    "a relation": (lambda: gd.Objective(x < 1), TypeError, "needs one scalar expression"),
    "a number": (lambda: gd.Objective(3), ValueError, "needs at least one variable, got a constant"),
    "nothing": (lambda: gd.Objective(None), TypeError, "needs text, a SymPy expression or a function of symbols"),
    "a complex expression": (lambda: gd.Objective(sp.I * x), ValueError, "got a complex formula"),
    "an infinite expression": (lambda: gd.Objective(sp.oo * x), ValueError, "finite somewhere"),
    "an unknown function": (lambda: gd.Objective(sp.gamma(x)), ValueError, "objective: gamma is unknown here"),
    "an undefined function": (lambda: gd.Objective(sp.Function("h")(x)), ValueError, "objective: h is unknown here"),
    "an integral": (lambda: gd.Objective(sp.Integral(x, x)), ValueError, "objective: Integral is unknown here"),
    "a huge power": (lambda: gd.Objective(x**5000), ValueError, "whole powers up to 1000"),
    "a negative base": (lambda: gd.Objective((-2) ** x + 1), ValueError, "needs an exponent that does not vary over a negative number, got (-2)**x"),
    "a negative base that cancels out": (lambda: gd.Objective("(x - x - 2)**x"), ValueError, "over a negative number, got (-2)**x"),
    "numpy on symbols": (lambda: gd.Objective(lambda a: 2 * np.sin(a)), TypeError, "sympy.exp in place of np.exp"),
    "a branch on symbols": (lambda: gd.Objective(lambda a: a if a > 0 else -a), TypeError, "must work on SymPy symbols"),
    "a name missing": (lambda: gd.Objective("x*y", variables=("x",)), ValueError, "variables: needs every name of the formula; y"),
    "a name twice": (lambda: gd.Objective("x", variables=("x", "x")), ValueError, "variables: needs each name once"),
    "variables as text": (lambda: gd.Objective("x", variables="x"), TypeError, "variables: needs a sequence of names"),
    "variables as a number": (lambda: gd.Objective("x", variables=5), TypeError, "variables: needs a sequence of names such as ('x', 'y'), got int 5"),
    "a short window": (lambda: gd.Objective("x*y", window=((0, 1),)), ValueError, "window: needs 2 pairs (low, high), one for each variable, got ((0, 1),)"),
    "a window of triples": (lambda: gd.Objective("x", window=((1, 2, 3),)), ValueError, "window: needs 1 pair (low, high)"),
    "a number as window": (lambda: gd.Objective("x", window=5), TypeError, "window: needs 1 pair (low, high), one for each variable, got int 5"),
    "a bare pair as window": (lambda: gd.Objective("x", window=(0, 1)), TypeError, "window: needs 1 pair (low, high), one for each variable, got tuple (0, 1)"),
    "a window without ends": (lambda: gd.Objective("x", window=((-np.inf, np.inf),)), ValueError, "window: needs finite numbers, got -inf"),
    "a window from nan": (lambda: gd.Objective("x", window=((np.nan, 3),)), ValueError, "window: needs finite numbers, got nan"),
    "a window upside down": (lambda: gd.Objective("x", window=((5, -5),)), ValueError, "window: needs low < high, got (5, -5)"),
    "a window of no width": (lambda: gd.Objective("x", window=((5, 5),)), ValueError, "window: needs low < high, got (5, 5)"),
    "a window of texts": (lambda: gd.Objective("x", window=(("0", "1"),)), TypeError, "window: needs real numbers"),
    "a window of texts that hold two": (lambda: gd.Objective("x", window=("12",)), TypeError, "window: needs real numbers"),
    "a window of symbols": (lambda: gd.Objective("x", window=((0, x),)), TypeError, "window: needs real numbers"),
    "a number as start": (lambda: gd.Objective("x", start=5), ValueError, "start: needs shape (..., 1), got a single number"),
    "a start too long": (lambda: gd.Objective("x", start=(1, 2)), ValueError, "start: needs shape (..., 1)"),
    "two starts": (lambda: gd.Objective("x*y", start=[(1, 2), (3, 4)]), ValueError, "start: needs one point, got an array of shape (2, 2)"),
    "a start as text": (lambda: gd.Objective("x*y", start="12"), TypeError, "start: needs real numbers"),
    "a start at infinity": (lambda: gd.Objective("x*y", start=(0, np.inf)), ValueError, "start: needs finite numbers, got inf"),
    "three numbers as minima of two": (lambda: gd.Objective("x*y", minima=[1, 2, 3]), ValueError, "minima: needs shape (..., 2)"),
    "minima of different lengths": (lambda: gd.Objective("x*y", minima=[[1, 2], [3]]), ValueError, "minima: needs an array of shape (..., 2), got rows of different lengths"),
    "a number as minima": (lambda: gd.Objective("x*y", minima=3), ValueError, "minima: needs shape (..., 2), got a single number"),
    "no start": (lambda: gd.Objective("x*y", start=()), ValueError, "start: needs one point, got an array of shape (0, 2)"),
    "minima at nan": (lambda: gd.Objective("x*y", minima=[[1, np.nan]]), ValueError, "minima: needs finite numbers, got nan"),
    "minima of texts": (lambda: gd.Objective("x", minima=["1"]), TypeError, "minima: needs real numbers"),
    "a wrong gradient": (lambda: gd.Objective.from_functions(lambda p: (p**2).sum(), lambda p: p, 2), ValueError, "grad: must fit value"),
    "a vector as value": (lambda: gd.Objective.from_functions(lambda p: p, lambda p: p, 2), ValueError, "value: needs a single number"),
    "a short gradient": (lambda: gd.Objective.from_functions(lambda p: p.sum(), lambda p: p[:1], 2), ValueError, "grad: needs shape (2,)"),
    "a value of nan": (lambda: gd.Objective.from_functions(lambda p: np.nan, lambda p: p, 2), ValueError, "value: needs a finite number somewhere"),
    "a gradient of nan": (lambda: gd.Objective.from_functions(lambda p: p.sum(), lambda p: np.nan * p, 2), ValueError, "grad: must fit value"),
    "no points": (lambda: run(start=np.zeros((0, 2))), ValueError, "start: needs at least one point"),
    "n=0": (lambda: gd.Objective.from_functions(lambda p: 0.0, lambda p: p, 0), ValueError, "n: needs a whole number"),
    "an unknown objective": (lambda: gd.objectives.rosenbrok, AttributeError, "Did you mean 'rosenbrock'?"),
    "an unknown rule": (lambda: gd.rules["adamm"], KeyError, "Did you mean 'adam'?"),
    "with_n of a fixed one": (lambda: gd.objectives.beale.with_n(3), ValueError, "with_n: beale is defined for 2 variables only"),
}  # fmt: skip


@pytest.mark.parametrize("case", CALLS)
def test_bad_input_gets_a_sentence(case):
    call, kind, words = CALLS[case]
    with pytest.raises(kind) as caught:
        call()
    first = str(caught.value).splitlines()[0]
    assert words in first
    assert len(first) < 400


BEYOND_FLOATS = {  # the argument, the call
    "lr": lambda: run(lr=HUGE),
    "beta1": lambda: run(beta1=-HUGE),
    "eps": lambda: run(eps=Fraction(HUGE, 3)),
    "memory": lambda: run(rule=gd.methods.lbfgs, memory=HUGE),
    "lr of a sweep": lambda: gd.sweep(bowl, adam, (1.0, 1.0), steps=3, lr=HUGE),
    "tol": lambda: gd.sweep(bowl, adam, (1.0, 1.0), steps=3, tol=HUGE),
    "steps": lambda: run(steps=HUGE),
    "keep": lambda: run(keep=HUGE),
    "start": lambda: run(start=[HUGE, 0]),
    "start as fractions": lambda: run(start=[[1, 2], [Fraction(1, 3), Fraction(-HUGE)]]),
    "points": lambda: bowl.grad([0.5, HUGE]),
    "start of an objective": lambda: gd.Objective("x", start=(HUGE,)),
    "window": lambda: gd.Objective("x", window=((0, HUGE),)),
    "minima": lambda: gd.Objective("x", minima=[[Fraction(HUGE, 3)]]),
    "grad_norm": lambda: gd.stopping.grad_norm(HUGE),
    "value_change": lambda: gd.stopping.value_change(HUGE),
    "step_change": lambda: gd.stopping.step_change(HUGE),
    "value_below": lambda: gd.stopping.value_below(-HUGE),
    "rate": lambda: S.inverse(HUGE),
    "end": lambda: S.cosine(10, HUGE),
    "every": lambda: S.staircase(HUGE),
    "steps of a schedule": lambda: S.warm_up(HUGE),
    "multiply": lambda: S.warm_restarts(5, HUGE),
    "boundaries": lambda: S.piecewise((5, HUGE), (1.0, 0.5, 0.1)),
    "factors": lambda: S.piecewise((5,), (1.0, HUGE)),
    "patience": lambda: S.reduce_on_plateau(patience=HUGE),
    "threshold": lambda: S.reduce_on_plateau(threshold=HUGE),
    "f of a plateau schedule": lambda: S.reduce_on_plateau()(1, HUGE),
    "clip_norm": lambda: gd.clip_norm(HUGE),
    "clip_value": lambda: gd.clip_value(-HUGE),
    "noise": lambda: run(noise=HUGE, seed=1),
    "schedule": lambda: run(schedule=lambda t: HUGE),
    "mu": lambda: gd.rates.contraction(HUGE, HUGE),
    "L": lambda: gd.rates.optimal_step(1, HUGE),
    "L in a list": lambda: gd.rates.optimal_momentum(1, [2, HUGE]),
    "curvatures": lambda: gd.rates.spectral_radius(gd.rules.momentum, [HUGE]),
    "curvatures as a number": lambda: gd.rates.spectral_radius(gd.rules.momentum, -HUGE),
    "curvatures of a map": lambda: gd.rates.spectral_radius(gd.rules.momentum, [1, HUGE], lr=np.array([0.1, 0.2])),
    "beta of a rate": lambda: gd.rates.spectral_radius(gd.rules.momentum, [1.0], beta=HUGE),
    "seconds": lambda: gd.classify(bowl, (0, 0), seconds=HUGE),
    "seconds of a search": lambda: gd.stationary_points(bowl, seconds=HUGE),
}


@pytest.mark.parametrize("case", BEYOND_FLOATS)
def test_a_number_that_no_float_can_hold_is_named_and_cut(case):
    with pytest.raises(ValueError, match=f"^{case.split()[0]}: needs a number that a float can hold") as caught:
        BEYOND_FLOATS[case]()
    assert re.search(r"got (-?10{40,}|Fraction\(-?10{40,}).{0,3}… \(\d{3} characters\)$", str(caught.value))


def test_what_came_is_told_however_long_it_is():
    assert in_short(0.1) == "0.1"
    assert in_short(10**5000) == "one of more digits than Python writes"
    assert "\n" not in in_short(np.eye(3))
    for number in (-HUGE, -(10**5000)):
        with pytest.raises(ValueError, match=r"^steps: needs a whole number >= 1, got .{30,90}$"):
            run(steps=number)
        with pytest.raises(ValueError, match=r"^seed: needs a whole number >= 0 or a numpy Generator, got .{30,90}$"):
            run(seed=number)
        with pytest.raises(ValueError, match=r"^noise: needs a rule; newton is a method, .*; got .{30,90}$"):
            run(rule=gd.methods.newton, noise=number)
        with pytest.raises(ValueError, match=r"^seconds: needs a number that a float can hold, .{30,120}$"):
            gd.classify(bowl, (0, 0), seconds=number)
    with pytest.raises(
        ValueError, match=r"^at: needs a stationary point; at \(-1.*….*, 0\) the gradient is \(-2.*….*, 0\)$"
    ) as far:
        gd.classify(bowl, (-HUGE, 0))
    assert len(str(far.value)) < 300
    with pytest.raises(
        ValueError, match=r"^at: needs a stationary point; at \(one of more digits than Python writes, 0"
    ):
        gd.classify(bowl, (10**5000, 0))


def test_the_largest_of_numbers_is_a_number_like_others():
    largest = int(np.finfo(float).max)
    assert gd.stopping.value_below(largest).bound == largest
    assert bowl([largest, 0]) == np.inf
    assert S.linear(2**63 - 1)(1) == 1.0
    assert run(keep=2**70).t.tolist() == [0, 5]


RULES = {  # the body of a rule, words of the refusal
    "branches on a value": ("    if g > 0:\n        return theta\n    return theta - lr * g, v", "line 3 (`if g > 0:`): a rule cannot branch"),
    "chooses by a value": ("    return (theta if g > 0 else g), v", "line 3 (`return (theta if g > 0 else g), v`): a rule cannot branch on a value; write np.where"),
    "forgets its state": ("    return theta - lr * g", "must return theta, v (its state is ['v']); it returns a single value"),
    "returns too much": ("    return theta - lr * g, v, g", "it returns 3 values"),
    "returns nothing": ("    v = 2 * v", "its last line must return theta and the state"),
    "assigns a name twice": ("    a = 1 * g\n    a = 2 * a\n    return theta - a, v", "line 4 (`a = 2 * a`): a is assigned twice"),
    "assigns the gradient": ("    g = 2 * g\n    return theta - g, v", "g is what the step is given"),
    "changes in place": ("    v += g\n    return theta - v, v", "nothing is changed in place"),
    "mixes coordinates": ("    return theta - np.sum(g), v", "np.sum is not known to the trace"),
    "reduces": ("    return theta - np.add.reduce(g), v", "works across coordinates"),
    "indexes": ("    return theta - g[0], v", "acts on each coordinate by itself"),
    "uses math": ("    return theta - math.sqrt(lr) * g, v", "a traced value is no Python number"),
    "uses an unknown function": ("    return theta - np.arctan2(g, v), v", "np.arctan2 is not known to the trace"),
    "loops": ("    for _ in range(3):\n        pass\n    return theta, v", "cannot branch or loop"),
    "unpacks": ("    a, b = g, v\n    return theta - a, b", "assign to one plain name a line"),
    "names what is not there": ("    return theta - h, v", "NameError: name 'h' is not defined"),
    "returns text": ("    return theta, 'v'", "one value for each; got str"),
}  # fmt: skip


def defined(text: str):
    """A function from text, with its source where inspect finds it, as in a notebook's cell."""
    name = f"<rule {hash(text)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace = {"np": np, "math": __import__("math"), "gd": gd}
    exec(compile(text, name, "exec"), namespace)
    return namespace["mine"]


@pytest.mark.parametrize("case", RULES)
def test_a_rule_that_breaks_the_contract_is_refused_with_the_line_and_what_to_write(case):
    body, words = RULES[case]
    with pytest.raises((TypeError, ValueError)) as caught:
        gd.rule(defined(f"\ndef mine(theta, g, v, *, lr=0.1):\n{body}\n"))
    assert str(caught.value).startswith("rule mine")
    assert words in str(caught.value)


SIGNATURES = {
    "(theta, *, lr=0.1)": "needs the arguments theta, g first",
    "(g, theta, *, lr=0.1)": "needs the arguments theta, g first",
    "(theta, g, *states)": "must be listed one by one",
    "(theta, g, lr=0.1)": "lr has a default, so it is a hyperparameter and stands after the `*`",
    "(theta, g, *, lr)": "hyperparameter lr needs a finite number as default, got nothing",
    "(theta, g, *, lr='a')": "hyperparameter lr needs a finite number as default",
    "(theta, g, *, steps=3)": "a hyperparameter may not be called 'steps'",
    "(theta, g, *, keep=3)": "a hyperparameter may not be called 'keep'",
    "(theta, g, *, beta1=1.5)": "default outside the range: beta1: needs 0 <= beta1 < 1, got 1.5",
    "(theta, g, *, beta_t=0.5)": "is no fit name here",
}


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_that_breaks_the_contract_is_refused(signature):
    with pytest.raises((TypeError, ValueError)) as caught:
        gd.rule(defined(f"\ndef mine{signature}:\n    return theta\n"))
    assert SIGNATURES[signature] in str(caught.value)


def test_gradient_at_knows_only_what_the_rule_keeps():
    function = defined("\ndef mine(theta, g, v, *, lr=0.1):\n    return theta - lr * g, v\n")
    with pytest.raises(TypeError, match="gradient_at takes names among theta, v, lr; got speed"):
        gd.rule(gradient_at=lambda theta, speed: theta + speed)(function)
    with pytest.raises(TypeError, match="rule: needs a plain function, got int"):
        gd.rule(3)
