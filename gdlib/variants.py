"""Variants: the same rules in other conventions, of a library or a paper, each one line away from the book's own."""

import numpy as np

from gdlib.update_rule import rule


@rule
def momentum_accumulate(theta, g, v, *, lr=0.01, beta=0.9):
    """Momentum, accumulating: keep a fading sum of gradients and step along it, times the step size.

    theta, g and the sum v have one shape; returns theta, v. While lr is constant its points are those of `momentum`;
    after a change of lr they are not, for lr multiplies what was gathered before as well.

    Source: paszke2019, and optax2020; defaults: as for momentum.
    Kin: momentum_accumulate(lr, beta) == momentum(lr, beta).

    >>> momentum_accumulate(1.0, 2.0, 1.0, lr=0.125, beta=0.5)  # v = 1/2 + 2
    (0.6875, 2.5)
    """
    v = beta * v + g
    return theta - lr * v, v


@rule
def momentum_ema(theta, g, m, *, lr=0.01, beta=0.9):
    """Momentum, averaging: keep a running average of gradients and step along it.

    theta, g and the average m have one shape; returns theta, m. From m = 0 the weights of t gradients sum to 1 - βᵗ,
    so to one in the long run.

    Source: kingma2015, whose first moment it is; defaults: as for momentum.
    Kin: momentum_ema(lr, beta) == momentum(lr=(1 - beta) * lr, beta).

    >>> momentum_ema(1.0, 2.0, 1.0, lr=0.125, beta=0.5)  # m = 1/2 + 2/2
    (0.8125, 1.5)
    """
    m = beta * m + (1 - beta) * g
    return theta - lr * m, m


@rule
def adagrad_no_root(theta, g, s, *, lr=0.01, eps=1e-10):
    """AdaGrad without the root: divide by the sum of squares itself, so the step has the units of 1/gradient.

    theta, g and the sum s have one shape; returns theta, s. A gradient ten times as large makes steps a tenth as large.

    Source: duchi2011, with its root left out (a slip to be tried out); defaults: as for AdaGrad.

    >>> adagrad_no_root(1.0, 3.0, 6.0, lr=0.25, eps=1.0)  # s = 6 + 9, theta = 1 - (3/4) / (15 + 1)
    (0.953125, 15.0)
    """
    s = s + g**2
    return theta - lr * g / (s + eps), s


@rule
def rmsprop_eps_inside(theta, g, s, *, lr=0.001, rho=0.9, eps=1e-7):
    """RMSprop, ε inside the root: an ε of 1e-8 there is a floor of 1e-4 under the root.

    theta, g and the average s of squares have one shape; returns theta, s.

    Source: chollet2015, and optax2020; defaults: those of chollet2015.
    Kin: rmsprop_eps_inside(lr, rho, eps=0) == rmsprop(lr, rho, eps=0).

    >>> rmsprop_eps_inside(1.0, 2.0, 48.0, lr=0.125, rho=0.25, eps=1.0)  # s = 12 + 3, theta = 1 - (2/8) / sqrt(16)
    (0.9375, 15.0)
    """
    s = rho * s + (1 - rho) * g**2
    return theta - lr * g / np.sqrt(s + eps), s


@rule
def rmsprop_centered(theta, g, s, m, *, lr=0.01, rho=0.9, eps=1e-8):
    """RMSprop, centred: divide by the running deviation of the gradient, its mean square less its mean, squared.

    theta, g, the average s of squares and the average m have one shape; returns theta, s, m. Where the gradient hardly
    changes the deviation is near zero and the steps are large.

    Source: graves2013, with eps outside the root and no momentum, as paszke2019; defaults: as for RMSprop.

    >>> rmsprop_centered(1.0, 2.0, 6.0, 0.0, lr=0.125, rho=0.5, eps=1.0)  # s = 3 + 2, m = 1: 1 - (2/8) / (2 + 1)
    (0.9166666666666666, 5.0, 1.0)
    """
    s = rho * s + (1 - rho) * g**2
    m = rho * m + (1 - rho) * g
    variance = np.maximum(s - m**2, 0.0)  # never negative but for rounding
    return theta - lr * g / (np.sqrt(variance) + eps), s, m


@rule
def adam_eps_hat(theta, g, m, v, t, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-7):
    """Adam, ε before the correction: the paper's shorter form, in which ε shrinks with the root in early steps.

    theta, g and the averages m and v have one shape; t is the number of the step; returns theta, m, v.

    Source: kingma2015, the remark after Algorithm 1, as in chollet2015; defaults: the paper's, eps that of chollet2015.
    Kin: adam_eps_hat(lr, beta1, beta2, eps=0) == adam(lr, beta1, beta2, eps=0).

    >>> adam_eps_hat(0.0, 4.0, 2.0, 0.0, 1, lr=0.5, beta1=0.5, beta2=0.75, eps=2.0)  # lr * (1/2)/(1/2) * 3 / (2 + 2)
    (-0.375, 3.0, 4.0)
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    scale = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return theta - scale * m / (np.sqrt(v) + eps), m, v


@rule
def adam_uncorrected(theta, g, m, v, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """Adam without bias correction: early steps are too long, since the mean square lags further behind than the mean.

    theta, g and the averages m and v have one shape; returns theta, m, v. With the defaults the first step is 3.16 lr.

    Source: kingma2015, section 3, without its correction; defaults: the paper's.
    Kin: adam_uncorrected(lr, beta1=0, beta2, eps) == rmsprop(lr, rho=beta2, eps).

    >>> adam_uncorrected(0.0, 4.0, 2.0, 0.0, lr=0.5, beta1=0.5, beta2=0.75, eps=2.0)  # m = 3, v = 4
    (-0.375, 3.0, 4.0)
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return theta - lr * m / (np.sqrt(v) + eps), m, v


@rule
def nadam_constant(theta, g, m, v, t, *, lr=0.002, beta1=0.9, beta2=0.999, eps=1e-8):
    """Nadam, constant decay: Adam with Nesterov's look-ahead in its average, and no warm-up of β₁.

    theta, g and the averages m and v have one shape; t is the number of the step; returns theta, m, v.

    Source: dozat2016, without its schedule, as optax2020; defaults: as for Nadam.
    Kin: nadam_constant(lr, beta1=0, beta2, eps) == adam(lr, beta1=0, beta2, eps).

    >>> nadam_constant(0.0, 3.0, 3.0, 7.0, 1, lr=0.5, beta1=0.5, beta2=0.5, eps=1.0)  # (0.5 * 3/(3/4) + 3) / (4 + 1)
    (-0.5, 3.0, 8.0)
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_bar = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * g / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return theta - lr * m_bar / (np.sqrt(v_hat) + eps), m, v


@rule
def amsgrad_corrected(theta, g, m, v, v_max, t, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """AMSGrad, bias-corrected: Adam's correction after the maximum, as libraries have it.

    theta, g, the averages m and v, and the largest v so far have one shape; t is the number of the step; returns theta,
    m, v, v_max.

    Source: reddi2018, with the correction of kingma2015, as paszke2019; defaults: as for Adam.

    >>> amsgrad_corrected(1.0, 2.0, 2.0, 4.0, 12.0, 1, lr=0.5, beta1=0.5, beta2=0.25, eps=4.0)  # 2/(1/2), 12/(3/4)
    (0.75, 2.0, 4.0, 12.0)
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_max = np.maximum(v_max, v)
    m_hat = m / (1 - beta1**t)
    v_hat = v_max / (1 - beta2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, v_max


@rule
def adamw_unscaled(theta, g, m, v, t, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=1e-5):
    """AdamW, decay unscaled: the decay of the weights is not multiplied by the step size.

    theta, g and the averages m and v have one shape; t is the number of the step; returns theta, m, v. A schedule of lr
    leaves the decay as it is; the paper's schedule is a factor on both.

    Source: loshchilov2019, Algorithm 2; defaults: as for Adam, weight_decay the product of the two in AdamW.
    Kin: adamw_unscaled(lr, beta1, beta2, eps, weight_decay=lr * weight_decay)
      == adamw(lr, beta1, beta2, eps, weight_decay).

    >>> adamw_unscaled(4.0, 4.0, 2.0, 4.0, 2, lr=3.75, beta1=0.25, beta2=0.75, eps=3.0, weight_decay=0.25)[0]
    1.0
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return theta - weight_decay * theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@rule
def radam_torch(theta, g, m, v, t, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """RAdam, PyTorch's: it waits for more than 5 gradients, and adds ε to the root before the correction.

    theta, g and the averages m and v have one shape; t is the number of the step; returns theta, m, v.

    Source: liu2020, as paszke2019; defaults: as for Adam.
    Kin: radam_torch(lr, beta1=0, beta2=0.5) == gradient_descent(lr).

    >>> radam_torch(1.0, 4.0, 2.0, 4.0, 2, lr=0.75, beta1=0.5, beta2=0.75)  # too few: 1 - 0.75 * 3 / (3/4)
    (-2.0, 3.0, 7.0)
    >>> radam_torch(1.0, 4.0, 2.0, 16.0, 5, lr=0.5, beta1=0.5, beta2=0.875)[0]  # rho = 4.47: 1 - 0.5 * 3 * 32/31
    -0.5483870967741935
    >>> radam_torch(1.0, 4.0, 2.0, 16.0, 9999, lr=0.5, beta1=0.5, beta2=0.9375, eps=1.0)  # at last Adam
    (0.7, 3.0, 16.0)
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    root = np.sqrt(v) + eps
    rho_max = 2 / (1 - beta2) - 1
    rho = rho_max - 2 * t * beta2**t / (1 - beta2**t)
    a = np.where(rho > 5, rho, 6.0)  # where rho is not used, numbers that divide by nothing and have a root
    b = np.where(rho_max > 5, rho_max, 6.0)
    r = np.sqrt((a - 4) * (a - 2) * b / ((b - 4) * (b - 2) * a))
    return theta - lr * np.where(rho > 5, r * m_hat * np.sqrt(1 - beta2**t) / root, m_hat), m, v
