"""Running averages of noisy measurements, one step of each, and what they promise: noise that is left, lateness.

A window averages the last `window` measurements, and must keep them; an exponential average keeps one number. All are
plain arithmetic on numbers, arrays or the nodes of a trace, so that a page computes with them live. Measurements are
counted from t = 1; the age of the newest is 0.

An average weighs the measurement of age k by some w_k with Σ w_k = 1. Of independent noise of variance 1 it leaves
Σ w_k²; behind a slope that changes steadily it is Σ k w_k steps late, the mean age of what it averages.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gdlib.points import as_number


def moving_window(mean: Any, g: Any, oldest: Any, t: Any, window: Any) -> Any:
    """The mean of the last `window` measurements from the one before: g comes in, the oldest of that one leaves.

    While t <= window there is none to leave, and it is the mean of all. O(1) work, `window` numbers of memory.

    >>> moving_window(2.0, 6.0, 1.0, 5, 4)  # of 1, 2, 2, 3 and then of 2, 2, 3, 6
    3.25
    """
    return as_number(mean + np.where(t <= window, (g - mean) / t, (g - oldest) / window))


def exponential(m: Any, g: Any, beta: Any) -> Any:
    """βm + (1 - β)g: older measurements fade by β a step. It begins with m = 0, and so too near 0.

    >>> exponential(2.0, 6.0, 0.75)
    3.0
    """
    return beta * m + (1 - beta) * g


def bias_corrected(m: Any, power: Any) -> Any:
    """m / (1 - βᵗ): the weights of t measurements sum to 1 - βᵗ, the rest lies on the 0 it began with; power is βᵗ.

    Source: kingma2015.

    >>> bias_corrected(exponential(0.0, 6.0, 0.75), 0.75)
    6.0
    """
    return m / (1 - power)


def window_weight(age: Any, t: Any, window: Any) -> Any:
    """The weight of the measurement of this age in a window's mean after t of them.

    >>> window_weight(3, 10, 4), window_weight(4, 10, 4), window_weight(0, 2, 4)
    (0.25, 0.0, 0.5)
    """
    held = np.minimum(t, window)
    return as_number(np.where(age < held, 1.0 / held, 0.0))


def exponential_weight(age: Any, beta: Any) -> Any:
    """(1 - β) βᵏ at age k.

    >>> exponential_weight(2, 0.5)
    0.125
    """
    return (1 - beta) * beta**age


def window_noise(window: Any) -> Any:
    """The part of the noise's variance that a full window leaves: 1/M.

    >>> window_noise(4)
    0.25
    """
    return 1 / window


def exponential_noise(beta: Any) -> Any:
    """The part of the variance that an exponential average leaves in the long run: Σ (1 - β)² β²ᵏ = (1 - β)/(1 + β).

    >>> exponential_noise(0.5)  # 1/3
    0.3333333333333333
    """
    return (1 - beta) / (1 + beta)


def window_age(window: Any) -> Any:
    """The mean age in a window, and how many steps it is behind a ramp: (M - 1)/2.

    >>> window_age(5)
    2.0
    """
    return (window - 1) / 2


def exponential_age(beta: Any) -> Any:
    """The mean age in an exponential average, in the long run: Σ k (1 - β) βᵏ = β/(1 - β).

    >>> exponential_age(0.75)
    3.0
    """
    return beta / (1 - beta)


def same_noise(beta: Any) -> Any:
    """The window that leaves as much noise, M = (1 + β)/(1 - β), and is as late: (M - 1)/2 = β/(1 - β) is the same M.

    >>> same_noise(0.75)
    7.0
    """
    return (1 + beta) / (1 - beta)


def same_newest(beta: Any) -> Any:
    """The window that weighs the newest measurement alike, M = 1/(1 - β): about half of `same_noise`.

    It is the rule of thumb; such a window leaves nearly twice the noise and is half as late.

    >>> same_newest(0.75)
    4.0
    """
    return 1 / (1 - beta)
