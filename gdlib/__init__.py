"""gdlib: gradient-based optimisation from one formula and one plain function.

>>> import gdlib as gd
>>> run = gd.descend(gd.objectives.rosenbrock, gd.rules.adam, start=(-1.5, 2.0), steps=500, lr=0.05)
>>> run.steps
500
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gdlib import adaptive, emit, first_order, per_coordinate, rates, schedules, stopping, variants, vocabulary
from gdlib.clipping import clip_norm, clip_value
from gdlib.landscapes import objectives
from gdlib.objective import Objective
from gdlib.registry import Registry
from gdlib.running import Run, descend
from gdlib.second_order import methods_in_order as methods
from gdlib.stationary import StationaryPoint, classify, stationary_points
from gdlib.update_rule import Rule, rule

if TYPE_CHECKING:
    from gdlib import figures, networks, sweeps, widgets
    from gdlib.sweeps import sweep

_RULES = (first_order, per_coordinate, adaptive, variants)
rules = Registry("rule", [thing for module in _RULES for thing in vars(module).values() if isinstance(thing, Rule)])
"""Every update rule of the book: those that chapters teach, by family, then the variants of others."""

__version__ = "0.1.0"
__all__ = [
    "Objective", "Rule", "Run", "StationaryPoint", "classify", "clip_norm", "clip_value", "descend", "emit", "explore",
    "figures", "methods", "networks", "objectives", "rates", "rule", "rules", "schedules", "stationary_points",
    "stopping", "sweep", "sweeps", "vocabulary", "widgets",
]  # fmt: skip

_ON_FIRST_USE = ("figures", "networks", "sweeps", "widgets")


def explore(*args: Any, **options: Any) -> Any:
    """The explorer of an objective: a picture that answers to the hand, in a page or in Jupyter.

    See `gdlib.widgets.explore` for the arguments: explore(f, kind="race", rules=None, start=None, steps=200).
    """
    from gdlib.widgets import explore as open_explorer

    return open_explorer(*args, **options)


def __getattr__(name: str) -> Any:
    if name in _ON_FIRST_USE:
        return import_module(f"gdlib.{name}")
    if name == "sweep":
        return import_module("gdlib.sweeps").sweep
    raise AttributeError(f"module 'gdlib' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_ON_FIRST_USE, "sweep"})
