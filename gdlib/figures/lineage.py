"""Draws which rule becomes which: trees whose branches are the equations between rules."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from ..descriptions.families import families
from ..descriptions.kinship import Relation, Setting
from ..update_rule import Rule
from .inputs import hyper_symbol
from .palette import FAINT, INK, MARKER_WORDS, MARKERS, PAPER, SERIES
from .picture import Figure, canvas

# Pixels of the page; a panel is as wide as the text on a phone.
_WIDE = 342
_EDGE, _INDENT, _TEXT = 10, 20, 13
_TITLE, _LINE, _GAP, _APART = 17, 15, 9, 16
_LETTER = 6.3  # a letter of the small print, on the safe side


class _Row(NamedTuple):
    """A rule in a tree: how deep it stands, what is written under its title, and the row of what it becomes."""

    rule: Rule
    depth: int
    lines: tuple[str, ...]
    parent: int | None

    @property
    def tall(self) -> int:
        return _TITLE + _LINE * len(self.lines) + _GAP


def lineage(rules: Iterable[Rule], *, caption: str | None = None, alt: str | None = None) -> Figure:
    """Draws the rules as trees: under each stand those that become it, each with the setting at which it does.

    The edges are the rules' `.kin`. Rules without an equation to another stand together at the end.

    Args:
        rules: all of `gd.rules`, or some of them and their kin.
        caption, alt: the sentence under the figure; what it shows in words (else written from the rules).
    """
    known = {rule.name: rule for rule in rules}
    if not known:
        raise ValueError("rules: at least one rule is needed, got none")
    marks = {rule.name: series for series, (_, several) in enumerate(_families(known)) for rule in several}
    trees = list(_trees(known))
    alone = [tree[0].rule for tree in trees if len(tree) == 1]
    blocks = sorted((tree for tree in trees if len(tree) > 1), key=_height, reverse=True)
    if alone:
        blocks.append([_Row(rule, 0, (), None) for rule in alone])
    columns: list[list[list[_Row]]] = [[], []]
    for block in blocks:  # the next to the shorter column
        min(columns, key=lambda column: sum(map(_height, column))).append(block)
    order = list(known)
    columns = sorted(filter(None, columns), key=lambda column: order.index(column[0][0].rule.name))
    high = max(sum(map(_height, column)) for column in columns) + _EDGE
    words = [_words(column, known) for column in columns] if alt is None else [alt, "The rest of the trees."]
    titles = ["Which rule becomes which", "Which rule becomes which, continued"]
    pictures = [_panel(column, marks, high) for column in columns]
    return Figure(list(zip(pictures, titles, words, strict=False)), caption or _legend(known, bool(alone)))


def relation_words(relation: Relation, rules: Mapping[str, Rule]) -> str:
    """What the left rule has to do with the right one, such as "becomes Gradient descent at β = 0"."""
    left, right = relation.told
    title = rules[relation.right.rule].title if relation.right.rule in rules else relation.right.rule
    there = f" with {_said(right)}" if right else ""
    return f"becomes {title}{there} at {_said(left)}" if left else f"walks the points of {title}{there}"


def _said(settings: Sequence[Setting]) -> str:
    """No line ends inside a setting."""
    return ", ".join(
        setting.said(hyper_symbol).replace(" - ", " − ").replace(" ", "\N{NO-BREAK SPACE}") for setting in settings
    )


def _families(known: Mapping[str, Rule]) -> list[tuple[str, list[Rule]]]:
    return list(families(known.values()).items())


def _trees(known: Mapping[str, Rule]) -> Iterator[list[_Row]]:
    """A rule hangs under the first of its kin here; a circle is cut where it would close."""
    parents: dict[str, str] = {}
    for rule in known.values():
        for relation in rule.kin:
            other = relation.right.rule
            if other in known and rule.name not in parents and rule.name not in _above(other, parents):
                parents[rule.name] = other
    for name in known:
        if name not in parents:
            rows: list[_Row] = []
            _grow(rows, name, None, 0, known, parents)
            yield rows


def _above(name: str, parents: Mapping[str, str]) -> set[str]:
    found = {name}
    while name in parents:
        name = parents[name]
        found.add(name)
    return found


def _grow(
    rows: list[_Row], name: str, parent: int | None, depth: int, known: Mapping[str, Rule], parents: Mapping[str, str]
) -> None:
    room = int((_WIDE - 2 * _EDGE - _INDENT * depth - _TEXT) / _LETTER)
    said = [relation_words(relation, known) for relation in known[name].kin]
    lines = tuple(line for words in said for line in textwrap.wrap(words, room))
    rows.append(_Row(known[name], depth, lines, parent))
    here = len(rows) - 1
    for child, above in parents.items():
        if above == name:
            _grow(rows, child, here, depth + 1, known, parents)


def _height(block: Sequence[_Row]) -> int:
    return sum(row.tall for row in block) + _APART


def _panel(column: Sequence[Sequence[_Row]], marks: Mapping[str, int], high: int) -> str:
    with canvas(_WIDE / 96, high / 96) as paper:
        axes = paper.axes
        axes.set_position((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, _WIDE)
        axes.set_ylim(high, 0)
        top = float(_EDGE)
        for block in column:
            places = []
            for row in block:
                places.append((_EDGE + _INDENT * row.depth, top + _TITLE / 2))
                top += row.tall
            for row, place in zip(block, places, strict=True):
                if row.parent is not None:
                    _branch(axes, places[row.parent], place)
            for row, place in zip(block, places, strict=True):
                _write(axes, row, place, marks[row.rule.name])
            top += _APART
        return paper.svg()


def _branch(axes: Axes, above: tuple[float, float], place: tuple[float, float]) -> None:
    axes.plot([above[0], above[0], place[0]], [above[1], place[1], place[1]], color=FAINT, linewidth=0.9, zorder=1)


def _write(axes: Axes, row: _Row, place: tuple[float, float], series: int) -> None:
    x, y = place
    colour, marker = SERIES[series % len(SERIES)], MARKERS[series % len(MARKERS)]
    axes.plot([x], [y], marker=marker, markersize=8, color=colour, markeredgecolor=PAPER, markeredgewidth=1, zorder=2)
    axes.text(x + _TEXT, y + 5, row.rule.title, color=INK, zorder=3)
    for k, line in enumerate(row.lines):
        axes.text(x + _TEXT, y + 5 + _LINE * (k + 1), line, color=FAINT, fontsize=9, zorder=3)


def _legend(known: Mapping[str, Rule], alone: bool) -> str:
    kinds = [f"{MARKER_WORDS[k % len(MARKER_WORDS)]}: {title}" for k, (title, _) in enumerate(_families(known))]
    text = "; ".join(kinds)
    rest = " Those without a branch have no equation to another." if alone else ""
    return (
        f"Each rule hangs under the one that it becomes at the setting beside it.{rest} {text[:1].upper()}{text[1:]}."
    )


def _words(column: Sequence[Sequence[_Row]], known: Mapping[str, Rule]) -> str:
    out = []
    for block in column:
        for row in block:
            out += [f"{row.rule.title} {relation_words(relation, known)}." for relation in row.rule.kin]
        if not any(row.depth for row in block):
            out.append(f"Without an equation to another rule: {'; '.join(row.rule.title for row in block)}.")
    return " ".join(out)
