"""A page with explorers, as the book makes it, for the tests of each kind: opened, read and moved.

A quick test takes the fixture `tab` of conftest.py and opens its page with `shown(tab, explorer)`; one that needs touch, a
profile of its own or `route` gives a context instead. What Python makes of an explorer is made once for each object, so
explorers that several tests show are kept: `@functools.cache` on the function that calls `gd.explore`.
"""

import functools
import hashlib
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from playwright.sync_api import BrowserContext, Page

from ext.explorer_modules import served
from gdlib.widgets import modules
from tests.conftest import ROOT, Watch, serve
from tools.serve import HOST, TYPES, Handler

READY = 'gd-explorer[data-ready="true"]'
PAGE = """<!doctype html>
<html lang="en" data-theme="light"><head><meta charset="utf-8"><title>An explorer</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="descent.css"><link rel="stylesheet" href="gd/explorer.css">
<style>body {{ margin: 0; background: var(--gd-paper); color: var(--gd-ink) }}
main {{ max-width: 46rem; margin: auto; padding: 1rem }}</style>
<script>// a readout writes at most every 120 ms, for readers; here every 2, for tests wait for it
((own) => {{ window.setTimeout = (work, time, ...rest) => own(work, time === 120 ? 2 : time, ...rest); }})(setTimeout);
</script></head>
<body><main><h1>An explorer</h1>{body}</main><script type="module" src="gd/mount.mjs"></script></body></html>
"""


_made: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


def html_of(explorer: Any) -> str:
    """What the built page shows of a cell that ends with the explorer."""
    if explorer not in _made:
        bundle = explorer._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        _made[explorer] = str(data["text/html"])
    return _made[explorer]


class _Shelf(Handler):
    """Serves pages that tests have put there, and what explorers are made of; a browser may keep it."""

    files: dict[str, bytes | Path] = {}

    def do_GET(self) -> None:
        found = self.files.get(self.path.partition("?")[0])
        if found is None:
            return self.send_error(404)
        body = found if isinstance(found, bytes) else found.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", TYPES.get(Path(self.path).suffix, TYPES[".html"]))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "max-age=3600")
        super(Handler, self).end_headers()


@functools.cache
def _address() -> str:
    """Of the shelf, which stands until the tests end; it is this machine's, so a page may write the clipboard.

    Explorers are made of the files that the book serves; a test that loads a single part gets it as it was written.
    """
    _Shelf.files = {f"/gd/{name}": path for name, path in modules().items()}
    _Shelf.files |= {f"/gd/{name}": text.encode() for name, text in served().items()}
    assert "const PAUSE = 120;" in modules()["readout.mjs"].read_text(), "PAGE takes this pause for the readout's"
    _Shelf.files["/descent.css"] = ROOT / "assets" / "descent.css"
    return f"http://{HOST}:{serve(ROOT, _Shelf).server_address[1]}"


def shown(where: Watch | BrowserContext, *explorers: Any, above: str = "") -> Watch:
    """A page that holds the explorers, the first one ready; `.page` is Playwright's, `.troubles` must stay empty."""
    body = PAGE.format(body=above + "".join(html_of(one) for one in explorers)).encode()
    address, name = _address(), f"/{hashlib.sha256(body).hexdigest()[:16]}.html"
    _Shelf.files[name] = body
    watch = where if isinstance(where, Watch) else Watch(where.new_page())
    watch.page.goto(address + name)
    if explorers and not above:
        watch.page.wait_for_selector(READY)
    return watch


def state(page: Page) -> Any:
    """The first explorer's state, with its paths."""
    return page.evaluate('document.querySelector("gd-explorer").state')


SET = """async (value) => {
  const one = document.querySelector("gd-explorer");
  one.state = value;
  const until = performance.now() + 30_000;
  while (one.querySelector('.gd-explorer[aria-busy="true"]')) {
    if (performance.now() > until) throw new Error("the explorer is busy for 30 s");
    await new Promise((next) => setTimeout(next));
  }
  return one.state;
}"""


def set_state(page: Page, value: Any) -> Any:
    """Assigns a state and gives what the explorer says it is: at once after, or when it can read a formula."""
    return page.evaluate(SET, value)


def drawn(page: Page) -> None:
    """Waits until what was changed is drawn."""
    page.evaluate("() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))")


def settled(page: Page) -> None:
    """Waits until what was changed is drawn, and told: a page's timers go off in their order."""
    page.evaluate(
        """() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(next, 12))))"""
    )


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
    settled(page)
    return page.locator("gd-explorer .gd-readout").first.inner_text()
