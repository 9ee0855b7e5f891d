"""Functions with known stationary points, from the literature or worked by hand, and functions that stay undecided.

Points are written as SymPy reads them; "m", "M" and "s" stand for minimum, maximum and saddle (or inflection).
"""

import numpy as np
import pytest
import sympy as sp

import gdlib as gd

KINDS = {"m": "minimum", "M": "maximum", "s": "saddle"}
KNOWN = {
    # one variable
    "x**3 - 3*x": "-1 M, 1 m",
    "x**4 - 2*x**2": "-1 m, 0 M, 1 m",
    "3*x**4 - 4*x**3": "0 s, 1 m",
    "x**5 - 5*x**4 + 5*x**3 + 12": "0 s, 1 M, 3 m",  # 5x²(x-1)(x-3)
    "x**6/6 - x**4/2 + x**2/2": "-1 s, 0 m, 1 s",  # x(x²-1)²
    "(x**2 - 1)**3": "-1 s, 0 m, 1 s",
    "x**7": "0 s",
    "-x**6": "0 M",
    "x/(1 + x**2)": "-1 m, 1 M",
    "x + 1/x": "-1 M, 1 m",
    "x*exp(-x)": "1 M",
    "x**2*exp(-x)": "0 m, 2 M",
    "exp(-x**2)": "0 M",
    "atan(x) - x/2": "-1 m, 1 M",
    "log(1 + x**2)": "0 m",
    "x**4*exp(-x**2)": "-sqrt(2) M, 0 m, sqrt(2) M",
    "x*log(x) | ((0.05, 3),)": "0.36787944117144233 m",  # at 1/e
    "sin(x) + cos(x) | ((0, 2*pi),)": "pi/4 M, 5*pi/4 m",
    "x - sin(x) | ((-7, 7),)": "-2*pi s, 0 s, 2*pi s",
    "cosh(x) - x**2/2 | ((-3, 3),)": "0 m",  # 1 + x⁴/24 + ...
    "tanh(x) | ((-5, 5),)": "",
    # two variables, textbooks' favourites
    "x**3 + y**3 - 3*x*y": "(0, 0) s, (1, 1) m",
    "x**3 - 12*x*y + 8*y**3": "(0, 0) s, (2, 1) m",
    "x**4 + y**4 - 4*x*y + 1": "(-1, -1) m, (0, 0) s, (1, 1) m",
    "2*x**3 + x*y**2 + 5*x**2 + y**2": "(-5/3, 0) M, (-1, -2) s, (-1, 2) s, (0, 0) m",
    "x**2 + y**2 + x**2*y + 4": "(-sqrt(2), -1) s, (0, 0) m, (sqrt(2), -1) s",
    "x*y*(1 - x - y)": "(0, 0) s, (0, 1) s, (1/3, 1/3) M, (1, 0) s",
    "(2*x - x**2)*(2*y - y**2)": "(0, 0) s, (0, 2) s, (1, 1) M, (2, 0) s, (2, 2) s",
    "x**3 - 3*x + 3*x*y**2": "(-1, 0) M, (0, -1) s, (0, 1) s, (1, 0) m",
    "(y - 2)*x**2 - y**2": "(-2, 2) s, (0, 0) M, (2, 2) s",
    "x**2 + x*y + y**2 - 2*x - y": "(1, 0) m",
    "x**4 + y**4 - 2*(x - y)**2": "(-sqrt(2), sqrt(2)) m, (0, 0) s, (sqrt(2), -sqrt(2)) m",
    "x**3 + 3*x*y**2 - 15*x - 12*y": "(-2, -1) M, (-1, -2) s, (1, 2) s, (2, 1) m",
    "y**2 - x**3": "(0, 0) s",
    "x**4 - 6*x**2*y**2 + y**4": "(0, 0) s",  # the real part of z⁴
    "x**4 + x**2*y**2 + y**4": "(0, 0) m",
    "x*y**2*(4 - x - y) | ((0.5, 5), (0.5, 5))": "(1, 2) M",
    "(x**2 + 2*y**2)*exp(1 - x**2 - y**2)": "(-1, 0) s, (0, -1) M, (0, 0) m, (0, 1) M, (1, 0) s",
    "x*exp(-x**2 - y**2)": "(-sqrt(2)/2, 0) m, (sqrt(2)/2, 0) M",
    "exp(x)*cos(y) | ((-3, 3), (-3, 3))": "",
    "sin(x)*sin(y) | ((0, pi), (0, pi))": "(0, 0) s, (0, pi) s, (pi/2, pi/2) M, (pi, 0) s, (pi, pi) s",
    "sin(x) + sin(y) + sin(x + y) | ((0, 2), (0, 2))": "(pi/3, pi/3) M",
    "cos(x) + cos(y) | ((-1, 4), (-1, 4))": "(0, 0) M, (0, pi) s, (pi, 0) s, (pi, pi) m",
    # test functions of optimisation
    "(x + 2*y - 7)**2 + (2*x + y - 5)**2": "(1, 3) m",  # Booth
    "0.26*(x**2 + y**2) - 0.48*x*y": "(0, 0) m",  # Matyas
    "sin(x + y) + (x - y)**2 - 1.5*x + 2.5*y + 1 | ((-1.5, 4), (-3, 4))":  # McCormick: x - y = 1, cos(x + y) = -1/2
        "(1/2 - pi/3, -1/2 - pi/3) m, (1/2 + pi/3, -1/2 + pi/3) s, (1/2 + 2*pi/3, -1/2 + 2*pi/3) m",
    "(y - 5.1*x**2/(4*pi**2) + 5*x/pi - 6)**2 + 10*(1 - 1/(8*pi))*cos(x) + 10 | ((-5, 10), (0, 15))":  # Branin
        "(-pi, 12.275) m, (0, 6) s, (pi, 2.275) m, (2*pi, 1.1) s, (3*pi, 2.475) m",
    "-cos(x)*cos(y)*exp(-(x - pi)**2 - (y - pi)**2) | ((1.5, 4.8), (1.5, 4.8))":  # Easom
        "(pi/2, pi/2) s, (pi/2, 3*pi/2) s, (pi, pi) m, (3*pi/2, pi/2) s, (3*pi/2, 3*pi/2) s",
    # three and four variables
    "x**2 + y**2 + z**2 - x*y - y*z": "(0, 0, 0) m",
    "x**3 + y**2 + z**2 + 12*x*y + 2*z": "(0, 0, -1) s, (24, -144, -1) m",
    "x**2 + y**2 - z**2 + x*y*z": "(0, 0, 0) s",
    "x*y + y*z + z*x": "(0, 0, 0) s",
    "x**4 + y**4 + z**4 - 4*x*y*z": "(-1, -1, 1) m, (-1, 1, -1) m, (0, 0, 0) s, (1, -1, -1) m, (1, 1, 1) m",
    "(x + 10*y)**2 + 5*(z - w)**2 + (y - 2*z)**4 + 10*(x - w)**4": "(0, 0, 0, 0) m",  # Powell's singular function
}  # fmt: skip


COUNTS = {  # minima, maxima, saddles: where the points have no short names
    "(x**2 + y - 11)**2 + (x + y**2 - 7)**2": (4, 1, 4),  # Himmelblau
    "2*x**2 - 1.05*x**4 + x**6/6 + x*y + y**2": (3, 0, 2),  # three-hump camel
    "x**2*(4 - 2.1*x**2 + x**4/3) + x*y + 4*y**2*(y**2 - 1)": (6, 2, 7),  # six-hump camel
    "(1.5 - x + x*y)**2 + (2.25 - x + x*y**2)**2 + (2.625 - x + x*y**3)**2": (1, 0, 2),  # Beale
    "(x - 13 + ((5 - y)*y - 2)*y)**2 + (x - 29 + ((y + 1)*y - 14)*y)**2": (2, 0, 1),  # Freudenstein and Roth
    "(x**4 - 16*x**2 + 5*x + y**4 - 16*y**2 + 5*y)/2": (4, 1, 4),  # Styblinski and Tang
    "20 + x**2 + y**2 - 10*cos(2*pi*x) - 10*cos(2*pi*y) | ((-5.12, 5.12), (-5.12, 5.12))": (121, 100, 220),  # Rastrigin
    "x**2/4000 - cos(x) + 1 | ((-20, 20),)": (7, 6, 0),  # Griewank in one variable
    "sin(x) + sin(y) + sin(x + y) | ((0, 2*pi), (0, 2*pi))": (1, 1, 1),  # a degenerate saddle at (pi, pi)
}


def parsed(text):
    """Points and kinds of a row."""
    result = []
    for part in filter(
        None, text.replace(", (", "; (").split("; ") if "(" in text and text[0] == "(" else text.split(", ")
    ):
        place, _, kind = part.rpartition(" ")
        place = sp.sympify(place)
        result.append((tuple(place) if isinstance(place, sp.Tuple | tuple) else (place,), KINDS[kind]))
    return result


def searched(row):
    formula, _, window = row.partition(" | ")
    return gd.stationary_points(gd.Objective(formula), window=sp.sympify(window) if window else None, seconds=60)


@pytest.mark.parametrize("row", COUNTS)
def test_known_numbers(row):
    found = searched(row)
    assert found.complete, found.note
    assert tuple(sum(p.kind == kind for p in found) for kind in ("minimum", "maximum", "saddle")) == COUNTS[row]
    assert len(found) == sum(COUNTS[row])


@pytest.mark.parametrize("row", KNOWN)
def test_known_lists(row):
    found = searched(row)
    formula = row.partition(" | ")[0]
    wanted = parsed(KNOWN[row])
    assert found.complete, found.note
    assert len(found) == len(wanted), found
    for place, kind in wanted:
        numbers = np.array([float(sp.N(c)) for c in place])
        near = [p for p in found if np.allclose([float(sp.N(c)) for c in p.location], numbers, rtol=0, atol=1e-9)]
        assert len(near) == 1, (place, found)
        assert near[0].kind == kind, near[0].reason
        if formula.count(".") == 0 and "." not in KNOWN[row] and "1/2 + " not in KNOWN[row]:
            assert near[0].location == place or all(
                sp.simplify(a - b) == 0 for a, b in zip(near[0].location, place, strict=True)
            )


DEGENERATE = {  # at the origin, where every form of the second-derivative test fails; True: strict
    "x**5": "s", "-x**2*y**2": ("M", False), "x*y*(x + y)*(1 + y)": "s", "x**3 - 3*x*y**2": "s",
    "x**4 + y**4": ("m", True), "(y - x**2)*(y - 3*x**2)": "s", "2*x**4 - 3*x**2*y + y**2": "s",
    "x**2 + y**3": "s", "x**2 + y**4": ("m", True), "x**2 - y**4": "s", "-x**2 - y**4": ("M", True),
    "y**2 + x**2*y + x**4": ("m", True), "y**2 + 2*x**2*y + x**4": ("m", False), "y**2 + 3*x**2*y + x**4": "s",
    "(y - x**2)**2 + x**5": "s", "(y - x**2)**2 + x**6": ("m", True), "(y - x**2)**2 - x**6": "s",
    "(y**2 - x**3)**2 + x**7": ("m", True), "(y**2 - x**3)**2 + x**4*y**3": "s",
    "x**4 + y**4 - 2*x**2*y**2": ("m", False), "x**4 + y**4 - 3*x**2*y**2": "s", "x**4 + y**4 - x**2*y**2": ("m", True),
    "(x**2 - 2*y**2)**2 + x**6": ("m", True), "(x**2 - 2*y**2)**2 - y**6": "s", "x**2*y": "s", "x**2*y**3": "s",
    "x**4*y**2": ("m", False), "x**6 + y**6 - x**4*y": "s", "x**4 + x*y**3 + y**6": "s",
    "x**4 + y**4 + z**4": ("m", True), "x**4 + y**4 - z**4": "s", "x*y*z": "s", "x**3 + y**3 + z**3": "s",
    "x**2 + y**4 + z**6": ("m", True), "x**2*y**2 + y**2*z**2 + z**2*x**2": ("m", False),
    "x**4 + y**4 + z**4 - x**2*y**2 - y**2*z**2 - z**2*x**2": ("m", False), "x**2*y**2*z**2": ("m", False),
    "x**2 + y**2 - z**4": "s", "x**2 + y**2 + z**3": "s", "x**2 - y**2 + z**4": "s", "(x - y*z)**2 + y**4 + z**4": ("m", True),
    "(x**2 - y*z)**2 - z**5": "s", "(z - x**2 - y**2)*(z - 2*x**2 - 2*y**2)": "s", "z**2 + x**4 - 3*x**2*y**2 + y**4": "s",
    "1 - cos(x) - x**2/2": ("M", True), "exp(x) - 1 - x - x**2/2": "s", "sin(x)**2*y**2 + x**4 + y**4": ("m", True),
    "cos(x) + cosh(y) - x*0": "s", "sin(x**2)*sin(y)": "s", "exp(-1/x**2)": ("m", True), "-exp(-1/x**2)": ("M", True),
    "exp(-1/(x**2 + y**2))": ("m", True), "x*exp(-1/x**2)": "s", "sin(x)/x": ("M", True), "x*abs(x)": "s",
    "abs(x)**3": ("m", True), "(x**2 + y**2)**1.5": ("m", True), "abs(x)*y**2": ("m", False), "abs(x)*x + y**2": "s",
}  # fmt: skip


@pytest.mark.parametrize("formula", DEGENERATE)
def test_degenerate_verdicts(formula):
    f = gd.Objective(formula, variables=["x", "y", "z"][: 1 + ("y" in formula) + ("z" in formula)])
    point = gd.classify(f, at=[0] * f.n)
    wanted = DEGENERATE[formula]
    kind, strict = wanted if isinstance(wanted, tuple) else (wanted, None)
    assert point.kind == KINDS[kind], point.reason
    assert point.strict is strict or (point.strict is None and "abs" in formula), point.reason
    assert point.location == (0,) * f.n


UNDECIDED = {  # at the origin; what is true of them, and the word that its reason must hold
    "x**4*y**2 + x**2*y**4 + z**6 - 3*x**2*y**2*z**2": "none of the tests",  # Motzkin's form: >= 0 and no sum of squares
    "x**2*y**2 + y**2*z**2 + z**2*x**2 + w**4 - 4*x*y*z*w": "none of the tests",  # Choi and Lam's, likewise
    "(y**3 - 2*x**3)**2 + x**7": "none of the tests",  # a saddle, seen only along y = 2^(1/3) x
    "x**14 + (y - sin(x))**2 - x**2*y**14": "degree 12",  # the first term that decides lies beyond degree 12
    "(y - exp(x) + 1)**2 - x**20": "degree 12",  # a saddle, along y = exp(x) - 1
    "log(1 + x**2*y**2) - x**2*y**2": "degree 12",  # a maximum along both axes
    "exp(-1/x**2)*(2 + sin(1/x))": "not known",  # a strict minimum with zeros of f' near by
    "x**4*sin(1/x)": "to and fro",  # a saddle
    "x**4*(2 + sin(1/x))": "to and fro",  # a strict minimum
    "x*y*(x**2 - y**2)/(x**2 + y**2)": "limit there is not known",  # Peano's: a saddle once it is extended by 0
    "x*exp(-1/(x**2 + y**2))": "limit there is not known",  # a saddle, flat to every order
    "exp(-1/x**2)*exp(-1/y**2)": "limit there is not known",  # a minimum, not strict
    "sqrt(x**4 + y**4)": "limit there is not known",  # a strict minimum
}


@pytest.mark.parametrize("formula", UNDECIDED)
def test_what_cannot_be_decided_is_said_to_be_so(formula):
    f = gd.Objective(formula)
    point = gd.classify(f, at=[0] * f.n)
    assert (point.kind, point.strict) == ("undecided", None)
    assert UNDECIDED[formula] in point.reason
