"""Serve a built book on this machine only: `python serve.py [folder] [--port N]` (standard library, any system).

A page's modules do not run from file://, so an offline copy needs these few lines too; they travel in site.zip.
"""

import argparse
import http.server
import signal
import socket
import sys
from functools import partial
from pathlib import Path

HOST = "127.0.0.1"
TYPES = {  # not left to the system's own table: Windows may call .js text/plain, and modules then do not run
    ".html": "text/html; charset=utf-8",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".xml": "application/xml",
    ".txt": "text/plain",
}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of one folder, with the book's own 404 page, and nothing kept by the browser between two builds."""

    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, **TYPES}
    quiet = True

    def translate_path(self, path: str) -> str:
        """A first folder that does not exist here is the site's name on its real host (/descent/…): leave it out."""
        plain = super().translate_path(path)
        if not Path(plain).exists():
            rest = path.lstrip("/").partition("/")[2]
            shorter = super().translate_path("/" + rest)
            if Path(shorter).exists():
                return shorter
        return plain

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        if code != 404 or not page.is_file():
            return super().send_error(code, message, explain)
        body = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", TYPES[".html"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        return None

    def log_message(self, format: str, *args: object) -> None:
        if not self.quiet:
            super().log_message(format, *args)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # a page asks for dozens of files at once; what does not fit in the usual 5 waits long
    allow_reuse_address = sys.platform != "win32"  # on Windows it would let two servers share a port

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader who leaves a page while it loads is no error worth a traceback."""


def listen(folder: str, port: int, tries: int = 100) -> Server:
    """A server on `port` or the next free one."""
    for candidate in range(port, port + tries):
        with socket.socket() as probe:  # another's listener that shares the port must not be mistaken for a free one
            if probe.connect_ex((HOST, candidate)) == 0:
                continue
        try:
            return Server((HOST, candidate), partial(Handler, directory=folder))
        except OSError:
            continue
    sys.exit(f"port: needed a free one on {HOST}, found none from {port} to {port + tries - 1}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    beside = Path(__file__).resolve().parent
    parser.add_argument("folder", nargs="?", default=str(beside / "html"))
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    if not (Path(options.folder) / "index.html").is_file():
        sys.exit(f"folder: needed one that holds index.html, got {options.folder}")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a script that starts this behind it may have it ignored
    with listen(options.folder, options.port) as server:
        print(f"The book is at http://{HOST}:{server.server_address[1]}/  (Ctrl-C stops)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("\nStopped.")


if __name__ == "__main__":
    main()
