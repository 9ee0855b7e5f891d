"""Gradient and momentum: the update rules with one step size for all coordinates.

A rule takes the point theta, the gradient g there and whatever it remembers, and returns the next point and the next
memory. All of them have one shape, any shape; memory starts at zero; t counts steps from 1. Hyperparameters stand after
the star, with their default. From each function follow its equation, its browser form, its row in the rule book, its
knobs and its tests, so it may use + - * / **, comparisons and np.where, np.sqrt, np.sign and their like, assigns each
name once, and treats each coordinate by itself. A docstring's `Kin:` says what a rule becomes, or what it is in another
guise, as equations that a test runs.
"""

import numpy as np

from gdlib.update_rule import rule


@rule
def gradient_descent(theta, g, *, lr=0.01):
    """Gradient descent: step against the gradient, in proportion to it.

    theta and g have one shape; returns theta. lr is in units of theta per unit of gradient.

    Source: cauchy1847; default: the common first try, the source has none.

    >>> gradient_descent(1.0, 2.0, lr=0.125)  # 1 - 2/8
    0.75
    """
    return theta - lr * g


@rule
def sign_descent(theta, g, *, lr=0.01):
    """Sign descent: step by one length in every coordinate, against the sign of the gradient.

    theta and g have one shape; returns theta. lr is in units of theta.

    Source: bernstein2018, without noise; default: as for gradient descent.

    >>> sign_descent(np.array([1.0, 1.0]), np.array([1e-9, -3.0]), lr=0.25)
    array([0.75, 1.25])
    """
    return theta - lr * np.sign(g)


@rule
def momentum(theta, g, v, *, lr=0.01, beta=0.9):
    """Momentum: keep a velocity, which fades by a factor at each step and is pushed downhill by the gradient.

    theta, g and the velocity v have one shape; returns theta, v. The step size lr multiplies the gradient as it enters
    v, so a change of lr leaves the speed gained so far as it is.

    Source: polyak1964, in the form of sutskever2013; defaults: beta as in rumelhart1986, lr as for gradient descent.
    Kin: momentum(lr, beta=0) == gradient_descent(lr).

    >>> momentum(1.0, 2.0, 1.0, lr=0.125, beta=0.5)  # v = 1/2 - 2/8, theta = 1 + 1/4
    (1.25, 0.25)
    """
    v = beta * v - lr * g
    return theta + v, v


@rule
def nesterov(theta, g, v, *, lr=0.01, beta=0.9):
    """Nesterov momentum: correct the velocity with the gradient at the point to which it will carry.

    theta, g and v have one shape; returns theta, v. theta stands for the shifted point, where g is taken: one gradient
    a step, at theta.

    Source: nesterov1983, in the shifted variable of bengio2013; defaults: as for momentum.
    Kin: nesterov(lr, beta=0) == gradient_descent(lr).

    >>> nesterov(1.0, 2.0, 1.0, lr=0.125, beta=0.5)  # v = 1/2 - 2/8, theta = 1 + 1/8 - 2/8
    (0.875, 0.25)
    """
    v = beta * v - lr * g
    return theta + beta * v - lr * g, v


@rule(gradient_at=lambda theta, v, *, beta: theta + beta * v)
def nesterov_lookahead(theta, g, v, *, lr=0.01, beta=0.9):
    """Nesterov momentum, looking ahead: momentum with its gradient taken where the velocity alone would lead.

    theta, g and v have one shape, and g is the gradient at theta + beta v; returns theta, v. Its points theta + beta v
    are those of `nesterov`.

    Source: nesterov1983, in the form of sutskever2013; defaults: as for momentum.
    Kin: nesterov_lookahead(lr, beta=0) == gradient_descent(lr).

    >>> nesterov_lookahead.gradient_at(1.0, 1.0, beta=0.5)
    1.5
    >>> nesterov_lookahead(1.0, 2.0, 1.0, lr=0.125, beta=0.5)  # v = 1/2 - 2/8, theta = 1 + 1/4
    (1.25, 0.25)
    """
    v = beta * v - lr * g
    return theta + v, v
