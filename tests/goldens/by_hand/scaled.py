"""Rules that divide the slope by a size that it has had, for a single weight, from their papers."""

from decimal import Decimal

from tests.goldens.by_hand.stepping import average


def adagrad(w, *, lr, eps):
    """AdaGrad with a diagonal matrix (Duchi and others 2011): the root of the sum of all squared slopes divides.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> worked(adagrad, ["3", "4"], lr="0.5", eps="0")  # 3/3, 4/5
    ['-0.5', '-0.9']
    """
    total = Decimal(0)
    while True:
        slope = yield w
        total += slope * slope
        w = w - lr * slope / (total.sqrt() + eps)


def adagrad_no_root(w, *, lr, eps):
    """AdaGrad as some notes print it, with the root forgotten: the sum of all squared slopes itself divides.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> worked(adagrad_no_root, ["2", "1", "0"], lr="1", eps="3")  # 2/(4 + 3), 1/(5 + 3), 0
    ['-0.285714285714', '-0.410714285714', '-0.410714285714']
    """
    total = Decimal(0)
    while True:
        slope = yield w
        total += slope * slope
        w = w - lr * slope / (total + eps)


def rmsprop_centered(w, *, lr, rho, eps):
    """RMSprop that divides by the standard deviation of the slope (Graves 2013, equations 38 to 40, no momentum).

    Averages of the slope and of its square, each from its sum; their variance, which no rounding makes negative here.
    Graves has a constant inside the root; here eps stands outside, where PyTorch puts it.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> worked(rmsprop_centered, ["4", "0"], lr="1", rho="0.5", eps="0.5")  # 16/2 - 4 = 4: 4/2.5; then 0
    ['-1.6', '-1.6']
    >>> worked(rmsprop_centered, ["0", "4"], lr="1", rho="0.5", eps="2")  # 0/2; then 16/2 - 4 = 4: 4/4
    ['0', '-1']
    """
    slopes = []
    while True:
        slopes.append((yield w))
        variance = average([slope * slope for slope in slopes], rho) - average(slopes, rho) ** 2
        w = w - lr * slopes[-1] / (max(variance, Decimal(0)).sqrt() + eps)


def adadelta(w, *, rho, eps):
    """Algorithm 1 of Zeiler (2012): no step size; RMS[x] is the root of the average of x squared, plus eps.

    The average of the squared slopes is renewed first; the change is -RMS[changes before] / RMS[slopes] times the
    slope; then the average of the squared changes is renewed.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> worked(adadelta, ["4", "0"], rho="0.5", eps="1")  # the first change is -1 / sqrt(8 + 1) * 4
    ['-1.33333333333', '-1.33333333333']
    >>> worked(adadelta, ["4", "4"], rho="0.5", eps="1")  # the second, -sqrt(8/9 + 1) / sqrt(4 + 8 + 1) * 4
    ['-1.33333333333', '-2.85805833306']
    """
    slopes, changes = [], []
    while True:
        slopes.append((yield w))
        of_slopes = (average([slope * slope for slope in slopes], rho) + eps).sqrt()
        of_changes = (average([change * change for change in changes], rho) + eps).sqrt()
        changes.append(-of_changes / of_slopes * slopes[-1])
        w = w + changes[-1]


def maxaprop(w, *, lr, rho, eps):
    """Maxaprop (Dozat 2015): RMSprop with the largest absolute slope, which fades by rho at each step.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> worked(maxaprop, ["4", "-1", "1"], lr="1", rho="0.5", eps="0")  # norms 4, 2, 1
    ['-1', '-0.5', '-1.5']
    """
    slopes = []
    while True:
        slopes.append((yield w))
        w = w - lr * slopes[-1] / (faded_maximum(slopes, rho) + eps)


def faded_maximum(slopes, decay):
    """The largest of decay**(t - i) |slope_i|, which is what the recursion max(decay n, |slope|) comes to."""
    last = len(slopes) - 1
    return max(abs(slope) * (decay ** (last - i) if last > i else 1) for i, slope in enumerate(slopes))
