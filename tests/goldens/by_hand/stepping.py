"""How a second derivation is stepped: each weight by itself in decimal arithmetic, all weights in step.

A derivation is a generator for a single weight. It yields the weight and is sent the slope there, the derivative of the
error by this weight:

    def descent(w, *, rate):
        while True:
            slope = yield w
            w = w - rate * slope

One that wants the slope elsewhere yields the pair (weight, where); one that wants the error as well is marked with
`told_the_error` and is sent the pair (slope, error).
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from decimal import Decimal, localcontext
from typing import Any

Vector = list[Decimal]
Gradient = Callable[[int, Sequence[Decimal]], Vector]
Error = Callable[[int, Sequence[Decimal]], Decimal]
Derivation = Callable[..., Generator[Any, Any, None]]
DIGITS = 60


def told_the_error(derivation: Derivation) -> Derivation:
    """Mark a derivation that is sent the pair (slope, error)."""
    derivation.told_the_error = True
    return derivation


def points(
    derivation: Derivation, gradient: Gradient, error: Error, start: Sequence[Decimal], steps: int, **settings: Any
) -> Iterator[Vector]:
    """The weights after each step. A setting given as a float counts as that float, to its last binary digit."""
    settings = {name: Decimal(value) for name, value in settings.items()}
    both = getattr(derivation, "told_the_error", False)
    with localcontext(prec=DIGITS):
        weights = [derivation(w, **settings) for w in start]
        answers = [_pair(next(weight)) for weight in weights]
    for step in range(steps):
        with localcontext(prec=DIGITS):  # entered anew at each step: whoever asks for points keeps a context of his own
            slopes = gradient(step, [where for _, where in answers])
            here = error(step, [w for w, _ in answers]) if both else None
            sent = [(slope, here) if both else slope for slope in slopes]
            answers = [_pair(weight.send(one)) for weight, one in zip(weights, sent, strict=True)]
        yield [w for w, _ in answers]


def _pair(answer: Any) -> tuple[Decimal, Decimal]:
    return answer if isinstance(answer, tuple) else (answer, answer)


def worked(
    derivation: Derivation, slopes: Sequence[str], errors: Sequence[str] = (), start: str = "0", **settings: str
) -> list[str]:
    """One weight led through given slopes, to 12 digits, as a person would write it down: what the doctests show.

    >>> def descent(w, *, rate):
    ...     while True:
    ...         slope = yield w
    ...         w = w - rate * slope
    >>> worked(descent, ["1", "-3"], rate="0.1")
    ['-0.1', '0.2']
    """
    path = points(
        derivation,
        lambda step, _: [Decimal(slopes[step])],
        lambda step, _: Decimal(errors[step]),
        [Decimal(start)],
        len(slopes),
        **settings,
    )
    with localcontext(prec=12) as to_twelve:
        return [f"{to_twelve.plus(w).normalize():f}" for (w,) in path]


def sign(number: Decimal) -> int:
    """1, 0 or -1."""
    return (number > 0) - (number < 0)


def average(slopes: Sequence[Decimal], decay: Decimal) -> Decimal:
    """The exponential average of all slopes so far, from its sum: (1 - decay) sum of decay**(t - i) slope_i.

    >>> average([Decimal(4), Decimal(8)], Decimal("0.5"))  # (4/2 + 8)/2
    Decimal('5.00')
    """
    last = len(slopes) - 1
    return (1 - decay) * sum((_power(decay, last - i) * slope for i, slope in enumerate(slopes)), Decimal(0))


def _power(base: Decimal, exponent: int) -> Decimal:
    return base**exponent if exponent else Decimal(1)  # decimal arithmetic refuses 0**0
