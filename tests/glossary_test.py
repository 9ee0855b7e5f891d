"""Every term that a page prints in bold where it is first used stands in the glossary, once."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [path for path in sorted((ROOT / "book").glob("*.md")) if path.stem != "glossary"]
TERMS = re.findall(r"^([A-Za-z][^\n]*)\n  \S", (ROOT / "book" / "glossary.md").read_text(encoding="utf-8"), re.M)


def test_no_term_stands_twice():
    assert len(TERMS) > 40
    assert len({term.lower() for term in TERMS}) == len(TERMS)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_bold_terms_are_in_the_glossary(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    bold = re.findall(r"\*\*([a-z][a-z -]*)\*\*", text)
    assert [term for term in bold if term not in {known.lower() for known in TERMS}] == []
