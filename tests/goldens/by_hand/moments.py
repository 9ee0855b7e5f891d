"""Adam's kin, for a single weight, from their papers; averages come from their sums, not from a recursion."""

from decimal import Decimal

from tests.goldens.by_hand.scaled import faded_maximum
from tests.goldens.by_hand.stepping import average


def adam(w, *, lr, beta1, beta2, eps):
    """Algorithm 1 of Kingma and Ba (2015).

    >>> from tests.goldens.by_hand.stepping import worked
    >>> worked(adam, ["3", "3"], lr="0.5", beta1="0.9", beta2="0.99", eps="1")  # corrected averages 3 and 9: 3/4
    ['-0.375', '-0.75']
    """
    slopes = []
    while True:
        slopes.append((yield w))
        m, v = _moments(slopes, beta1, beta2)
        w = w - lr * (m / _weight(beta1, slopes)) / ((v / _weight(beta2, slopes)).sqrt() + eps)


def adam_uncorrected(w, *, lr, beta1, beta2, eps):
    """Adam without its bias corrections.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> worked(adam_uncorrected, ["4", "0"], lr="1", beta1="0.5", beta2="0.75", eps="0")  # 2/2; 1/sqrt(3)
    ['-1', '-1.57735026919']
    """
    slopes = []
    while True:
        slopes.append((yield w))
        m, v = _moments(slopes, beta1, beta2)
        w = w - lr * m / (v.sqrt() + eps)


def adamax(w, *, lr, beta1, beta2):
    """Algorithm 2 of Kingma and Ba (2015), which has no eps: it divides by zero at a first slope of zero.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> worked(adamax, ["4", "-1"], lr="0.75", beta1="0.5", beta2="0.5")  # 4/4; (1 - 1/2)/(3/4) / max(2, 1)
    ['-0.75', '-1']
    """
    slopes = []
    while True:
        slopes.append((yield w))
        w = w - lr / _weight(beta1, slopes) * average(slopes, beta1) / faded_maximum(slopes, beta2)


def amsgrad(w, *, lr, beta1, beta2, eps):
    """Algorithm 2 of Reddi and others (2018): the largest second moment so far, no bias correction.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> worked(amsgrad, ["4", "0", "0"], lr="1", beta1="0.5", beta2="0.75", eps="0")  # 2/2, 1/2, 0.5/2
    ['-1', '-1.5', '-1.75']
    """
    slopes, largest = [], Decimal(0)
    while True:
        slopes.append((yield w))
        m, v = _moments(slopes, beta1, beta2)
        largest = max(largest, v)
        w = w - lr * m / (largest.sqrt() + eps)


def adamw_unscaled(w, *, lr, beta1, beta2, eps, weight_decay):
    """Algorithm 2 of Loshchilov and Hutter (2019) with a schedule of 1: the decay is not multiplied by lr.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> settings = {"lr": "0.5", "beta1": "0.9", "beta2": "0.99", "eps": "1", "weight_decay": "0.25"}
    >>> worked(adamw_unscaled, ["3", "3"], start="1", **settings)  # 1 - 3/8 - 1/4; 3/8 - 3/8 - 3/32
    ['0.375', '-0.09375']
    """
    slopes = []
    while True:
        slopes.append((yield w))
        m, v = _moments(slopes, beta1, beta2)
        adam_step = lr * (m / _weight(beta1, slopes)) / ((v / _weight(beta2, slopes)).sqrt() + eps)
        w = w - adam_step - weight_decay * w


def radam(w, *, lr, beta1, beta2, eps):
    """Algorithm 2 of Liu and others (2020): where the variance of the adaptive rate is tractable (rho > 4), rectified.

    The paper's eps is nil; here it is added to the root of the corrected second moment, as in the paper's Adam.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> settings = {"lr": "1", "beta1": "0.5", "beta2": "0.9", "eps": "0"}
    >>> worked(radam, ["3"] * 5, **settings)  # rho: at most 19, 4.58057 at the fifth step
    ['-3', '-6', '-9', '-12', '-12.1561107633']
    """
    slopes = []
    longest = 2 / (1 - beta2) - 1
    while True:
        slopes.append((yield w))
        m, v = _moments(slopes, beta1, beta2)
        m_hat, left = m / _weight(beta1, slopes), 1 - _weight(beta2, slopes)
        length = longest - 2 * len(slopes) * left / (1 - left)
        if length > 4:
            rectified = ((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length)
            w = w - lr * rectified.sqrt() * m_hat / ((v / _weight(beta2, slopes)).sqrt() + eps)
        else:
            w = w - lr * m_hat


def nadam(w, *, lr, beta1, beta2, eps, psi):
    """Nadam with a warming momentum (Dozat 2015 and 2016): mu_t = beta1 (1 - 0.96**(t psi) / 2).

    The look-ahead numerator is mu_{t+1} m / (1 - mu_1 ... mu_{t+1}) + (1 - mu_t) slope / (1 - mu_1 ... mu_t), where m
    is the average with beta1 itself: so the report of 2015 reads, and so PyTorch and Keras have it. (In Algorithm 2 of
    2016 m fades by mu_t as well, and the corrected second moment is multiplied by beta2 once more; no library does.)

    >>> from tests.goldens.by_hand.stepping import worked
    >>> settings = {"lr": "1", "beta1": "0.5", "beta2": "0.9", "eps": "0", "psi": "0"}
    >>> worked(nadam, ["4"], **settings)  # mu = 1/4: (1/4 * 2 / (15/16) + 3/4 * 4 / (3/4)) / 4
    ['-1.13333333333']
    """
    slopes = []
    while True:
        slopes.append((yield w))
        v_hat = average([slope * slope for slope in slopes], beta2) / _weight(beta2, slopes)
        w = w - lr * _look_ahead(slopes, beta1, psi) / (v_hat.sqrt() + eps)


def nadamax(w, *, lr, beta1, beta2, eps, psi):
    """Nadamax (Dozat 2015): Nadam's numerator over the largest absolute slope, which fades by beta2 at each step.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> settings = {"lr": "1", "beta1": "0.5", "beta2": "0.5", "eps": "0.25", "psi": "0"}
    >>> worked(nadamax, ["4"], **settings)  # the same numerator, 68/15, over 4 + 1/4
    ['-1.06666666667']
    """
    slopes = []
    while True:
        slopes.append((yield w))
        w = w - lr * _look_ahead(slopes, beta1, psi) / (faded_maximum(slopes, beta2) + eps)


def _look_ahead(slopes, beta1, psi):
    mus = [beta1 * (1 - Decimal("0.96") ** (t * psi) / 2) for t in range(1, len(slopes) + 2)]
    so_far = Decimal(1)
    for mu in mus[:-1]:
        so_far *= mu
    average_part = mus[-1] * average(slopes, beta1) / (1 - so_far * mus[-1])
    return average_part + (1 - mus[-2]) * slopes[-1] / (1 - so_far)


def _moments(slopes, beta1, beta2):
    return average(slopes, beta1), average([slope * slope for slope in slopes], beta2)


def _weight(beta, slopes):
    """The sum of an average's weights so far, by which a bias correction divides."""
    return 1 - (beta ** len(slopes) if beta else Decimal(0))
