"""What several tests share: one browser, the built site served as its host serves it, and a watch over a page."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tools import browser as system_browser
from tools.serve import HOST, Handler, Server

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
FOLDER = "/descent/"  # a project's site lies below its name, so nothing in it may be addressed from the host's root


class Below(Handler):
    """Serves the site below FOLDER only, as strictly as a host: nothing is found by leaving a folder out."""

    def translate_path(self, path: str) -> str:
        if not path.startswith(FOLDER):
            return str(Path(self.directory) / "outside-the-site")
        return super(Handler, self).translate_path("/" + path.removeprefix(FOLDER))


@dataclass
class Watch:
    """A page with all that went wrong on it since it was opened."""

    page: Page
    origin: str
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda m: m.type == "error" and self.troubles.append(f"console: {m.text}"))
        self.page.on("pageerror", lambda error: self.troubles.append(f"exception: {error}"))
        self.page.on("request", lambda r: self._foreign(r.url) and self.troubles.append(f"request elsewhere: {r.url}"))
        self.page.on("response", lambda r: r.status >= 400 and self.troubles.append(f"{r.status}: {r.url}"))

    def _foreign(self, url: str) -> bool:
        return not url.startswith((self.origin, "data:", "blob:", "about:"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, started once for all tests of a run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_browser.ensure(), args=system_browser.ARGUMENTS)
        yield browser
        browser.close()


def serve(folder: Path, handler: type[Handler] = Below) -> Server:
    """A server of `folder` on a free port, at work in a thread of its own; its caller shuts it down."""
    server = Server((HOST, 0), partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of the built book, served below FOLDER."""
    if not (HTML / "index.html").is_file():
        pytest.fail("these tests look at the built book: run `make book` first")
    server = serve(HTML)
    yield f"http://{HOST}:{server.server_address[1]}{FOLDER}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile of 1280×800 pixels."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield context
    context.close()


@pytest.fixture
def watch(context: BrowserContext, site: str) -> Watch:
    """An empty page of the built site, watched; `watch.page.goto(site + "book/….html")` opens one."""
    return Watch(context.new_page(), site.removesuffix(FOLDER))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end of every run which rules nobody outside has checked yet."""
    import gdlib
    from tests.goldens.unanswered import sentence

    terminalreporter.write_line(sentence(rule.name for rule in gdlib.rules))
