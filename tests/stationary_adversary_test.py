"""What an attack on the stationary points brought to light: verdicts, lists and times that were once wrong."""

from __future__ import annotations

import time

import numpy as np
import pytest
import sympy as sp

import gdlib as gd

x, y, z = sp.symbols("x y z", real=True)


def test_a_square_whose_root_is_zero_on_irrational_lines_is_not_called_strict() -> None:
    square = ((2 * x**2 - y**2) ** 2 + (3 * x**2 - z**2) ** 2) ** 2  # 0 along (t, sqrt(2) t, sqrt(3) t)
    point = gd.classify(gd.Objective(square), (0, 0, 0))
    assert point.strict is not True
    assert point.kind in ("minimum", "undecided")


def test_a_product_of_definite_forms_is_not_called_non_strict() -> None:
    narrow = (2 * x**2 - y**2) ** 2 + (3 * x**2 - z**2) ** 2 + x**4 / sp.Integer(10) ** 12
    point = gd.classify(gd.Objective(narrow * (x**2 + y**2 + z**2) ** 2), (0, 0, 0))
    assert point.strict is not False


@pytest.mark.parametrize("formula", ["x**4 + y**2 + x*y", "sin(x)*exp(y) + x**4 + y**2"])
def test_no_time_at_all_is_an_answer_and_no_traceback(formula: str) -> None:
    assert gd.classify(gd.Objective(formula), (0.1, 0.0), seconds=1e-9).kind == "undecided"


@pytest.mark.parametrize("seconds", ["a", -1, 0, float("nan"), None, True])
def test_classify_checks_its_time(seconds: object) -> None:
    with pytest.raises(ValueError, match="seconds: needs a positive number"):
        gd.classify(gd.Objective("x**2"), 0, seconds=seconds)  # type: ignore[arg-type]


def test_a_point_of_immense_coordinates_is_refused_with_its_gradient() -> None:
    with pytest.raises(ValueError, match="needs a stationary point"):
        gd.classify(gd.Objective("x**4 + y**2"), (1e300, 1e300))


@pytest.mark.parametrize(
    ("branch", "condition", "other", "place"),
    [
        (sp.log(-x), (x < -1) & (x > -5), (x - 2) ** 2, 2),
        (sp.sqrt(x - 2), (x > 3) & (x < 4), (x - 1) ** 2, 1),
        (sp.log(x**2 - 1), (x > 3) | (x < -4), (x - sp.Rational(1, 2)) ** 2, sp.Rational(1, 2)),
    ],
)
def test_a_branch_that_is_undefined_elsewhere_hides_nothing_there(
    branch: sp.Expr, condition: sp.Basic, other: sp.Expr, place: object
) -> None:
    f = gd.Objective(sp.Piecewise((branch, condition), (other, True)))
    found = gd.stationary_points(f, window=[(-6, 6)], seconds=6)
    assert (place,) in [point.location for point in found] or not found.complete


def test_a_branch_that_holds_nowhere_makes_no_jump() -> None:
    f = gd.Objective(sp.Piecewise((1, x**2 + y**2 < 2 * x * y), (x**2 + y**2, True)))
    assert gd.classify(f, (0, 0)).kind in ("minimum", "undecided")


def test_a_jump_that_the_gradient_does_not_show_is_no_minimum() -> None:
    found = gd.stationary_points(gd.Objective(x**2 + y**2 + sp.sign(x - y)), window=[(-3, 3)] * 2, seconds=6)
    assert not found
    assert not found.complete


@pytest.mark.parametrize("shift", [0, 1])
def test_of_two_close_points_the_one_asked_for_is_judged(shift: int) -> None:
    apart = sp.Rational(1, 3 * 10**8)  # f' = u (u - apart), u = x - shift
    u = x - shift
    f = gd.Objective(u**3 / 3 - u**2 * apart / 2)
    point = gd.classify(f, shift + 1 / 3e8)
    assert abs(float(point.location[0] - shift) - float(apart)) < 1e-10 or point.kind == "undecided"


@pytest.mark.parametrize(("formula", "window"), [("sin(1/x)", (-1, 1)), ("sin(x) + x/2", (0, 1e6))])
def test_thousands_of_points_keep_the_time(formula: str, window: tuple[float, float]) -> None:
    start = time.process_time()  # a busy machine takes longer by the clock
    found = gd.stationary_points(gd.Objective(formula), window=[window], seconds=3)
    assert time.process_time() - start < 6
    assert not found.complete


def test_a_reason_in_another_variables_letters_says_so() -> None:
    (point,) = gd.stationary_points(gd.Objective("x**3 + y**3"))
    assert "in y, as for x: " in point.reason


def test_a_point_a_hair_from_a_kink_is_not_lost() -> None:
    f = gd.Objective(sp.Abs(10**20 * (x**3 - 2)) ** 3 + (x - 1) ** 2)  # stationary 4e-32 left of the root of x**3 - 2
    found = gd.stationary_points(f, seconds=6)
    assert found or not found.complete


@pytest.mark.parametrize("formula", ["(x*y**2 + x**2 - y)**2", "(y*x**2 + y**3 - x)**2"])
def test_a_curve_through_a_point_where_its_formula_divides_by_zero_keeps_that_point(formula: str) -> None:
    points = gd.stationary_points(gd.Objective(formula))
    assert points.complete
    assert len(points.curves) == 2
    assert [(point.location, point.kind, point.strict) for point in points if point.value == 0] == [
        ((0, 0), "minimum", False)
    ]


UNREAL = [  # where SymPy makes of the text a formula that is real at the point, or (the last) gives its limit for f
    ("(sqrt(x)**2 + 1)**2", (-1,)), ("(sqrt(x)**2 + 1)**2", (-1.0,)), ("(sqrt(x)**2 + 1)**2 + y**2", (-1, 0)),
    ("exp(2*log(x)) + 2*x", (-1,)), ("exp(2*log(x)) + sin(5*x)", (-1.44731422363281,)), ("(sqrt(x)**2 + 1)**2 + abs(y)**3", (-1, 0)), ("sqrt(x)*y**2", (-1, 0)),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "at"), UNREAL)
def test_a_point_where_f_is_not_real_is_refused(formula: str, at: tuple[float, ...]) -> None:
    f = gd.Objective(formula)
    assert not np.isfinite(f(np.array(at, dtype=float)))
    with pytest.raises(ValueError, match=r"at: needs a point where f is defined .* f is not real, for there x < 0"):
        gd.classify(f, at)


def test_from_a_point_where_f_is_real_newtons_method_leads_to_none_where_it_is_not() -> None:
    f = gd.Objective("sqrt(x)**4 + sin(x)/100")  # as x**2 + sin(x)/100 it would have a minimum near -0.005
    with pytest.raises(ValueError, match=r"at: needs a stationary point; at \(0\.001\)"):
        gd.classify(f, 0.001)


@pytest.mark.parametrize(
    ("formula", "at"),
    [("exp(2*log(x))", (0,)), ("sqrt(x)**4 + y**2", (0, 0)), ("sqrt(x)**4 + abs(y)**3", (0, 0)),
     ("exp(log(x*y)*2)", (0, 0)), ("exp(log(x + y)*2)", (1, -1)), ("x**1.5", (0,))],
)  # fmt: skip
def test_a_point_beside_which_f_is_not_real_is_no_stationary_point(formula: str, at: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"kink at .*: beside it f is not real where .* < 0"):
        gd.classify(gd.Objective(formula), at)


@pytest.mark.parametrize(
    ("formula", "at"),
    [("(sqrt(x)**2 - 1)**2", (1,)), ("exp(log(x**2)*2)", (0,)), ("sqrt(x**2 - 2*x + 1)**4", (1,)),
     ("(sqrt(sqrt(x) - 2)**2 - 1)**2", (9,)), ("(x**2 + y**2)**1.5", (0, 0)), ("x**(y - y + 2)", (0, 0))],
)  # fmt: skip
def test_where_f_is_real_all_around_its_roots_forbid_nothing(formula: str, at: tuple[int, ...]) -> None:
    assert gd.classify(gd.Objective(formula), at).kind == "minimum"


def test_what_the_text_divides_by_zero_is_extended_by_its_limit_and_says_so() -> None:
    f = gd.Objective("x**3/x + 2*y**2 + x*y")
    assert np.isnan(f([0.0, 0.0]))
    point = gd.classify(f, (0, 0))
    assert (point.kind, point.value) == ("minimum", 0)
    assert point.reason.startswith("f is not defined here and is extended by its limit 0; ")
    assert "extended" not in gd.classify(gd.Objective("(x - 1)**3/x**2"), 1).reason


@pytest.mark.parametrize(
    ("formula", "window", "expected"),
    [
        ("(sqrt(x)*sqrt(x) + 1)**2", None, []), ("(sqrt(x)*sqrt(x) - 1)**2", None, [1]),
        ("(sqrt(x)**2 + 1)**2 + y**2", None, []), ("abs(sqrt(x)**2 + 1)**3", None, []), ("exp(2*log(x))", None, []),
        ("exp(2*log(x))*cosh(x) + sin(x)**2", (-1, 1), []),
        ("exp(2*log(x)) + sin(5*x)", (-3, 3), [0.34, 0.87, 1.72, 2.01]),
        ("exp(2*log(x)) + sin(5*x) + y**2", (-3, 3), [0.34, 0.87, 1.72, 2.01]),
        ("(sqrt(x)**2 + 1)**2*(x - 2)**2*(x**3 + x + 1)**2", None, [1.43, 2]),
    ],
)  # fmt: skip
def test_no_point_is_found_where_f_is_not_real(
    formula: str, window: tuple[int, int] | None, expected: list[float]
) -> None:
    f = gd.Objective(formula)
    found = gd.stationary_points(f, window=None if window is None else [window] * f.n)
    assert found.complete, found.note
    assert [round(float(point.location[0]), 2) for point in found] == expected


def test_no_set_is_found_where_f_is_not_real() -> None:
    f = gd.Objective("sqrt(x)*y**2")
    found = gd.stationary_points(f, window=((-2, -1), (-1, 1)))
    assert (list(found), found.curves, found.complete) == ([], [], True)
    assert not gd.stationary_points(gd.Objective("exp(log(x + y)*2)")).curves
    assert not gd.stationary_points(gd.Objective("sqrt(-1 - x)**2*y**2"), window=((1, 2), (-1, 1))).curves


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("sqrt(x)*y**2", "All points (t, 0) with t > 0 are stationary: non-strict minimum at (1/3, 0) and (7/5, 0)."),
        ("sqrt(x)*y**2 + z**2", "All points (t, 0, 0) with t > 0 are stationary"),
        ("(sqrt(x)**2 - y)**2", "All points (t, t) with t > 0 are stationary"),
        ("sqrt((x - 1)**2*(x - 20))**2*y**2", "All points (t, 0) with t - 20 > 0 are stationary"),
        ("sqrt((x - 1)**2)**2*y**2", "All points (t, 0) are stationary"),
    ],
)
def test_a_set_that_leaves_the_domain_is_told_with_its_condition(formula: str, told: str) -> None:
    assert told in gd.stationary_points(gd.Objective(formula)).note
