"""Draws eigenvalues in the complex plane, with the unit circle inside which what they multiply dies out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .palette import DASHES, FAINT, INK, LINE, MARKERS, PAPER, SERIES
from .picture import Figure, canvas, number


def unit_disk(
    values: Mapping[str, complex],
    *,
    ways: Sequence[Any] = (),
    first_series: int = 0,
    caption: str | None = None,
    alt: str | None = None,
) -> Figure:
    """Draws complex numbers in the plane, and the circle of radius 1.

    Args:
        values: from label to number, each with a mark of its own. At most 8.
        ways: lines that they move along, each a list of complex numbers.
        first_series: the look of the first mark, 0 to 7; the others follow.
        caption, alt: the sentence under the figure; what it shows in words (else written from the data).
    """
    if not 1 <= len(values) <= 8:
        raise ValueError(f"values: 1 to 8 numbers are needed, got {len(values)}")
    points = {label: complex(value) for label, value in values.items()}
    for label, point in points.items():
        if not np.isfinite(point):
            raise ValueError(f"values: {label!r} needs a finite number, got {point}")
    reach = 1.15 * max(1.1, *(max(abs(point.real), abs(point.imag)) for point in points.values()))
    words = ["The complex plane with the unit circle."]
    with canvas(4.0, 3.6) as paper:
        axes = paper.axes
        axes.set_position((0.17, 0.14, 0.738, 0.82))
        axes.axhline(0, color=LINE, linewidth=1, zorder=1)
        axes.axvline(0, color=LINE, linewidth=1, zorder=1)
        turn = np.linspace(0, 2 * np.pi, 241)
        axes.plot(np.cos(turn), np.sin(turn), color=INK, linewidth=1.4, zorder=2)
        for way in ways:
            line = np.asarray(way, dtype=np.complex128)
            axes.plot(line.real, line.imag, color=FAINT, linewidth=1, linestyle=DASHES[2], zorder=2.5)
        for place, (label, point) in enumerate(points.items()):
            look = (first_series + place) % 8
            axes.plot(
                [point.real], [point.imag], linestyle="none", marker=MARKERS[look], color=SERIES[look], markersize=9,
                markeredgecolor=PAPER, markeredgewidth=1, label=label, zorder=4,
            )  # fmt: skip
            where = "outside" if abs(point) > 1 else "inside" if abs(point) < 1 else "on"
            words.append(f"{label}: {complex_number(point)}, of modulus {number(abs(point))}, {where} it.")
        axes.set_xlim(-reach, reach)
        axes.set_ylim(-reach, reach)
        axes.set_aspect("equal", adjustable="box")
        axes.locator_params(nbins=5)
        axes.set_xlabel("Re σ", style="italic")
        axes.set_ylabel("Im σ", style="italic")
        axes.legend(loc="upper left")
        svg = paper.svg()
    return Figure([(svg, "Eigenvalues in the complex plane", alt or " ".join(words))], caption)


def complex_number(value: complex) -> str:
    """A complex number as a reader writes it: 0.9 + 0.3i.

    >>> complex_number(0.9 - 0.3j), complex_number(0.5 + 0j)
    ('0.9 − 0.3i', '0.5')
    """
    real = number(float(f"{value.real:.3g}"))
    if value.imag == 0:
        return real
    return f"{real} {'+' if value.imag > 0 else '−'} {number(float(f'{abs(value.imag):.3g}'))}i"
