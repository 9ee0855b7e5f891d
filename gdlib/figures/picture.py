"""The result of a drawing function: inline SVG with its caption and the words for those who cannot see it."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.figure
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG

from .palette import FAINT, INK, LINE, PAPER
from .svg_text import page_svg

# Sizes in points; 10.5 points are 14 of the page's pixels.
_LOOK: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "gdlib",
    "font.family": "DejaVu Sans",
    "font.size": 10.5,
    "text.color": INK,
    "text.parse_math": False,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.8,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "figure.facecolor": "none",
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "legend.frameon": True,
    "legend.framealpha": 0.85,
    "legend.facecolor": PAPER,
    "legend.edgecolor": "none",
    "legend.fontsize": 9.5,
    "legend.handlelength": 2.6,
    "legend.borderpad": 0.35,
    "lines.linewidth": 1.7,
    "lines.solid_capstyle": "round",
    "lines.dash_capstyle": "butt",
    "path.simplify_threshold": 0.25,
}
_FORMULA = re.compile(r"\$([^$]+)\$")


class Figure:
    """A drawn figure; a notebook and the book show it. `.svg` is its text, `.save(path)` writes it.

    It is one picture or several side by side, which stand one under another on a narrow page. Its colours are
    the page's variables, so that it follows light, dark and print.
    """

    def __init__(self, panels: Sequence[tuple[str, str, str]], caption: str | None) -> None:
        self._panels = tuple(panels)
        self.caption = caption

    @property
    def alt(self) -> str:
        """What the figure shows, in words."""
        return " ".join(alt for _, _, alt in self._panels)

    @property
    def panels(self) -> tuple[str, ...]:
        """Each picture as one <svg>."""
        return tuple(page_svg(text, title=title, alt=alt) for text, title, alt in self._panels)

    @property
    def svg(self) -> str:
        """The whole figure as one <svg>."""
        panels = self.panels
        if len(panels) == 1:
            return panels[0]
        sizes = [tuple(int(n) for n in re.findall(r' (?:width|height)="(\d+)"', text)[:2]) for text in panels]
        left, placed = 0, []
        for text, (width, _) in zip(panels, sizes, strict=True):
            placed.append(text.replace("<svg ", f'<svg x="{left}" ', 1))
            left += width
        height = max(size[1] for size in sizes)
        words = escape(self.alt)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{words}" '
            f'width="{left}" height="{height}" viewBox="0 0 {left} {height}">'
            f"<title>{escape(self._panels[0][1])}</title><desc>{words}</desc>" + "".join(placed) + "</svg>"
        )

    def save(self, path: str | PathLike[str]) -> Path:
        """Writes the figure to `path`, which ends in .svg, and returns that path."""
        target = Path(path)
        if target.suffix != ".svg":
            raise ValueError(f"path: a file name ending in .svg is needed, got {str(path)!r}")
        target.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n{self.svg}\n', encoding="utf-8")
        return target

    def _repr_html_(self) -> str:
        caption = "" if self.caption is None else f"<figcaption>{_with_formulas(self.caption)}</figcaption>"
        pictures = "".join(self.panels)
        return f'<figure class="gd-figure"><div class="gd-panels">{pictures}</div>{caption}</figure>'

    def __repr__(self) -> str:
        return f"<Figure: {self.alt}>"


def _with_formulas(text: str) -> str:
    """The caption as HTML; what stands between dollars is left to the page's MathJax."""
    formula = r'<span class="math notranslate nohighlight">\\(\1\\)</span>'
    return _FORMULA.sub(formula, escape(text, quote=False))


def beside(*figures: Figure, caption: str | None = None) -> Figure:
    """One figure out of several, side by side, one under another on a phone.

    Without `caption` it has the captions of its parts, one after another.
    """
    if not figures:
        raise ValueError("figures: at least one figure is needed, got none")
    for figure in figures:
        if not isinstance(figure, Figure):
            raise TypeError(f"figures: what the drawing functions return is needed, got {type(figure).__name__}")
    if caption is None:
        caption = " ".join(figure.caption for figure in figures if figure.caption) or None
    return Figure([panel for figure in figures for panel in figure._panels], caption)


class Canvas:
    """One picture in the making: `axes` to draw on, then `svg()`."""

    def __init__(self, width: float, height: float) -> None:
        self.figure = matplotlib.figure.Figure(figsize=(width, height))
        FigureCanvasSVG(self.figure)
        self.axes: Axes = self.figure.add_subplot()

    def make_room(self) -> None:
        """Widen the left margin if long tick labels have pushed the vertical axis' name over the edge."""
        self.figure.draw_without_rendering()
        short = 6 - self.axes.yaxis.label.get_window_extent().x0
        if short > 0:
            box, share = self.axes.get_position(), short / self.figure.bbox.width
            self.axes.set_position((box.x0 + share, box.y0, box.width - share, box.height))

    def svg(self) -> str:
        out = io.StringIO()
        self.figure.savefig(out, format="svg", metadata={"Date": None})
        return out.getvalue()


@contextmanager
def canvas(width: float = 5.4, height: float = 3.9) -> Iterator[Canvas]:
    """A canvas of `width` × `height` inches in the book's look, whatever the reader has set elsewhere."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_LOOK)  # type: ignore[arg-type]
        yield Canvas(width, height)


def number(value: float) -> str:
    """A number as a reader writes it: 0.05, −3, 1.2×10⁻⁷."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "not a number"
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    if -4 <= exponent < 5:
        text = f"{float(f'{value:.4g}'):g}"  # 10000, where .4g alone says 1e+04
        return text.replace("-", "−")
    mantissa, power = f"{value:.1e}".split("e")  # no power of ten is divided by: the smallest numbers have none
    head = f"{float(mantissa):.2g}"
    tail = "10" + str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return tail if head == "1" else f"{head.replace('-', '−')}×{tail}"
