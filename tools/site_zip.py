"""Pack the built book with its small server into site.zip, the same bytes for the same book."""

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
LONG_AGO = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # the earliest that the format knows; file times would differ between two builds
README = """Descent, the interactive textbook, to read without a network.

Unpack this folder, open a terminal in it and type

    python serve.py          (python3 on Linux and macOS)

then open the address that it prints. A browser runs the pages' explorers only when they are
served, even from your own machine; `python -m http.server --directory html` serves them too.
"""


def pack(html: Path, target: Path) -> int:
    """Write `target`; how many files went in."""
    files = sorted(path for path in html.rglob("*") if path.is_file() and path.name != ".buildinfo")
    contents = {f"descent/html/{path.relative_to(html).as_posix()}": path.read_bytes() for path in files}
    contents["descent/serve.py"] = (ROOT / "tools" / "serve.py").read_bytes()
    contents["descent/README.txt"] = README.encode()
    half_written = target.with_suffix(".part")
    with zipfile.ZipFile(half_written, "w") as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
    half_written.replace(target)
    return len(contents)


if __name__ == "__main__":
    if not (HTML / "index.html").is_file():
        sys.exit("the built book is not there: run `make book` first")
    count = pack(HTML, ROOT / "site.zip")
    print(f"site.zip holds {count} files, {(ROOT / 'site.zip').stat().st_size / 1e6:.1f} MB.")
