"""Homework 1 and 2: solutions earn everything, nothing earns nothing, a slip costs what it deserves, every draw is fair."""

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
import homework
from homework.grading import scan
from homework.grading.judging import judged
from homework.inside import values
from homework.masters import drawing, master
from homework.masters.master import Cell, Master

ASSIGNMENTS = Path(homework.__file__).parent / "assignments"
SHEETS = ("hw1", "hw2")
SEEDS = [f"course {number}" for number in range(50)]
NAMES = dict(zip("xyz", sp.symbols("x y z", real=True), strict=True))
SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION\n.*?### END SOLUTION", re.M | re.S)


@cache
def master_of(name: str) -> Master:
    return master.read(ASSIGNMENTS / f"{name}.md")


@cache
def sheet(name: str, seed: str = SEEDS[0]) -> Master:
    return drawing.filled(master_of(name), seed)


def emptied(text: str) -> str:
    return SOLUTION.sub(r"\1raise NotImplementedError()", text)


def given_by(cell: Cell, names: dict[str, Any]) -> Any:
    """What a judge's cell gives in a notebook, as data."""
    tree = ast.parse(cell.text)
    assert isinstance(tree.body[-1], ast.Expr), f"{cell.title}: needed an expression last"
    here = {**names, "np": np, "sp": sp, "gd": gd}
    exec(compile(ast.Module(tree.body[:-1], []), cell.title, "exec"), here)
    return values.encode(eval(compile(ast.Expression(tree.body[-1].value), cell.title, "eval"), here))


def notebook(cells: Iterable[Cell]) -> dict[str, Any]:
    """The names that a notebook's code leaves, its tests not run."""
    names: dict[str, Any] = {"__name__": "notebook"}
    for cell in cells:
        if cell.kind == "code" and cell.role in ("shown", "answer"):
            exec(compile(cell.text, cell.name or "given", "exec"), names)
    return names


@cache
def reference(name: str, seed: str = SEEDS[0]) -> dict[str, Any]:
    """The solution's values by the judges' titles."""
    cells = sheet(name, seed).cells
    names = notebook(cells)
    return {cell.title: given_by(cell, names) for cell in cells if cell.role == "judge"}


def lost(name: str, question: str, changes: Iterable[tuple[str, str]]) -> set[str]:
    """The question's judges that go wrong when its solution is changed; what raises an error is wrong too."""
    text = next(sheet(name).of(question, "answer")).text
    for old, new in changes:
        assert old in text, f"the solution of {question} no longer says {old!r}"
        text = text.replace(old, new)
    cells = [
        Cell(c.role, c.kind, text, c.question) if (c.role, c.question) == ("answer", question) else c
        for c in sheet(name).cells
    ]
    names, wrong = notebook(cells), set()
    for judge in sheet(name).of(question, "judge"):
        try:
            right = judged(reference(name)[judge.title], given_by(judge, names), judge.rtol)[0]
        except Exception:
            right = False
        if not right:
            wrong.add(judge.title)
    return wrong


@pytest.mark.parametrize("name", SHEETS)
def test_twenty_points_of_which_people_mark_some(name: str) -> None:
    assert sheet(name).points == 20
    by_hand = sum(question.points for question in sheet(name).questions if question.by_hand)
    assert 5 <= by_hand <= 8
    titles = [cell.title for cell in sheet(name).cells if cell.role == "judge"]
    assert len(set(titles)) == len(titles), "a student reads the titles: no two alike"


@pytest.mark.parametrize(
    "seed", [SEEDS[1], pytest.param(SEEDS[2], marks=pytest.mark.slow), pytest.param(SEEDS[3], marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("name", SHEETS)
def test_the_solution_passes_its_tests_and_gives_every_judge_the_same_value_twice(name: str, seed: str) -> None:
    cells = sheet(name, seed).cells
    names = notebook(cells)
    for cell in cells:
        if cell.role == "test":
            exec(compile(cell.text, cell.name, "exec"), names)
        if cell.role == "judge":
            value = given_by(cell, names)
            right, why = judged(reference(name, seed)[cell.title], value, cell.rtol)
            assert right, f"{cell.title}: {why}"
            assert values.decode(value) is not None


@pytest.mark.parametrize("name", SHEETS)
def test_with_nothing_answered_no_test_passes_and_no_judge_gets_a_value(name: str) -> None:
    names = notebook(Cell(c.role, c.kind, emptied(c.text), c.question) for c in sheet(name).cells)
    for cell in sheet(name).cells:
        if cell.role == "test":
            with pytest.raises(NotImplementedError):
                exec(compile(cell.text, cell.name, "exec"), dict(names))
        if cell.role == "judge":
            with pytest.raises(NotImplementedError):
                given_by(cell, names)


MODEL, GRADIENT, HESSIAN = (
    "The quadratic model at a point other than the origin",
    "The gradient of a formula in three variables",
    "The Hessian of a formula in three variables",
)
SIGNS, SIMPLE, REPEATED, INNER = (
    "Changes of sign in eight lists",
    "Polynomials whose roots are simple",
    "Polynomials with repeated roots",
    "An end at which a member of the chain is zero",
)
LEFT, COUNT = (
    "The polynomial that is left, scaled to begin with 1",
    "The number of stationary points of three landscapes",
)
PLANE, SPACE, TEN = "The test in two variables", "The test in three variables", "Verdict and eigenvalues of the ten"
FORM, LEAST = "The strict minimum: its number and its leading form", "The strict minimum: the least value of its form"
SQUARES = "The minimum that is not strict: its number, and squares that add up to it"
ZERO = "The minimum that is not strict: where it is zero, beside the fourth power of the distance"
DOWN, UP = "The saddle: its number, and a way down", "The saddle: a way up"
SHARE, EXPONENT = "The share at three distances", "The exponents of two ditches"

BOWL, BY_GRADIENT, BY_VALUE, BY_STEP, ENDS = (
    "The path on a bowl in three variables",
    "The gradient test: three tolerances, and a start that satisfies it",
    "The value test on a curved valley, where the first step leads up",
    "The step test on a bowl in three variables",
    "A run that leaves the finite numbers, and one whose budget ends first",
)
ONE, TWO, FLOOR = (
    "Predicted: the gradient test",
    "Predicted: the step test and the value test",
    "Measured: three tests on a flat floor",
)
ROWS, LOSS, LARGE, SLOPE = (
    "Rows and labels of two other pairs of digits",
    "The loss, with its ridge",
    "The loss at margins of a thousand",
    "The gradient, with its ridge",
)
LONG, SHORT, WRONG = (
    "The long steps: steps, loss, gradient",
    "The short steps: steps, loss, gradient",
    "The digits that are wrong after the long steps",
)
GIVES, LAST, FIRST, DEEP = (
    "What three layers give",
    "The slopes of the last layer",
    "The slopes of the first of two layers",
    "The slopes of all of four layers",
)

SLIPS = [
    ("hw1", "derivatives", "the half is missing", [("[0] / 2", "[0]")], {MODEL}),
    ("hw1", "derivatives", "the model about the origin", [("v - a for", "v + 0 * a for")], {MODEL}),
    ("hw1", "derivatives", "only the diagonal", [("sp.diff(f, v, w) for w", "sp.diff(f, v, v) * (v == w) for w")], {HESSIAN, MODEL}),
    ("hw1", "derivatives", "a sign", [("[sp.diff(f, v) for v in variables]", "[-sp.diff(f, v) for v in variables]")], {GRADIENT, MODEL}),
    ("hw1", "sturm", "the remainder's sign not turned", [("append(-rest)", "append(rest)")], {SIMPLE, REPEATED, INNER}),
    ("hw1", "sturm", "zeros counted", [(" if number != 0]", "]")], {SIGNS, INNER}),
    ("hw1", "sturm", "the ends exchanged", [("sign_changes(at_low) - sign_changes(at_high)", "sign_changes(at_high) - sign_changes(at_low)")], {SIMPLE, REPEATED, INNER}),
    ("hw1", "sturm", "changes of sign at the ends only", [("return sign_changes(at_low) - sign_changes(at_high)", "return sign_changes([p.subs(x, k) for k in range(low, high + 1)])")], {SIMPLE, REPEATED}),
    ("hw1", "elimination", "on the axis y = 0", [("sp.solve(slope_y, y)[0]", "0")], {LEFT, COUNT}),
    ("hw1", "elimination", "degree for count", [("return roots_between(p.as_expr(), -bound, bound)", "return p.degree()")], {COUNT}),
    ("hw1", "ten", "the determinant alone", [("    up, down = eigenvalues > 1e-9, eigenvalues < -1e-9\n", "    if abs(np.linalg.det(np.array(H, dtype=float))) < 1e-9:\n        return 'open'\n    up, down = eigenvalues > 1e-9, eigenvalues < -1e-9\n")], {SPACE}),
    ("hw1", "ten", "zero counts as positive", [("eigenvalues > 1e-9", "eigenvalues >= -1e-9")], {PLANE, SPACE, TEN}),
    ("hw1", "ten", "maximum and minimum exchanged", [('"minimum" if up.all() else "maximum" if down.all()', '"maximum" if up.all() else "minimum" if down.all()')], {PLANE, SPACE, TEN}),
    ("hw1", "ten", "at the origin always", [("zip(variables, at, strict=True)", "zip(variables, [1] * len(at))")], {TEN}),
    ("hw1", "open-three", "the least value on the axes", [("sp.S(", "2 * sp.S(")], {LEAST}),
    ("hw1", "open-three", "the root of f as a square", [('[«flat_root»]', "[sp.sqrt(sp.sympify(ten[«flat_number»][0]))]")], {SQUARES}),
    ("hw1", "open-three", "half a square", [('[«flat_root»]', "[(«flat_root») / 2]")], {SQUARES}),
    ("hw1", "open-three", "up for down", [("«saddle_down», «saddle_up»", "«saddle_up», «saddle_down»")], {DOWN, UP}),
    ("hw1", "open-three", "a straight line down", [("«saddle_down»,", "(t, 0 * t),")], {DOWN}),
    ("hw1", "open-three", "a curve that stays at the origin", [("«flat_curve»", "(0, 0, 0)")], {ZERO}),
    ("hw1", "ditch", "half the circle", [("2 * np.pi * np", "np.pi * np")], {SHARE, EXPONENT}),
    ("hw1", "ditch", "the height of the origin forgotten", [("f((0.0, 0.0))", "0")], {SHARE}),
    ("hw1", "ditch", "above for below", [("f(places) <", "f(places) >")], {SHARE, EXPONENT}),
    ("hw1", "ditch", "one logarithm only", [("np.log(shares)", "shares")], {EXPONENT}),
    ("hw2", "descent", "uphill counts as converged", [("abs(value(new) - value(theta))", "value(theta) - value(new)")], {BY_VALUE}),
    ("hw2", "descent", "a sign", [("theta - lr * np", "theta + lr * np")], {BOWL, BY_GRADIENT, BY_VALUE, BY_STEP}),
    ("hw2", "descent", "the start is not tested", [('if test == "gradient" and', "if False and")], {BY_GRADIENT}),
    ("hw2", "descent", "the last point is left out", [("        path.append(new)\n", ""), ("        theta = new\n", "        path.append(new)\n        theta = new\n")], {BY_GRADIENT, BY_VALUE, BY_STEP}),
    ("hw2", "descent", "a step too many", [("range(steps)", "range(steps + 1)")], {BOWL, ENDS}),
    ("hw2", "descent", "the stopping test forgotten", [("if test and measured", "if False and measured")], {BY_GRADIENT, BY_VALUE, BY_STEP}),
    ("hw2", "descent", "what is not finite is kept", [("            return np.array(path), \"not finite\"", "            return np.array([*path, new]), \"not finite\"")], {ENDS}),
    ("hw2", "promises", "the step without eta", [('"step": eps / eta', '"step": eps')], {TWO}),
    ("hw2", "promises", "the exponent", [("1 / (p - 1)", "1 / p")], {ONE, TWO}),
    ("hw2", "promises", "the factor p", [("bound / (c * p)", "bound / c")], {ONE, TWO}),
    ("hw2", "promises", "one step only", [("100_000", "1")], {FLOOR}),
    ("hw2", "logistic", "the ridge without its half", [("ridge / 2 * (w @ w)", "ridge * (w @ w)")], {LOSS}),
    ("hw2", "logistic", "overflow", [("np.logaddexp(0, -y * (X @ w))", "np.log(1 + np.exp(-y * (X @ w)))")], {LARGE}),
    ("hw2", "logistic", "a sum for the mean", [("@ X / len(y)", "@ X")], {SLOPE}),
    ("hw2", "logistic", "a sign", [("return -(y *", "return (y *")], {SLOPE}),
    ("hw2", "logistic", "the labels exchanged", [("labels[chosen] == plus, 1.0, -1.0", "labels[chosen] == plus, -1.0, 1.0")], {ROWS}),
    ("hw2", "logistic", "bytes for shares", [(" / 255", "")], {ROWS}),
    ("hw2", "measure", "the gradient test", [('3000, "value"', '3000, "gradient"')], {LONG, SHORT, WRONG}),
    ("hw2", "measure", "without the ridge", [("loss(w, X, y, «ridge»)", "loss(w, X, y, 0.0)"), ("slope(w, X, y, «ridge»)", "slope(w, X, y, 0.0)")], {LONG, SHORT}),
    ("hw2", "measure", "right for wrong", [("<= 0).sum()", "> 0).sum()")], {WRONG}),
    ("hw2", "backprop", "the activation's slope forgotten", [(" * («slope_code»)", "")], {FIRST, DEEP}),
    ("hw2", "backprop", "a sum for the mean", [(" / len(X)", "")], {LAST, FIRST, DEEP}),
    ("hw2", "backprop", "the wrong axis", [("delta.sum(axis=0)", "delta.sum(axis=1)[: len(b)]")], {LAST, FIRST, DEEP}),
    ("hw2", "backprop", "the activation on the last layer too", [("z if number == len(layers) else ", "")], {GIVES, LAST, FIRST, DEEP}),
    ("hw2", "backprop", "the slope at h for the slope at z", [("z = held[number - 1] @ before_W + before_b", "z = held[number]")], {FIRST, DEEP}),
    ("hw2", "backprop", "the last layer first", [("slopes[::-1]", "slopes")], {LAST, FIRST, DEEP}),
]  # fmt: skip
OTHERS = [
    ("hw1", "derivatives", "sums in place of matrices", [("(move.T * curvature * move)[0] / 2", "sum(curvature[i, j] * move[i] * move[j] for i in range(len(at)) for j in range(len(at))) / 2")]),
    ("hw1", "sturm", "a chain of other lengths", [("append(-rest)", "append(-3 * rest)")]),
    ("hw1", "elimination", "a resultant", [("sp.expand(slope_x.subs(y, sp.solve(slope_y, y)[0]))", "sp.resultant(slope_x, slope_y, y)"), ("int(sp.ceiling", "1 + int(sp.ceiling")]),
    ("hw1", "ten", "SymPy's eigenvalues", [("np.linalg.eigvalsh(np.array(H, dtype=float))", "np.array([complex(e).real for e in sp.Matrix(H).eigenvals(multiple=True)])")]),
    ("hw1", "open-three", "four squares that add up", [('[«flat_root»]', "[(«flat_root») / 2, («flat_root») / 2, -(«flat_root») / 2, («flat_root») / 2]")]),
    ("hw1", "open-three", "another curve and another parameter", [("«flat_curve»", "(sp.Symbol('s'), 0, 0)")]),
    ("hw1", "open-three", "quicker down", [("«saddle_down»,", "tuple(sp.sympify(part).subs(t, 2 * t) for part in «saddle_down»),")]),
    ("hw1", "ditch", "the last direction twice", [("2 * np.pi * np.arange(n) / n", "np.linspace(0, 2 * np.pi, n)")]),
    ("hw2", "descent", "lists for arrays", [("return np.array(path), \"budget\"", "return [list(point) for point in path], \"budget\"")]),
    ("hw2", "promises", "roots written out", [("(bound / (c * p)) ** (1 / (p - 1))", "sp.exp(sp.log(bound / c / p) / (p - 1))")]),
    ("hw2", "logistic", "the loss in two pieces", [("np.logaddexp(0, -y * (X @ w))", "(np.maximum(0, -y * (X @ w)) + np.log1p(np.exp(-np.abs(X @ w))))")]),
    ("hw2", "backprop", "einsum", [("held[number].T @ delta", "np.einsum('ni,no->io', held[number], delta)")]),
]  # fmt: skip


def with_values(name: str, changes: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Changes whose «names» are drawn as in the sheet."""
    said = drawn(name, SEEDS[0])

    def fill(change: str) -> str:
        return master.PLACE.sub(
            lambda place: said[place[1]] if isinstance(said[place[1]], str) else repr(said[place[1]]), change
        )

    return [(fill(old), fill(new)) for old, new in changes]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("name", "question", "slip", "changes", "deserved"), SLIPS, ids=[f"{s[0]}-{s[1]}: {s[2]}" for s in SLIPS]
)
def test_a_slip_costs_the_judges_that_it_deserves_and_no_other(
    name: str, question: str, slip: str, changes: list[tuple[str, str]], deserved: set[str]
) -> None:
    assert lost(name, question, with_values(name, changes)) == deserved


@pytest.mark.parametrize(("name", "question", "way", "changes"), OTHERS, ids=[f"{o[0]}-{o[1]}: {o[2]}" for o in OTHERS])
def test_a_right_answer_of_another_kind_loses_nothing(
    name: str, question: str, way: str, changes: list[tuple[str, str]]
) -> None:
    assert lost(name, question, with_values(name, changes)) == set()


def drawn(name: str, seed: str) -> dict[str, Any]:
    return drawing.draw(master_of(name), seed)


def ten_of(said: dict[str, Any]) -> dict[int, tuple[sp.Expr, tuple[int, ...]]]:
    ten: dict[int, tuple[sp.Expr, tuple[int, ...]]] = eval(said["ten"], {"sp": sp, **NAMES})
    return ten


def formula(text: str) -> sp.Expr:
    return sp.sympify(text, NAMES)


def level(f: sp.Expr, at: Iterable[Any]) -> bool:
    here = dict(zip(NAMES.values(), at, strict=False))
    return all(sp.diff(f, v).subs(here) == 0 for v in here)


# A third of a second each: the first draws guard the rules by which all are drawn, the others what chance may bring.
@pytest.mark.parametrize("seed", [*SEEDS[:15], *(pytest.param(seed, marks=pytest.mark.slow) for seed in SEEDS[15:])])
def test_every_draw_of_homework_1_asks_as_much(seed: str) -> None:
    said = drawn("hw1", seed)
    x, y, z = NAMES.values()
    h, q, m = said["h"], said["q"], said["m"]
    f = 3 * (x - h) ** 2 * y + q**2 * y**3 - 3 * m**2 * y
    points = [(h, sp.Rational(m, q)), (h, -sp.Rational(m, q)), (h + m, 0), (h - m, 0)]
    assert said["hand"] == sp.latex(sp.expand(f))
    assert len(set(points)) == 4
    assert (0, 0) not in points, "no point is given away"
    assert all(level(f, point) for point in points)

    for landscape in [said["landscape"], *said["hidden_landscapes"]]:
        slopes = [sp.diff(formula(landscape), v) for v in (x, y)]
        left = sp.Poly(slopes[0].subs(y, sp.solve(slopes[1], y)[0]), x)
        assert (sp.degree(slopes[1], y), left.degree()) == (1, 7)
        assert left.count_roots() in (3, 5), "not all of them real"
        assert sp.gcd(left, left.diff()) == 1, "simple roots"
        assert not sp.roots(left, filter="Q"), "none that one could guess"
    assert len({sp.Poly(formula(t), x, y) for t in [said["landscape"], *said["hidden_landscapes"]]}) == 3

    found = []
    for number, (f, at) in ten_of(said).items():
        assert level(f, at)
        here = dict(zip(NAMES.values(), at, strict=False))
        H = np.array([[float(sp.diff(f, v, w).subs(here)) for w in here] for v in here])
        found.append((number, np.linalg.eigvalsh(H)))
    degenerate = [number for number, eigenvalues in found if np.abs(eigenvalues).min() < 0.2]
    assert sorted(degenerate) == sorted(said[f"{kind}_number"] for kind in ("strict", "flat", "saddle"))
    kinds = [tuple(np.sign(eigenvalues)) for number, eigenvalues in found if number not in degenerate]
    assert sorted(kinds) == [(-1, -1), (-1, -1, 1), (-1, 1), (-1, 1), (1, 1), (1, 1), (1, 1, 1)]

    strict, flat, saddle = (formula(said[f"{kind}_landscape"]) for kind in ("strict", "flat", "saddle"))
    low = float(sp.sympify(said["strict_least"]))
    angle = np.linspace(0, 2 * np.pi, 4001)
    form = sp.lambdify((x, y), formula(said["strict_form"]))(np.cos(angle), np.sin(angle))
    assert np.isclose(form.min(), low, atol=1e-4)
    assert 0.2 < low < form.max() - 0.5
    assert sp.Poly(strict - formula(said["strict_form"]), x, y).total_degree() == 5
    assert sp.expand(formula(said["flat_root"]) ** 2 - flat) == 0
    assert sp.degree(flat, z) == 4
    t = sp.Symbol("t", positive=True)
    down, up = ([part.subs(sp.Symbol("t"), t) for part in sp.sympify(said[f"saddle_{way}"])] for way in ("down", "up"))
    fall, rise = (sp.Poly(saddle.subs(dict(zip((x, y), way, strict=True))), t) for way in (down, up))
    assert (fall.monoms(), rise.monoms()) == ([(5,)], [(2,)])
    assert fall.LC() < 0 < rise.LC()

    assert len(set(map(str, said["hidden_signs"]))) > 6, "lists that differ"
    assert [formula(p).subs(x, low) * formula(p).subs(x, high) != 0 for p, low, high in said["hidden_simple"]] == [
        True
    ] * 4
    words = [tuple(np.sign(np.round(np.linalg.eigvalsh(H), 9))) for H in said["hidden_two"] + said["hidden_three"]]
    assert (len(words), sum(0 in signs for signs in words)) == (18, 9)


@pytest.mark.parametrize("seed", SEEDS[:12])
def test_the_library_finds_the_degenerate_three_of_every_draw_as_the_solution_does(seed: str) -> None:
    said = drawn("hw1", seed)
    kinds = {}
    for kind in ("strict", "flat", "saddle"):
        f, at = ten_of(said)[said[f"{kind}_number"]]
        point = gd.classify(gd.Objective(f, variables=list(NAMES)[: len(at)]), at=at)
        kinds[kind] = point.kind, point.strict
    assert kinds["strict"] == ("minimum", True)
    assert kinds["flat"] == ("minimum", False)
    assert kinds["saddle"][0] == "saddle"


@pytest.mark.parametrize("seed", SEEDS)
def test_every_draw_of_homework_2_asks_as_much(seed: str) -> None:
    said = drawn("hw2", seed)
    a, b = said["a"], said["b"]
    at, A = np.array([b, a]), np.diag([a, b])
    g = A @ at
    best = (g @ g) / (g @ A @ g)
    new = at - best * g
    assert np.isclose(best, 2 / said["sum_ab"])
    assert np.isclose((A @ new) @ g, 0)
    assert np.isclose((new @ A @ new) / (at @ A @ at), ((b - a) / (b + a)) ** 2)
    assert np.ptp(np.abs(A @ new)) < 1e-12, "the next gradient has two entries of one size again"

    curvatures, lr = np.array(said["hidden_curvatures"]), said["hidden_lr"]
    assert 0.02 < lr * curvatures.min() < lr * curvatures.max() < 1.3, "the run settles within the budget"
    assert said["hidden_high"] ** 2 * 4 * 0.3 > 10, "the other one runs off"
    f = gd.objectives.rosenbrock
    start = np.array(said["hidden_uphill"])
    assert f(start - 0.002 * f.grad(start)) > f(start) + 1, "the first step leads up"
    for c, p, eta, eps in said["hidden_powers"]:
        ends = [(bound / (c * p)) ** (1 / (p - 1)) for bound in (eps, eps / eta, (eps / eta) ** 0.5)]
        assert all(end < 0.95 for end in ends), "all are passed on the way down from 1"
        assert min(np.diff(sorted(ends))) > 1e-3, "three different places"
    assert all(one != other for one, other in said["hidden_pairs"])
    assert said["minus"] != said["plus"]
    assert 2 * said["tolerance"] / said["lr_short"] > 10 * 2 * said["tolerance"] / said["lr_long"]


@pytest.mark.parametrize("seed", SEEDS[:6])
def test_counts_of_steps_do_not_hang_on_rounding(seed: str) -> None:
    said = drawn("hw2", seed)
    f = gd.objectives.rosenbrock
    runs = [
        gd.descend(f, gd.rules.gradient_descent, np.array(said["hidden_uphill"]) * (1 + k * 1e-13), lr=0.002, steps=10_000, stop=gd.stopping.value_change(said["hidden_tol"]))
        for k in range(-2, 3)
    ]  # fmt: skip
    assert len({run.steps for run in runs}) == 1
    assert runs[0].reason == "stopped: value_change"
    assert 20 < runs[0].steps < 9_000


@pytest.mark.parametrize("name", SHEETS)
def test_hidden_values_and_solutions_stand_in_no_cell_that_students_get(name: str) -> None:
    for seed in SEEDS[:10]:
        said = drawn(name, seed)
        shown = "\n".join(
            emptied(c.text) for c in sheet(name, seed).cells if c.role in ("shown", "answer", "test", "written")
        )
        for value in (value for key, value in said.items() if key.startswith("hidden_")):
            if len(repr(value)) > 12:
                assert repr(value) not in shown
        assert not re.search("### BEGIN|«", shown)


def test_another_seed_gives_another_homework() -> None:
    for name in SHEETS:
        texts = {
            "\n".join(c.text for c in sheet(name, seed).cells if c.role in ("shown", "answer")) for seed in SEEDS[:10]
        }
        assert len(texts) == 10


@pytest.mark.slow
def test_what_the_solution_to_the_open_question_of_homework_2_says_it_measured() -> None:
    digits, lowest = gd.networks.digits(), {}
    for minus, plus in ((3, 5), (5, 8)):
        chosen = (digits.y_train == minus) | (digits.y_train == plus)
        X = np.column_stack([digits.x_train[chosen].reshape(-1, 784) / 255, np.ones(chosen.sum())])
        Z = np.where(digits.y_train[chosen] == plus, 1, -1)[:, None] * X
        apart = np.arange(len(Z)) % 4 == 3
        w, losses = np.zeros(785), []
        for step in range(6001):
            if step % 10 == 0:
                losses.append([np.logaddexp(0, -Z[part] @ w).mean() for part in (apart, ~apart)])
            w = w + 0.05 * (0.5 * (1 - np.tanh(Z[~apart] @ w / 2))) @ Z[~apart] / (~apart).sum()
        lowest[plus] = (
            10 * np.argmin(np.array(losses)[:, 0]),
            *np.round([*losses[np.argmin(np.array(losses)[:, 0])], *losses[-1]], 3),
        )
    assert lowest[5] == (300, 0.256, 0.086, 0.335, 0.006)
    assert lowest[8][0] == 6000


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_what_the_solution_on_the_fan_says_it_measured(seed: str) -> None:
    names = notebook(sheet("hw1", seed).cells)
    f = gd.Objective(drawn("hw1", seed)["saddle_landscape"])
    assert 1.45 < names["exponent"](f, [0.005, 0.01, 0.02], 2_000_000) < 1.52
    assert 1 / 3300 < names["share_below"](f, 0.01, 2_000_000) < 1 / 1700
    assert 55_000 < 1 / names["share_below"](f, 1e-3, 5_000_000) < 105_000


@pytest.mark.parametrize(
    ("name", "question", "own"),
    [("hw1", "ten", "gd.classify(f, at)"), ("hw2", "descent", "gd.descend(f, gd.rules.gradient_descent, start)")],
)
def test_the_librarys_own_in_an_answer_is_flagged_and_the_solution_is_not(name: str, question: str, own: str) -> None:
    code = [c for c in sheet(name).cells if c.kind == "code" and c.role in ("shown", "answer", "test")]
    given = "\n".join(emptied(c.text) for c in code)
    assert scan.flags([(n, c.text, c.role == "answer") for n, c in enumerate(code, 1)], given) == ()
    answer = next(sheet(name).of(question, "answer")).text
    assert scan.flags([(1, f"{answer}\n    {own}", True)], given)
