"""A page with explorers, as the book makes it, for the tests of each kind: opened without a server, read and moved."""

import mimetypes
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route

from gdlib.widgets import modules
from tests.conftest import ROOT, Watch

ADDRESS = "http://localhost/"  # a secure context, where the clipboard may be written; nothing is asked of a network
READY = 'gd-explorer[data-ready="true"]'
PAGE = """<!doctype html>
<html lang="en" data-theme="light"><head><meta charset="utf-8"><title>An explorer</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="descent.css"><link rel="stylesheet" href="gd/explorer.css">
<style>body {{ margin: 0; background: var(--gd-paper); color: var(--gd-ink) }}
main {{ max-width: 46rem; margin: auto; padding: 1rem }}</style></head>
<body><main><h1>An explorer</h1>{body}</main><script type="module" src="gd/mount.mjs"></script></body></html>
"""


def html_of(explorer: Any) -> str:
    """What the built page shows of a cell that ends with the explorer."""
    bundle = explorer._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    return str(data["text/html"])


def shown(context: BrowserContext, *explorers: Any, above: str = "") -> Watch:
    """A page that holds the explorers, the first one ready; `.page` is Playwright's, `.troubles` must stay empty."""
    body = above + "".join(html_of(one) for one in explorers)
    files: dict[str, Path] = {f"gd/{name}": path for name, path in modules().items()}
    files["descent.css"] = ROOT / "assets" / "descent.css"

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(ADDRESS).partition("#")[0].partition("?")[0]
        if name == "":
            route.fulfill(body=PAGE.format(body=body), content_type="text/html; charset=utf-8")
        elif name in files:
            kind = "text/javascript" if name.endswith(".mjs") else mimetypes.guess_type(name)[0]
            route.fulfill(path=files[name], content_type=f"{kind}; charset=utf-8")
        else:
            route.fulfill(status=404)

    context.route(f"{ADDRESS}**", answer)
    watch = Watch(context.new_page(), ADDRESS.removesuffix("/"))
    watch.page.goto(ADDRESS)
    if explorers and not above:
        watch.page.wait_for_selector(READY)
    return watch


def state(page: Page) -> Any:
    """The first explorer's state, with its paths."""
    return page.evaluate('document.querySelector("gd-explorer").state')


def set_state(page: Page, value: Any) -> Any:
    """Assigns a state and gives what the explorer says it is at once after."""
    return page.evaluate(
        """(value) => { const one = document.querySelector("gd-explorer"); one.state = value; return one.state; }""",
        value,
    )


def drawn(page: Page) -> None:
    """Waits until what was changed is drawn."""
    page.evaluate("() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))")


def picture(page: Page) -> str:
    """All that is drawn, as text: path data, places and texts of every SVG, and the pixels of every canvas."""
    drawn(page)
    return str(
        page.evaluate(
            """() => [...document.querySelectorAll(".gd-explorer .gd-plot svg, .gd-explorer canvas")].map((one) =>
              one instanceof HTMLCanvasElement ? one.toDataURL() : one.innerHTML).join("|")"""
        )
    )


def readout(page: Page) -> str:
    """What the readout says, once it has caught up."""
    drawn(page)
    page.wait_for_timeout(200)  # it writes at most every 120 ms
    return page.locator('gd-explorer [role="status"]').first.inner_text()
