"""Adaptive rules: the update rules that divide each coordinate's step by a running size of its gradient.

The size is a root of a mean square (AdaGrad, RMSprop, Adam) or a maximum (AdaMax, Maxaprop); Lion keeps the sign alone.
Where the source gives no eps, ours stands outside the root.
"""

import numpy as np

from gdlib.update_rule import rule


@rule
def adagrad(theta, g, s, *, lr=0.01, eps=1e-10):
    """AdaGrad: divide the gradient by the root of the sum of all its squares so far.

    theta, g and the sum s have one shape; returns theta, s. Step sizes only shrink; eps stands outside the root.

    Source: duchi2011, the diagonal form without projection; defaults: those of paszke2019, the paper has none.

    >>> adagrad(1.0, 3.0, 16.0, lr=0.25, eps=1.0)  # s = 16 + 9, theta = 1 - (3/4) / (5 + 1)
    (0.875, 25.0)
    """
    s = s + g**2
    return theta - lr * g / (np.sqrt(s) + eps), s


@rule
def rmsprop(theta, g, s, *, lr=0.01, rho=0.9, eps=1e-8):
    """RMSprop: divide the gradient by the root of a running average of its square.

    theta, g and that average s have one shape; returns theta, s. eps stands outside the root.

    Source: hinton2012, slide 29; defaults: rho the lecture's, lr and eps those of paszke2019, the lecture gives none.
    Kin: rmsprop(lr, rho=0, eps=0) == sign_descent(lr).

    >>> rmsprop(1.0, 2.0, 52.0, lr=0.125, rho=0.25, eps=1.0)  # s = 13 + 3 = 16, theta = 1 - (2/8) / (4 + 1)
    (0.95, 16.0)
    """
    s = rho * s + (1 - rho) * g**2
    return theta - lr * g / (np.sqrt(s) + eps), s


@rule
def adadelta(theta, g, s, u, *, rho=0.95, eps=1e-6):
    """Adadelta: RMSprop whose step size is the root of a running average of its own squared moves.

    theta, g, the average s of squared gradients and the average u of squared moves have one shape; returns theta, s, u.
    It has no lr: u gives the move theta's units. eps starts it, and sets its pace.

    Source: zeiler2012, Algorithm 1; defaults: the paper's.

    >>> adadelta(1.0, 2.0, 4.0, 0.0, rho=0.5, eps=12.0)  # s = 2 + 2, move = -sqrt(12)/sqrt(16) * 2 = -sqrt(3)
    (-0.7320508075688772, 4.0, 1.4999999999999998)
    """
    s = rho * s + (1 - rho) * g**2
    move = -np.sqrt(u + eps) / np.sqrt(s + eps) * g
    u = rho * u + (1 - rho) * move**2
    return theta + move, s, u


@rule
def adam(theta, g, m, v, t, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """Adam: divide the averaged gradient by the root of its averaged square, both corrected for their start at zero.

    theta, g and the averages m and v have one shape; t is the number of the step; returns theta, m, v. eps stands
    outside the root.

    Source: kingma2015, Algorithm 1; defaults: the paper's.
    Kin: adam(lr, beta1=0, beta2=0, eps=0) == sign_descent(lr).

    >>> adam(0.0, 4.0, 2.0, 4.0, 2, lr=3.75, beta1=0.25, beta2=0.75, eps=3.0)  # 3.75 * (3.5 * 16/15) / (4 + 3) = 2
    (-2.0, 3.5, 7.0)
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@rule
def adamax(theta, g, m, u, t, *, lr=0.002, beta1=0.9, beta2=0.999, eps=1e-8):
    """AdaMax: Adam with a fading maximum of the gradient's size in place of the root of its mean square.

    theta, g, the average m and the maximum u have one shape; t is the number of the step; returns theta, m, u. eps
    stands inside the maximum; the paper has none, and divides 0 by 0 where a first gradient is zero.

    Source: kingma2015, Algorithm 2, with eps as in paszke2019; defaults: the paper's, eps that of paszke2019.
    Kin: adamax(lr, beta1=0, beta2, eps=0) == maxaprop(lr, rho=beta2, eps=0).

    >>> adamax(1.0, 1.5, 0.5, 4.0, 2, lr=0.75, beta1=0.5, beta2=0.25, eps=0.5)  # m = 1, u = max(1, 2), m/(1 - 1/4)
    (0.5, 1.0, 2.0)
    """
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, np.abs(g) + eps)
    m_hat = m / (1 - beta1**t)
    return theta - lr * m_hat / u, m, u


@rule
def maxaprop(theta, g, n, *, lr=0.002, rho=0.999, eps=1e-8):
    """Maxaprop: RMSprop with a fading maximum of the gradient's size in place of the root of its mean square.

    theta, g and the maximum n have one shape; returns theta, n.

    Source: dozat2015; defaults: as for AdaMax.
    Kin: maxaprop(lr, rho=0, eps=0) == sign_descent(lr).

    >>> maxaprop(1.0, 1.5, 6.0, lr=0.5, rho=0.5, eps=1.0)  # n = max(3, 1.5), theta = 1 - 0.75/4
    (0.8125, 3.0)
    """
    n = np.maximum(rho * n, np.abs(g))
    return theta - lr * g / (n + eps), n


@rule
def nadam(theta, g, m, v, product, t, *, lr=0.002, beta1=0.9, beta2=0.999, eps=1e-8, psi=0.004):
    """Nadam: Adam with Nesterov's look-ahead in its average, whose decay μ warms up from half of β₁.

    theta, g, the averages m and v, and the product of all mu so far have one shape; t is the number of the step;
    returns theta, m, v, product.

    Source: dozat2015, with beta1 itself in m (in dozat2016 m fades by mu too); defaults: psi both papers' 1/250, the
    others those of paszke2019, whose form it is.
    Kin: nadam(lr, beta1=0, beta2, eps) == adam(lr, beta1=0, beta2, eps).

    >>> nadam(0.0, 1.0, 1.0, 0.0, 0.0, 1, lr=1.0, beta1=0.5, beta2=0.5, psi=0.0, eps=0.0)  # mu = 1/4: 4/15 + 1
    (-1.2666666666666666, 1.0, 0.5, 0.25)
    >>> step = nadam(0.0, 1.0, 1.0, 0.0, 0.0, 1, lr=1.0, beta1=0.5, beta2=0.5, psi=1.0, eps=0.0)[0]
    >>> round(step, 4)  # mu = (1 - 0.48)/2 = 0.26, then (1 - 0.4608)/2 = 0.2696: 0.2696/(1 - 0.26 * 0.2696) + 1
    -1.2899
    """
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * psi))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * psi))
    product = np.where(t == 1, 1.0, product) * mu
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_bar = mu_next * m / (1 - product * mu_next) + (1 - mu) * g / (1 - product)
    v_hat = v / (1 - beta2**t)
    return theta - lr * m_bar / (np.sqrt(v_hat) + eps), m, v, product


@rule
def nadamax(theta, g, m, n, product, t, *, lr=0.002, beta1=0.9, beta2=0.999, eps=1e-8, psi=0.004):
    """Nadamax: Nadam with a fading maximum of the gradient's size in place of the root of its mean square.

    theta, g, the average m, the maximum n and the product of all mu so far have one shape; t is the number of the step;
    returns theta, m, n, product.

    Source: dozat2015; defaults: as for Nadam.
    Kin: nadamax(lr, beta1=0, beta2, eps) == maxaprop(lr, rho=beta2, eps).

    >>> nadamax(0.0, 1.5, 1.5, 4.0, 0.0, 1, lr=1.0, beta1=0.5, beta2=0.5, psi=0.0, eps=0.5)  # 1.5 * 19/15 / (2 + 1/2)
    (-0.76, 1.5, 2.0, 0.25)
    """
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * psi))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * psi))
    product = np.where(t == 1, 1.0, product) * mu
    m = beta1 * m + (1 - beta1) * g
    n = np.maximum(beta2 * n, np.abs(g))
    m_bar = mu_next * m / (1 - product * mu_next) + (1 - mu) * g / (1 - product)
    return theta - lr * m_bar / (n + eps), m, n, product


@rule
def amsgrad(theta, g, m, v, v_max, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """AMSGrad: Adam without bias correction that divides by the largest mean square so far, which never falls.

    theta, g, the averages m and v, and the largest v so far have one shape; returns theta, m, v, v_max.

    Source: reddi2018, Algorithm 2; defaults: as for Adam, the paper has none (its lr falls as 1/sqrt(t): a schedule).

    >>> amsgrad(1.0, 2.0, 2.0, 4.0, 16.0, lr=0.5, beta1=0.5, beta2=0.75, eps=4.0)  # m = 2, v = 3 + 1 < 16
    (0.875, 2.0, 4.0, 16.0)
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_max = np.maximum(v_max, v)
    return theta - lr * m / (np.sqrt(v_max) + eps), m, v, v_max


@rule
def adamw(theta, g, m, v, t, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    """AdamW: Adam beside a decay of the weights that its division does not touch.

    theta, g and the averages m and v have one shape; t is the number of the step; returns theta, m, v. The decay takes
    lr * weight_decay of the theta that the step was given.

    Source: loshchilov2019, as paszke2019 has it (see adamw_unscaled); defaults: as for Adam, weight_decay paszke2019.
    Kin: adamw(lr, beta1, beta2, eps, weight_decay=0) == adam(lr, beta1, beta2, eps).

    >>> adamw(4.0, 4.0, 2.0, 4.0, 2, lr=3.75, beta1=0.25, beta2=0.75, eps=3.0, weight_decay=0.1)[0]  # 4 - 1.5 - 2
    0.5
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return theta - lr * weight_decay * theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@rule
def radam(theta, g, m, v, t, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """RAdam: Adam that divides only once enough gradients stand behind its mean square, and then warms up by itself.

    theta, g and the averages m and v have one shape; t is the number of the step; returns theta, m, v. rho counts the
    gradients behind v; up to 4 of them the step is the averaged gradient's.

    Source: liu2020, Algorithm 2; defaults: as for Adam.
    Kin: radam(lr, beta1=0, beta2=0.5) == gradient_descent(lr).

    >>> radam(1.0, 4.0, 2.0, 4.0, 2, lr=0.75, beta1=0.5, beta2=0.75)  # too few: 1 - 0.75 * 3 / (3/4)
    (-2.0, 3.0, 7.0)
    >>> round(radam(1.0, 4.0, 2.0, 16.0, 5, lr=0.5, beta1=0.5, beta2=0.875, eps=1.0)[0], 4)  # rho = 4.47, r = 0.165
    0.962
    >>> radam(1.0, 4.0, 2.0, 16.0, 9999, lr=0.5, beta1=0.5, beta2=0.9375, eps=1.0)  # at last Adam: 1 - 1.5 / (4 + 1)
    (0.7, 3.0, 16.0)
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    rho_max = 2 / (1 - beta2) - 1
    rho = rho_max - 2 * t * beta2**t / (1 - beta2**t)
    a = np.where(rho > 4, rho, 5.0)  # where rho is not used, numbers that divide by nothing and have a root
    b = np.where(rho_max > 4, rho_max, 5.0)
    r = np.sqrt((a - 4) * (a - 2) * b / ((b - 4) * (b - 2) * a))
    return theta - lr * np.where(rho > 4, r * m_hat / (np.sqrt(v_hat) + eps), m_hat), m, v


@rule
def lion(theta, g, m, *, lr=0.0001, beta1=0.9, beta2=0.99, weight_decay=0.0):
    """Lion: the sign of an average of gradients, in which the newest counts more than in the average that is kept.

    theta, g and the average m have one shape; returns theta, m. lr is in units of theta; the decay takes
    lr * weight_decay of theta.

    Source: chen2023, Algorithm 2; defaults: beta1 and beta2 the paper's, the others those of its authors' code.
    Kin: lion(lr, beta1=0, weight_decay=0) == sign_descent(lr).

    >>> lion(1.0, -3.0, 1.0, lr=0.25, beta1=0.5, beta2=0.75, weight_decay=0.5)  # sign(-1), then 3/4 - 3/4
    (1.125, 0.0)
    """
    direction = np.sign(beta1 * m + (1 - beta1) * g)
    m = beta2 * m + (1 - beta2) * g
    return theta - lr * (direction + weight_decay * theta), m


@rule
def ftrl_proximal(theta, g, z, n, q, t, *, lr=0.001, beta=1.0, l1=0.0, l2=0.0):
    """FTRL-Proximal: AdaGrad written as a minimum of all past linear models, so that weights can be exactly zero.

    theta, g, the linear coefficients z, the sum of squares n and the curvature q of the models have one shape; t is the
    number of the step; returns theta, z, n, q. l1 and l2 weigh |theta| and theta**2/2. z is set so that the first model
    has its minimum at the start. q is 1 over the step size of each coordinate; it is kept, so that a change of lr moves
    nothing by itself, and while lr is 0 nothing moves at all.

    Source: mcmahan2013, Algorithm 1, for any start and lr; defaults: beta the paper's, the others those of chollet2015.
    Kin: ftrl_proximal(lr, beta, l1=0, l2=0) == adagrad(lr, eps=beta).

    >>> ftrl_proximal(0.0, 3.0, 0.0, 0.0, 0.0, 1, lr=0.5, beta=1.0, l1=1.0, l2=2.0)[0]  # z = 3: -(3 - 1)/(8 + 2)
    array(-0.2)
    >>> ftrl_proximal(0.0, 3.0, 0.0, 0.0, 0.0, 1, l1=4.0)[0]  # |z| <= l1
    array(0.)
    >>> step = ftrl_proximal(1.0, 3.0, -4.0, 16.0, 10.0, 2, lr=0.5, beta=1.0, l1=1.0, l2=4.0)
    >>> [float(part) for part in step]  # q = (1 + 5)/0.5, z = -4 + 3 - (12 - 10): (3 - 1)/(12 + 4)
    [0.125, -3.0, 25.0, 12.0]
    """
    rate = np.where(lr > 0, lr, 1.0)  # a schedule may come to 0: then nothing is divided by it
    before = np.where(t == 1, beta / rate, q)
    begun = np.where(t == 1, -theta * (before + l2) - l1 * np.sign(theta), z)
    n = n + g**2
    q = np.where(lr > 0, (beta + np.sqrt(n)) / rate, before)
    z = begun + np.where(lr > 0, g, 0.0) - (q - before) * theta
    shrunk = z - l1 * np.sign(z)
    return np.where(np.abs(z) <= l1, 0.0, -shrunk / (q + l2)), z, n, q
