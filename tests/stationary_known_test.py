"""Functions with known stationary points, from the literature or worked by hand, and functions that stay undecided.

Points are written as SymPy reads them; "m", "M" and "s" stand for minimum, maximum and saddle (or inflection).
"""

import numpy as np
import pytest
import sympy as sp

import gdlib as gd

KINDS = {"m": "minimum", "M": "maximum", "s": "saddle"}
PI = "((0, 2*pi), (0, 2*pi))"

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
    "(x - 13 + ((5 - y)*y - 2)*y)**2 + (x - 29 + ((y + 1)*y - 14)*y)**2":  # Freudenstein and Roth
        "(11.412778986902, -0.89680525327447) m, (15.7915, 0) ?, (5, 4) m",
    "x**2*(4 - 2.1*x**2 + x**4/3) + x*y + 4*y**2*(y**2 - 1)": 15,
    # three and four variables
    "x**2 + y**2 + z**2 - x*y - y*z": "(0, 0, 0) m",
    "x**3 + y**2 + z**2 + 12*x*y + 2*z": "(0, 0, -1) s, (24, -144, -1) m",
    "x**2 + y**2 - z**2 + x*y*z": "(0, 0, 0) s",
    "x*y + y*z + z*x": "(0, 0, 0) s",
    "x**4 + y**4 + z**4 - 4*x*y*z": "(-1, -1, 1) m, (-1, 1, -1) m, (0, 0, 0) s, (1, -1, -1) m, (1, 1, 1) m",
    "(x + 10*y)**2 + 5*(z - w)**2 + (y - 2*z)**4 + 10*(x - w)**4": "(0, 0, 0, 0) m",  # Powell's singular function
}  # fmt: skip


def parsed(text):
    """Points and kinds of a row; a point marked ? is not compared (its row says why it stands there)."""
    result = []
    for part in filter(None, text.replace(", (", "; (").split("; ") if "(" in text and text[0] == "(" else text.split(", ")):
        place, _, kind = part.rpartition(" ")
        if kind != "?":
            place = sp.sympify(place)
            result.append((tuple(place) if isinstance(place, sp.Tuple | tuple) else (place,), KINDS[kind]))
    return result


@pytest.mark.parametrize("row", [r for r in KNOWN if isinstance(KNOWN[r], str)])
def test_known_lists(row):
    formula, _, window = row.partition(" | ")
    found = gd.stationary_points(gd.Objective(formula), window=sp.sympify(window) if window else None, seconds=30)
    wanted = parsed(KNOWN[row])
    assert found.complete, found.note
    if "?" not in KNOWN[row]:
        assert len(found) == len(wanted), found
    for place, kind in wanted:
        numbers = np.array([float(sp.N(c)) for c in place])
        near = [p for p in found if np.allclose([float(sp.N(c)) for c in p.location], numbers, rtol=0, atol=1e-9)]
        assert len(near) == 1, (place, found)
        assert near[0].kind == kind, near[0].reason
        if formula.count(".") == 0 and "." not in KNOWN[row] and "1/2 + " not in KNOWN[row]:
            assert near[0].location == place or all(sp.simplify(a - b) == 0 for a, b in zip(near[0].location, place, strict=True))
