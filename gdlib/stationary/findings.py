"""What one way of searching has found, before it is put into words for the reader."""

from __future__ import annotations

from dataclasses import dataclass, field

from gdlib.stationary.algebra.surfaces import RealSet
from gdlib.stationary.result import StationaryPoint
from gdlib.stationary.windows import Window


@dataclass
class Findings:
    """Points, sets of points, and what stayed `open` (sentences without a full stop); `window` was searched."""

    method: str
    window: Window | None = None
    points: list[StationaryPoint] = field(default_factory=list)
    sets: list[RealSet] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
