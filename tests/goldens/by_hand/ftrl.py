"""Follow the proximally regularised leader, for a single weight: Algorithm 1 of McMahan and others (2013)."""

from decimal import Decimal

from tests.goldens.by_hand.stepping import sign


def ftrl_proximal(w, *, lr, beta, l1, l2):
    """The weight that minimises slopes times weight plus a quadratic around every earlier weight, plus l1 and l2 terms.

    z gathers slope - sigma w with sigma = (sqrt(n) - sqrt(n before)) / lr; the weight is 0 where |z| <= l1, else
    -(z - sign(z) l1) / ((beta + sqrt(n)) / lr + l2). The paper begins at weight 0 with z = 0; from another start, z
    begins where this formula gives that start, which is the same method with its regulariser centred there.

    >>> from tests.goldens.by_hand.stepping import worked
    >>> settings = {"lr": "0.5", "beta": "1", "l1": "1", "l2": "0"}
    >>> worked(ftrl_proximal, ["3", "-4"], **settings)  # z = 3: -(3 - 1)/8; z = 3 - 4 + 4 * 1/4 = 0: 0
    ['-0.25', '0']
    """
    n, z = Decimal(0), -w * (beta / lr + l2) - sign(w) * l1
    while True:
        slope = yield w
        n_before, n = n, n + slope * slope
        z = z + slope - (n.sqrt() - n_before.sqrt()) / lr * w
        w = Decimal(0) if abs(z) <= l1 else -(z - sign(z) * l1) / ((beta + n.sqrt()) / lr + l2)
