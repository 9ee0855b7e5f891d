"""Kinship: equations between rules, as momentum(lr, beta=0) == gradient_descent(lr), read from their docstrings."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Side:
    """One side of an equation: a rule's name, and each of its settings as an expression of the equation's letters."""

    rule: str
    settings: Mapping[str, str]

    def values(self, letters: Mapping[str, float]) -> dict[str, float]:
        """The settings as numbers, for given values of the letters."""
        return {name: _number(ast.parse(text, mode="eval").body, letters) for name, text in self.settings.items()}


@dataclass(frozen=True)
class Relation:
    """Two rules that walk the same points, whatever the gradients: `left` at its settings and `right` at its own."""

    text: str
    left: Side
    right: Side

    @property
    def letters(self) -> tuple[str, ...]:
        """The free hyperparameters, in the order in which they are named."""
        expressions = [text for side in (self.left, self.right) for text in side.settings.values()]
        names = [node.id for text in expressions for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)]
        return tuple(dict.fromkeys(names))


def relations(text: str) -> tuple[Relation, ...]:
    """The equations of a docstring's `Kin:`, apart by semicolons.

    Raises ValueError if one is no equation between two calls.

    >>> relation, = relations("momentum_ema(lr, beta) == momentum(lr=(1 - beta) * lr, beta).")
    >>> relation.right.values({"lr": 2, "beta": 0.5})
    {'lr': 1.0, 'beta': 0.5}
    """
    return tuple(_relation(part) for part in re.split(r";\s*", text.rstrip(". ")) if part)


def _relation(text: str) -> Relation:
    sides = text.split(" == ")
    if len(sides) != 2:
        raise ValueError(f"Kin: needs `rule(settings) == rule(settings)`, got {text!r}")
    return Relation(text, _side(sides[0]), _side(sides[1]))


def _side(text: str) -> Side:
    found = re.fullmatch(r"(\w+)\((.*)\)", text.strip())
    if found is None:
        raise ValueError(f"Kin: needs a call such as momentum(lr, beta=0), got {text!r}")
    settings = {}
    for argument in filter(None, re.split(r",\s*", found[2])):
        name, equals, expression = argument.partition("=")
        settings[name] = expression if equals else name
    return Side(found[1], settings)


def _number(node: ast.expr, letters: Mapping[str, float]) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Name):
        return letters[node.id]
    if isinstance(node, ast.BinOp):
        left, right = _number(node.left, letters), _number(node.right, letters)
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.Sub):
            return left - right
    raise ValueError(f"Kin: a setting is made of numbers, names, * and -; got {ast.unparse(node)!r}")
