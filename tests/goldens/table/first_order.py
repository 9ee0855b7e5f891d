"""Outside answers for the rules with one step size for all coordinates."""

from tests.goldens.table.row import Row

MOMENTUM = {"lr": 0.001, "beta": 0.9}
CONSTANT_LR = "v = beta v + g, theta - lr v: the same points as ours while lr is constant, not under a schedule"

ROWS = (
    Row("gradient_descent", "torch", "SGD", {"lr": 0.001}, {"lr": 0.001}),
    Row("gradient_descent", "optax", "sgd", {"learning_rate": 0.001}, {"lr": 0.001}),
    Row("gradient_descent", "keras", "SGD", {"learning_rate": 0.001}, {"lr": 0.001}),
    Row("momentum", "keras", "SGD", {"learning_rate": 0.001, "momentum": 0.9}, MOMENTUM,
        note="exactly our form"),
    Row("momentum", "torch", "SGD", {"lr": 0.001, "momentum": 0.9}, MOMENTUM, note=CONSTANT_LR),
    Row("momentum", "optax", "sgd", {"learning_rate": 0.001, "momentum": 0.9}, MOMENTUM, note=CONSTANT_LR),
    Row("nesterov", "keras", "SGD", {"learning_rate": 0.001, "momentum": 0.9, "nesterov": True}, MOMENTUM,
        note="exactly our form: the shifted variable"),
    Row("nesterov", "torch", "SGD", {"lr": 0.001, "momentum": 0.9, "nesterov": True}, MOMENTUM, note=CONSTANT_LR),
    Row("nesterov", "optax", "sgd", {"learning_rate": 0.001, "momentum": 0.9, "nesterov": True}, MOMENTUM,
        note=CONSTANT_LR),
    Row("nesterov_lookahead", "by hand", "nesterov_lookahead", MOMENTUM, MOMENTUM,
        note="no library has it: each takes the gradient at its point, which is the shifted one"),
    Row("nesterov_lookahead", "by hand", "nesterov_lookahead", {"lr": 0.0005, "beta": 0.5}, {"lr": 0.0005, "beta": 0.5}),
    Row("nesterov_lookahead", "torch", "SGD", {"lr": 0.001, "momentum": 0.9, "nesterov": True}, MOMENTUM,
        differs=True, note="the shifted variable: its points are theta + beta v"),
)  # fmt: skip
