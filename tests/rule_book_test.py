"""The rule book and the notation page print whatever rules there are, a made-up one too, with nothing listed by hand."""

import json
import re
from functools import cache
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from IPython.display import Markdown

import gdlib as gd
from ext.rule_book import written_out
from ext.rule_book.calls import ANSWERS
from ext.rule_book.tables import KEPT
from gdlib.descriptions.families import families
from gdlib.descriptions.invariances import invariances
from gdlib.figures.lineage import relation_words
from gdlib.registry import Registry

ROOT = Path(__file__).parent.parent
BOOK = ROOT / "book"
ROWS = {
    path.stem: json.loads(path.read_text())["rows"] for path in (ROOT / ANSWERS).glob("*.json") if path.stem in gd.rules
}
LIBRARY_ROWS = [(rule, row) for rule, rows in ROWS.items() for row in rows if row["library"] != "by hand"]


@gd.rule
def made_up(theta, g, a, b, c, *, lr=0.25, leak=0.5):
    """Threefold | decay: forget at three paces.

    Source: cauchy1847; defaults: ours.
    Kin: made_up(lr, leak=0) == gradient_descent(lr).
    """
    a = leak * a + g
    b = leak * b + a
    c = leak * c + b
    return theta - lr * c, a, b, c


@pytest.fixture
def with_a_made_up_one(monkeypatch):
    monkeypatch.setattr(gd, "rules", Registry("rule", [*gd.rules, made_up]))


def rule_book():
    return written_out((BOOK / "rule-book.md").read_text(encoding="utf-8"), ROOT)


as_it_stands = cache(rule_book)


def entry(rule, text=None):
    """The entry of a rule, from its anchor to the next."""
    found = re.search(
        rf"\(rule-{rule.name.replace('_', '-')}\)=\n### .*?(?=\n\(rule-|\n## |\Z)", text or as_it_stands(), re.S
    )
    return found[0]


def printed(page, monkeypatch):
    """All that the cells of a page show as Markdown."""
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    names = {}
    for cell in re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", (BOOK / page).read_text(), re.M | re.S):
        code = re.sub(r"^:tags:.*\n", "", cell)
        assert len(code.strip().splitlines()) <= 12
        *body, last = code.strip().splitlines()
        if last.startswith("Markdown("):
            code = "\n".join([*body, f"display({last})"])
            names.setdefault("display", shown.append)
        exec(compile(code, page, "exec"), names)
    return "\n\n".join(item.data for item in shown if isinstance(item, Markdown))


def test_every_rule_has_a_whole_entry():
    text = as_it_stands()
    for rule in gd.rules:
        found = entry(rule, text)
        assert found.partition("\n### ")[2].startswith(f"{rule.title}\n")
        assert rule.summary in found
        assert f"`gd.rules.{rule.name}`" in found
        assert all(line.partition(" = ")[2] in found for line in rule.equations)
        assert f"def {rule.name}(" in found
        assert '"""' not in found
        for name in rule.defaults:
            assert f"\n| `{name}` <var>" in found
        assert "**Source** {cite:t}`" in found
        remembered = re.search(r"\*\*Remembers\*\* (.*?)(?=: |\. )", found)[1]
        assert re.findall(r"`(\w+)`", remembered) == list(rule.state)
        assert ("the value at the same point" in found) == ("f" in rule.takes)
        assert ("where the first equation says" in found) == (rule.trace.gradient_at is not None)
        glance = text.partition("## All rules at a glance")[2].partition("\n## ")[0]
        assert f"[{rule.title}](#rule-{rule.name.replace('_', '-')})<br>{rule.summary} |" in glance


def test_entries_stand_in_teaching_order_under_their_families():
    heads = re.findall(r"^##(#?) (.*)$", as_it_stands(), re.M)
    wanted = []
    for family, rules in families(gd.rules).items():
        wanted += [("", family), *(("#", rule.title) for rule in rules)]
    assert heads[-len(wanted) :] == wanted


def test_relations_stand_in_both_entries():
    text = as_it_stands()
    relations = [relation for rule in gd.rules for relation in rule.kin]
    assert len(relations) > 20
    for relation in relations:
        left, right = gd.rules[relation.left.rule], gd.rules[relation.right.rule]
        own = re.search(r"\*\*Relations\*\*.*", entry(left, text), re.S)[0]
        other = re.search(r"\*\*Relations\*\*.*", entry(right, text), re.S)[0]
        assert f"[{right.title}](#rule-{right.name.replace('_', '-')})" in own
        assert f"[{left.title}](#rule-{left.name.replace('_', '-')})" in other
    assert "With $\\beta = 0$ it is [Gradient descent](#rule-gradient-descent)." in entry(gd.rules.momentum, text)
    assert "[FTRL-Proximal](#rule-ftrl-proximal) with $\\lambda_1 = 0$ and $\\lambda_2 = 0$ is this rule with " in text
    assert "It is [Momentum](#rule-momentum) with $(1 - \\beta) \\eta$ for $\\eta$." in text


def test_the_family_tree_has_every_rule_and_every_edge():
    figure = gd.figures.lineage(gd.rules)
    words = figure.alt.replace("\N{NO-BREAK SPACE}", " ")
    known = {rule.name: rule for rule in gd.rules}
    for rule in gd.rules:
        assert f">{rule.title}<".replace("'", "&#x27;") in figure.svg
        for relation in rule.kin:
            assert f"{rule.title} {relation_words(relation, known)}.".replace("\N{NO-BREAK SPACE}", " ") in words
    assert branches(figure) == sum(bool(rule.kin) for rule in gd.rules)


def branches(figure):
    """How many faint lines lead from a rule to another."""
    found = 0
    for panel in figure.panels:
        root = ElementTree.fromstring(panel)
        above = {child: parent for parent in root.iter() for child in parent}
        for path in root.iter("{http://www.w3.org/2000/svg}path"):
            found += any("stroke:var(--gd-faint" in one.get("style", "") for one in (path, above[path]))
    return found


def test_kin_in_a_circle_is_drawn_once():
    @gd.rule
    def here(theta, g, *, lr=0.1):
        """Here: one.

        Kin: here(lr) == there(lr).
        """
        return theta - lr * g

    @gd.rule
    def there(theta, g, *, lr=0.1):
        """There: the other.

        Kin: there(lr) == here(lr).
        """
        return theta - lr * g

    figure = gd.figures.lineage([here, there])
    assert figure.svg.count(">Here<") == figure.svg.count(">There<") == branches(figure) == 1
    assert figure.alt == "There walks the points of Here. Here walks the points of There."
    with pytest.raises(ValueError, match="rules: at least one rule is needed"):
        gd.figures.lineage([])


@pytest.mark.parametrize(("rule", "row"), LIBRARY_ROWS, ids=[f"{rule}-{row['called']}" for rule, row in LIBRARY_ROWS])
def test_every_call_with_a_golden_answer_is_shown_and_told_apart(rule, row):
    """Each call up to its numbers, for which one choice stands; among those that agree, or those that do not."""
    agreeing, _, others = entry(gd.rules[rule]).partition("**Elsewhere**")[2].partition("Close to it, but another rule")
    number = r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
    shown = re.sub(number, "#", agreeing if row["ours"] else others)
    assert f"\n{re.sub(number, '#', row['called'])}\n" in shown


def test_a_call_stands_under_ours_with_the_same_settings():
    text = as_it_stands()
    seen = 0
    for rule in gd.rules:
        for block in re.findall(r"^gd\.descend\(.*?(?=\n\n|\n```)", entry(rule, text), re.M | re.S):
            ours, *calls = [line for line in block.splitlines() if not line.startswith("#")]
            for call in calls:
                row = next(row for row in ROWS[rule.name] if row["called"] == call and row["ours"])
                settings = ", ".join(f"{name}={value!r}" for name, value in row["hyperparameters"].items())
                assert ours == f"gd.descend(f, gd.rules.{rule.name}, start, steps=steps, {settings})"
                seen += 1
    assert seen > 40


def test_what_no_library_has_says_so():
    for rule in gd.rules:
        none = not any(row["ours"] and row["library"] != "by hand" for row in ROWS.get(rule.name, []))
        assert ("none of the three libraries has it" in entry(rule)) == none, rule.name


def test_the_table_of_invariances_is_what_is_found():
    table = as_it_stands().partition("## What a path does not depend on")[2].partition("\n## ")[0]
    assert re.search(r"^\| rule \| (.*) \|$", table, re.M)[1].split(" | ") == [head for head, _ in KEPT.values()]
    for rule in gd.rules:
        row = re.search(rf"^\| \[{re.escape(rule.title)}\]\(#.*?\) \| (.*) \|$", table, re.M)[1].split(" | ")
        found = invariances(rule)
        assert [cell == "yes" for cell in row] == list(found), rule.name
        assert ("Started where the gradient is zero, it stays there." in entry(rule)) == found.rests
        same = re.search(r"It takes the same path (.*?)\.", entry(rule))
        assert ("the axes are turned" in (same[1] if same else "")) == found.axes


@pytest.mark.usefixtures("with_a_made_up_one")
def test_a_made_up_rule_needs_no_other_file(monkeypatch):
    text = rule_book()
    found = entry(made_up, text)
    assert "## Your own\n\n(rule-made-up)=\n### Threefold | decay" in text
    assert "{cite:t}`cauchy1847`; defaults: ours." in found
    assert "`a`, `b` and `c`: 2.4 MB" in found
    assert "none of the three libraries has it." in found
    assert "[Threefold | decay](#rule-made-up) with $\\mathrm{leak} = 0$ is this rule." in entry(
        gd.rules.gradient_descent, text
    )
    assert "becomes Gradient descent at leak = 0" in gd.figures.lineage(gd.rules).alt.replace("\N{NO-BREAK SPACE}", " ")
    assert "[Threefold \\| decay](#rule-made-up)<br>Forget at three paces. | 3 arrays |" in text
    assert "| `leak` |" in printed("notation.md", monkeypatch)


def test_a_page_without_blocks_stays_as_it_is_and_an_unknown_part_is_named():
    assert written_out("# A page\n", ROOT) == "# A page\n"
    with pytest.raises(
        ValueError, match=r"rules: needed one of glance, invariances, versions, entries, D1, .*D14, got 'tree'"
    ):
        written_out(":::{rules} tree\n:::\n", ROOT)


def test_every_landscape_from_a_paper_stands_in_the_bibliography():
    text = (BOOK / "references.bib").read_text()
    for f in gd.objectives:
        if re.fullmatch(r"[a-z]+\d{4}", f.source):
            assert f"{{{f.source}," in text


def test_memory_counts_are_the_states():
    for rule in gd.rules:
        state = [np.zeros(2)] * len(rule.state)
        arguments = {
            "theta": np.ones(2),
            "g": np.ones(2),
            "t": 1,
            "f": np.ones(2),
            **dict(zip(rule.state, state, strict=True)),
        }
        out = rule(*(arguments[name] for name in rule.takes))
        assert (len(out) - 1 if isinstance(out, tuple) else 0) == len(rule.state)


@pytest.mark.site
def test_every_rule_is_in_the_page_s_contents_and_in_the_search():
    page = (ROOT / "_build" / "html" / "book" / "rule-book.html").read_text(encoding="utf-8")
    contents = re.search(r'<nav id="pst-page-toc-nav".*?</nav>', page, re.S)[0]
    listed = [unescape(text.strip()) for text in re.findall(r"<a [^>]*>([^<]*)</a>", contents)]
    search = (ROOT / "_build" / "html" / "searchindex.js").read_text(encoding="utf-8")
    for rule in gd.rules:
        assert rule.title.replace("'", "’") in listed
        assert f'id="rule-{rule.name.replace("_", "-")}"' in page
        assert json.dumps(rule.title.replace("'", "’")) in search
