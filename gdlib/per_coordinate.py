"""Signs and secants: the update rules that take a step of its own in every coordinate, from successive gradients.

They are made for exact gradients of the whole objective: a sign or a secant of a noisy gradient says little.
"""

import numpy as np

from gdlib.update_rule import rule


@rule
def rprop_plus(theta, g, step, g_prev, move, t, *, step0=0.1, up=1.2, down=0.5, step_min=1e-6, step_max=50.0):
    """Rprop+: each coordinate's step grows while the sign holds; when it flips, the last move is taken back.

    theta, g, step, g_prev and the last move have one shape; t is the number of the step; returns theta, step, g_prev,
    move. A coordinate that has gone back forgets its gradient, so its next step has just the shrunk length.

    Source: riedmiller1993; defaults: the paper's.

    >>> g, g_prev = np.array([3.0, 3.0]), np.array([0.5, -0.5])  # the second coordinate's sign has changed
    >>> rprop_plus(np.array([1.0, 1.0]), g, np.array([0.25, 0.25]), g_prev, np.array([-0.25, 0.25]), 2, up=1.5)
    (array([0.625, 0.75 ]), array([0.375, 0.125]), array([3., 0.]), array([-0.375, -0.25 ]))
    """
    previous = np.where(t == 1, step0, step)
    agreement = np.sign(g) * np.sign(g_prev)
    grown = np.minimum(up * previous, step_max)
    shrunk = np.maximum(down * previous, step_min)
    step = np.where(agreement > 0, grown, np.where(agreement < 0, shrunk, previous))
    move = np.where(agreement < 0, -move, -np.sign(g) * step)
    return theta + move, step, np.where(agreement < 0, 0.0, g), move


@rule
def rprop_minus(theta, g, step, g_prev, t, *, step0=0.1, up=1.2, down=0.5, step_min=1e-6, step_max=50.0):
    """Rprop−: each coordinate's step grows while the sign of its gradient holds and shrinks when it flips.

    theta, g, step and g_prev have one shape; t is the number of the step; returns theta, step, g_prev. Steps are in
    units of theta. No move is taken back ("minus").

    Source: riedmiller1994; defaults: as for Rprop+.
    Kin: rprop_minus(step0, up=1, down=1) == sign_descent(lr=step0).

    >>> g, g_prev = np.array([3.0, 3.0]), np.array([0.5, -0.5])  # the second coordinate's sign has changed
    >>> rprop_minus(np.array([1.0, 1.0]), g, np.array([0.25, 0.25]), g_prev, 2, up=1.5)  # steps 1.5/4 and 0.5/4
    (array([0.625, 0.875]), array([0.375, 0.125]), array([3., 3.]))
    """
    previous = np.where(t == 1, step0, step)
    agreement = np.sign(g) * np.sign(g_prev)
    grown = np.minimum(up * previous, step_max)
    shrunk = np.maximum(down * previous, step_min)
    step = np.where(agreement > 0, grown, np.where(agreement < 0, shrunk, previous))
    return theta - np.sign(g) * step, step, g


@rule
def irprop_plus(theta, g, f, step, g_prev, move, f_prev, t, *,
                step0=0.1, up=1.2, down=0.5, step_min=1e-6, step_max=50.0):  # fmt: skip
    """iRprop+: like Rprop+, but a move is taken back only if the value has risen as well.

    theta, g, f (the value at theta, the same in every coordinate), step, g_prev, the last move and f_prev have one
    shape; t is the number of the step; returns theta, step, g_prev, move, f_prev.

    Source: igel2003; defaults: as for Rprop+.

    >>> irprop_plus(1.0, 3.0, 7.0, 0.25, -0.5, 0.25, 5.0, 2)  # the sign has changed and the value has risen: back
    (0.75, array(0.125), array(0.), array(-0.25), 7.0)
    >>> irprop_plus(1.0, 3.0, 5.0, 0.25, -0.5, 0.25, 5.0, 2)[0]  # it has not: stay, and go on with half the step
    1.0
    """
    previous = np.where(t == 1, step0, step)
    agreement = np.sign(g) * np.sign(g_prev)
    grown = np.minimum(up * previous, step_max)
    shrunk = np.maximum(down * previous, step_min)
    step = np.where(agreement > 0, grown, np.where(agreement < 0, shrunk, previous))
    back = np.where(f > f_prev, -move, 0.0)
    move = np.where(agreement < 0, back, -np.sign(g) * step)
    return theta + move, step, np.where(agreement < 0, 0.0, g), move, f


@rule
def irprop_minus(theta, g, step, g_prev, t, *, step0=0.1, up=1.2, down=0.5, step_min=1e-6, step_max=50.0):
    """iRprop−: like Rprop−, but where the sign flips the coordinate waits one step and forgets its gradient.

    theta, g, step and g_prev have one shape; t is the number of the step; returns theta, step, g_prev.

    Source: igel2003; defaults: as for Rprop−.

    >>> g, g_prev = np.array([3.0, 3.0]), np.array([0.5, -0.5])  # the second coordinate's sign has changed
    >>> irprop_minus(np.array([1.0, 1.0]), g, np.array([0.25, 0.25]), g_prev, 2, up=1.5)
    (array([0.625, 1.   ]), array([0.375, 0.125]), array([3., 0.]))
    """
    previous = np.where(t == 1, step0, step)
    agreement = np.sign(g) * np.sign(g_prev)
    grown = np.minimum(up * previous, step_max)
    shrunk = np.maximum(down * previous, step_min)
    step = np.where(agreement > 0, grown, np.where(agreement < 0, shrunk, previous))
    kept = np.where(agreement < 0, 0.0, g)
    return theta - np.sign(kept) * step, step, kept


@rule
def quickprop_secant(theta, g, g_prev, move, *, lr=0.01):
    """Quickprop, plain secant: jump in each coordinate to where the line through its last two slopes meets zero.

    theta, g, g_prev and the last move have one shape; returns theta, g_prev, move. The first step, and one where the
    slope has not changed or nothing has moved, is a gradient step of step size lr.

    Source: fahlman1988, without its guards; default: as for gradient descent.

    >>> quickprop_secant(3.0, 1.0, 2.0, -0.5, lr=0.125)  # slope 2 -> 1 over -1/2, so 0 after another -1/2
    (2.5, 1.0, array(-0.5))
    >>> quickprop_secant(3.0, 1.0, 0.0, 0.0, lr=0.125)[0]  # the first step
    2.875
    """
    fall = g_prev - g
    usable = (fall != 0) & (move != 0)
    jump = move * g / np.where(usable, fall, 1.0)
    move = np.where(usable, jump, -lr * g)
    return theta + move, g, move


@rule
def quickprop(theta, g, g_prev, move, *, lr=0.01, growth=1.75):
    """Quickprop: the secant's jump, limited to a multiple of the last, plus a gradient step while the sign holds.

    theta, g, g_prev and the last move have one shape; returns theta, g_prev, move. Where nothing has moved yet the step
    is the gradient's alone. Fahlman's decay of the weights is a transform of the gradient, not part of the rule.

    Source: fahlman1988; defaults: growth the report's, lr as for gradient descent.

    >>> quickprop(3.0, 2.0, 4.0, -0.5, lr=0.125)  # 2/4 < 1.75/2.75, so jump -1/2 * 2/(4 - 2); then -2/8
    (2.25, 2.0, -0.75)
    >>> quickprop(3.0, 3.0, 4.0, -0.5, lr=0.125)  # too flat a change of slope: -1/2 * 1.75 - 3/8
    (1.75, 3.0, -1.25)
    """
    same = np.sign(g) * np.sign(g_prev) > 0
    steep = same & (np.abs(g) >= growth / (1 + growth) * np.abs(g_prev))
    fall = np.where(steep | (g == g_prev), 1.0, g_prev - g)
    jump = np.where(steep, growth * move, move * g / fall)
    slide = np.where(same | (move == 0), -lr * g, 0.0)
    move = jump + slide
    return theta + move, g, move
