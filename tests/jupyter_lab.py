"""A real JupyterLab for a test: on a free port, in a home of its own, and gone at the end with all that it started."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TooLong

from tools.serve import HOST

BIN = Path(sys.executable).parent
PATIENCE = 120  # seconds


def environment(home: Path) -> dict[str, str]:
    """The tests' own, but with another home and with this environment's programs first."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER_", "XDG_"))}
    return {**kept, "HOME": str(home), "PATH": f"{BIN}{os.pathsep}{kept.get('PATH', '')}"}


@contextlib.contextmanager
def jupyter_lab(folder: Path, home: Path) -> Iterator[str]:
    """Its address, as soon as it answers."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "jupyterlab", f"--ip={HOST}", f"--port={port}", "--no-browser", "--allow-root"]
    words += ["--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={folder}"]
    words += ["--LabApp.news_url=None"]
    log = home / "jupyterlab.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            words, cwd=folder, env=environment(home), stdout=out, stderr=out, start_new_session=True
        )
        try:
            address = f"http://{HOST}:{port}/lab"
            _wait_for(address, server, log)
            yield address
        finally:
            _end(server)


def _wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        assert server.poll() is None, f"JupyterLab did not start:\n{log.read_text()[-2000:]}"
        assert time.monotonic() < until, f"JupyterLab did not answer:\n{log.read_text()[-2000:]}"
        time.sleep(0.3)


def _end(server: "subprocess.Popen[bytes]") -> None:
    """Asks it to end; a server that waits for an open page is ended with its kernels."""
    server.terminate()
    try:
        server.wait(timeout=5)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def run_cell(page: Page, index: int) -> None:
    """Runs a cell; JupyterLab drops what it is told while its kernel is still connecting, so it may be told again."""
    cell = page.locator(".jp-Notebook .jp-Cell").nth(index)
    for _ in range(20):
        try:
            cell.locator(".jp-Editor").click()
        except TooLong:
            asks = page.locator(".jp-Dialog")
            if asks.count():
                pytest.fail(f"cell {index}: JupyterLab asks: {asks.first.inner_text()}")
            raise
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(3000)
        if cell.locator(".jp-InputPrompt").inner_text().strip() != "[ ]:":
            return
    pytest.fail(f"cell {index} did not start")
