"""What several parts of the rule book say of a rule: its place in the page, its memory, its kin."""

import re
from collections.abc import Iterable

from gdlib.descriptions.kinship import Relation, Setting
from gdlib.emit import latex
from gdlib.registry import Registry
from gdlib.update_rule import Rule
from gdlib.vocabulary import Hyperparameter, hyperparameter, latex_name
from gdlib.widgets.plain_signs import symbol


def anchor(rule: Rule) -> str:
    """The place of the rule's entry in the page."""
    return f"rule-{rule.name.replace('_', '-')}"


def link(rule: Rule) -> str:
    return f"[{rule.title}](#{anchor(rule)})"


def cell(text: str) -> str:
    """Text in a cell of a table."""
    return text.replace("|", r"\|")


def memory(rule: Rule) -> str:
    """How many arrays of theta's shape it keeps."""
    count = len(rule.state)
    return "none" if not count else "1 array" if count == 1 else f"{count} arrays"


def cited(source: str) -> str:
    """The source with its keys of the bibliography made references."""
    return re.sub(r"\b[a-z]+\d{4}\b", lambda key: "{cite:t}`" + key[0] + "`", source)


def sign(latex: str) -> str:
    """A symbol as HTML: hundreds of them in tables would keep a typesetter busy for seconds."""
    parts = symbol(latex)
    scripts = "".join(f"<{mark}>{parts[mark]}</{mark}>" for mark in ("sub", "sup") if mark in parts)
    return f"<var>{parts['base']}{scripts}</var>"


def allowed(h: Hyperparameter) -> str:
    """The range of a hyperparameter as HTML."""
    words = h.range_in_words().replace("<=", "≤").replace(">=", "≥").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(rf"\b{re.escape(h.name)}\b", lambda _: sign(h.symbol), words, count=1)


def symbols(rule: Rule) -> str:
    return ", ".join(sign(hyperparameter(*item).symbol) for item in rule.defaults.items())


def becomes(relation: Relation, target: str) -> str:
    """What the left rule, "it", has to do with the right one, here called `target`."""
    left, right = relation.told
    there = f" with {_said(right)}" if right else ""
    if left:
        return f"With {_said(left)} it is {target}{there}."
    return f"It is {target}{there}." if right else f"It walks the same points as {target}."


def is_become(relation: Relation, subject: str) -> str:
    """The same, told of the right rule: what the left one, here called `subject`, has to do with it."""
    left, right = relation.told
    there = f" with {_said(right)}" if right else ""
    if left:
        return f"{subject} with {_said(left)} is this rule{there}."
    return f"{subject} is this rule{there}." if right else f"{subject} walks the same points."


def _said(settings: Iterable[Setting]) -> str:
    words = [setting.said(latex_name, lambda text: f"${text}$") for setting in settings]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def turned_to(rule: Rule, rules: Registry[Rule]) -> list[Relation]:
    """The relations of other rules that end in this one."""
    return [relation for other in rules for relation in other.kin if relation.right.rule == rule.name]


def equation(rule: Rule) -> str:
    return f"$$\n{latex(rule)}\n$$"
