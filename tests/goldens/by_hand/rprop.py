"""Resilient propagation, four ways, for a single weight: as Igel and Hüsken (2003) state them side by side.

All four keep an update value, step0 at first. Where the last two slopes have the same sign it is multiplied by `up`, at
most step_max; where they have opposite signs by `down`, at least step_min; where either is zero it stays.
"""

from decimal import Decimal

from tests.goldens.by_hand.stepping import sign, told_the_error


def rprop_plus(w, *, step0, up, down, step_min, step_max):
    """With weight backtracking (Riedmiller and Braun 1993).

    On a change of sign the weight goes back by its last change, and the slope counts as zero at the next step, so that
    the update value is not shortened twice. Else the weight moves by its update value against the sign of the slope.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> settings = {"step0": "0.1", "up": "1.2", "down": "0.5", "step_min": "0.000001", "step_max": "50"}
    >>> worked(rprop_plus, ["1", "2", "-1", "-4", "-1"], **settings)  # -0.1, -0.12, back 0.12, +0.06, +0.072
    ['-0.1', '-0.22', '-0.1', '-0.04', '0.032']
    """
    update_value, change, before = step0, Decimal(0), Decimal(0)
    while True:
        slope = yield w
        if before * slope < 0:
            update_value = max(update_value * down, step_min)
            w = w - change
            before = Decimal(0)
            continue
        if before * slope > 0:
            update_value = min(update_value * up, step_max)
        change = -sign(slope) * update_value
        w = w + change
        before = slope


def rprop_minus(w, *, step0, up, down, step_min, step_max):
    """Without weight backtracking (Riedmiller 1994): it moves after a change of sign too.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> slopes = ["1", "2", "3", "-1", "0", "-5", "-0.1"]
    >>> settings = {"step0": "0.1", "up": "1.2", "down": "0.5", "step_min": "0.000001", "step_max": "50"}
    >>> worked(rprop_minus, slopes, **settings)  # update values 0.1 0.12 0.144 0.072 0.072 0.072 0.0864
    ['-0.1', '-0.22', '-0.364', '-0.292', '-0.292', '-0.22', '-0.1336']
    """
    update_value, before = step0, Decimal(0)
    while True:
        slope = yield w
        if before * slope > 0:
            update_value = min(update_value * up, step_max)
        elif before * slope < 0:
            update_value = max(update_value * down, step_min)
        w = w - sign(slope) * update_value
        before = slope


@told_the_error
def irprop_plus(w, *, step0, up, down, step_min, step_max):
    """With backtracking only where the error has grown: on a change of sign it goes back if so, else it stays.

    Either way the slope counts as zero, at this step and as the one before at the next.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> settings = {"step0": "0.1", "up": "1.2", "down": "0.5", "step_min": "0.000001", "step_max": "50"}
    >>> errors = ["5", "4", "6", "3", "2"]  # grown at the first change of sign, not at the second
    >>> worked(irprop_plus, ["1", "2", "-1", "-4", "1"], errors, **settings)  # -0.1, -0.12, back, +0.06, stays
    ['-0.1', '-0.22', '-0.1', '-0.04', '-0.04']
    """
    update_value, change, before, error_before = step0, Decimal(0), Decimal(0), None
    while True:
        slope, error = yield w
        if before * slope < 0:
            update_value = max(update_value * down, step_min)
            if error > error_before:
                w = w - change
            slope = Decimal(0)
        else:
            if before * slope > 0:
                update_value = min(update_value * up, step_max)
            change = -sign(slope) * update_value
            w = w + change
        before, error_before = slope, error


def irprop_minus(w, *, step0, up, down, step_min, step_max):
    """Without backtracking: on a change of sign the slope counts as zero, so that the weight rests for a step.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> settings = {"step0": "0.1", "up": "1.2", "down": "0.5", "step_min": "0.000001", "step_max": "50"}
    >>> worked(irprop_minus, ["1", "2", "-1", "-4", "-1"], **settings)  # -0.1, -0.12, rests, +0.06, +0.072
    ['-0.1', '-0.22', '-0.22', '-0.16', '-0.088']
    """
    update_value, before = step0, Decimal(0)
    while True:
        slope = yield w
        if before * slope < 0:
            update_value, slope = max(update_value * down, step_min), Decimal(0)
        elif before * slope > 0:
            update_value = min(update_value * up, step_max)
        w = w - sign(slope) * update_value
        before = slope


def fann_irprop_minus(w, *, step0, up, down, step_min, step_max):
    """What FANN's default trainer does under the name of iRprop-: two departures, reported as its issue 85.

    Where the product of the last two slopes is zero the update value grows (so it does at the first step), and a slope
    that counts as zero moves the weight up by the update value, on every change of sign and where the slope is zero.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> settings = {"step0": "0.1", "up": "1.2", "down": "0.5", "step_min": "0", "step_max": "50"}
    >>> worked(fann_irprop_minus, ["1", "2", "-1", "-4"], **settings)  # -0.12, -0.144, up 0.072, +0.0864
    ['-0.12', '-0.264', '-0.192', '-0.1056']
    """
    update_value, before = step0, Decimal(0)
    while True:
        slope = yield w
        if before * slope >= 0:
            update_value = min(update_value * up, step_max)
        else:
            update_value, slope = max(update_value * down, step_min), Decimal(0)
        w = w - update_value if slope > 0 else w + update_value
        before = slope
