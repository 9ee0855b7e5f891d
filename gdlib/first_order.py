"""The update rules that the chapters teach, each a plain NumPy function, in the order in which they are taught.

A rule takes the point theta, the gradient g there and whatever it remembers, and returns the next point and the next
memory. All of them have one shape, any shape; memory starts at zero; t counts steps from 1. Hyperparameters stand after
the star, with their default. From each function follow its equation, its browser form, its row in the rule book, its
knobs and its tests, so it may use + - * / **, comparisons and np.where, np.sqrt, np.sign and their like, assigns each
name once, and treats each coordinate by itself.
"""

import numpy as np

from gdlib.update_rule import rule


@rule
def gradient_descent(theta, g, *, lr=0.01):
    """Step against the gradient, in proportion to it.

    theta and g have one shape; returns theta. lr is in units of theta per unit of gradient.

    Source: cauchy1847; default: the common first try, the source has none.

    >>> gradient_descent(1.0, 2.0, lr=0.125)  # 1 - 2/8
    0.75
    """
    return theta - lr * g


@rule
def momentum(theta, g, v, *, lr=0.01, beta=0.9):
    """Keep a velocity, which fades by a factor at each step and is pushed downhill by the gradient.

    theta, g and the velocity v have one shape; returns theta, v. The step size lr multiplies the gradient as it enters
    v, so a change of lr leaves the speed gained so far as it is.

    Source: polyak1964, in the form of sutskever2013; defaults: beta as in rumelhart1986, lr as for gradient descent.

    >>> momentum(1.0, 2.0, 1.0, lr=0.125, beta=0.5)  # v = 1/2 - 2/8, theta = 1 + 1/4
    (1.25, 0.25)
    """
    v = beta * v - lr * g
    return theta + v, v


@rule
def nesterov(theta, g, v, *, lr=0.01, beta=0.9):
    """Momentum that corrects itself with the gradient at the point to which its velocity will carry it.

    theta, g and v have one shape; returns theta, v. theta stands for the shifted point, where g is taken: one gradient
    a step, at theta.

    Source: nesterov1983, in the shifted variable of bengio2013; defaults: as for momentum.

    >>> nesterov(1.0, 2.0, 1.0, lr=0.125, beta=0.5)  # v = 1/2 - 2/8, theta = 1 + 1/8 - 2/8
    (0.875, 0.25)
    """
    v = beta * v - lr * g
    return theta + beta * v - lr * g, v


@rule
def rmsprop(theta, g, s, *, lr=0.01, rho=0.9, eps=1e-8):
    """Divide the gradient by the root of a running average of its square.

    theta, g and that average s have one shape; returns theta, s. eps stands outside the root.

    Source: hinton2012, slide 29; defaults: rho the lecture's, lr and eps PyTorch's, the lecture gives none.

    >>> rmsprop(1.0, 2.0, 52.0, lr=0.125, rho=0.25, eps=1.0)  # s = 13 + 3 = 16, theta = 1 - (2/8) / (4 + 1)
    (0.95, 16.0)
    """
    s = rho * s + (1 - rho) * g**2
    return theta - lr * g / (np.sqrt(s) + eps), s


@rule
def adam(theta, g, m, v, t, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """Divide the averaged gradient by the root of its averaged square, both corrected for their start at zero.

    theta, g and the averages m and v have one shape; t is the number of the step; returns theta, m, v. eps stands
    outside the root.

    Source: kingma2015, Algorithm 1; defaults: the paper's.

    >>> adam(0.0, 4.0, 2.0, 4.0, 2, lr=3.75, beta1=0.25, beta2=0.75, eps=3.0)  # 3.75 * (3.5 * 16/15) / (4 + 3) = 2
    (-2.0, 3.5, 7.0)
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@rule
def rprop_minus(theta, g, step, g_prev, t, *, step0=0.1, up=1.2, down=0.5, step_min=1e-6, step_max=50.0):
    """Step by the sign of the gradient only; each coordinate's step grows while the sign holds, else it shrinks.

    theta, g, step and g_prev have one shape; t is the number of the step; returns theta, step, g_prev. Steps are in
    units of theta. No step is taken back ("minus").

    Source: riedmiller1994; defaults: the report's.

    >>> g, g_prev = np.array([3.0, 3.0]), np.array([0.5, -0.5])  # the second coordinate's sign has changed
    >>> rprop_minus(np.array([1.0, 1.0]), g, np.array([0.25, 0.25]), g_prev, 2, up=1.5)  # steps 1.5/4 and 0.5/4
    (array([0.625, 0.875]), array([0.375, 0.125]), array([3., 3.]))
    """
    previous = np.where(t == 1, step0, step)
    agreement = np.sign(g) * np.sign(g_prev)
    grown = np.minimum(up * previous, step_max)
    shrunk = np.maximum(down * previous, step_min)
    step = np.where(agreement > 0, grown, np.where(agreement < 0, shrunk, previous))
    return theta - np.sign(g) * step, step, g
