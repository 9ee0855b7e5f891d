"""Second derivations, from the papers alone, in decimal arithmetic, for rules that no library has.

Each function yields the points after the start. Nothing here may be taken from gdlib: it is what gdlib is checked
against.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal, localcontext

Vector = list[Decimal]
Gradient = Callable[[int, Vector], Vector]
DIGITS = 60


def rprop_minus(
    gradient: Gradient, start: Vector, steps: int, *, step0, up, down, step_min, step_max
) -> Iterator[Vector]:
    """Rprop without weight backtracking, as Igel and Hüsken (2003) restate Riedmiller (1994).

    A weight's update value starts at step0. From the second gradient on it is multiplied by `up` (at most step_max)
    where the last two have the same sign, by `down` (at least step_min) where they have opposite signs, and stays
    where either is zero. Then every weight moves by its update value against the sign of its gradient; it moves
    after a change of sign too, and the gradient is remembered as it was.

    >>> gradients = [["1"], ["2"], ["3"], ["-1"], ["0"], ["-5"], ["-0.1"]]
    >>> settings = {"step0": "0.1", "up": "1.2", "down": "0.5", "step_min": "0.000001", "step_max": "50"}
    >>> rows = rprop_minus(lambda t, w: [Decimal(g) for g in gradients[t]], [Decimal(0)], 7, **settings)
    >>> [str(w.normalize()) for w, in rows]  # update values 0.1 0.12 0.144 0.072 0.072 0.072 0.0864
    ['-0.1', '-0.22', '-0.364', '-0.292', '-0.292', '-0.22', '-0.1336']
    """
    up, down, least, most = Decimal(up), Decimal(down), Decimal(step_min), Decimal(step_max)
    weights = list(start)
    update_values = [Decimal(step0)] * len(weights)
    before: Vector = []
    for step in range(steps):
        with localcontext() as context:
            context.prec = DIGITS
            now = gradient(step, weights)
            for i, slope in enumerate(now):
                agreement = 0 if not before else (_sign(before[i]) * _sign(slope))
                if agreement == 1:
                    update_values[i] = most if update_values[i] * up > most else update_values[i] * up
                elif agreement == -1:
                    update_values[i] = least if update_values[i] * down < least else update_values[i] * down
                if slope > 0:
                    weights[i] = weights[i] - update_values[i]
                elif slope < 0:
                    weights[i] = weights[i] + update_values[i]
            before = now
        yield list(weights)


def _sign(number: Decimal) -> int:
    return (number > 0) - (number < 0)
