"""The second derivations: independent of gdlib, and FTRL-Proximal's is the minimum that it is defined by."""

import ast
from decimal import Decimal, localcontext
from pathlib import Path

import pytest

import gdlib as gd
from tests.goldens import by_hand, ours
from tests.goldens.by_hand.stepping import DIGITS
from tests.goldens.inputs import STEPS, stored

SLOPES = [row[0] for row in stored()["gradients"]]
SPARSE = {"lr": 0.25, "beta": 0.5, "l1": 0.75, "l2": 1.5}
PLAIN = {"lr": 0.5, "beta": 1.0, "l1": 0.0, "l2": 0.0}
LASSO = {"lr": 0.5, "beta": 1.0, "l1": 2.0, "l2": 0.0}


def test_derivations_take_nothing_from_gdlib() -> None:
    files = [*Path(by_hand.__file__).parent.glob("*.py")]
    assert len(files) > 5
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.startswith(("gdlib", "numpy"))]


def by_hand_path(settings: dict[str, float], start: float) -> list[Decimal]:
    visited = by_hand.points(
        by_hand.ftrl_proximal, lambda step, w: [Decimal(SLOPES[step])], lambda step, w: Decimal(0), [Decimal(start)],
        STEPS, **settings,
    )  # fmt: skip
    return [Decimal(start), *(w for (w,) in visited)]


def gdlib_path(settings: dict[str, float], start: float) -> list[Decimal]:
    visited = ours.points(
        gd.rules.ftrl_proximal, lambda step, w: [SLOPES[step]], lambda step, w: 0.0, [start], STEPS, settings
    )
    return [Decimal(float(w)) for (w,) in visited]


def defined_as(settings: dict[str, float], weights: list[Decimal]):
    """What the next weight minimises, as the paper writes it: a sum over all steps, nothing gathered on the way.

    Slopes times weight, half of sigma_s (w - w_s)**2 for each step s, half of beta / lr + l2 times the squared distance
    from the start, and l1 times |w|, less its slope at the start so that the start is the first minimum.
    """
    lr, beta, l1, l2 = (Decimal(settings[name]) for name in ("lr", "beta", "l1", "l2"))
    slopes = [Decimal(SLOPES[s]) for s in range(len(weights))]
    roots = [sum((g * g for g in slopes[:s]), Decimal(0)).sqrt() for s in range(len(slopes) + 1)]
    start = weights[0]
    tilt = l1 * ((start > 0) - (start < 0))

    def objective(w: Decimal) -> Decimal:
        linear = sum((g * w for g in slopes), Decimal(0)) - tilt * w
        around = sum(
            ((roots[s + 1] - roots[s]) / lr * (w - weights[s]) ** 2 / 2 for s in range(len(slopes))), Decimal(0)
        )
        return linear + around + (beta / lr + l2) * (w - start) ** 2 / 2 + l1 * abs(w)

    return objective


@pytest.mark.parametrize("start", [0.0, 0.75, -1.25])
@pytest.mark.parametrize("settings", [PLAIN, SPARSE, LASSO])
@pytest.mark.parametrize(("path", "near"), [(by_hand_path, "1e-25"), (gdlib_path, "1e-9")])
def test_ftrl_proximal_is_the_minimum_that_it_is_defined_by(path, near, settings, start) -> None:
    """The objective is strictly convex, so a point below both of its neighbours is at the minimum to within them."""
    weights = path(settings, start)
    with localcontext(prec=2 * DIGITS):
        for t in range(1, STEPS + 1):
            objective = defined_as(settings, weights[:t])
            here, step = objective(weights[t]), Decimal(near)
            assert objective(weights[t] - step) > here < objective(weights[t] + step)
    if start == 0:  # the paper's start: l1 holds the weight at 0 for a while, and nothing else does
        assert (Decimal(0) in weights[1:]) == (settings["l1"] > 0)
