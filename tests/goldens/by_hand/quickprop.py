"""Quickprop for a single weight: the secant step by itself, and with the guards of Fahlman (1988)."""

from decimal import Decimal


def quickprop_secant(w, *, lr):
    """A parabola through the last two slopes: the weight jumps to where the line through them is zero.

    The step is the last one times S / (S_before - S). Without a last step, or where both slopes are equal (the line is
    level), it is a gradient step.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> worked(quickprop_secant, ["4", "2", "-1", "-1"], lr="0.25")  # -1, -1 * 2/2, -1 * -1/3, +1/4
    ['-1', '-2', '-1.66666666667', '-1.41666666667']
    """
    step, before = Decimal(0), Decimal(0)
    while True:
        slope = yield w
        if step == 0 or slope == before:
            step = -lr * slope
        else:
            step = step * slope / (before - slope)
        w = w + step
        before = slope


def quickprop(w, *, lr, growth):
    """Fahlman's two guards, told by the direction of the last step, as he does and FANN after him.

    After a step downwards in the slope's direction: if the slope still points the same way and is not clearly smaller,
    beyond growth / (1 + growth) of the last, the parabola's step would be longer than `growth` times the last one, or
    lead uphill, so the step is `growth` times the last one; else it is the parabola's. The gradient term is added only
    while the slope points where it pointed before. After no step at all, there is the gradient term alone. (His weight
    decay, 1e-4 w added to the slope, is left out.)

    >>> from tests.goldens.by_hand.stepping import worked
    >>> settings = {"lr": "0.25", "growth": "1.75"}
    >>> worked(quickprop, ["4", "8", "-8", "0", "1"], **settings)  # -1; -1.75 - 2; +3.75/2; 0; -1/4
    ['-1', '-4.75', '-2.875', '-2.875', '-3.125']
    >>> worked(quickprop, ["-4", "-1"], **settings)  # +1; 1/3 + 1/4
    ['1', '1.58333333333']
    """
    step, before = Decimal(0), Decimal(0)
    shrink = growth / (1 + growth)
    while True:
        slope = yield w
        downhill, downhill_before = -slope, -before
        last, step = step, Decimal(0)
        if last > 0:
            step += lr * downhill if downhill > 0 else 0
            step += growth * last if downhill > shrink * downhill_before else last * slope / (before - slope)
        elif last < 0:
            step += lr * downhill if downhill < 0 else 0
            step += growth * last if downhill < shrink * downhill_before else last * slope / (before - slope)
        else:
            step = lr * downhill
        w = w + step
        before = slope
