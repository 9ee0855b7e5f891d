"""The kinds of explorer: each is a Python file that describes it and a module of the same name that draws it."""

from collections.abc import Callable, Mapping

from gdlib.widgets.kinds.averages import averages
from gdlib.widgets.kinds.basin_map import basin_map
from gdlib.widgets.kinds.clipping import clipping
from gdlib.widgets.kinds.coordinates import coordinates
from gdlib.widgets.kinds.inspector import inspector
from gdlib.widgets.kinds.momentum_dial import momentum_dial
from gdlib.widgets.kinds.newton_model import newton_model
from gdlib.widgets.kinds.race import race
from gdlib.widgets.kinds.rate_map import rate_map
from gdlib.widgets.kinds.schedule import schedule
from gdlib.widgets.kinds.step_size import step_size
from gdlib.widgets.kinds.surface import surface
from gdlib.widgets.page_form import Explorer

KINDS: Mapping[str, Callable[..., Explorer]] = {
    "race": race,
    "surface": surface,
    "inspector": inspector,
    "step-size": step_size,
    "momentum-dial": momentum_dial,
    "averages": averages,
    "newton-model": newton_model,
    "coordinates": coordinates,
    "clipping": clipping,
    "schedule": schedule,
    "rate-map": rate_map,
    "basin-map": basin_map,
}
"""What `gd.explore` calls for each kind, with those of its arguments that the kind takes."""
