"""The book's drawing functions; each returns a `Figure`, which a notebook and the book show by themselves."""

from .charts import curve, lines, losses
from .clipped import clipped
from .critical import quadratic_models, stationary_map
from .disk import unit_disk
from .flat import paths
from .lineage import lineage
from .neighbourhoods import close_up
from .newton import newton_parabolas
from .picture import Figure, beside
from .plane import plane
from .rasters import digits
from .solid import surfaces
from .wiring import network

__all__ = [
    "Figure",
    "beside",
    "clipped",
    "close_up",
    "curve",
    "digits",
    "lineage",
    "lines",
    "losses",
    "network",
    "newton_parabolas",
    "paths",
    "plane",
    "quadratic_models",
    "stationary_map",
    "surfaces",
    "unit_disk",
]
