"""What several tests share: one browser, one tab of it, the built site served as its host serves it, a watch over a page.

A browser test takes `tab` (a Watch): the worker's one tab, as a reader's first visit finds it. It opens a page two to three
times sooner than a new tab does, for the engine has read the scripts before. What cannot be undone in a tab (touch, another
profile, `route`, `add_init_script`, `on`) needs a fresh one: `context.new_page()`.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tools import browser as system_browser
from tools.serve import HOST, Handler, Server

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
SIZE: ViewportSize = {"width": 1280, "height": 800}
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
    origin: str = f"http://{HOST}:"  # what the page may ask; all that these tests serve is there
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda m: m.type == "error" and self.troubles.append(f"console: {m.text}"))
        self.page.on("pageerror", lambda error: self.troubles.append(f"exception: {error}"))
        self.page.on("request", lambda r: self._foreign(r.url) and self.troubles.append(f"request elsewhere: {r.url}"))
        self.page.on("response", lambda r: r.status >= 400 and self.troubles.append(f"{r.status}: {r.url}"))

    def _foreign(self, url: str) -> bool:
        return not url.startswith((self.origin, "file:", "data:", "blob:", "about:"))


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever takes a browser or the built site is marked so, and runs in its step of `make test`."""
    for item in items:
        for fixture, mark in (("chromium", "browser"), ("site", "site")):
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, started once for all tests of a run; no screen's beat keeps it from its next picture."""
    arguments = [*system_browser.ARGUMENTS, "--disable-frame-rate-limit"]  # tests wait for pictures more than for work
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_browser.ensure(), args=arguments)
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


@pytest.fixture(scope="session")
def only_tab(chromium: Browser) -> Iterator[Watch]:
    """The tab that the tests of a worker use in turn; they take it as `tab`."""
    context = chromium.new_context(viewport=SIZE)
    yield Watch(context.new_page())
    context.close()


@pytest.fixture
def tab(only_tab: Watch) -> Iterator[Watch]:
    """The worker's tab: empty, 1280×800 pixels, with nothing stored or emulated and no troubles so far."""
    page = only_tab.page
    page.set_viewport_size(SIZE)
    page.emulate_media(media="null", color_scheme="null", reduced_motion="null", forced_colors="null")
    page.mouse.move(0, 0)
    only_tab.troubles.clear()
    yield only_tab
    if page.url.startswith("http"):
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
    page.goto("about:blank")


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page that can import modules from text; the tests of a module share it."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto("about:blank")
    yield page
    context.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile of 1280×800 pixels, for what `tab` cannot do."""
    context = chromium.new_context(viewport=SIZE)
    yield context
    context.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end of every run which rules nobody outside has checked yet."""
    import gdlib
    from tests.goldens.unanswered import sentence

    terminalreporter.write_line(sentence(rule.name for rule in gdlib.rules))
