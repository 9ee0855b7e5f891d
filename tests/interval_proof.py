"""Proof by intervals that a gradient vanishes nowhere but near known points: independent of any solver.

A box is a pair of arrays (low, high), of shape (n, boxes); each operation of the graph gives an interval that holds all
its values on the box, rounded outward. A box on which one slope keeps its sign holds no stationary point; others are
halved. Within the box about a nondegenerate point the Hessian stays regular, so the gradient is one to one there.
"""

import itertools

import numpy as np

from gdlib.trace import Node, in_order

MOST_BOXES = 2_000_000
ULPS = 8  # of outward rounding for each operation: more than any function of NumPy needs


def outward(low, high):
    with np.errstate(all="ignore"):
        wide = ULPS * np.finfo(float).eps
        low, high = low - wide * np.abs(low) - 1e-300, high + wide * np.abs(high) + 1e-300
    unknown = np.isnan(low) | np.isnan(high)
    return np.where(unknown, -np.inf, low), np.where(unknown, np.inf, high)


def hull(*candidates):
    return np.min(candidates, axis=0), np.max(candidates, axis=0)


def product(a, b):
    return hull(*(p * q for p in a for q in b))


def square(a):
    low, high = hull(a[0] * a[0], a[1] * a[1])
    return np.where((a[0] <= 0) & (a[1] >= 0), 0.0, low), high


def quotient(a, b):
    spans = (b[0] <= 0) & (b[1] >= 0)
    low, high = hull(*(p / q for p in a for q in b))
    return np.where(spans, -np.inf, low), np.where(spans, np.inf, high)


def wave(a, function, top):
    """sin or cos, whose maxima lie at top + 2πk and whose minima half-way between."""
    low, high = hull(function(a[0]), function(a[1]))
    turn = 2 * np.pi

    def meets(place):
        return np.floor((a[1] - place) / turn + 1e-9) >= np.ceil((a[0] - place) / turn - 1e-9)

    return np.where(meets(top + np.pi), -1.0, low), np.where(meets(top), 1.0, high)


def rising(function):
    return lambda a: (function(a[0]), function(a[1]))


def choice(c, a, b):
    either = hull(*a, *b)
    return tuple(np.where(c[0] > 0, x, np.where(c[1] <= 0, y, z)) for x, y, z in zip(a, b, either, strict=True))


def magnitude(a):
    low, high = hull(np.abs(a[0]), np.abs(a[1]))
    return np.where((a[0] <= 0) & (a[1] >= 0), 0.0, low), high


OPERATIONS = {
    "add": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "sub": lambda a, b: (a[0] - b[1], a[1] - b[0]),
    "mul": product,
    "div": quotient,
    "neg": lambda a: (-a[1], -a[0]),
    "abs": magnitude,
    "sign": rising(np.sign),
    "sqrt": lambda a: (np.sqrt(np.maximum(a[0], 0.0)), np.sqrt(np.maximum(a[1], 0.0))),
    "exp": rising(np.exp),
    "sin": lambda a: wave(a, np.sin, np.pi / 2),
    "cos": lambda a: wave(a, np.cos, 0.0),
    "lt": lambda a, b: ((a[1] < b[0]) * 1.0, (a[0] < b[1]) * 1.0),
    "le": lambda a, b: ((a[1] <= b[0]) * 1.0, (a[0] <= b[1]) * 1.0),
    "gt": lambda a, b: ((a[0] > b[1]) * 1.0, (a[1] > b[0]) * 1.0),
    "ge": lambda a, b: ((a[0] >= b[1]) * 1.0, (a[1] >= b[0]) * 1.0),
    "where": choice,
}
EXACT = {"where", "neg", "abs", "sign", "lt", "le", "gt", "ge"}


def enclosures(outputs: list[Node], variables, low, high):
    """For each output an interval (low, high) that holds its values on each box."""
    known = {}
    with np.errstate(all="ignore"):
        for node in in_order(outputs):
            if node.op == "symbol":
                place = variables.index(node.payload)
                known[node] = (low[place], high[place])
            elif node.op == "constant":
                known[node] = outward(*(np.full_like(low[0], node.payload),) * 2)
            else:
                operands = [known[operand] for operand in node.args]
                squared = node.op == "mul" and node.args[0] is node.args[1]
                found = square(operands[0]) if squared else OPERATIONS[node.op](*operands)
                known[node] = found if node.op in EXACT else outward(*found)
    return [known[node] for node in outputs]


def grid(window, count):
    """The window cut into count boxes along each axis."""
    edges = [np.linspace(low, high, count + 1) for low, high in window]
    low = np.stack([a.ravel() for a in np.meshgrid(*(e[:-1] for e in edges), indexing="ij")])
    high = np.stack([a.ravel() for a in np.meshgrid(*(e[1:] for e in edges), indexing="ij")])
    return low, high


def halved(low, high):
    middle = (low + high) / 2
    parts = list(itertools.product((0, 1), repeat=len(low)))
    lows = [np.where(np.array(part)[:, None], middle, low) for part in parts]
    highs = [np.where(np.array(part)[:, None], high, middle) for part in parts]
    return np.concatenate(lows, axis=1), np.concatenate(highs, axis=1)


def boxes_left(slopes, variables, window, known, deepest=22):
    """The boxes in which the gradient may vanish, outside the `known` boxes (centre, half-width); none if all is proved."""
    low, high = grid(window, 32 if len(window) < 3 else 8)
    for _ in range(deepest):
        ranges = enclosures(slopes, variables, low, high)
        possible = np.all([(a <= 0) & (b >= 0) for a, b in ranges], axis=0)
        low, high = low[:, possible], high[:, possible]
        for centre, half in known:
            centre = np.array(centre)[:, None]
            inside = np.all((low >= centre - half) & (high <= centre + half), axis=0)
            low, high = low[:, ~inside], high[:, ~inside]
        if not low.shape[1]:
            break
        low, high = halved(low, high)
        assert low.shape[1] < MOST_BOXES, "the intervals are too wide to prove it"
    return low.T


def regular_box(curvatures, variables, point, half):
    """The largest half-width, `half` times a power of 1/2, within which the Hessian is regular: one point at most.

    With C the inverse of the Hessian in the middle, every matrix M of the interval has |I - CM| < 1 in the row norm.
    """
    n = len(point)
    point = np.array(point)[:, None]
    (middle,) = np.moveaxis(np.array(enclosures(curvatures, variables, point, point))[:, 0], 0, -1)
    inverse = np.linalg.inv(middle.reshape(n, n))
    while half > 1e-6:
        entries = np.array(enclosures(curvatures, variables, point - half, point + half))[..., 0].reshape(n, n, 2)
        centre, radius = entries.mean(axis=2), (entries[..., 1] - entries[..., 0]) / 2
        worst = np.abs(np.eye(n) - inverse @ centre) + np.abs(inverse) @ radius
        if worst.sum(axis=1).max() < 0.99:
            return half
        half /= 2
    raise AssertionError("the Hessian is not regular at this point")


def turns(field, curve):
    """How often field(curve(s)) turns about 0 while s goes from 0 to 1 around a closed curve.

    Sampled more thickly wherever it turns fast, until no step turns it by half a radian.
    """
    s = np.linspace(0, 1, 2001)
    for _ in range(40):
        x, y = field(curve(s)).T
        steps = np.diff(np.unwrap(np.arctan2(y, x)))
        fast = np.abs(steps) > 0.5
        if not fast.any():
            return round(steps.sum() / (2 * np.pi))
        s = np.sort(np.concatenate([s, (s[:-1][fast] + s[1:][fast]) / 2]))
    raise AssertionError("the field turns too fast to follow")


def edge(window):
    """Once around a rectangle, anticlockwise, for s from 0 to 1."""
    (left, right), (bottom, top) = window
    corners = np.array([[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]])
    places = np.linspace(0, 1, 5)
    return lambda s: np.stack([np.interp(s, places, corners[:, i]) for i in (0, 1)], axis=1)


def ring(centre, radius):
    """Once around a circle."""
    return lambda s: np.array(centre) + radius * np.stack([np.cos(2 * np.pi * s), np.sin(2 * np.pi * s)], axis=1)
