"""Take four pictures of every explorer on the built gallery page: two widths, two themes, into _build/shots.

    .venv/bin/python -m tools.gallery_shots            # `make gallery-shots`
    .venv/bin/python -m tools.gallery_shots race       # of these kinds only

They are called <kind>-<width>-<theme>.png, and <kind>-2-… where a kind stands for the second time. A book without a
gallery page is pictured wherever it has explorers.
"""

import shutil
import sys
from collections import Counter
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as TooLong

from tools import browser as system_browser
from tools.explorer_pages import GALLERY, HTML, explorer_pages, served

SHOTS = HTML.parent / "shots"
WIDTHS = {1280: 1000, 390: 844}
MARGIN = 16  # pixels of the page round an explorer
THEMES = ("light", "dark")
PATIENCE = 10_000  # milliseconds for one explorer to start

# What stands over the page while one scrolls would stand over the picture too.
PLAIN = """.bd-header-article, .bd-header, .sticky-top { position: static !important }
  .skip-link, #pst-skip-link, #pst-back-to-top { display: none !important }"""
STILL = """async (one) => {
  await document.fonts.ready;
  await Promise.all(one.getAnimations({ subtree: true }).map((running) => running.finished.catch(() => null)));
  await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
}"""


def chosen(pages: dict[str, list[str]], kinds: list[str]) -> list[tuple[str, int, str]]:
    """The explorers to picture: page, place on it, and the name of its pictures."""
    if GALLERY in pages:
        pages = {GALLERY: pages[GALLERY]}
    seen: Counter[str] = Counter()
    found = []
    for page, on_page in pages.items():
        for place, kind in enumerate(on_page):
            seen[kind] += 1
            name = kind if seen[kind] == 1 else f"{kind}-{seen[kind]}"
            if not kinds or kind in kinds:
                found.append((page, place, name))
    if missing := sorted(set(kinds) - set(seen)):
        sys.exit(f"kinds: needed some of {', '.join(seen)}, got {', '.join(missing)}")
    return found


def take(browser: Browser, site: str, wanted: list[tuple[str, int, str]], into: Path) -> list[str]:
    """Writes the pictures; the names of explorers that could not be pictured."""
    failed = []
    for width, height in WIDTHS.items():
        for theme in THEMES:
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
            )
            page = context.new_page()
            for address in dict.fromkeys(page_name for page_name, _, _ in wanted):
                page.goto(site + address)
                page.add_style_tag(content=PLAIN)
                for place, name in [(place, name) for here, place, name in wanted if here == address]:
                    file = f"{name}-{width}-{theme}.png"
                    if trouble := shoot(page, place, into / file):
                        failed.append(f"{file}: {trouble}")
                    print(f"  {file}", flush=True)
            context.close()
    return failed


def shoot(page: Page, place: int, file: Path) -> str | None:
    """One explorer as it shows when it answers; why it does not, or None."""
    one = page.locator("gd-explorer").nth(place)
    one.scroll_into_view_if_needed()
    ready = "(place) => document.querySelectorAll('gd-explorer')[place].dataset.ready"
    try:
        page.wait_for_function(ready, arg=place, timeout=PATIENCE)
    except TooLong:
        return f"it did not start within {PATIENCE / 1000:g} s"
    width = page.viewport_size["width"] if page.viewport_size else 0
    page.set_viewport_size({"width": width, "height": int(one.evaluate("(one) => one.offsetHeight")) + 4 * MARGIN})
    one.evaluate(STILL)  # a window as high as the explorer: all of it is drawn, and nothing beside it
    one.evaluate("(one, above) => scrollBy(0, one.getBoundingClientRect().top - above)", 2 * MARGIN)
    one.evaluate(STILL)
    box = one.bounding_box()
    assert box is not None
    left = max(0.0, box["x"] - MARGIN)
    page.screenshot(
        path=file,
        clip={
            "x": left,
            "y": max(0.0, box["y"] - MARGIN),
            "width": min(width, box["x"] + box["width"] + MARGIN) - left,
            "height": box["height"] + 2 * MARGIN,
        },
    )
    return None if one.get_attribute("data-ready") == "true" else "it could not start (data-ready is error)"


def main(kinds: list[str], html: Path = HTML, into: Path = SHOTS) -> int:
    wanted = chosen(explorer_pages(html), kinds)
    program = system_browser.ensure()
    if not kinds:
        shutil.rmtree(into, ignore_errors=True)  # no picture of an explorer that is no more
    into.mkdir(parents=True, exist_ok=True)
    with served(html) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=system_browser.ARGUMENTS)
        failed = take(browser, site, wanted, into)
        browser.close()
    print("".join(f"FAILED {line}\n" for line in failed), end="")
    print(f"{len(wanted)} explorers, {len(WIDTHS) * len(THEMES)} pictures each, in {into}.")
    return int(bool(failed))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted; the pictures taken so far stay.")
