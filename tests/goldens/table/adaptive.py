"""Outside answers for the rules that divide each coordinate's step by a size of its gradient."""

from tests.goldens.inputs import EDGES, FROM_ZERO
from tests.goldens.table.row import LANDSCAPE_PATHS, Row

COARSE = "a coarse eps, so that where it stands shows"
LOSES_DIGITS = "with this beta2 rho loses four digits by cancellation: not run where theta is a sum of steps alone"
NO_EPS = "without epsilon its form is ours; not run where gradients hold zeros: it divides 0 by 0"
RMSPROP = {"lr": 0.02, "rho": 0.9, "eps": 1e-8}
RMSPROP_COARSE = {"lr": 0.02, "rho": 0.7, "eps": 0.1}
ADAM = {"lr": 0.05, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
ADAM_COARSE = {"lr": 0.2, "beta1": 0.5, "beta2": 0.9, "eps": 0.1}
KIN_COARSE = {**ADAM_COARSE, "lr": 0.02}  # shorter steps: on a landscape long ones magnify the last digit of some rules
NADAM = {**ADAM, "psi": 0.004}
NADAM_COARSE = {**KIN_COARSE, "psi": 1.0}
ADAMW = {**ADAM, "weight_decay": 0.01}
ADAMW_COARSE = {**KIN_COARSE, "weight_decay": 0.5}
RADAM = {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
RADAM_COARSE = {"lr": 0.0005, "beta1": 0.5, "beta2": 0.9, "eps": 0.1}
LION = {"lr": 0.01, "beta1": 0.9, "beta2": 0.99, "weight_decay": 0.0}
LION_DECAY = {"lr": 0.02, "beta1": 0.5, "beta2": 0.8, "weight_decay": 0.3}
MAXAPROP = {"lr": 0.02, "rho": 0.999, "eps": 1e-8}
MAXAPROP_COARSE = {"lr": 0.05, "rho": 0.6, "eps": 0.1}
FTRL = {"lr": 0.5, "beta": 1.0, "l1": 0.0, "l2": 0.0}
FTRL_SPARSE = {"lr": 0.25, "beta": 0.5, "l1": 0.75, "l2": 1.5}
FTRL_AT_L1 = {"lr": 0.5, "beta": 1.0, "l1": 1.0, "l2": 0.5}


def torch(settings, **more):
    """Adam's settings as torch names them."""
    betas = (settings["beta1"], settings["beta2"])
    return {"lr": settings["lr"], "betas": betas, "eps": settings["eps"], **more}


def optax(settings, **more):
    """Adam's settings as optax names them."""
    named = {"learning_rate": "lr", "b1": "beta1", "b2": "beta2", "eps": "eps"}
    return {**{theirs: settings[ours] for theirs, ours in named.items()}, **more}


def keras(settings, **more):
    """Adam's settings as Keras names them."""
    named = {"learning_rate": "lr", "beta_1": "beta1", "beta_2": "beta2", "epsilon": "eps"}
    return {**{theirs: settings[ours] for theirs, ours in named.items()}, **more}


def without_eps(settings):
    """The same settings with eps = 0."""
    return {**settings, "eps": 0.0}


ROWS = (
    Row("adagrad", "torch", "Adagrad", {"lr": 0.1, "eps": 1e-10}, {"lr": 0.1, "eps": 1e-10}),
    Row("adagrad", "torch", "Adagrad", {"lr": 0.5, "eps": 0.1}, {"lr": 0.5, "eps": 0.1}, note=COARSE),
    Row("adagrad", "by hand", "adagrad", {"lr": 0.5, "eps": 0.1}, {"lr": 0.5, "eps": 0.1}, note=COARSE),
    Row("adagrad", "optax", "adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.0, "eps": 0.0},
        {"lr": 0.1, "eps": 0.0}, paths=LANDSCAPE_PATHS, note="without eps and with a sum that begins at 0 its form is ours"),
    Row("adagrad", "keras", "Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.0, "epsilon": 0.0},
        {"lr": 0.1, "eps": 0.0}, paths=LANDSCAPE_PATHS, note="without eps and with a sum that begins at 0 its form is ours"),
    Row("adagrad", "optax", "adagrad", {"learning_rate": 0.1, "eps": 1e-10}, {"lr": 0.1, "eps": 1e-10},
        differs=True, note="the sum begins at 0.1, and eps stands inside the root"),
    Row("adagrad", "keras", "Adagrad", {"learning_rate": 0.1, "epsilon": 1e-10}, {"lr": 0.1, "eps": 1e-10},
        differs=True, note="the sum begins at 0.1, and eps stands inside the root"),
    Row("rmsprop", "torch", "RMSprop", {"lr": 0.02, "alpha": 0.9, "eps": 1e-8}, RMSPROP,
        note="alpha is our rho; torch's own default is 0.99"),
    Row("rmsprop", "torch", "RMSprop", {"lr": 0.02, "alpha": 0.7, "eps": 0.1}, RMSPROP_COARSE, note=COARSE),
    Row("rmsprop", "optax", "rmsprop", {"learning_rate": 0.02, "decay": 0.9, "eps": 1e-8, "eps_in_sqrt": False},
        RMSPROP, note="eps_in_sqrt=False is not optax's default"),
    Row("rmsprop", "optax", "rmsprop", {"learning_rate": 0.02, "decay": 0.9, "eps": 1e-8}, RMSPROP,
        differs=True, note="by default eps stands inside the root"),
    Row("rmsprop", "keras", "RMSprop", {"learning_rate": 0.02, "rho": 0.9, "epsilon": 1e-8}, RMSPROP,
        differs=True, note="eps stands inside the root"),
    Row("adadelta", "torch", "Adadelta", {"lr": 1.0, "rho": 0.95, "eps": 1e-6}, {"rho": 0.95, "eps": 1e-6},
        note="lr = 1 is the paper's form"),
    Row("adadelta", "torch", "Adadelta", {"lr": 1.0, "rho": 0.8, "eps": 0.003}, {"rho": 0.8, "eps": 0.003}, note=COARSE),
    Row("adadelta", "optax", "adadelta", {"learning_rate": 1.0, "rho": 0.95, "eps": 1e-6}, {"rho": 0.95, "eps": 1e-6},
        note="learning_rate = 1 is the paper's form"),
    Row("adadelta", "keras", "Adadelta", {"learning_rate": 1.0, "rho": 0.95, "epsilon": 1e-6},
        {"rho": 0.95, "eps": 1e-6}, note="learning_rate = 1 is the paper's form; Keras's own default is 0.001"),
    Row("adadelta", "by hand", "adadelta", {"rho": 0.95, "eps": 1e-6}, {"rho": 0.95, "eps": 1e-6}),
    Row("adadelta", "by hand", "adadelta", {"rho": 0.8, "eps": 0.003}, {"rho": 0.8, "eps": 0.003}, note=COARSE),
    Row("adam", "torch", "Adam", torch(ADAM), ADAM),
    Row("adam", "torch", "Adam", torch(ADAM_COARSE), ADAM_COARSE, note=COARSE),
    Row("adam", "optax", "adam", optax(ADAM), ADAM),
    Row("adam", "by hand", "adam", ADAM_COARSE, ADAM_COARSE, note=COARSE),
    Row("adam", "keras", "Adam", keras(ADAM), ADAM,
        differs=True, note="epsilon is added before the bias correction (the paper's epsilon-hat)"),
    Row("adam", "keras", "Adam", keras(ADAM, epsilon=0.0), without_eps(ADAM), paths=LANDSCAPE_PATHS, note=NO_EPS),
    Row("adamax", "torch", "Adamax", torch(ADAM), ADAM),
    Row("adamax", "torch", "Adamax", torch(KIN_COARSE), KIN_COARSE, note=COARSE),
    Row("adamax", "optax", "adamax", optax(KIN_COARSE), KIN_COARSE, note=COARSE),
    Row("adamax", "by hand", "adamax", {name: KIN_COARSE[name] for name in ("lr", "beta1", "beta2")},
        without_eps(KIN_COARSE), paths=LANDSCAPE_PATHS, note="the paper's form, which has no eps"),
    Row("adamax", "keras", "Adamax", keras(ADAM, epsilon=0.0), without_eps(ADAM), paths=LANDSCAPE_PATHS, note=NO_EPS),
    Row("adamax", "keras", "Adamax", keras(KIN_COARSE), KIN_COARSE,
        differs=True, note="epsilon is added to the maximum, not inside it"),
    Row("maxaprop", "by hand", "maxaprop", MAXAPROP, MAXAPROP, note="no library has it"),
    Row("maxaprop", "by hand", "maxaprop", MAXAPROP_COARSE, MAXAPROP_COARSE, note=COARSE),
    Row("nadam", "torch", "NAdam", torch(NADAM, momentum_decay=0.004), NADAM),
    Row("nadam", "torch", "NAdam", torch(NADAM_COARSE, momentum_decay=1.0), NADAM_COARSE, note=COARSE),
    Row("nadam", "keras", "Nadam", keras(NADAM_COARSE), NADAM_COARSE, note="Keras fixes psi at 1"),
    Row("nadam", "by hand", "nadam", NADAM, NADAM),
    Row("nadam", "by hand", "nadam", NADAM_COARSE, NADAM_COARSE, note=COARSE),
    Row("nadam", "optax", "nadam", optax(NADAM), NADAM,
        differs=True, note="the momentum is constant: no schedule, psi has no place"),
    Row("nadamax", "by hand", "nadamax", NADAM, NADAM, note="no library has it"),
    Row("nadamax", "by hand", "nadamax", NADAM_COARSE, NADAM_COARSE, note=COARSE),
    Row("amsgrad", "optax", "amsgrad", optax(ADAM, bias_correction_mu=False, bias_correction_nu=False), ADAM,
        note="not optax's default, which corrects"),
    Row("amsgrad", "by hand", "amsgrad", ADAM, ADAM),
    Row("amsgrad", "by hand", "amsgrad", KIN_COARSE, KIN_COARSE, note=COARSE),
    Row("amsgrad", "torch", "Adam", torch(ADAM, amsgrad=True), ADAM,
        differs=True, note="it corrects the bias after the maximum; the paper does not correct"),
    Row("amsgrad", "keras", "Adam", keras(ADAM, amsgrad=True), ADAM,
        differs=True, note="it corrects the bias after the maximum; the paper does not correct"),
    Row("adamw", "torch", "AdamW", torch(ADAM, weight_decay=0.01), ADAMW),
    Row("adamw", "torch", "AdamW", torch(KIN_COARSE, weight_decay=0.5), ADAMW_COARSE, note=COARSE),
    Row("adamw", "optax", "adamw", optax(ADAM, weight_decay=0.01), ADAMW),
    Row("adamw", "optax", "adamw", optax(KIN_COARSE, weight_decay=0.5), ADAMW_COARSE, note=COARSE),
    Row("adamw", "keras", "AdamW", keras(ADAM, epsilon=0.0, weight_decay=0.01), without_eps(ADAMW),
        paths=LANDSCAPE_PATHS, note=NO_EPS),
    Row("adamw", "keras", "AdamW", keras(ADAM, weight_decay=0.01), ADAMW,
        differs=True, note="epsilon is added before the bias correction"),
    Row("radam", "optax", "radam", optax(RADAM, threshold=4.0), RADAM, paths=LANDSCAPE_PATHS,
        note=f"threshold=5 is optax's default; {LOSES_DIGITS}"),
    Row("radam", "optax", "radam", optax(RADAM_COARSE, threshold=4.0), RADAM_COARSE, note=COARSE),
    Row("radam", "by hand", "radam", RADAM, RADAM, paths=LANDSCAPE_PATHS, note=LOSES_DIGITS),
    Row("radam", "by hand", "radam", RADAM_COARSE, RADAM_COARSE, note=COARSE),
    Row("radam", "by hand", "radam", {**RADAM_COARSE, "beta2": 0.5}, {**RADAM_COARSE, "beta2": 0.5},
        note="rho never reaches 4: averaged gradients to the end"),
    Row("radam", "torch", "RAdam", torch(RADAM_COARSE), RADAM_COARSE,
        differs=True, note="it waits until rho is above 5, and adds eps to the root before the correction"),
    Row("lion", "optax", "lion", {"learning_rate": 0.01, "b1": 0.9, "b2": 0.99, "weight_decay": 0.0}, LION),
    Row("lion", "optax", "lion", {"learning_rate": 0.02, "b1": 0.5, "b2": 0.8, "weight_decay": 0.3}, LION_DECAY),
    Row("lion", "keras", "Lion", {"learning_rate": 0.02, "beta_1": 0.5, "beta_2": 0.8, "weight_decay": 0.3}, LION_DECAY,
        note="it decays first, to the same end"),
    Row("lion", "by hand", "lion", LION_DECAY, LION_DECAY),
    Row("ftrl_proximal", "by hand", "ftrl_proximal", FTRL, FTRL),
    Row("ftrl_proximal", "by hand", "ftrl_proximal", FTRL_SPARSE, FTRL_SPARSE, note="l1 large enough to hold weights at 0"),
    Row("ftrl_proximal", "by hand", "ftrl_proximal", FTRL_SPARSE, FTRL_SPARSE, paths=(FROM_ZERO,)),
    Row("ftrl_proximal", "by hand", "ftrl_proximal", FTRL_AT_L1, FTRL_AT_L1, paths=(EDGES,),
        note="|z| meets l1 exactly"),
    Row("ftrl_proximal", "keras", "Ftrl",
        {"learning_rate": 0.25, "beta": 0.5, "initial_accumulator_value": 0.0, "l1_regularization_strength": 0.75,
         "l2_regularization_strength": 0.75},
        FTRL_SPARSE, paths=(FROM_ZERO,),
        note="from zero, where Keras jumps from any other start; its l2 counts twice, its sum begins at 0.1 by default"),
    Row("ftrl_proximal", "keras", "Ftrl",
        {"learning_rate": 0.25, "beta": 0.5, "l1_regularization_strength": 0.75, "l2_regularization_strength": 0.75},
        FTRL_SPARSE, paths=(FROM_ZERO,),
        differs=True, note="the sum of squares begins at 0.1"),
)  # fmt: skip
