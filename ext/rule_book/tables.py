"""The rule book's two tables: every rule in a line, and what the path of each does not depend on."""

from ext.rule_book.words import cell, link, memory, symbols
from gdlib.descriptions.families import families
from gdlib.descriptions.invariances import Invariances
from gdlib.descriptions.invariances import invariances as found
from gdlib.registry import Registry
from gdlib.update_rule import Rule

KEPT = {
    "rests": ("rests", "started where the gradient is zero, it stays there"),
    "scale": ("size", "all gradients may be multiplied by one positive number"),
    "signs": ("signs", "only the signs of the gradient's coordinates count"),
    "origin": ("origin", "<var>θ</var> may be counted from anywhere"),
    "axes": ("axes", "the axes may be turned, and the path turns with them"),
}
"""What a path may not depend on, field by field of `Invariances`: the head of its column, and what it means."""


def at_a_glance(rules: Registry[Rule]) -> str:
    """A table for each family: rule with its one line, memory, symbols of the hyperparameters."""
    parts = []
    for family, several in families(rules).items():
        head = [f"**{family}**", "", "{.gd-glance}", "| rule | memory | settings |", "|---|---|---|"]
        rows = [
            f"| {cell(link(rule))}<br>{cell(rule.summary)} | {memory(rule)} | {symbols(rule)} |" for rule in several
        ]
        parts.append("\n".join([*head, *rows]))
    return "\n\n".join(parts)


def invariances(rules: Registry[Rule]) -> str:
    """What each column says, then a row for each rule."""
    legend = [f"- **{head}**: {meaning}." for head, meaning in KEPT.values()]
    rows = ["{.gd-kept}", f"| rule | {' | '.join(head for head, _ in KEPT.values())} |", f"|---|{':-:|' * len(KEPT)}"]
    rows += [f"| {cell(link(rule))} | {' | '.join(map(_mark, found(rule)))} |" for rule in rules]
    return "\n".join([*legend, "", *rows])


def _mark(holds: bool) -> str:
    return "yes" if holds else "–"


def in_words(kept: Invariances, guarded: bool) -> str:
    """The sentences of an entry; a rule that is `guarded` by an eps keeps its path only without it."""
    phrases = {
        "scale": "all gradients are multiplied by one positive number",
        "signs": "only their signs are kept",
        "origin": "<var>θ</var> is counted from elsewhere",
        "axes": "the axes are turned",
    }
    holding = [f"when {words}" for name, words in phrases.items() if getattr(kept, name)]
    failing = [f"when {words}" for name, words in phrases.items() if not getattr(kept, name)]
    if kept.scale and guarded:
        holding[0] += " (<var>ε</var> = 0)"
    said = [f"It takes the same path {_listed(holding, 'and')}."] if holding else []
    said += [f"It takes another {_listed(failing, 'or')}."] if failing else []
    rest = f"Started where the gradient is zero, it {'stays there' if kept.rests else 'moves all the same'}."
    return " ".join([*said, rest])


def _listed(words: list[str], last: str) -> str:
    return " ".join([", ".join(words[:-1]), last, words[-1]] if len(words) > 1 else words)
