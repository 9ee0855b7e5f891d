"""Every built page as a reader meets it: in a browser, at two widths and in both themes, below the site's folder."""

import os
import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as TooLong

from ext.address import site_of
from ext.explorer_modules import served
from tests.conftest import FOLDER, HTML, ROOT, Watch
from tests.explorer_page import drawn

pytestmark = pytest.mark.site

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text())
REPOSITORY = CONFIG["repository"]["url"]
WIDTHS = {1280: 800, 390: 844}
LOOKS = ("light", "dark")
GENERATED = ("genindex", "prf-")  # lists of names that no page links to
SPEAKING_UP = ("serious", "critical")  # what axe finds of these two weights is an error here


def pages() -> list[str]:
    """The addresses of all pages below the site's folder."""
    return sorted(path.relative_to(HTML).as_posix() for path in HTML.rglob("*.html") if "_static" not in path.parts)


def chapters() -> list[str]:
    """The pages of the table of contents, first the start page."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text())
    return [contents["root"], *(page["file"] for part in contents["parts"] for page in part["chapters"])]


# ------------------------------------------------------------------ in the browser

# What the page waits for has an end, and says what it was: a script that never comes must not keep the tests for ever.
SEEN = """async () => {
  let waits = "MathJax, which comes last";
  const over = new Promise((_, fail) => setTimeout(() => fail(new Error(`the page waits for ${waits}`)), 60_000));
  const seen = async () => {
    while (window.MathJax && !MathJax.startup) await new Promise((next) => setTimeout(next, 10));
    waits = "its formulas";
    await window.MathJax?.startup.promise;
    for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {   // what waits to be seen starts
      waits = `a frame at ${y} pixels`;
      scrollTo(0, y);
      await new Promise((next) => requestAnimationFrame(next));
    }
  };
  await Promise.race([seen(), over]);
}"""
UNTYPESET = """() => [...document.querySelectorAll(".math")]
  .filter((one) => !one.querySelector("mjx-container") || one.querySelector("mjx-merror, [data-mml-node=merror]"))
  .map((one) => one.textContent.slice(0, 80))"""
SIDEWAYS = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width && document.body.scrollWidth <= width) return [];
  return [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map((one) => `${one.tagName}.${one.className}: ${one.textContent.slice(0, 40)}`)
    .concat(`the page is ${document.documentElement.scrollWidth} wide of ${width}`);
}"""
WAITING = """() => [...document.querySelectorAll("gd-explorer, gd-quiz")]
  .filter((one) => one.dataset.ready !== "true").map((one) => one.outerHTML.slice(0, 120))"""


def wear(page: Page, width: int, look: str) -> None:
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    page.emulate_media(color_scheme=look, reduced_motion="reduce")  # type: ignore[arg-type]


def look_at(page: Page, width: int, look: str) -> list[str]:
    """What is wrong with an open page at one width in one theme."""
    wear(page, width, look)
    drawn(page)
    shown = page.evaluate("document.documentElement.dataset.theme")
    found = [f"theme: {shown}"] if shown != look else []
    found += [f"not typeset: {text}" for text in page.evaluate(UNTYPESET)]
    found += [f"scrolls sideways: {text}" for text in page.evaluate(SIDEWAYS)]
    return [f"{width} {look}: {trouble}" for trouble in found]


# axe reads the whole page for every rule and judges the contrast of each text by itself: half a minute for the rule book.
# Texts of one colour on one ground in one size have one contrast, so one of each look is judged. What MathJax draws is
# built alike in every formula and says its words to a screen reader from outside, so a formula's letters stand for it;
# nor is there more to find of coloured words of code than their contrast.
ONE_OF_EACH_LOOK = """() => {
  const ground = (one) => {
    const chain = [];
    for (let at = one; at; at = at.parentElement) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(at);
      if (backgroundImage !== "none" || opacity !== "1") chain.push(backgroundImage, opacity);
      if (!/^rgba\\(.*, 0\\)$/.test(backgroundColor)) chain.push(backgroundColor);
      if (/^rgb\\(/.test(backgroundColor)) break;
    }
    return chain.join();
  };
  const seen = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const one = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !one.checkVisibility({ visibilityProperty: true })) continue;
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(one);
    const look = [one.localName, color, fontSize, fontWeight, textShadow, ground(one)].join("|");
    if (!seen.has(look)) one.toggleAttribute("data-look", true);
    seen.add(look);
  }
  return seen.size;
}"""
PLAIN_FORMULAS = """() => document.querySelectorAll("mjx-container").forEach((one) => {
  one.replaceChildren(one.querySelector("mjx-assistive-mml")?.textContent ?? one.textContent);
})"""
PLAIN_CODE = """() => document.querySelectorAll("pre span:not([data-look])").forEach((one) => {
  const bare = one.getAttributeNames().every((name) => name === "class") && !one.querySelector("*");
  if (bare) one.replaceWith(one.textContent);
})"""
CONTRAST = "color-contrast"
# Whatever these find is of axe's weights moderate and minor, which are not counted: a sixth of its time on a page.
UNCOUNTED = (
    "region", "skip-link", "page-has-heading-one", "heading-order", "empty-heading", "empty-table-header",
    "landmark-one-main", "landmark-unique", "landmark-no-duplicate-main", "landmark-no-duplicate-banner",
    "landmark-no-duplicate-contentinfo", "landmark-main-is-top-level", "landmark-banner-is-top-level",
    "landmark-contentinfo-is-top-level", "landmark-complementary-is-top-level", "image-redundant-alt",
    "meta-viewport-large", "presentation-role-conflict", "aria-allowed-role",
)  # fmt: skip


def violations(page: Page, **options: object) -> list[dict[str, Any]]:
    """What axe finds of the weights that count; where looks are marked, it judges the contrast of these alone."""
    options |= {
        "preload": False,  # it would fetch the theme's @import by a wrong address
        "resultTypes": ["violations"],  # the long lists of what is well take most of the time
    }
    page.evaluate(Axe().axe_script)
    found = page.evaluate(
        f"""async (options) => {{
          if (document.querySelector("[data-look]")) {{
            axe.configure({{ rules: [{{ id: "{CONTRAST}", selector: "[data-look]" }}] }});
          }}
          return (await axe.run(options)).violations;
        }}""",
        options,
    )
    return [one for one in found if one["impact"] in SPEAKING_UP]


SCROLLED_BY_KEYS = """() => [...document.querySelectorAll("pre[tabindex]")]
  .every((one) => one.scrollWidth <= one.clientWidth || one.tabIndex === 0)"""


def barriers(page: Page, look: str, everything: bool = False) -> list[str]:
    """What keeps readers who see, hear or steer differently from the page, as axe finds it."""
    with suppress(TooLong):  # the theme notices a moment after a change of width which boxes scroll
        page.wait_for_function(SCROLLED_BY_KEYS, timeout=2_000)
    if everything:
        found = violations(page)
    else:
        for prepare in (PLAIN_FORMULAS, ONE_OF_EACH_LOOK, PLAIN_CODE):
            page.evaluate(prepare)
        found = violations(page, rules={rule: {"enabled": False} for rule in UNCOUNTED})
        page.evaluate('document.querySelectorAll("[data-look]").forEach((one) => one.removeAttribute("data-look"))')
    return [f"{look}: {one['id']} ({len(one['nodes'])} times): {one['nodes'][0]['html'][:200]}" for one in found]


def open_page(watch: Watch, address: str) -> list[str]:
    """Go there and wait until all mathematics is typeset and all explorers and quizzes answer; those that do not."""
    watch.page.goto(address)
    watch.page.evaluate(SEEN)
    with suppress(TooLong):
        watch.page.wait_for_function(f"({WAITING})().length === 0", timeout=10_000)
    return [f"does not answer: {text}" for text in watch.page.evaluate(WAITING)]


@pytest.mark.browser
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if "rule-book" in name else ()) for name in pages()],  # its length
)
def test_a_page_shows_well_on_a_desk_and_on_a_phone_and_bars_nobody(tab: Watch, site: str, name: str) -> None:
    # The themes share one style sheet: each page is judged in one, in turn; `make test-all` looks at each width in each.
    *others, judged = LOOKS if pages().index(name) % 2 else reversed(LOOKS)
    wear(tab.page, 390, *others)
    troubles = open_page(tab, site + name)
    troubles += look_at(tab.page, 390, *others) + look_at(tab.page, 1280, judged)
    if not name.startswith(GENERATED):
        troubles += barriers(tab.page, judged)
    assert troubles + tab.troubles == []


FAINT = """<!doctype html><html lang="en"><head><title>Faint</title></head><body><main><h1>Faint</h1>{}{}</main></body></html>"""
FORMULA = '<mjx-container><mjx-math aria-hidden="true"><mjx-mi>sin x</mjx-mi></mjx-math></mjx-container>'


@pytest.mark.browser
@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("<p>Words in black on white, like the others.</p>", []),
        ('<p style="color: #bbb">Grey words.</p>', [CONTRAST]),
        ('<div style="background: #666"><p>Words on a dark ground.</p></div>', [CONTRAST]),
        (f'<p style="color: #bbb">{FORMULA}</p>', [CONTRAST]),
        (
            f"<style>i {{ color: #bbb }}</style><pre>{30 * '<span class=k>as</span> '}<span><i>faint</i></span></pre>",
            [CONTRAST],
        ),
        ('<p><img src="data:,"> A picture without words.</p>', ["image-alt"]),
    ],
)
def test_one_faint_text_among_many_is_found(tab: Watch, text: str, kinds: list[str], everything: bool) -> None:
    tab.page.set_content(FAINT.format("<p>Words in black on white.</p>" * 30, text))
    found = [line.split()[1] for line in barriers(tab.page, LOOKS[0], everything)]
    assert found == kinds
    if kinds == [CONTRAST]:
        assert len(barriers(tab.page, LOOKS[1], everything)) == 1  # the other theme's colours are judged too


# The contrast of every single text and every part of every formula, at both widths: what `make test` concludes from one
# of each look is not concluded here. It takes minutes for the long pages.
@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("name", pages())
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_bars_nobody_at_any_width_in_any_theme(tab: Watch, site: str, width: int, look: str, name: str) -> None:
    troubles = open_page(tab, site + name) + look_at(tab.page, width, look) + barriers(tab.page, look, everything=True)
    assert troubles + tab.troubles == []


# The same pages in a new profile each, as they load at that width and in that theme, not as they are brought there:
# four more loads of every page.
@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("name", pages())
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_loads_well_afresh(chromium: Browser, site: str, width: int, look: str, name: str) -> None:
    size = {"width": width, "height": WIDTHS[width]}
    context = chromium.new_context(viewport=size, color_scheme=look)  # type: ignore[arg-type]
    watch = Watch(context.new_page())
    troubles = open_page(watch, site + name) + look_at(watch.page, width, look)
    context.close()
    assert troubles + watch.troubles == []


@pytest.mark.browser
def test_the_search_finds_a_word_of_a_page(tab: Watch, site: str) -> None:
    tab.page.goto(site + "search.html?q=gradient")
    tab.page.wait_for_selector("#search-results li a")
    assert tab.troubles == []


@pytest.mark.browser
def test_a_wrong_address_leads_back_into_the_book(tab: Watch, site: str) -> None:
    answer = tab.page.goto(site + "no/such/page.html")
    assert answer is not None
    assert answer.status == 404
    assert tab.page.evaluate("getComputedStyle(document.querySelector('main')).display") != "inline"  # style was found
    tab.page.click("main article a[href$='index.html']")
    assert tab.page.url == site + "index.html"
    assert [trouble for trouble in tab.troubles if "no/such/page" not in trouble and "404 (" not in trouble] == []


@pytest.mark.browser
def test_the_theme_button_changes_the_theme_and_the_choice_stays(tab: Watch, site: str) -> None:
    tab.page.goto(site)
    seen = set()
    for _ in range(3):
        tab.page.click(".theme-switch-button >> visible=true")
        seen.add(tab.page.evaluate("document.documentElement.dataset.theme"))
    assert seen == set(LOOKS)
    chosen = tab.page.evaluate("document.documentElement.dataset.mode")
    tab.page.goto(f"{site}{chapters()[1]}.html")
    assert tab.page.evaluate("document.documentElement.dataset.mode") == chosen


# ------------------------------------------------------------------ the files


class Addresses(HTMLParser):
    """All that a page points to, and all places in it that can be pointed to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.places |= {values[name] for name in ("id", "name") if values.get(name)}
        if tag == "link" and values.get("rel") == "canonical":
            return
        self.targets += [values[name] for name in ("href", "src", "poster", "data") if values.get(name)]


@cache
def read(name: str) -> Addresses:
    return Addresses((HTML / name).read_text(encoding="utf-8"))


def broken(name: str) -> Iterator[str]:
    """The addresses of one page that lead nowhere: a file, a place in a page, or a file of the repository."""
    for target in read(name).targets:
        address, place = urldefrag(target)
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            match = re.match(rf"{re.escape(REPOSITORY)}/(?:blob|tree|edit)/main/(.+)", address)
            if match and not (ROOT / unquote(match[1])).exists():
                yield f"{target}: the repository has no such file"
            continue
        if parts.path.startswith("/"):
            if not parts.path.startswith(FOLDER):
                yield f"{target}: lies outside of {FOLDER}"
                continue
            file = HTML / unquote(parts.path.removeprefix(FOLDER))
        else:
            file = (HTML / name).parent / unquote(parts.path) if parts.path else HTML / name
        file = file / "index.html" if file.is_dir() else file
        inside = Path(os.path.normpath(file))
        if not inside.is_file():
            yield f"{target}: no such file"
        elif place and inside.suffix == ".html" and place not in read(inside.relative_to(HTML).as_posix()).places:
            yield f"{target}: no such place in the page"


@pytest.mark.parametrize("name", pages())
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    assert list(broken(name)) == []


def test_every_page_is_in_the_site_and_in_its_map() -> None:
    address, _ = site_of(REPOSITORY)
    listed = re.findall(r"<loc>(.*?)</loc>", (HTML / "sitemap.xml").read_text())
    assert sorted(listed) == sorted(f"{address}{name}.html" for name in chapters())


@pytest.mark.parametrize("name", chapters())
def test_a_page_can_be_shared_and_opened_as_a_notebook(name: str) -> None:
    text = (HTML / f"{name}.html").read_text(encoding="utf-8")
    address, _ = site_of(REPOSITORY)
    owner_and_name = REPOSITORY.removeprefix("https://github.com/")
    assert f'<link rel="canonical" href="{address}{name}.html"' in text
    assert f'<meta property="og:image" content="{address}_static/social.png"' in text
    if "kernelspec:" in (ROOT / f"{name}.md").read_text(encoding="utf-8"):  # the others hold nothing to run
        link = f"https://mybinder.org/v2/gh/{owner_and_name}/main?urlpath=lab/tree/{name}.md"
        assert link in text.replace("%2F", "/")


def test_the_shared_picture_has_the_size_that_hosts_ask_for() -> None:
    head = (HTML / "_static" / "social.png").read_bytes()[:24]
    assert struct.unpack(">II", head[16:24]) == (1200, 630)


def test_the_site_has_the_librarys_own_browser_modules() -> None:
    (folder,) = (HTML / "_static" / "gd").iterdir()
    in_site = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    (source,) = set(re.findall(r"^/\* To read: (\S+) \*/", "\n".join(in_site.values()), re.MULTILINE))
    assert source.endswith("/tree/main/gdlib/widgets")
    assert in_site == served(source)


@pytest.mark.parametrize("name", pages())
def test_a_page_is_told_of_the_modules_of_its_own_explorers_and_of_no_others(name: str) -> None:
    text = (HTML / name).read_text(encoding="utf-8")
    told = re.findall(r'<link rel="modulepreload" href="[^"]*_static/gd/\w+/([\w.-]+\.mjs)"', text)
    kinds = re.findall(r'<gd-explorer\b[^>]*\bdata-kind="([^"]+)"', text)
    assert ("mount.mjs" in text) == bool(kinds)
    assert sorted(told) == (sorted(imported("mount", *kinds)) if kinds else [])


def imported(*names: str) -> set[str]:
    """The files that a browser fetches for these modules at the start, found as it finds them: by following each import.

    What is fetched later, by `import()`, is not among them.
    """
    files, found, waiting = served(), set[str](), {f"{name}.mjs" for name in names}
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= set(re.findall(r"""\b(?:from|import)\s*["']\./([\w.-]+\.mjs)["']""", files[name])) - found
    return found
