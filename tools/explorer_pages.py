"""Find the built pages that hold explorers, and serve them to a browser."""

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tools.serve import HOST, Handler, Server

HTML = Path(__file__).resolve().parent.parent / "_build" / "html"
GALLERY = "book/gallery.html"  # holds every kind
ELEMENT = re.compile(r'<gd-explorer\b[^>]*\bdata-kind="([^"]+)"')


def explorer_pages(html: Path = HTML) -> dict[str, list[str]]:
    """The kinds of explorers in the order in which they stand on each page that has one, by the page's address.

    Ends with a sentence where there is no built book or no explorer in it.
    """
    if not (html / "index.html").is_file():
        sys.exit(f"The built book is needed, and {html} holds none: run `make book` first.")
    found = {}
    for path in sorted(html.rglob("*.html")):
        if "_static" not in path.parts and (kinds := ELEMENT.findall(path.read_text(encoding="utf-8"))):
            found[path.relative_to(html).as_posix()] = kinds
    if not found:
        sys.exit(f"No page in {html} holds an explorer: the book was built without them; run `make book` again.")
    return found


@contextmanager
def served(folder: Path = HTML) -> Iterator[str]:
    """The address under which a folder is served on this machine while the block runs."""
    server = Server((HOST, 0), partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
