"""The explorers: pictures that answer to a hand, from one source for the page and for Jupyter."""

from gdlib.widgets.entry import explore
from gdlib.widgets.module_files import modules

__all__ = ["explore", "modules"]
