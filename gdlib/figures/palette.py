"""The colours, dashes and markers of every figure, as names that the page's style sheet gives their values.

Matplotlib wants real colours, so each role is drawn in a colour that nothing else uses; `svg_text` then
writes the page's variable in its place. The fallbacks are those of the light page, for use outside the book.
"""

from __future__ import annotations

from typing import Any

FALLBACK: dict[str, str] = {
    "ink": "#1d2126",
    "paper": "#ffffff",
    "faint": "#565e68",
    "line": "#d3d8de",
    "accent": "#0a58a8",
    "1": "#0064a8",
    "2": "#b8480a",
    "3": "#008562",
    "4": "#8d3a78",
    "5": "#2d2d2d",
    "6": "#c08500",
    "7": "#3f9bd6",
    "8": "#3d4400",
    "level-0": "#c3d8ec",
    "level-1": "#cde0f0",
    "level-2": "#d7e6f3",
    "level-3": "#e0ecf6",
    "level-4": "#e8f1f8",
    "level-5": "#eff5fa",
    "level-6": "#f6f9fc",
    "level-7": "#fcfdfe",
}

SENTINEL = {role: f"#a17e{index:02x}" for index, role in enumerate(FALLBACK)}
VARIABLE = {SENTINEL[role]: f"var(--gd-{role},{fallback})" for role, fallback in FALLBACK.items()}

INK, PAPER, FAINT, LINE, ACCENT = (SENTINEL[role] for role in ("ink", "paper", "faint", "line", "accent"))
LEVELS = tuple(SENTINEL[f"level-{k}"] for k in range(8))

SERIES = tuple(SENTINEL[str(k)] for k in range(1, 9))
# No two of the eight share dash or marker, so colour is never needed to tell them apart.
DASHES: tuple[Any, ...] = (
    "-",
    (0, (5, 2)),
    (0, (1.2, 1.6)),
    (0, (7, 2, 1.2, 2)),
    (0, (3, 1.5)),
    (0, (9, 3)),
    (0, (7, 2, 1.2, 2, 1.2, 2)),
    (0, (2, 3)),
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
MARKER_WORDS = (
    "circles",
    "squares",
    "triangles",
    "diamonds",
    "downward triangles",
    "plus signs",
    "crosses",
    "pentagons",
)
