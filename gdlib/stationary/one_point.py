"""One given point: made exact or polished, then judged; what is no stationary point is refused with its gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy as sp

from gdlib.objective import Objective
from gdlib.stationary.algebra.recognise import recognised
from gdlib.stationary.algebra.series import NotSmoothError
from gdlib.stationary.boxes.bisection import Found, prove, settle
from gdlib.stationary.budget import Budget, TimeUp, Undecided
from gdlib.stationary.result import StationaryPoint
from gdlib.stationary.sums import joined, parts_of
from gdlib.stationary.verdicts.assess import Assessor, NotStationaryError
from gdlib.stationary.verdicts.domain import NotRealError, check_real
from gdlib.stationary.verdicts.rough import rough_point
from gdlib.vocabulary import in_short

FAR = 0.02
"""How far, as a part of its size and of 1, Newton's method may move a point given in floats."""


def judged(f: Objective, at: Sequence[Any], seconds: float) -> StationaryPoint:
    """See `gdlib.classify`."""
    assessor = Assessor(f, Budget(seconds))
    if not any(c.has(sp.Float) for c in at):
        return _exactly(assessor, tuple(at))
    near = np.array([float(c) for c in at])
    short = [sp.Rational(str(float(c))) if c.has(sp.Float) else c for c in at]
    try:
        check_real(f, short)
    except NotRealError as why:
        return rough_point(assessor, tuple(short), why)
    except Undecided:  # of the point to which it leads it may be known
        pass
    try:
        if all(slope.subs(dict(zip(f.variables, short, strict=True))) == 0 for slope in f.gradient):
            return assessor.exact(short)
    except (NotSmoothError, NotStationaryError, Undecided):
        pass
    except TimeUp as why:
        return _undecided(tuple(short), why)
    try:
        return _polished(assessor, near, short)
    except TimeUp as why:
        return _undecided(tuple(short), why)


def _polished(assessor: Assessor, near: Any, short: Sequence[Any]) -> StationaryPoint:
    """The stationary point to which Newton's method leads from a point given in floats."""
    f = assessor.f
    with assessor.budget.guard():
        led = polished = assessor.system.newton(near[None], 60, assessor.budget)[0]
    reach = FAR * np.maximum(1.0, np.abs(near))
    if not np.isfinite(polished).all() or (np.abs(polished - near) > reach).any():
        polished = near
    found = Found()
    prove(assessor.system, polished[None], np.ones(f.n), found, assessor.budget)
    settle(assessor.system, found)
    low, high = near - reach, near + reach
    if found.low:  # a short number near by may be another stationary point, unless this one is alone there
        low, high = np.maximum(low, found.alone_low[0]), np.minimum(high, found.alone_high[0])
    with assessor.budget.guard():
        exact = recognised(f, polished, low, high)
    if exact is not None:
        point = _exactly(assessor, exact)
        moved = any(float(c) != a for c, a in zip(exact, near, strict=True))
        if moved and not found.low and point.eigenvalues and not any(c == 0 for c in point.eigenvalues):
            shown = ", ".join(map(str, exact))  # Newton's method should have ended there
            return _undecided(tuple(short), f"too close to the stationary point ({shown}) to be told from it in floats")
        return point
    box = (found.low[0], found.high[0]) if found.low else None
    if box and not assessor.bent(*box) and not assessor.undefined(box[0][None], box[1][None])[0]:
        return assessor.enclosed(*box)
    _refuse_slope(assessor, near, led)
    return _exactly(assessor, tuple(short))


def _refuse_slope(assessor: Assessor, near: Any, led: Any) -> None:
    """Refuses a point at which intervals show a slope: exact arithmetic on its many digits would say it much later."""
    low, high = np.nextafter(near, -np.inf), np.nextafter(near, np.inf)
    least, most = assessor.system.values(low[None], high[None])
    if assessor.bent(low, high) or assessor.system.bent[0] or assessor.system.void[0]:
        return
    if np.isfinite([least, most]).all() and ((least > 0) | (most < 0)).any():
        place, slope = (", ".join(f"{c:.8g}" for c in values) for values in (near, assessor.f.grad(near)))
        where = f"; Newton's method leads from there to ({', '.join(f'{c:.8g}' for c in led)})"
        hint = where if np.isfinite(led).all() else ""
        raise ValueError(f"at: needs a stationary point; at ({place}) the gradient is ({slope}){hint}")


def _exactly(assessor: Assessor, location: tuple[Any, ...]) -> StationaryPoint:
    try:
        return assessor.exact(location)
    except NotStationaryError as error:
        shown = ", ".join(in_short(s) if s.is_Integer else str(sp.N(s, 8)) for s in error.slope)
        place = ", ".join(map(in_short, location))
        raise ValueError(f"at: needs a stationary point; at ({place}) the gradient is ({shown})") from None
    except NotSmoothError as error:
        parts = parts_of(assessor.f)
        if len(parts) > 1 and not isinstance(error, NotRealError):
            return _of_sum(assessor, location, parts)
        try:
            return rough_point(assessor, location, error)
        except (Undecided, TimeUp) as why:
            return _undecided(location, why)
    except (Undecided, TimeUp) as why:
        return _undecided(location, why)


def _of_sum(assessor: Assessor, location: tuple[Any, ...], parts: Sequence[tuple[Any, list[int]]]) -> StationaryPoint:
    """Each part of a sum of functions of different variables by itself: only some may be rough."""
    f = assessor.f
    points = [
        _exactly(Assessor(Objective(e, variables=[f.variables[i].name for i in places]), assessor.budget),
                 tuple(location[i] for i in places))
        for e, places in parts
    ]  # fmt: skip
    names = [", ".join(f.variables[i].name for i in places) for _, places in parts]
    return joined(f, points, [places for _, places in parts], names, assessor)


def _undecided(location: tuple[Any, ...], why: BaseException | str) -> StationaryPoint:
    return StationaryPoint(location, sp.nan, (), "undecided", None, str(why) or "the time was up")
