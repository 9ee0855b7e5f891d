"""Draw the picture of a question about a point, and say where in it the axes stand, so that a click has coordinates."""

import re
from dataclasses import dataclass

import gdlib as gd
from ext.quizzes.questions import Landscape
from gdlib.figures.inputs import axis_names

_PICTURE = re.compile(r'<svg [^>]*?viewBox="0 0 ([\d.]+) ([\d.]+)"')
_FRAME = re.compile(r'<svg x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"')  # what is cut at the axes


@dataclass(frozen=True)
class Picture:
    """The picture as HTML; the axes' box (left, top, width, height) in parts of it; the variables as print has them."""

    html: str
    frame: tuple[float, float, float, float]
    variables: list[str]


def draw(landscape: Landscape) -> Picture:
    """Contour lines without the known minima, which may be what is asked for."""
    known = landscape.objective in gd.objectives
    f = gd.objectives[landscape.objective] if known else gd.Objective(landscape.objective)
    figure = gd.figures.paths(f, window=landscape.window, minima=False, arrows=landscape.arrows)
    whole, frame = _PICTURE.search(figure.svg), _FRAME.search(figure.svg)
    if whole is None or frame is None:
        raise ValueError("picture: drawn axes are needed, found none")
    wide, high = float(whole[1]), float(whole[2])
    left, top, width, height = map(float, frame.groups())
    box = (left / wide, top / high, width / wide, height / high)
    return Picture(figure.svg, (box[0], box[1], box[2], box[3]), axis_names(f, 2))
