"""Homework 3 and 4: their solutions earn every point, typical slips lose the points they deserve, for any seed."""

import ast
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from homework import releasing
from homework.grading import scan
from homework.grading.judging import judged
from homework.inside.values import encode
from homework.masters import drawing, master
from homework.masters.master import Cell, Master

SEEDS = [f"seed {number}" for number in range(50)]
CHOICES = {
    "hw3": ["well", "mend_code", "scale_code"],
    "hw4": ["risen_code", "fallen_code", "turned_code", "convention", "eps_code"],
}
SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION\n.*?### END SOLUTION$", re.M | re.S)


@cache
def read(name: str) -> Master:
    return master.read(releasing.ASSIGNMENTS / f"{name}.md")


@cache
def filled(name: str, seed: str) -> Master:
    return drawing.filled(read(name), seed)


@cache
def few(name: str) -> tuple[str, ...]:
    """The first seeds that draw every variant there is."""
    text, chosen, seen = read(name), [], set()
    for seed in SEEDS:
        drawn = drawing.draw(text, seed)
        if new := {(choice, re.sub(r"[\d.]+", "", drawn[choice])) for choice in CHOICES[name]} - seen:
            chosen.append(seed)
            seen |= new
    return tuple(chosen)


@cache
def compiled(text: str) -> Any:
    """A judge's code: what runs first, and the expression whose value counts."""
    tree = ast.parse(text)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr), f"a judge ends with an expression: {text}"
    return compile(tree, "judge", "exec"), compile(ast.Expression(last.value), "judge", "eval")


def notebook(cells: Master, old: str = "", new: str = "") -> dict[str, Any]:
    """The names of a notebook with its solutions in place, `old` in them replaced by `new`."""
    names: dict[str, Any] = {}
    texts = [cell.text for cell in cells.cells if cell.kind == "code" and cell.role in ("shown", "answer")]
    assert not old or sum(old in text for text in texts) == 1, f"a slip needs one place: {old}"
    for text in texts:
        exec(text.replace(old, new) if old else text, names)
    return names


def asked(cells: Master, names: dict[str, Any], only: Iterable[str] = ()) -> dict[str, Any]:
    """Each judge's value as data, by its title; an error's name where it has none."""
    values = {}
    for cell in cells.cells:
        if cell.role == "judge" and (not only or cell.question in only):
            first, last = compiled(cell.text)
            own = names | {"np": np, "sp": sp, "gd": gd}
            try:
                with np.errstate(all="ignore"):
                    exec(first, own)
                    values[cell.title] = encode(eval(last, own))
            except Exception as problem:
                values[cell.title] = {"other": type(problem).__name__}
    return values


@cache
def right(name: str, seed: str) -> dict[str, Any]:
    return asked(filled(name, seed), notebook(filled(name, seed)))


def judges(name: str, seed: str) -> dict[str, Cell]:
    return {cell.title: cell for cell in filled(name, seed).cells if cell.role == "judge"}


@pytest.mark.parametrize("name", ["hw3", "hw4"])
def test_twenty_points_and_titles_that_tell_judges_apart(name: str) -> None:
    text = read(name)
    titles = [cell.title for cell in text.cells if cell.role == "judge"]
    assert text.points == 20
    assert len(set(titles)) == len(titles)
    assert sum(question.points for question in text.questions if question.by_hand) == 5


@pytest.mark.parametrize("name", ["hw3", "hw4"])
def test_every_draw_gives_values_that_can_be_compared(name: str) -> None:
    others = {question.name for question in read(name).questions} - FORMULAS  # which are the same for many seeds
    for seed in SEEDS:
        cells = judges(name, seed)
        values = (
            right(name, seed) if seed in few(name) else asked(filled(name, seed), notebook(filled(name, seed)), others)
        )
        for title, value in values.items():
            fits, reason = judged(value, value, cells[title].rtol)
            assert fits, f"{seed}, {title}: {reason} {value}"
            assert "nan" not in str(value), f"{seed}, {title}: {value}"


@pytest.mark.parametrize("name", ["hw3", "hw4"])
def test_the_solution_passes_the_visible_tests_and_draws_its_pictures(name: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    for seed in few(name):
        names: dict[str, Any] = {}
        for cell in filled(name, seed).cells:
            if cell.kind == "code" and cell.role != "judge":
                exec(cell.text, names)
    for see in {"see_walk", "see_steps", "see_race"} & set(names):
        names[see]()


@pytest.mark.parametrize("name", ["hw3", "hw4"])
def test_nothing_answered_earns_nothing(name: str) -> None:
    cells, names = filled(name, SEEDS[0]), {}
    for cell in cells.cells:
        if cell.kind == "code" and cell.role in ("shown", "answer"):
            exec(SOLUTION.sub(r"\1raise NotImplementedError()", cell.text), names)
        if cell.role == "test":
            with pytest.raises(NotImplementedError):
                exec(cell.text, names)
    values = asked(cells, names)
    assert set(map(str, values.values())) == {"{'other': 'NotImplementedError'}"}, values


FORMULAS = {"constants", "landing", "recurrence"}


@pytest.mark.parametrize("name", ["hw3", "hw4"])
@pytest.mark.parametrize("theirs", ["gd.rules.adam", "gd.methods.lbfgs", "gd.descend"])
def test_the_librarys_own_in_an_answer_is_flagged(name: str, theirs: str) -> None:
    given = [
        SOLUTION.sub("", cell.text)
        for cell in filled(name, SEEDS[0]).cells
        if cell.kind == "code" and cell.role != "judge"
    ]
    assert scan.flags([(1, f"def answer():\n    return {theirs}", True)], "\n".join(given))
    assert not scan.flags([(1, f"{theirs}", False)], "\n".join(given)), "in a cell of one's own it is welcome"


OWN = {"All three of your functions on a landscape with a saddle", "With your own two loops and step length"}
RUNS = {"Many points on a landscape, each with its own value", "Many points on a landscape with a hill"}
# assignment, what stands in the solution, what a student may write, the judges that must see it, those that may
SLIPS: list[tuple[str, str, str, set[str], set[str]]] = [
    ("hw3", "mu, L = «p», «p» + «q»", "mu, L = «p», «q»",
     {"L", "The best fixed step", "The contraction promised with the best step", "The part left in the long run, with the given step"}, set()),
    ("hw3", "abs(1 - «lr_given» * L)", "1 - «lr_given» * L", {"The part left in the long run, with the given step"}, set()),
    ("hw3", '"promised": (L - mu) / (L + mu)', '"promised": 1 - mu / L', {"The contraction promised with the best step"}, set()),
    ("hw3", "parts = q.T @ (np.asarray(start) - minimum)\n    left = (1", "parts = q.T @ np.asarray(start)\n    left = (1",
     {"A minimum that is not at zero"}, set()),
    ("hw3", "parts = q.T @ (np.asarray(start) - minimum)\n    left = (1", "parts = q @ (np.asarray(start) - minimum)\n    left = (1",
     {"Axes that are not eigenvectors"}, set()),
    ("hw3", "parts = q.T @ (np.asarray(start) - minimum)\n    left = (1",
     "parts = q.T @ (np.asarray(start) - minimum)\n    lam = np.minimum(lam, 1 / lr)\n    left = (1",
     {"A step so long that the run oscillates"}, {"Axes that are not eigenvectors", "A minimum that is not at zero"}),
    ("hw3", 'left = np.abs(1 - lr * lam) ** np.arange(10_001)[:, None] * parts',
     'left = np.abs(1 - lr * lam).max() ** np.arange(10_001)[:, None] * parts',
     {"A start with no part along the two shallow eigenvectors"}, {"A start with a part along every eigenvector"}),
    ("hw3", "return int(there.argmax()) if there.any() else -1", "return int(there.argmax())", {"A step that is too long"}, set()),
    ("hw3", "return (1 - rate(1 / L, 400)) * L, L", "return (1 - rate(1 / L, 400) ** 2) * L, L", {"The smallest curvature"}, set()),
    ("hw3", "return (1 - rate(1 / L, 400)) * L, L", "return (1 - rate(1 / L, 400)) * L, L - 1 / long", {"The largest curvature"}, set()),
    ("hw3", "    lam = «mend_code»\n", "", {"A large negative eigenvalue", "Small eigenvalues, positive and negative"}, OWN),
    ("hw3", "    return -q @ ((q.T @ g) / lam)", "    return q @ ((q.T @ g) / lam)",
     {"All eigenvalues large enough: Newton's own direction", "A large negative eigenvalue", "Small eigenvalues, positive and negative"}, OWN),
    ("hw3", " > here + «c1» * a * slope", " > here", {"A step that lowers the value, but not enough"},
     {"A direction that is far too long", *OWN}),
    ("hw3", "    if slope >= 0:\n        return 0.0\n", "", {"Uphill and level directions"}, set()),
    ("hw3", "a = a * «shrink»", "a = a * 0.9", {"A direction that is far too long", "A step that lowers the value, but not enough"}, OWN),
    ("hw3", "    path = [np.array(start, dtype=float)]", "    path = []\n    path.append(np.array(start, dtype=float) + 0.1)",
     {"Other directions and lengths than yours", "All three of your functions on a landscape with a saddle"}, set()),
    ("hw3", "    for s, y in reversed(pairs):\n        alphas.append((s @ g) / (s @ y))",  # the two loops in the wrong order
     "    pairs = pairs[::-1]\n    for s, y in reversed(pairs):\n        alphas.append((s @ g) / (s @ y))",
     {"Three pairs", "The secant condition with the newest of three pairs", "With your own two loops and step length"}, set()),
    ("hw3", "        g = g * («scale_code»)", "        pass", {"One pair", "Three pairs"}, OWN),
    ("hw3", "        s, y = pairs[-1]", "        s, y = pairs[0]", {"Three pairs"}, OWN),
    ("hw3", "(alpha - (y @ g) / (s @ y)) * s", "(alpha + (y @ g) / (s @ y)) * s",
     {"One pair", "Three pairs", "With your own two loops and step length"}, {"The secant condition with the newest of three pairs"}),
    ("hw3", "if s @ (g - before) > 0:", "if True:", {"Which pairs are not kept, with another product in the place of yours"}, OWN),
    ("hw3", "[-memory:]", "[:memory]",
     {"How many pairs are kept, and in which order, with another product in the place of yours"}, OWN),
    ("hw4", "product = np.sign(g) * np.sign(g_prev)\n",  # two cases: zero counts as a change
     "product = np.sign(g) * np.sign(g_prev)\n    product = product if memory is None else np.where(product > 0, 1, -1)\n",
     {"The two steps after a change of sign", "A slope of zero in one coordinate, and the step after it"}, {"The length shrinks, down to the floor", *RUNS}),
    ("hw4", "np.where(product < 0, 0.0, g)", "g",
     {"The two steps after a change of sign", "The length shrinks, down to the floor"}, RUNS),
    ("hw4", "np.minimum(«up» * step, «step_max»)", "«up» * step", {"The length grows, up to the cap"}, RUNS),
    ("hw4", "np.maximum(«down» * step, «step_min»)", "«down» * step", {"The length shrinks, down to the floor"}, RUNS),
    ("hw4", "value > value_prev", "value < value_prev",
     {"The slope has changed its sign and the value has risen: the move", "The slope has changed its sign and the value has fallen: the move"}, RUNS),
    ("hw4", "    value = np.asarray(value)[..., None]\n", "", {"Many points on a landscape, each with its own value"}, set()),
    ("hw4", "jump = -g / np.where(bent", "jump = g / np.where(bent",  # the secant's sign
     {"The jump, before the minimum and beyond it: in units of the first move", "Many points on a landscape with a hill"},
     {"The limit of growth: in units of the move before"}),
    ("hw4", "    jump = np.clip(jump, -growth * np.abs(move), growth * np.abs(move))\n", "", {"The limit of growth: in units of the move before"}, RUNS),
    ("hw4", "jump = np.clip(jump, -growth * np.abs(move), growth * np.abs(move))", "jump = np.clip(jump, -np.abs(move), np.abs(move))",
     {"The limit of growth: in units of the move before", "The jump, before the minimum and beyond it: in units of the first move"}, RUNS),
    ("hw4", "bent = moved & (curvature > 0)", "bent = moved & (curvature != 0)", {"A line that is turned over, downhill on both sides"}, RUNS),
    ("hw4", "-lr * g))", "-lr * g if memory is None else 0.0 * g))", {"The first step, and one after a slope of zero"}, RUNS),
    ("hw4", "for i in range(k))", "for i in range(1, k + 1))", {"The formula for two moves", "The formula for four moves"}, set()),
    ("hw4", "    step, moved, move = 1, u, u\n", "    step, moved, move = 0, u, u\n", {"Landing steps for three values of u"}, set()),
    ("hw4", "        if moved + move >= 1:", "        if move >= 1:", {"Landing steps for three values of u"}, set()),
    ("hw4", "(0.0 if memory is None else memory) + «weight_code» * g\n    return theta", "(0.0 if memory is None else memory) + (1 - beta / 2) * g\n    return theta",
     {"One step size"}, set()),
    ("hw4", "(0.0 if memory is None else memory) + «weight_code» * g\n    return theta - lr * average, average",  # η inside the memory
     "(0.0 if memory is None else memory) + lr * «weight_code» * g\n    return theta - average, average",
     {"A step size that falls: the moves, in units of the first"}, set()),
    ("hw4", "grad(theta - lr * beta * last)", "grad(theta)", {"The form that looks ahead"}, set()),
    ("hw4", "grad(theta - lr * beta * last)", "grad(theta + lr * beta * last)", {"The form that looks ahead"}, set()),
    ("hw4", "phi - lr * (beta * average + «weight_code» * g)", "phi - lr * average", {"The shifted form"}, set()),
    ("hw4", "return (2 + 2 * b) / (1 + 2 * b) / («enters_code» / h)", "return (2 + 2 * b) / («enters_code» / h)", {"The limit"}, set()),
    ("hw4", "left = 1 - «enters_code» * lam\n    return (1 + b) * left, -b * left", "left = 1 - «enters_code» * lam\n    return b + left, -b * left", {"P"}, set()),
    ("hw4", "return (m - b**t * m0) / (1 - b**t)", "return (m - m0) / (1 - b**t)", {"The correction for an average that starts from m0"}, set()),
    ("hw4", "m / (1 - «beta1»**t), v / (1 - «beta2»**t)", "m, v",  # no bias correction
     {"The first step", "Later steps under a constant slope: in units of the first", "Slopes that change, in size and in sign",
      "Slopes as small as epsilon: the first step for three of them", "Many points, one coordinate without a slope until step 3"}, set()),
    ("hw4", "m / (1 - «beta1»**t), v / (1 - «beta2»**t)", "m / (1 - «beta1»**t), v",
     {"The first step", "Later steps under a constant slope: in units of the first", "Slopes that change, in size and in sign",
      "Slopes as small as epsilon: the first step for three of them", "Many points, one coordinate without a slope until step 3"}, set()),
    ("hw4", "m / (1 - «beta1»**t), v / (1 - «beta2»**t)", "m / (1 - «beta1»**(t - 1)), v / (1 - «beta2»**(t - 1))",  # t from 0
     {"The first step", "Later steps under a constant slope: in units of the first", "Slopes that change, in size and in sign",
      "Slopes as small as epsilon: the first step for three of them", "Many points, one coordinate without a slope until step 3"}, set()),
    ("hw4", "    t = t + 1\n", "    t = 1\n",
     {"Later steps under a constant slope: in units of the first", "Slopes that change, in size and in sign",
      "Many points, one coordinate without a slope until step 3"}, set()),
    ("hw4", "(«eps_code»)", "(np.sqrt(v_hat + eps) if '«eps_code»' == 'np.sqrt(v_hat) + eps' else np.sqrt(v_hat) + eps)",
     {"Slopes as small as epsilon: the first step for three of them"}, {"Many points, one coordinate without a slope until step 3"}),
    ("hw4", '"adam": [True, False, False]', '"adam": [True, True, False]', {"Adam"}, set()),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(SLIPS)))
def test_a_slip_loses_the_points_it_deserves_and_no_others(number: int) -> None:
    name, old, new, must, may = SLIPS[number]
    text = read(name)
    parts = {cell.question for cell in text.cells if cell.role == "answer" and old in cell.text}
    parts |= {"walk", "lbfgs"} if name == "hw3" else set()  # no other judge calls what another question asked for
    for seed in few(name):
        drawn, cells = drawing.draw(text, seed), filled(name, seed)
        values = asked(cells, notebook(cells, *(_filled(part, drawn) for part in (old, new))), parts)
        reference, known = right(name, seed), judges(name, seed)
        lost = {title for title, value in values.items() if not judged(reference[title], value, known[title].rtol)[0]}
        assert must <= lost <= must | may, f"{seed}: more {sorted(lost - must - may)}, fewer {sorted(must - lost)}"


def _filled(text: str, drawn: dict[str, Any]) -> str:
    return master.Master("", (Cell("answer", "code", text),)).filled(drawn).cells[0].text


@pytest.mark.parametrize("seed", SEEDS[:8])
def test_what_a_path_depends_on_is_as_the_solution_says(seed: str) -> None:
    names = notebook(filled("hw4", seed))
    f, start = gd.Objective("x**2 + 2*y**2 + x*y + cos(x)/2"), np.array([[1.5, -1.0]])
    turn = np.array([[np.sqrt(3), -1.0], [1.0, np.sqrt(3)]]) / 2
    plain = (f, f.grad)
    scaled = (lambda p: 100 * f(p), lambda p: 100 * f.grad(p))
    signed = (f, lambda p: np.arcsinh(f.grad(p)))
    turned = (lambda p: f(p @ turn), lambda p: f.grad(p @ turn) @ turn.T)
    rules = {
        "rprop": names["rprop"],
        "quickprop": lambda p, g, value, memory: names["quickprop"](p, g, memory, 0.05),
        "shifted": lambda p, g, value, memory: names["shifted"](p, g, memory, 0.004, 0.5),
        "adam": lambda p, g, value, memory: names["adam"](p, g, memory, 0.1, 0.0),
    }

    def path(rule: Any, value: Any, grad: Any, start: Any) -> Any:
        points, memory = [start], None
        for _ in range(8):
            point, memory = rule(points[-1], grad(points[-1]), value(points[-1]), memory)
            points.append(point)
        return np.array(points)

    said = names["stays"]()
    for name, rule in rules.items():
        old = path(rule, *plain, start)
        new = [path(rule, *scaled, start), path(rule, *signed, start), path(rule, *turned, start @ turn.T) @ turn]
        assert [bool(np.allclose(one, old, rtol=1e-9)) for one in new] == said[name], name


@pytest.mark.parametrize("seed", SEEDS[:8])
def test_derived_formulas_are_what_the_rules_do(seed: str) -> None:
    names = notebook(filled("hw4", seed))
    growth = drawing.draw(read("hw4"), seed)["growth"]
    for share in (0.03, 0.12, 0.5, 0.9):
        point, memory, step = np.ones(1), None, 0
        while abs(point[0]) > 1e-12:
            (point, memory), step = names["quickprop"](point, point, memory, share), step + 1
        assert names["landing_step"](share, growth) == step
    h, b, lam = 0.3, 0.7, 1.9
    P, Q = (float(one.subs({"h": h, "b": b, "lam": lam})) for one in map(_plain, names["recurrence"]()))
    limit = float(_plain(names["limit"]()).subs("b", b))

    def path(lr: float, steps: int) -> Any:
        points, memory = [np.ones(1)], None
        for _ in range(steps):
            point, memory = names["shifted"](points[-1], lam * points[-1], memory, lr, b)
            points.append(point)
        return np.array(points)[:, 0]

    run = path(h, 6)
    assert np.allclose(run[2:], P * run[1:-1] + Q * run[:-2], rtol=1e-12)
    assert abs(path(0.99 * limit / lam, 2000)[-1]) < 1e-3
    assert abs(path(1.01 * limit / lam, 2000)[-1]) > 1e3


def _plain(formula: Any) -> Any:
    """The formula in symbols of which nothing is assumed, so that names stand for them."""
    return formula.subs({symbol: sp.Symbol(symbol.name) for symbol in formula.free_symbols})


def test_the_constants_are_what_a_run_measures() -> None:
    for seed in few("hw3"):
        names, drawn = notebook(filled("hw3", seed)), drawing.draw(read("hw3"), seed)
        told = names["constants"]()
        bend = sp.lambdify(names["x"], told["curvature"], "numpy")(np.linspace(-200, 200, 4001))
        assert told["mu"] * (1 - 1e-12) <= bend.min() < told["mu"] + 0.01
        assert told["L"] - 0.001 < bend.max() <= told["L"] * (1 + 1e-12)
        bowl = names["bowl"]
        for lr, start, left in (
            (drawn["lr_given"], 1e-3, told["near"]),
            (told["lr"], 1e-3, told["promised"]),
            (told["lr"], 1e6, told["promised"]),
        ):
            at = np.array([start])
            after = at - lr * (bowl.grad(at) if start < 1 else drawn["p"] * at)  # far away only the parabola counts
            assert abs(after[0] / start) == pytest.approx(left, rel=1e-4)
