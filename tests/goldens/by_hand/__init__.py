"""Second derivations, from the papers alone, in decimal arithmetic of 60 digits, of a single weight at a time.

Nothing here may be taken from gdlib: it is what gdlib is checked against. Each derivation ends its docstring with a few
steps worked by hand.
"""

from tests.goldens.by_hand.ftrl import ftrl_proximal
from tests.goldens.by_hand.moments import (
    adam,
    adam_uncorrected,
    adamax,
    adamw_unscaled,
    amsgrad,
    nadam,
    nadamax,
    radam,
)
from tests.goldens.by_hand.quickprop import quickprop, quickprop_secant
from tests.goldens.by_hand.rprop import fann_irprop_minus, irprop_minus, irprop_plus, rprop_minus, rprop_plus
from tests.goldens.by_hand.scaled import adadelta, adagrad, adagrad_no_root, maxaprop, rmsprop_centered
from tests.goldens.by_hand.stepping import points
from tests.goldens.by_hand.velocity import lion, momentum_ema, nesterov_lookahead, sign_descent

__all__ = [
    "adadelta", "adagrad", "adagrad_no_root", "adam", "adam_uncorrected", "adamax", "adamw_unscaled", "amsgrad",
    "fann_irprop_minus", "ftrl_proximal", "irprop_minus", "irprop_plus", "lion", "maxaprop", "momentum_ema", "nadam",
    "nadamax", "nesterov_lookahead", "points", "quickprop", "quickprop_secant", "radam", "rmsprop_centered",
    "rprop_minus", "rprop_plus", "sign_descent",
]  # fmt: skip
