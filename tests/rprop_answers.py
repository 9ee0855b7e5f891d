"""What gdlib computes for the quizzes about Rprop and Quickprop."""

import numpy as np

import gdlib as gd
from tests.claims_quickprop_test import limited

OFFSETS = [0.3] * 19 + [-5.7]
"""What mini-batches add to the slope: nothing, in the mean."""


def rprop_after(slopes, start):
    """Where Rprop− stands after meeting these slopes, whatever the place."""
    theta, step, g_prev = start, 0.0, 0.0
    for t, g in enumerate(slopes, start=1):
        theta, step, g_prev = gd.rules.rprop_minus(theta, g, step, g_prev, t)
    return theta


def rests_among(rule, offsets, **settings):
    """Where a rule comes to rest if each slope is x plus one of the offsets, drawn anew at each step."""
    rng = np.random.default_rng(0)
    run = gd.descend(
        gd.Objective("x**2/2"), rule, (1.0,), steps=3000, transform=lambda g: g + rng.choice(offsets), **settings
    )
    return run.path[1000:, 0].mean()


def leaves_rprop_alone():
    """Of two scalings, a turn of the axes and a change of all signs: which leave the points that Rprop− visits."""
    rule, f, start = gd.rules.rprop_minus, gd.objectives.ravine, np.array([-4.5, 0.9])
    turn = np.sqrt(0.5) * np.array([[1, -1], [1, 1]])
    turned = gd.Objective("13*x**2/2 - 12*x*y + 13*y**2/2")
    plain = gd.descend(f, rule, start, steps=50).path
    one, each, minus = (
        np.array_equal(gd.descend(f, rule, start, steps=50, transform=change).path, plain)
        for change in (lambda g: 1e6 * g, lambda g: np.array([0.3, 7.0]) * g, lambda g: -g)
    )
    axes = np.allclose(gd.descend(turned, rule, turn @ start, steps=50).path @ turn, plain)
    return [one, each, axes, minus]


def waits_where_the_sign_has_changed():
    """Of the four variants: which makes no move, halves its length and stores a zero, though the value has risen."""
    known = {"theta": 0.0, "g": 1.0, "f": 2.0, "step": 0.25, "g_prev": -1.0, "move": 0.25, "f_prev": 1.0, "t": 5}
    names = ("rprop_minus", "rprop_plus", "irprop_minus", "irprop_plus")
    results = [gd.rules[name](*(known[one] for one in gd.rules[name].takes)) for name in names]
    return [bool(result[0] == 0 and result[1] == 0.125 and result[2] == 0) for result in results]


def secant_after(last_move, place, before, now):
    """Where the plain secant leads."""
    return float(gd.rules.quickprop_secant(place, now, before, last_move)[0])


def lands_at_step_two(lr):
    """Secant, secant with limit, Quickprop, descent: which is at the minimum of a separable quadratic."""
    f = gd.Objective("x**2/2 + 3*y**2/2")
    rules = (gd.rules.quickprop_secant, limited, gd.rules.quickprop, gd.rules.gradient_descent)
    ends = [gd.descend(f, rule, (1.0, 1.0), steps=2, lr=lr).path[-1] for rule in rules]
    return [bool(np.abs(end).max() < 1e-12) for end in ends]


def where_the_slope_has_grown(lr=0.125):
    """Back by the secant, on by the limit with a gradient step, the gradient step alone, nothing: what is done."""
    move = gd.rules.quickprop(0.0, 3.0, 2.0, -0.5, lr=lr)[0]
    return [bool(move == one) for one in (-0.5 * 3 / (2 - 3), -0.5 * 1.75 - lr * 3, -lr * 3, 0.0)]


def digits_of_the_secant(first, second):
    """The digits of the second next error, where an error is the product of the two before it."""
    errors = [10.0**-first, 10.0**-second]
    for _ in range(2):
        errors.append(errors[-1] * errors[-2])
    return -np.log10(errors[-1])


# id -> the answer; id -> what mistakes give; id -> for each choice, whether it is right
COMPUTED = {
    "rp-second-step": lambda: rprop_after((3, 0.002), 5.0),
    "rp-wrong-place": lambda: rests_among(gd.rules.rprop_minus, OFFSETS),
    "qp-where-to": lambda: secant_after(last_move=-0.5, place=3.0, before=2.0, now=0.8),
    "qp-digits": lambda: digits_of_the_secant(3, 5),
}
MISTAKES = {
    "rp-second-step": lambda: [rprop_after((3,), 5.0) - part * 0.1 for part in (0.5, 1)],
    "rp-wrong-place": lambda: [np.mean(OFFSETS), -OFFSETS[-1]],
    "qp-where-to": lambda: [3 - 0.5 * 0.8 / (0.8 - 2), 3 - 0.5 * 0.8 / 2],
    "qp-digits": lambda: [-np.log10(1e-3 * 1e-5), 5 * 2 * 2],
}
CHOSEN = {
    "rp-what-leaves-the-path": leaves_rprop_alone,
    "rp-which-variant": waits_where_the_sign_has_changed,
    "qp-which-land": lambda: lands_at_step_two(lr=0.4),
    "qp-which-guard": where_the_slope_has_grown,
}
