"""The pictures of a report: how many got how much in all, and of each question."""

import math
import textwrap
from collections.abc import Sequence

from matplotlib.patches import Rectangle

from gdlib.figures.palette import FAINT, INK, PAPER, SERIES
from gdlib.figures.picture import Figure, canvas

BARS = 10  # at most so many bars, each a whole number of points wide, or a simple fraction of one
WIDTHS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
ROW = 0.46  # inches
LINE = 28  # letters of a question's title in a line
FORMS = (  # what a question gave -> how dark its stripe is, and the colour of the number in it
    ("all", 1.0, PAPER),
    ("some", 0.4, INK),
    ("none", 0.12, INK),
    ("not known yet", 0.0, INK),
)


def of_totals(totals: Sequence[float], points: float) -> Figure:
    """A bar for every few points: how many submissions came to so much."""
    wide = next((width for width in WIDTHS if points / width <= BARS), points / BARS)
    count = max(1, math.ceil(points / wide - 1e-9))
    heights = [0] * count
    for total in totals:
        heights[min(count - 1, max(0, math.floor(total / wide + 1e-9)))] += 1
    with canvas(7.2, 2.9) as drawn:
        axes = drawn.axes
        axes.bar([wide * (k + 0.5) for k in range(count)], heights, width=0.92 * wide, color=SERIES[0])
        for k, height in enumerate(heights):
            if height:
                axes.text(wide * (k + 0.5), height, str(height), ha="center", va="bottom", color=INK)
        axes.set_xlim(0, wide * count)
        axes.set_xticks([wide * k for k in range(count + 1)])
        axes.set_ylim(0, 1.15 * max(heights))
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("points in all")
        drawn.figure.subplots_adjust(left=0.03, right=0.97, top=0.97, bottom=0.2)
        svg = drawn.svg()
    said = [
        f"{height} from {wide * k:g} to {min(points, wide * (k + 1)):g}" for k, height in enumerate(heights) if height
    ]
    alt = f"Bars of how many submissions came to how many points: {', '.join(said)}."
    caption = (
        f"Submissions by points in all; a bar holds those from its left edge up to below its right one, "
        f"the last one {points:g} too."
    )
    return Figure([(svg, "Points in all", alt)], caption)


def of_questions(names: Sequence[str], counts: Sequence[Sequence[int]]) -> Figure:
    """A striped bar for each question; `counts` are submissions with all, some, none and unknown of its points."""
    rows = range(len(names))
    words = [textwrap.wrap(name, LINE, max_lines=2, placeholder=" …") for name in names]
    room = 0.087 * max(len(line) for lines in words for line in lines) + 0.25  # inches for the names
    high = ROW * len(names) + 0.75
    with canvas(7.2, high) as drawn:
        axes = drawn.axes
        for row in rows:
            left = 0
            for (_, dark, ink), count in zip(FORMS, counts[row], strict=True):
                if count:
                    axes.barh(row, count, left=left, height=0.72, color=SERIES[0], alpha=dark, linewidth=0)
                    axes.barh(row, count, left=left, height=0.72, facecolor="none", edgecolor=FAINT, linewidth=0.8)
                    axes.text(left + count / 2, row, str(count), ha="center", va="center", color=ink)
                left += count
        total = max(1, *(sum(each) for each in counts))
        axes.set_xlim(0, total)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_yticks(list(rows), ["\n".join(lines) for lines in words], color=INK)
        axes.tick_params(left=False)
        axes.set_xticks([])
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        drawn.figure.subplots_adjust(left=room / 7.2, right=0.98, top=1 - 0.45 / high, bottom=0.12 / high)
        for place, (name, dark, _) in enumerate(FORMS):
            at = place * total * 0.22
            y = -0.5 - 0.28 / ROW
            box = (at, y - 0.09 / ROW), 0.03 * total, 0.18 / ROW
            axes.add_patch(Rectangle(*box, color=SERIES[0], alpha=dark, linewidth=0, clip_on=False))
            axes.add_patch(Rectangle(*box, facecolor="none", edgecolor=FAINT, linewidth=0.8, clip_on=False))
            axes.text(at + 0.04 * total, y, name, va="center", color=INK, clip_on=False)
        svg = drawn.svg()
    said = [
        f"{name}: {', '.join(f'{count} {words}' for (words, _, _), count in zip(FORMS, row, strict=True) if count)}"
        for name, row in zip(names, counts, strict=True)
    ]
    caption = "Submissions that got all, some or none of a question's points; the stronger the colour, the more."
    return Figure([(svg, "Points of each question", f"Striped bars. {'; '.join(said)}.")], caption)
