"""The quizzes' questions and answers are data of one form, and every number in an answer is computed here.

A file book/quizzes/<page>.json is a list of questions in the order in which the page asks them:

- `id`, unlike any other; `page`, the file's own name; `question`, MyST text; `kind`.
- kind `single` (one choice is right) or `multiple` (at least one is, and at least one is not): `choices`, each with
  `text`, `correct` and `feedback`.
- kind `number`: `answer` with `value` and `tolerance` (the largest error that counts as right), and `feedback` with
  `right`, `wrong` and, if there are answers that show which mistake was made, `near`: each with `value`, `tolerance`
  and `feedback`.
- kind `point` (click the point where …): `picture` with `objective` (a name of `gd.objectives`, or a formula in two
  variables), `window` and, if it shows the way downhill, `arrows` along each side; `answer` and `feedback` as for a
  number, a `value` being a point and its `tolerance` that of each coordinate. `values` instead of `value` in `answer`
  are several points of which each is right.
"""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from tests import rprop_answers

BOOK = Path(__file__).parent.parent / "book"
FILES = sorted((BOOK / "quizzes").glob("*.json"))
QUESTIONS = [(file, question) for file in FILES for question in json.loads(file.read_text(encoding="utf-8"))]
each_question = pytest.mark.parametrize(
    ("file", "question"), QUESTIONS, ids=[f"{file.stem}-{question.get('id')}" for file, question in QUESTIONS]
)
KEYS = {
    "single": {"id", "page", "question", "kind", "choices"},
    "multiple": {"id", "page", "question", "kind", "choices"},
    "number": {"id", "page", "question", "kind", "answer", "feedback"},
    "point": {"id", "page", "question", "kind", "picture", "answer", "feedback"},
}
FINGER = 24  # pixels: what a point counts as right must be as wide as this on a map that is MAP pixels wide
MAP = 300
K = sp.Symbol("k", integer=True, positive=True)
TILTED = gd.Objective("x**3*y - y**2")


def steps_until_far(text, start, far, lr):
    run = gd.descend(gd.Objective(text), gd.rules.gradient_descent, (start, 0.0), steps=1000, lr=lr)
    return int(np.flatnonzero(np.linalg.norm(run.path, axis=-1) >= far)[0])


def turns_round_the_origin(text, changes):
    """The turns of the gradient on a circle, on which the values change their sign as often as the question says."""
    f, angles = gd.Objective(text), np.linspace(0, 2 * np.pi, 2001) + 1e-3
    circle = 0.1 * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    assert (np.diff(np.sign(f(circle))) != 0).sum() == changes
    turned = np.unwrap(np.arctan2(*f.grad(circle).T[::-1]))
    return (turned[-1] - turned[0]) / (2 * np.pi)


def fits(kind, strict, *texts):
    """Whether one of the functions is of that kind at the origin, where each has the eigenvalues 4 and 0."""
    points = [gd.classify(gd.Objective(text, ("x", "y")), at=(0, 0)) for text in texts]
    assert all(point.eigenvalues == (0, 4) for point in points)
    return any(point.kind == kind and strict in (None, point.strict) for point in points)


UNIT = gd.Objective("3*(x1*w1 + x2*w2 + x3*w3)", ("x1", "x2", "x3", "w1", "w2", "w3"))
AT_UNIT = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)


def all_stationary(text, kind):
    """The points of that kind, from left to right."""
    found = gd.stationary_points(gd.Objective(text))
    return sorted(tuple(map(float, point.location)) for point in found if point.kind == kind)


def stationary(text, kind):
    """The one point of that kind."""
    (found,) = all_stationary(text, kind)
    return found


def after(text, start, steps, lr):
    return gd.descend(gd.Objective(text), gd.rules.gradient_descent, start, steps=steps, lr=lr).path[-1]


def largest_step(curvature):
    """Where descent begins to leave: the spectral radius passes one there."""
    low, high = 1e-6, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        radius = gd.rates.spectral_radius(gd.rules.gradient_descent, curvature, lr=middle)
        low, high = (middle, high) if radius <= 1 else (low, middle)
    return low


def promised(distance, lr, steps):
    """The error of the value that descent on a smooth convex function keeps at most."""
    return distance**2 / (2 * lr * steps)


def factors(curvatures, lr):
    """What one step leaves along each curvature, by running it."""
    squares = " + ".join(f"{one}*x{k}**2/2" for k, one in enumerate(curvatures))
    start = np.ones(len(curvatures))
    return gd.descend(gd.Objective(squares), gd.rules.gradient_descent, start, steps=1, lr=lr).path[-1]


def about_three_curvatures():
    """What the choices of the question say, of the factors with and without a longer step."""
    low, middle, high = factors((1, 5, 9), 0.2)
    slowest, longer = (np.abs(factors((1, 5, 9), lr)).max() for lr in (0.2, 0.21))
    return [abs(middle) < 1e-12, high < 0, abs(slowest - 0.8) < 1e-12, longer < slowest, abs(low) > 1]


def lowest_eigenvalue(matrix):
    x = sp.Matrix(sp.symbols("x y", real=True))
    f = gd.Objective((x.T * sp.Matrix(matrix) * x)[0] / 2)
    return min(f.hessian.eigenvals(multiple=True))


def fits_together(first, second):
    """Whether eight inputs come through five hidden units to one output, samples being rows."""
    hidden = (np.ones((4, 8)) @ np.ones(first)).shape if first[0] == 8 else None
    return hidden == (4, 5) and second == (5, 1)


def first_step(name, g=1.0, eps=0.0, **settings):
    """How far a rule goes at first, from zero averages with a step size of 0.1."""
    rule = gd.rules[name]
    state = [settings.pop(one, 0.0) for one in rule.state]
    counted = [1] if "t" in rule.takes else []
    return -float(rule(0.0, g, *state, *counted, lr=0.1, eps=eps, **settings)[0])


def slows_at_once(name):
    """Whether a step size that falls to a tenth shortens the very next step to about a tenth."""
    f, falling = gd.Objective("x"), gd.schedules.staircase(every=50)
    moves = np.diff(gd.descend(f, gd.rules[name], (0.0,), steps=51, lr=0.1, beta=0.9, schedule=falling).path[:, 0])
    return bool(moves[50] / moves[49] < 0.2)


def same_first_step(eps, beta2):
    """The eps after Adam's correction with which it takes the first step of one before it."""
    before = first_step("adam_eps_hat", eps=eps, beta2=beta2)
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if first_step("adam", eps=middle, beta2=beta2) > before else (low, middle)
    return low


def move_at(name, t, slope, **settings):
    """The move of step t under a constant slope."""
    run = gd.descend(gd.Objective(f"{slope}*x"), gd.rules[name], (0.0,), steps=t, **settings)
    return run.path[t, 0] - run.path[t - 1, 0]


def at_rest(curvature, lr):
    """Where RMSprop ends on a parabola: its last two points, and the first and last effective step size."""
    f, x, s, effective = gd.Objective(f"{curvature}*x**2/2"), np.array([1.0]), np.zeros(1), []
    points = []
    for _ in range(2000):
        x, s = gd.rules.rmsprop(x, f.grad(x), s, lr=lr)
        points.append(x[0])
        effective.append(lr / np.sqrt(s[0]))
    return points[-2:], effective[0], effective[-1]


def about_rest():
    (low, high), begun, ended = at_rest(4, 0.01)
    (other, _), _, _ = at_rest(400, 0.01)
    return [
        math.isclose(abs(high - low), 0.01, rel_tol=1e-3),
        not math.isclose(abs(other), abs(low), rel_tol=1e-3),
        math.isclose(ended, 2 / 4, rel_tol=1e-3),
        ended <= begun,
    ]


def where_turns_lead(rule, scale=1.0, lr=0.5, beta2=0.1):
    """Whether losses 3x, -x, -x in turns end on the side of -1."""
    theta, state = 0.0, [0.0] * len(rule.state)
    for t in range(1, 1001):
        g, counted = scale * (3.0, -1.0, -1.0)[(t - 1) % 3], [t] if "t" in rule.takes else []
        theta, *state = rule(theta, g, *state, *counted, lr=lr / math.sqrt(t), beta1=0.0, beta2=beta2)
        theta = min(1.0, max(-1.0, float(theta)))
    return theta < 0


def speed_down_a_slope(rule, slope, **settings):
    """The length of a move after many, where the gradient stays."""
    theta = state = 0.0
    for _ in range(400):
        before, (theta, state) = theta, rule(theta, slope, state, **settings)
    return abs(theta - before)


def step_that_keeps_the_path(start=0.3, beta=0.9):
    """The lr with which `momentum_accumulate` has the first move of `momentum_ema`; the rest follows."""
    averaged = gd.rules.momentum_ema(0.0, 1.0, 0.0, lr=start, beta=beta)[0]
    return averaged / gd.rules.momentum_accumulate(0.0, 1.0, 0.0, lr=1.0, beta=beta)[0]


def part_after_a_cut(rule):
    """The first move after lr falls to a tenth, as a part of the one before."""
    theta = state = 0.0
    path = [theta]
    for t in range(200):
        theta, state = rule(theta, 1.0, state, lr=0.1 if t < 199 else 0.01, beta=0.9)
        path.append(theta)
    return (path[-1] - path[-2]) / (path[-2] - path[-3])


def longest_settled(rule, curvature, **settings):
    """The largest step size with which the rule settles on a parabola."""
    steps = np.linspace(0.0005, 2 / curvature * 2, 8001)
    radii = gd.rates.spectral_radius(rule, curvature, lr=steps, **settings)
    return steps[radii < 1].max()


def floor_raised(rule, beta, step=1e-6):
    """The variance of the point under noise, over that of plain descent, on one curvature."""
    matrix = np.array(gd.rates.iteration_matrix(rule, 1.0, lr=step, beta=beta), dtype=float)
    noise = np.array(rule(0.0, 1.0, 0.0, lr=step, beta=beta))
    moments = np.linalg.solve(np.eye(4) - np.kron(matrix, matrix), np.outer(noise, noise).ravel())
    return moments[0] / (step / (2 - step))


def arrives_on_the_trap(rule, **settings):
    run = gd.descend(gd.objectives.heavy_ball_trap, rule, (3.3,), steps=400, **settings)
    return bool(abs(run.path[-1, 0]) < 1e-6)


def shrunk(text, start, schedule, lr, steps=4000):
    """What is left of the start under a schedule."""
    f = gd.Objective(text)
    return gd.descend(f, gd.rules.gradient_descent, (start,), steps=steps, lr=lr, schedule=schedule).path[-1, 0] / start


def noise_floor(lr, sigma):
    """The mean square of late points of many runs on a parabola with curvature 1."""
    starts, more = np.zeros((2000, 1)), {"noise": sigma, "seed": 1, "keep": 10}
    run = gd.descend(gd.Objective("x**2/2"), gd.rules.gradient_descent, starts, steps=100, lr=lr, **more)
    floor = lr * sigma**2 / (2 - lr)
    assert abs((run.path[3:] ** 2).mean() / floor - 1) < 0.05
    return floor


def by_method(text, method, start, steps=1, **settings):
    """Where a method of second order is after some steps."""
    return gd.descend(gd.Objective(text), gd.methods[method], start, steps=steps, **settings).path[-1]


def condition_left(A):
    """The condition number of a matrix after scaling by its diagonal."""
    root = np.sqrt(np.diag(A))
    return np.linalg.cond(A / np.outer(root, root))


def exact_after(eigenvalues):
    """Steps of conjugate gradients until nothing but rounding is left."""
    squares = " + ".join(f"{one}*x{k}**2/2" for k, one in enumerate(eigenvalues))
    run = gd.descend(gd.Objective(squares), gd.methods.conjugate_gradients, np.ones(len(eigenvalues)), steps=9)
    return int((np.linalg.norm(run.path, axis=-1) < 1e-10).argmax())


def arrives(text, start, lr):
    """Whether a part lr of each of Newton's steps leads to a minimum at 0."""
    return abs(by_method(text, "damped_newton", (start,), steps=60, lr=lr)[0]) < 1e-3


def drawn_to(kind):
    """Whether Newton's method goes to such a point of x^3 - 3x + y^3 - 3y from close by, doubling the digits."""
    text = "x**3 - 3*x + y**3 - 3*y"
    point = np.array(all_stationary(text, kind)[0])
    errors = [np.abs(by_method(text, "newton", point + 0.1, steps=k) - point).max() for k in (1, 2)]
    return bool(errors[1] < errors[0] ** 2 < 1e-3)


# id -> what gdlib computes for the answer of a question about a number or a point
COMPUTED = {
    "ss-floor-of-two": lambda: noise_floor(0.5, 2.0),
    "ss-where-it-stops": lambda: shrunk("x**2/2", 1.0, gd.schedules.inverse_square(), lr=0.25),
    "ss-reduced-by-a-tenth": lambda: gd.schedules.staircase(every=100, factor=0.9)(501),
    **rprop_answers.COMPUTED,
    "mo-steady-speed": lambda: speed_down_a_slope(gd.rules.momentum, 2.0, lr=0.05, beta=0.8),
    "mo-translate-average": step_that_keeps_the_path,
    "ne-longest-step": lambda: longest_settled(gd.rules.nesterov, 5.0, beta=0.5),
    "ne-usual-rate": lambda: gd.rates.spectral_radius(gd.rules.nesterov, [1.0, 25.0], lr=1 / 25, beta=4 / 6),
    "ne-floor-grows": lambda: floor_raised(gd.rules.momentum, 0.95),
    "sp-hessian-entry": lambda: TILTED.hess((2.0, 3.0))[0, 1],
    "sp-how-many": lambda: len(gd.stationary_points(gd.Objective("x**3 - 3*x + y**3 - 3*y"))),
    "sp-click-a-saddle": lambda: all_stationary("x**3 - 3*x + y**3 - 3*y", "saddle"),
    "sd-smaller-eigenvalue": lambda: gd.classify(gd.Objective("x**2 + 3*x*y + y**2"), at=(0, 0)).eigenvalues[0],
    "sd-steps-from-the-top": lambda: steps_until_far("-x**2 - y**2", 0.001, 1.0, lr=0.1),
    "sd-index-of-eight": lambda: turns_round_the_origin("x**4 - 6*x**2*y**2 + y**4", changes=8),
    "wo-turned-over": lambda: gd.Objective("6*x - x**2")(stationary("6*x - x**2", "maximum")),
    "wo-find-the-saddle": lambda: stationary("x**3 - 3*x + y**2", "saddle"),
    "gd-two-steps-on-a-parabola": lambda: after("2*x**2", (1.0,), steps=2, lr=0.3)[0],
    "gd-largest-step": lambda: largest_step(50.0),
    "gd-one-step-on-the-map": lambda: after("x**2 + 2*y**2", (2.0, 1.0), steps=1, lr=0.25),
    "cv-symmetric-part": lambda: lowest_eigenvalue([[3, 6], [0, 3]]),
    "cv-lowest-place": lambda: stationary("x**2 - x*y + y**2 - 3*x", "minimum"),
    "cr-edge-of-a-parabola": lambda: largest_step(gd.Objective("5*x**2 - 2*x").hess((0.0,))[0, 0]),
    "cr-contraction-of-nine": lambda: gd.rates.contraction(1.0, 9.0),
    "sc-distance-three": lambda: promised(distance=3, lr=0.5, steps=9),
    "sc-limit-of-25": lambda: np.sqrt(gd.rates.optimal_momentum(1.0, 25.0).beta),
    "bp-one-unit": lambda: UNIT(AT_UNIT),
    "bp-slope-of-a-weight": lambda: UNIT.grad(AT_UNIT)[4],
    "sn-sum-begins": lambda: first_step("adagrad", g=0.3, s=0.1),
    "sn-eps-moved": lambda: same_first_step(eps=0.001, beta2=0.99),
    "as-ninth-step": lambda: -move_at("adagrad", 9, 50, lr=0.3),
    "as-first-rmsprop": lambda: -move_at("rmsprop", 1, 50, lr=0.01, rho=0.99),
    "am-first-step": lambda: move_at("adam", 1, -40, lr=0.02),
    "am-bias": lambda: 8 * (1 - 0.5**3),
    "nt-one-step": lambda: by_method("x**3 - 3*x", "newton", (2.0,))[0],
    "nt-left-over": lambda: condition_left(np.array([[4.0, 3.0], [3.0, 9.0]])),
    "nt-sixth-power": lambda: by_method("x**6", "newton", (1.0,))[0],
    "nt-click-the-model": lambda: by_method("x**2 - 2*x - y**2", "newton", (-1.0, 1.5)),
    "bn-three-eigenvalues": lambda: exact_after([1, 2, 5] * 6),
    "bn-memory-of-pairs": lambda: 5 * 2 * 10**6 * np.dtype(np.float32).itemsize / 1e6,
    "bn-factor": lambda: by_method("x**2 + (x**2 - 0.3)**2", "gauss_newton", (1e-4,))[0] / 1e-4,
}
# id -> the answers that show a mistake, computed as one who makes it computes them, in the order of the file
MISTAKES = {
    "ss-floor-of-two": lambda: [0.5 * 2**2 / 2, 0.5 * 2 / (2 - 0.5), np.sqrt(noise_floor(0.5, 2.0))],
    "ss-where-it-stops": lambda: [
        shrunk("x**2/2", 1.0, gd.schedules.inverse(), lr=1.0),
        shrunk("x**2/2", 1.0, gd.schedules.inverse_square(), lr=0.25, steps=1),
        np.sinc(0.25),
    ],
    "ss-reduced-by-a-tenth": lambda: [
        gd.schedules.staircase(every=100, factor=0.1)(501),
        gd.schedules.linear(1000)(501),
    ],
    **rprop_answers.MISTAKES,
    "mo-steady-speed": lambda: [
        speed_down_a_slope(gd.rules.momentum_ema, 2.0, lr=0.05, beta=0.8),
        0.05 * 2.0 / 0.8,
    ],
    "mo-translate-average": lambda: [0.3 / (1 - 0.9), 0.3],
    "ne-longest-step": lambda: [
        longest_settled(gd.rules.momentum, 5.0, beta=0.5),
        longest_settled(gd.rules.gradient_descent, 5.0),
    ],
    "ne-usual-rate": lambda: [np.sqrt(gd.rates.optimal_momentum(1.0, 25.0).beta), gd.rates.contraction(1.0, 25.0)],
    "ne-floor-grows": lambda: [(1 - 0.95) / (1 + 0.95), floor_raised(gd.rules.momentum_ema, 0.95)],
    "sp-click-a-saddle": lambda: [stationary("x**3 - 3*x + y**3 - 3*y", kind) for kind in ("minimum", "maximum")],
    "sp-hessian-entry": lambda: [TILTED.hess((2.0, 3.0))[1, 1], TILTED.hess((2.0, 3.0))[0, 0]],
    "wo-turned-over": lambda: [-9, stationary("6*x - x**2", "maximum")[0]],
    "wo-find-the-saddle": lambda: [stationary("x**3 - 3*x + y**2", "minimum")],
    "gd-two-steps-on-a-parabola": lambda: [
        after("2*x**2", (1.0,), steps=1, lr=0.3)[0],
        (0.3 * gd.Objective("2*x**2").hess((1.0,))[0, 0]) ** 2,
        after("x**2", (1.0,), steps=2, lr=0.3)[0],
    ],
    "gd-largest-step": lambda: [1 / 50],
    "gd-one-step-on-the-map": lambda: [
        after("-x**2 - 2*y**2", (2.0, 1.0), steps=1, lr=0.25),
        stationary("x**2 + 2*y**2", "minimum"),
    ],
    "cv-symmetric-part": lambda: [
        np.linalg.eigvals([[3.0, 6.0], [0.0, 3.0]])[0].real,  # newer releases answer in complex numbers
        -lowest_eigenvalue([[-3, -6], [0, -3]]),
        lowest_eigenvalue([[3, 6], [6, 3]]),
    ],
    "cv-lowest-place": lambda: [(*stationary("x**2 - 3*x", "minimum"), 0.0)],
    "cr-edge-of-a-parabola": lambda: [gd.rates.optimal_step(10.0, 10.0), largest_step(5.0)],
    "cr-contraction-of-nine": lambda: [
        gd.rates.contraction(1.0, 9.0) ** 2,
        gd.rates.optimal_step(1.0, 9.0),
        gd.rates.spectral_radius(gd.rules.gradient_descent, [1.0, 9.0], lr=1 / 9),
    ],
    "sc-distance-three": lambda: [
        promised(distance=3, lr=2.0, steps=9),
        promised(distance=np.sqrt(3), lr=0.5, steps=9),
        2 * 3**2 / (4 * 9 + 2),
    ],
    "sc-limit-of-25": lambda: [gd.rates.contraction(1.0, 25.0)],
    "bp-one-unit": lambda: [UNIT(AT_UNIT) / 3, UNIT(AT_UNIT) / 3 + 3, UNIT((1.0, 1.0, 1.0, 4.0, 5.0, 6.0))],
    "bp-slope-of-a-weight": lambda: [UNIT.grad(AT_UNIT)[1], UNIT.grad(AT_UNIT)[4] / 3],
    "sn-sum-begins": lambda: [first_step("adagrad", g=0.3), first_step("adagrad_no_root", g=0.3, s=0.1)],
    "sn-eps-moved": lambda: [0.001 * np.sqrt(1 - 0.99), 0.001 / (1 - 0.99)],
    "as-ninth-step": lambda: [-move_at("adagrad", 1, 50, lr=0.3), 0.3 / 9],
    "as-first-rmsprop": lambda: [
        -move_at("rmsprop", 2000, 50, lr=0.01, rho=0.99),
        -move_at("rmsprop", 1, 50, lr=0.01, rho=0.9),
    ],
    "am-first-step": lambda: [
        -move_at("adam", 1, -40, lr=0.02),
        move_at("gradient_descent", 1, -40, lr=0.02),
        move_at("adam_uncorrected", 1, -40, lr=0.02),
    ],
    "am-bias": lambda: [8, 8 * 0.5**3],
    "nt-one-step": lambda: [
        2 - gd.Objective("x**3 - 3*x")((2.0,)) / gd.Objective("x**3 - 3*x").grad((2.0,))[0],
        after("x**3 - 3*x", (2.0,), steps=1, lr=1.0)[0],
    ],
    "nt-left-over": lambda: [np.linalg.cond([[4.0, 3.0], [3.0, 9.0]]), condition_left(np.diag([4.0, 9.0]))],
    "nt-sixth-power": lambda: [
        by_method("x**4", "newton", (1.0,))[0],
        1 - by_method("x**6", "newton", (1.0,))[0],
    ],
    "nt-click-the-model": lambda: [after("x**2 - 2*x - y**2", (-1.0, 1.5), steps=1, lr=0.25)],
    "bn-three-eigenvalues": lambda: [200],
    "bn-memory-of-pairs": lambda: [5 * 10**6 * 4 / 1e6, 5 * 2 * 10**6 / 1e6],
    "bn-factor": lambda: [
        gd.Objective("x**2 + (x**2 - 0.3)**2").hess((0.0,))[0, 0] / 2,
        by_method("x**2 + (x**2 + 0.3)**2", "gauss_newton", (1e-4,))[0] / 1e-4,
    ],
}
# id -> for each choice, whether it is right, by computation
CHOSEN = {
    "ss-both-sums": lambda: [
        not sp.Sum(eta, (K, 1, sp.oo)).is_convergent() and bool(sp.Sum(eta**2, (K, 1, sp.oo)).is_convergent())
        for eta in (1 / K, 1 / sp.sqrt(K), 1 / K**2, K ** sp.Rational(-3, 4), K**0)
    ],
    **rprop_answers.CHOSEN,
    "mo-after-a-cut": lambda: [
        part_after_a_cut(gd.rules[name]) > 0.5 for name in ("momentum", "momentum_accumulate", "momentum_ema")
    ],
    "mo-what-an-average-costs": lambda: [
        abs(0.1 / 1.9 - 1 / 19) < 1e-12,
        abs(0.9 / 0.1 - (19 - 1) / 2) < 1e-12,
        False,
        1 / 19 > 1 - 0.9,
    ],
    "ne-never-arrives": lambda: [
        arrives_on_the_trap(gd.rules.gradient_descent, lr=1 / 13),
        arrives_on_the_trap(gd.rules.momentum, lr=1 / 9, beta=4 / 9),
        arrives_on_the_trap(gd.rules.nesterov, lr=1 / 25, beta=4 / 6),
    ],
    "sn-seen-at-once": lambda: [
        abs(first_step("adam") - first_step("adam_uncorrected")) > 1e-6,
        abs(first_step("adam") - first_step("amsgrad_corrected")) > 1e-6,
        abs(first_step("rmsprop") - first_step("rmsprop_eps_inside")) > 1e-6,
        abs(first_step("adagrad") - first_step("adagrad", s=0.1)) > 1e-6,
    ],
    "sn-slows-at-once": lambda: [slows_at_once("momentum_accumulate"), slows_at_once("momentum"), False],
    "cr-three-curvatures": lambda: [bool(one) for one in about_three_curvatures()],
    "cr-hundred-times": lambda: [
        abs(np.log(gd.rates.contraction(1.0, 1e2)) / np.log(gd.rates.contraction(1.0, 1e4)) / times - 1) < 0.1
        for times in (100, 10, 2, 0.01)
    ],
    "sd-four-and-zero": lambda: [
        fits(kind, strict, "2*x**2 + y**4", "2*x**2", "2*x**2 - y**4", "2*x**2 + y**3")
        for kind, strict in (("minimum", True), ("minimum", False), ("maximum", None), ("saddle", None))
    ],
    "sp-level-direction": lambda: [3 * a - 4 * b == 0 for a, b in ((3, -4), (-3, 4), (4, 3), (3, 4))],
    "bp-which-shapes": lambda: [
        fits_together(*shapes) for shapes in (((8, 5), (5, 1)), ((5, 8), (1, 5)), ((8, 5), (8, 1)), ((8, 8), (5, 5)))
    ],
    "as-which-rest": lambda: [bool(one) for one in about_rest()],
    "am-without": lambda: [
        -move_at("adam_uncorrected", 10, 7, lr=1.0) < 1,
        -move_at("adam_uncorrected", 10, 7, lr=1.0) > 1,
        False,
    ],
    "am-misled": lambda: [
        where_turns_lead(gd.rules.amsgrad),
        where_turns_lead(gd.rules.adam, beta2=0.9),
        where_turns_lead(gd.rules.adam, scale=100.0),
        where_turns_lead(gd.rules.adam, lr=0.25),
    ],
    "nt-where-to": lambda: [*(drawn_to(kind) for kind in ("minimum", "saddle", "maximum")), False],
    "nt-which-eta": lambda: [
        *(arrives(text, 0.1, 2.5) for text in ("x**4", "x**2", "exp(x) - x")),
        not any(arrives(text, 0.1, 2.5) for text in ("x**4", "x**2", "exp(x) - x")),
    ],
    "bn-what-bfgs-needs": lambda: [name in gd.methods.bfgs.takes for name in ("gradient", "s", "H", "G", "B")],
}


def texts(question):
    """Every text of a question that a reader sees."""
    yield question["question"]
    for choice in question.get("choices", ()):
        yield from (choice["text"], choice["feedback"])
    feedback = question.get("feedback", {})
    yield from (feedback[key] for key in ("right", "wrong") if key in feedback)
    yield from (near["feedback"] for near in feedback.get("near", ()))


def is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_place(value, kind):
    """A number, or the two coordinates of a point."""
    return is_number(value) if kind == "number" else len(value) == 2 and all(map(is_number, value))


def apart(one, other, reach):
    """Whether no answer can count as both; a point lies in one of two squares."""
    return np.abs(np.subtract(one, other)).max() > reach


def test_there_are_quizzes_and_each_belongs_to_a_page():
    assert FILES
    assert {"what-optimisation-is", "gradient-descent", "convexity", "backpropagation"} <= {file.stem for file in FILES}
    for file in FILES:
        assert (BOOK / f"{file.stem}.md").is_file()
        assert 3 <= len(json.loads(file.read_text(encoding="utf-8"))) <= 8


def test_no_id_stands_twice():
    ids = [question["id"] for _, question in QUESTIONS]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", one) for one in ids)


@each_question
def test_a_question_has_the_form(file, question):
    assert question["page"] == file.stem
    assert set(question) == KEYS[question["kind"]]
    if question["kind"] in ("number", "point"):
        answer, feedback, kind = question["answer"], question["feedback"], question["kind"]
        assert set(answer) in ({"value", "tolerance"}, {"values", "tolerance"})
        values = answer.get("values", [answer.get("value")])
        assert values
        assert all(is_place(value, kind) for value in values)
        assert is_number(answer["tolerance"])
        assert answer["tolerance"] > 0
        assert {"right", "wrong"} <= set(feedback) <= {"right", "wrong", "near"}
        for near in feedback.get("near", ()):
            assert set(near) == {"value", "tolerance", "feedback"}
            assert is_place(near["value"], kind)
            assert all(apart(near["value"], value, near["tolerance"] + answer["tolerance"]) for value in values)
    else:
        assert 2 <= len(question["choices"]) <= 6
        assert all(set(choice) == {"text", "correct", "feedback"} for choice in question["choices"])
        assert len({choice["text"] for choice in question["choices"]}) == len(question["choices"])
        right = [choice["correct"] for choice in question["choices"]]
        assert all(isinstance(one, bool) for one in right)
        assert right.count(True) == 1 if question["kind"] == "single" else 0 < right.count(True) < len(right)


@each_question
def test_every_text_is_a_sentence_with_whole_formulas(file, question):
    for text in texts(question):
        assert text == text.strip() != ""
        assert text.count("$") % 2 == 0
        assert text.count("`") % 2 == 0
    choices = {choice["text"] for choice in question.get("choices", ())}
    for text in set(texts(question)) - choices:
        assert text[0].isupper() or not text[0].isalpha()
        assert text[-1] in ".?"


@each_question
def test_a_point_lies_on_a_map_and_a_finger_can_hit_it(file, question):
    if question["kind"] == "point":
        picture, answer = question["picture"], question["answer"]
        assert {"objective", "window"} <= set(picture) <= {"objective", "window", "arrows"}
        window = np.array(picture["window"], dtype=float)
        near = [one["value"] for one in question["feedback"].get("near", ())]
        for place in (*answer.get("values", [answer.get("value")]), *near):
            assert (window[:, 0] < place).all()
            assert (place < window[:, 1]).all()
        assert 2 * answer["tolerance"] / (window[:, 1] - window[:, 0]).max() >= FINGER / MAP
        if picture["objective"] not in gd.objectives:
            assert gd.Objective(picture["objective"]).n == 2


@each_question
def test_every_number_is_computed(file, question):
    if question["kind"] in ("number", "point"):
        answer = question["answer"]
        values = answer.get("values", [answer.get("value")])
        computed = np.array(COMPUTED[question["id"]](), dtype=float)
        np.testing.assert_allclose(computed.reshape(-1), np.ravel(values), rtol=0, atol=answer["tolerance"] / 2)


@pytest.mark.parametrize("name", MISTAKES)
def test_answers_that_show_a_mistake_are_what_the_mistake_gives(name):
    (question,) = (question for _, question in QUESTIONS if question["id"] == name)
    for near, computed in zip(question["feedback"]["near"], MISTAKES[name](), strict=True):
        np.testing.assert_allclose(np.array(computed, dtype=float), near["value"], rtol=0, atol=near["tolerance"] / 2)


@pytest.mark.parametrize("name", CHOSEN)
def test_choices_that_can_be_computed_are(name):
    (question,) = (question for _, question in QUESTIONS if question["id"] == name)
    assert [choice["correct"] for choice in question["choices"]] == CHOSEN[name]()


def test_nothing_is_computed_for_a_question_that_is_gone():
    ids = {question["id"] for _, question in QUESTIONS}
    assert set(COMPUTED) | set(MISTAKES) | set(CHOSEN) <= ids


def test_a_choice_has_words_beside_its_formula():
    """A formula alone gives its button no name that every screen reader has."""
    choices = [choice["text"] for _, question in QUESTIONS for choice in question.get("choices", [])]
    assert len(choices) > 40
    assert [text for text in choices if not re.sub(r"\$[^$]*\$", "", text).strip(" .,")] == []
