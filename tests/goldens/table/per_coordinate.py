"""Outside answers for the rules that take a step of its own in every coordinate, from signs and secants."""

from tests.goldens.inputs import EDGES
from tests.goldens.table.row import EVERY_PATH, Row

RPROP = {"step0": 0.1, "up": 1.2, "down": 0.5, "step_min": 1e-6, "step_max": 50.0}
RPROP_BOUND = {"step0": 0.25, "up": 1.5, "down": 0.25, "step_min": 0.01, "step_max": 0.6}
SMALL = {"step0": 0.01, "up": 1.25, "down": 0.375, "step_min": 1e-4, "step_max": 0.02}
BOTH_BOUNDS = "bounds close enough that both are reached"
TORCH = {"lr": 0.1, "etas": (0.5, 1.2), "step_sizes": (1e-6, 50.0)}

EVERYWHERE = (*EVERY_PATH, EDGES)
DYADIC = {"lr": 2.0**-9, "growth": 1.75}
AT_THE_LIMIT = {"lr": 2.0**-9, "growth": 1.0}

ROWS = (
    Row("sign_descent", "optax", "sign_sgd", {"learning_rate": 0.03}, {"lr": 0.03}),
    Row("sign_descent", "by hand", "sign_descent", {"lr": 0.03}, {"lr": 0.03}),
    Row("rprop_plus", "by hand", "rprop_plus", RPROP, RPROP, paths=EVERYWHERE, note="no library has it"),
    Row("rprop_plus", "by hand", "rprop_plus", RPROP_BOUND, RPROP_BOUND, paths=EVERYWHERE, note=BOTH_BOUNDS),
    Row("rprop_plus", "by hand", "rprop_plus", SMALL, SMALL, note="steps that suit the landscapes"),
    Row("rprop_plus", "torch", "Rprop", TORCH, RPROP,
        differs=True, note="this is iRprop-: on a change of sign it does not go back"),
    Row("rprop_minus", "by hand", "rprop_minus", RPROP, RPROP, paths=EVERYWHERE, note="no library has it"),
    Row("rprop_minus", "by hand", "rprop_minus", RPROP_BOUND, RPROP_BOUND, paths=EVERYWHERE, note=BOTH_BOUNDS),
    Row("rprop_minus", "torch", "Rprop", TORCH, RPROP,
        differs=True, note="this is iRprop-: on a change of sign it does not move and forgets the gradient"),
    Row("irprop_plus", "by hand", "irprop_plus", RPROP, RPROP, paths=EVERYWHERE,
        note="no library has it; stored values fall, rise and stay where signs change"),
    Row("irprop_plus", "by hand", "irprop_plus", RPROP_BOUND, RPROP_BOUND, paths=EVERYWHERE, note=BOTH_BOUNDS),
    Row("irprop_plus", "by hand", "irprop_plus", SMALL, SMALL, note="steps that suit the landscapes"),
    Row("irprop_minus", "torch", "Rprop", TORCH, RPROP, paths=EVERYWHERE),
    Row("irprop_minus", "torch", "Rprop", {"lr": 0.25, "etas": (0.25, 1.5), "step_sizes": (0.01, 0.6)}, RPROP_BOUND,
        note=BOTH_BOUNDS),
    Row("irprop_minus", "by hand", "irprop_minus", RPROP, RPROP, paths=EVERYWHERE),
    Row("irprop_minus", "by hand", "irprop_minus", RPROP_BOUND, RPROP_BOUND, paths=EVERYWHERE, note=BOTH_BOUNDS),
    Row("irprop_minus", "optax", "rprop",
        {"learning_rate": 0.1, "eta_minus": 0.5, "eta_plus": 1.2, "min_step_size": 1e-6, "max_step_size": 50.0}, RPROP,
        differs=True, note="it moves a step late, and not at all where the sign has changed by then"),
    Row("irprop_minus", "by hand", "fann_irprop_minus", RPROP, RPROP,
        differs=True, note="FANN moves up on every change of sign, and lengthens the step where the product is zero"),
    Row("quickprop_secant", "by hand", "quickprop_secant", {"lr": 0.001}, {"lr": 0.001},
        paths=("gradients", "rosenbrock", EDGES), note="no library has it; on himmelblau its jumps magnify the last digit"),
    Row("quickprop_secant", "by hand", "quickprop_secant", {"lr": 0.004}, {"lr": 0.004}, paths=("rosenbrock",)),
    Row("quickprop", "by hand", "quickprop", {"lr": 0.001, "growth": 1.75}, {"lr": 0.001, "growth": 1.75},
        paths=("gradients", "himmelblau"), note="no library has it; on rosenbrock its jumps magnify the last digit"),
    Row("quickprop", "by hand", "quickprop", DYADIC, DYADIC, paths=(EDGES,)),
    Row("quickprop", "by hand", "quickprop", AT_THE_LIMIT, AT_THE_LIMIT, paths=("himmelblau", EDGES),
        note="halved gradients meet the limit growth / (1 + growth) exactly"),
    Row("quickprop", "by hand", "quickprop", {"lr": 0.0005, "growth": 0.75}, {"lr": 0.0005, "growth": 0.75},
        note="a low limit, reached often"),
)  # fmt: skip
