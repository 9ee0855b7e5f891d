"""After every build the site holds the pages of the book as they are now, and no other.

Sphinx keeps what it has read before it writes a page. After an interruption it would take every page as written, and
the old ones would stay. So a mark stands among what it keeps from then until the build's end; where one stands
already, every page is written again. Nothing is read or executed again for it.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def before_writing(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Take away the pages that are gone; name the pages to write beside those just read."""
    if app.builder.format == "html":
        drop_gone(app, env)
    interrupted = unfinished(app).exists()
    unfinished(app).touch()
    return sorted(env.found_docs) if interrupted else []


def unfinished(app: Sphinx) -> Path:
    """The mark; each builder has its own, for they share what was read."""
    return Path(app.doctreedir) / f"unfinished-{app.builder.name}"


def drop_gone(app: Sphinx, env: BuildEnvironment) -> None:
    """Remove each page that was once read and is no page of the book now; by what it left, whenever that was."""
    kept = Path(app.doctreedir)
    for tree in sorted(kept.rglob("*.doctree")):
        name = tree.relative_to(kept).with_suffix("").as_posix()
        if name not in env.found_docs:
            Path(app.builder.get_outfilename(name)).unlink(missing_ok=True)  # type: ignore[attr-defined]
            for suffix in app.config.source_suffix:
                source = f"{name}{suffix}{app.config.html_sourcelink_suffix}"
                Path(app.outdir, "_sources", source).unlink(missing_ok=True)
            tree.unlink()  # last: an interruption leaves what names the rest


def after_writing(app: Sphinx, exception: Exception | None) -> None:
    if exception is None:
        unfinished(app).unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("env-updated", before_writing)
    app.connect("build-finished", after_writing)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
