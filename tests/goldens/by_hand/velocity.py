"""Rules that keep a velocity or take a sign, for a single weight, from their papers."""

from decimal import Decimal

from tests.goldens.by_hand.stepping import average, sign


def momentum_ema(w, *, lr, beta):
    """Descend along the exponential average of all slopes so far, taken from its sum.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> worked(momentum_ema, ["4", "-2", "0"], lr="1", beta="0.5")  # averages 4/2, 4/4 - 2/2, 4/8 - 2/4
    ['-2', '-2', '-2']
    """
    slopes = []
    while True:
        slopes.append((yield w))
        w = w - lr * average(slopes, beta)


def nesterov_lookahead(w, *, lr, beta):
    """Nesterov's method as Sutskever and others (2013) write it, equations 3 and 4.

    The slope is taken at w + beta v; then v becomes beta v - lr slope, and w moves by it.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> worked(nesterov_lookahead, ["1", "2", "-1"], lr="0.5", beta="0.5")  # v = -1/2, -5/4, -1/8
    ['-0.5', '-1.75', '-1.875']
    """
    v = Decimal(0)
    while True:
        slope = yield w, w + beta * v
        v = beta * v - lr * slope
        w = w + v


def sign_descent(w, *, lr):
    """Move by lr against the sign of the slope, not at all where it is zero.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> worked(sign_descent, ["7", "0", "-0.001"], lr="0.25")
    ['-0.25', '-0.25', '0']
    """
    while True:
        slope = yield w
        w = w - lr * sign(slope)


def lion(w, *, lr, beta1, beta2, weight_decay):
    """Lion, from Algorithm 2 of Chen and others (2023).

    The sign of an interpolation of the slope with the momentum, by beta1, and the decayed weight make the step; only
    then is the momentum renewed, with beta2.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> settings = {"lr": "0.5", "beta1": "0.5", "beta2": "0.75", "weight_decay": "0.5"}
    >>> worked(lion, ["4", "-2", "1"], start="2", **settings)  # momentum 0, 1, 1/4: signs of 2, -1/2, 5/8
    ['1', '1.25', '0.4375']
    """
    momentum = Decimal(0)
    while True:
        slope = yield w
        direction = sign(beta1 * momentum + (1 - beta1) * slope)
        w = w - lr * (direction + weight_decay * w)
        momentum = beta2 * momentum + (1 - beta2) * slope
