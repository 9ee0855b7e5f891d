"""Kinship: equations between rules, as momentum(lr, beta=0) == gradient_descent(lr), read from their docstrings."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Setting(NamedTuple):
    """A hyperparameter and what it is set to, an expression of an equation's letters."""

    name: str
    expression: str

    def said(self, symbol: Callable[[str], str], formula: Callable[[str], str] = str) -> str:
        """In words and symbols: `symbol` writes a name, `formula` marks what is mathematics.

        >>> Setting("beta", "0").said(str), Setting("lr", "(1 - beta) * lr").said(str)
        ('beta = 0', '(1 - beta) lr for lr')
        """
        tree = ast.parse(self.expression, mode="eval").body
        value, name = _written(tree, symbol), symbol(self.name)
        if any(isinstance(node, ast.Name) and node.id == self.name for node in ast.walk(tree)):
            return f"{formula(value)} for {formula(name)}"
        return formula(f"{name} = {value}")


@dataclass(frozen=True)
class Side:
    """One side of an equation: a rule's name, and each of its settings as an expression of the equation's letters."""

    rule: str
    settings: Mapping[str, str]

    def values(self, letters: Mapping[str, float]) -> dict[str, float]:
        """The settings as numbers, for given values of the letters."""
        return {name: _number(ast.parse(text, mode="eval").body, letters) for name, text in self.settings.items()}

    @property
    def changes(self) -> list[Setting]:
        """What it sets to something else than the letter of the same name."""
        return [Setting(name, text) for name, text in self.settings.items() if text != name]


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

    @property
    def told(self) -> tuple[list[Setting], list[Setting]]:
        """What a sentence must say of the settings left and right; what is alike on both sides is said once.

        >>> relation, = relations("adam_eps_hat(lr, eps=0) == adam(lr, eps=0)")
        >>> relation.told
        ([Setting(name='eps', expression='0')], [])
        """
        left = self.left.changes
        return left, [setting for setting in self.right.changes if setting not in left]


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


def _written(node: ast.expr, symbol: Callable[[str], str]) -> str:
    """The expression as print has it, its names by `symbol`."""
    if isinstance(node, ast.Name):
        return symbol(node.id)
    if isinstance(node, ast.BinOp):
        left, right = _written(node.left, symbol), _written(node.right, symbol)
        if isinstance(node.op, ast.Sub):
            return f"{left} - {right}"
        parts = (part if isinstance(side, ast.Name | ast.Constant) else f"({part})"
                 for side, part in ((node.left, left), (node.right, right)))  # fmt: skip
        return " ".join(parts)
    return ast.unparse(node)


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
