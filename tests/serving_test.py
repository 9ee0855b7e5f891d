"""The server that readers start, from the repository or from the packed book."""

import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools import serve, site_zip


@pytest.fixture
def book(tmp_path: Path) -> Path:
    html = tmp_path / "a folder" / "html"
    (html / "book").mkdir(parents=True)
    (html / "index.html").write_text("start")
    (html / "404.html").write_text("nothing here")
    (html / "book" / "m.mjs").write_text("export {}")
    return html


def get(address: str) -> tuple[int, str, str]:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read().decode()


@contextmanager
def started(words: list[str], folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A program that is gone when the test is, whatever the test finds."""
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=folder, stdout=pipe, stderr=pipe, text=True) as program:
        try:
            yield program
        finally:
            program.kill()


def test_reading_starts_on_the_next_free_port_and_ctrl_c_ends_it_quietly(book: Path) -> None:
    with socket.socket() as other:
        other.bind((serve.HOST, 0))
        other.listen()
        taken = other.getsockname()[1]
        words = [sys.executable, str(ROOT / "tools" / "serve.py"), str(book), "--port", str(taken)]
        with started(words, book) as server:
            assert server.stdout is not None
            line = server.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/", line)
            assert address, line
            assert f":{taken}/" not in line
            assert get(address[0]) == (200, "text/html; charset=utf-8", "start")
            assert get(address[0] + "book/m.mjs")[1] == "text/javascript"
            assert get(address[0] + "descent/book/m.mjs")[0] == 200  # the 404 page's links begin with the site's name
            assert get(address[0] + "no/such") == (404, "text/html; charset=utf-8", "nothing here")
            assert get(address[0] + "../../etc/passwd")[0] == 404
            server.send_signal(signal.SIGINT)
            out, err = server.communicate(timeout=10)
    assert (server.returncode, out.strip(), err) == (0, "Stopped.", "")


def test_the_packed_book_is_the_same_each_time_and_serves_itself(book: Path, tmp_path: Path) -> None:
    site_zip.pack(book, tmp_path / "one.zip")
    site_zip.pack(book, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        archive.extractall(tmp_path)
        assert "python serve.py" in archive.read("descent/README.txt").decode()
    words = [sys.executable, "serve.py", "--port", "8100"]
    with started(words, tmp_path / "descent") as server:
        assert server.stdout is not None
        address = re.search(r"http://\S+", server.stdout.readline())
        assert address
        assert get(address[0])[2] == "start"
