"""Scripts and style sheets with what only their writers read taken out: what a browser makes of them stays the same."""

import gzip
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page

from ext import compact, own_assets
from gdlib.widgets.module_files import modules, style
from tests.conftest import ROOT, Watch

SCRIPTS = {**modules(), "quiz.js": ROOT / "assets" / "quiz.js"}
SHEETS = {"explorer.css": style(), **{path.name: path.read_text() for path in (ROOT / "assets").glob("*.css")}}


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("const a = 1; // one\n/* two\n */ const b = `x  ${ a + 1 }  // y`;", "const a=1;const b=`x  ${a+1}  // y`;"),
        ('`a ${`b < c   ${ d ? `  e` : "f  g" } `} h  i`', '`a ${`b < c   ${d?`  e`:"f  g"} `} h  i`'),
        ("x = a / b / c; y = /[/`'\"]\\/ {2}/g.test(s) / 2", "x=a/b/c;y=/[/`'\"]\\/ {2}/g.test(s)/2"),
        ("return /  a/.test(b)", "return/  a/.test(b)"),
        ("x = (a) / b // c\ny = d", "x=(a)/b\ny=d"),
        ("a + +b - -c + ++d; e++\n/ 2; 1 .toFixed()", "a+ +b- -c+ ++d;e++\n/2;1 .toFixed()"),
        ("a = b\nc = d\n++e", "a=b\nc=d\n++e"),
        ("return\na", "return\na"),
        ("f(\n  a,\n  b,\n)\n  .then(c)\n  ?.d", "f(a,b,).then(c)?.d"),
        ("class A {\n  #x = 1;\n  get y() {\n    return this.#x;\n  }\n}", "class A{#x=1;get y(){return this.#x;}}"),
        ("if (a) {\n  b();\n}\nelse c();", "if(a){b();}\nelse c();"),
        ("'it\\'s // here' in x", "'it\\'s // here'in x"),
        ("const { of } = a.in / 2 / 3", "const{of}=a.in/2/3"),
        ("π  =  'é  ü'", "π='é  ü'"),
    ],
)
def test_only_comments_and_gaps_go(text: str, short: str) -> None:
    assert compact.script(text) == short
    assert compact.script(short) == short


@pytest.mark.parametrize("text", ["`a ${b", "`a", "x = 'a\n'", "`${ a"])
def test_what_has_no_end_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no end"):
        compact.script(text)


def test_a_style_sheet_keeps_its_selectors_sums_and_texts() -> None:
    text = """/* a */
.a  .b > .c:not( .d ),\n.e { width: calc(1px + 2 * var(--x));  content: "▸  ;}" / "" }
@media (min-width: 1px) and (pointer: coarse) { .f { margin: 0 !important; } }"""
    assert compact.style(text) == (
        '.a .b > .c:not( .d ),.e{width:calc(1px + 2 * var(--x));content:"▸  ;}" / ""}'
        "@media (min-width:1px) and (pointer:coarse){.f{margin:0 !important}}"
    )


def test_a_third_of_what_is_sent_goes() -> None:
    before = sum(len(gzip.compress(path.read_bytes())) for path in SCRIPTS.values())
    after = sum(len(gzip.compress(compact.script(path.read_text()).encode())) for path in SCRIPTS.values())
    assert after < 0.82 * before


TROUBLE = """(text) => {
  try { new Function(`'use strict';` + text); } catch (error) { return String(error); }
}"""
RULES = """(text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return [...sheet.cssRules].map((rule) => rule.cssText.replace(/,\\s+/g, ","));  // a variable's value stays as written
}"""


@pytest.mark.browser
def test_chromium_reads_every_script_after_as_before(tab: Watch) -> None:
    page: Page = tab.page
    page.goto("about:blank")
    for name, path in SCRIPTS.items():
        text = re.sub(
            r"^import .*?;$", "", path.read_text().replace("import.meta", "page"), flags=re.MULTILINE | re.DOTALL
        )
        body = re.sub(
            r"^export (default )?", lambda found: "const own = " if found[1] else "", text, flags=re.MULTILINE
        )
        for one in (body, compact.script(body)):
            assert page.evaluate(TROUBLE, one) is None, name


@pytest.mark.browser
def test_chromium_reads_the_same_rules_in_every_sheet(tab: Watch) -> None:
    tab.page.goto("about:blank")
    for name, text in SHEETS.items():
        rules = [tab.page.evaluate(RULES, one) for one in (text, compact.style(text))]
        assert rules[0] == rules[1], name
        assert len(rules[0]) > 3


def test_the_book_s_own_style_and_script_are_served_so(tmp_path: Path) -> None:
    theme = {"repository_url": "https://github.com/someone/book", "repository_branch": "main"}
    app: Any = SimpleNamespace(builder=SimpleNamespace(format="html"), srcdir=tmp_path, outdir=tmp_path)
    app.config = SimpleNamespace(html_static_path=["assets"], html_theme_options=theme)
    for folder in (tmp_path / "assets", tmp_path / "_static"):
        folder.mkdir()
        (folder / "a.css").write_text("/* why */\n.a { color: red; }\n")
        (folder / "b.js").write_text("const a = 1; // why\n")
        (folder / "c.svg").write_text("<svg>  </svg>")
    own_assets.smaller(app, None)
    where = "/* To read: https://github.com/someone/book/blob/main/assets/"
    assert {path.name: path.read_text() for path in (tmp_path / "_static").iterdir()} == {
        "a.css": f"{where}a.css */\n.a{{color:red}}\n",
        "b.js": f"{where}b.js */\nconst a=1;\n",
        "c.svg": "<svg>  </svg>",
    }
