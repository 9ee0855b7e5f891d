"""The rule book and the notation page print whatever rules there are, a made-up one too, with nothing listed by hand."""

import re
from pathlib import Path

import numpy as np
from IPython.display import Markdown

import gdlib as gd
from gdlib.registry import Registry

BOOK = Path(__file__).parent.parent / "book"


@gd.rule
def made_up(theta, g, a, b, c, *, lr=0.25, leak=0.5):
    """Forget at three paces.

    Source: cauchy1847; defaults: ours.
    """
    a = leak * a + g
    b = leak * b + a
    c = leak * c + b
    return theta - lr * c, a, b, c


def printed(page, monkeypatch):
    """All that the page's cells show as Markdown, with the made-up rule among the rules."""
    monkeypatch.setattr(gd, "rules", Registry("rule", [*gd.rules, made_up]))
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


def test_every_rule_has_a_whole_entry(monkeypatch):
    text = printed("rule-book.md", monkeypatch)
    for rule in gd.rules:
        anchor = rule.name.replace("_", "-")
        entry = re.search(rf"\(rule-{anchor}\)=\n### .*?(?=\n\(rule-|\Z)", text, re.S)[0]
        assert rule.summary in entry
        assert all(line.partition(" = ")[2] in entry for line in rule.equations)
        assert f"def {rule.name}(" in entry
        assert '"""' not in entry
        for name in rule.defaults:
            assert f"| `{name}` |" in entry
        assert "**Source** {cite:t}`" in entry
        assert all(f"`{name}`" in entry for name in rule.state)
        assert f"](#rule-{anchor})" in text


def test_a_made_up_rule_needs_no_other_file(monkeypatch):
    text = printed("rule-book.md", monkeypatch)
    assert "Rules that remember 3 arrays" in text
    assert "{cite:t}`cauchy1847`; defaults: ours." in text
    assert "`a` and `b` and `c`: 2.4 MB" in text
    assert "| `leak` |" in printed("notation.md", monkeypatch)


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
