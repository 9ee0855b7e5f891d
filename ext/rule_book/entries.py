"""An entry of the rule book: all that follows from a rule's function, and how others call it."""

from ext.rule_book.calls import Answers, calls
from ext.rule_book.tables import in_words
from ext.rule_book.words import allowed, anchor, becomes, cell, cited, equation, is_become, link, sign, turned_to
from gdlib.descriptions.families import families, meaning
from gdlib.descriptions.invariances import invariances
from gdlib.registry import Registry
from gdlib.update_rule import Rule
from gdlib.vocabulary import hyperparameter

WEIGHTS = 100_000


def entries(rules: Registry[Rule], stored: Answers) -> str:
    """A section for each family, with an entry for each of its rules."""
    parts = []
    for family, several in families(rules).items():
        parts += [f"## {family}", meaning(several[0])]
        parts += [entry(rule, rules, stored) for rule in several]
    return "\n\n".join(filter(None, parts))


def entry(rule: Rule, rules: Registry[Rule], stored: Answers) -> str:
    """The whole entry as MyST."""
    parts = [
        f"({anchor(rule)})=\n### {rule.title}",
        f"{rule.summary} In the code: `gd.rules.{rule.name}`.",
        equation(rule),
        _code(rule),
        _settings(rule),
        f"**Source** {cited(rule.source)}",
        _cost(rule),
        f"**Invariances** {in_words(invariances(rule), 'eps' in rule.defaults)}",
        _relations(rule, rules),
        calls(rule, stored),
    ]
    return "\n\n".join(filter(None, parts))


def _code(rule: Rule) -> str:
    """Folded, since the equation says the same."""
    if not rule.text:
        return ""
    head = f":::{{dropdown}} The code of {rule.title}\n:class-container: gd-fold\n"
    return f"{head}```python\n{rule.text.strip()}\n```\n:::"


def _settings(rule: Rule) -> str:
    rows = ["{.gd-settings}", "| in the code | default | allowed | meaning |", "|---|---|---|---|"]
    for name, default in rule.defaults.items():
        h = hyperparameter(name, default)
        value = f"{default:g}".replace("e-0", "e-")
        rows.append(f"| `{name}` {sign(h.symbol)} | `{value}` | {allowed(h)} | {cell(h.meaning)} |")
    return "\n".join(rows)


def _cost(rule: Rule) -> str:
    """State, memory and passes."""
    names = [f"`{name}`" for name in rule.state] or ["nothing"]
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    size = f": {8 * WEIGHTS * len(rule.state) / 1e6:.1f} MB for {WEIGHTS:,} weights in float64" if rule.state else ""
    value = " and the value at the same point" if "f" in rule.takes else ""
    place = "" if rule.trace.gradient_at is None else ", where the first equation says"
    count = ", and the number of the step" if "t" in rule.takes else ""
    return f"**Remembers** {listed}{size}. **Takes** one gradient a step{place}{value}{count}."


def _relations(rule: Rule, rules: Registry[Rule]) -> str:
    """Both directions: what it becomes, and what becomes it."""
    own = [becomes(relation, link(rules[relation.right.rule])) for relation in rule.kin]
    others = [is_become(relation, link(rules[relation.left.rule])) for relation in turned_to(rule, rules)]
    lines = [f"- {sentence}" for sentence in (*own, *others)]
    return "\n".join(["**Relations**", "", *lines]) if lines else ""
