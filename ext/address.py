"""Derive every address of the published site from the one setting `repository: url:` in _config.yml."""

import re
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

PICTURE = "_static/social.png"  # what a link to the book shows where it is shared

NOT_FOUND = """<h1>No such page</h1>
<p>The book has no page at this address; it may have moved to another chapter.</p>
<p><a href="{folder}index.html">Begin at the start page</a>, or <a href="{folder}search.html">search the book</a>.</p>
"""


def site_of(repository: str) -> tuple[str, str]:
    """The published address and the folder under its host, for a repository on GitHub.

    >>> site_of("https://github.com/descent-book/descent")
    ('https://descent-book.github.io/descent/', '/descent/')
    """
    match = re.fullmatch(r"https://github\.com/([\w.-]+)/([\w.-]+?)/?", repository)
    if not match:
        raise ConfigError(f"repository: url: needed https://github.com/OWNER/NAME, got {repository!r}")
    owner, name = match.groups()
    return f"https://{owner.lower()}.github.io/{name}/", f"/{name}/"


def set_addresses(app: Sphinx, config: Config) -> None:
    """Give the canonical links, the sitemap, the shared-link tags and the 404 page the same address."""
    address, folder = site_of(config.html_theme_options["repository_url"])
    config.html_baseurl = address
    config.ogp_site_url = address
    config.ogp_image = address + PICTURE
    config.notfound_urls_prefix = folder
    config.notfound_context = {"title": "No such page", "body": NOT_FOUND.format(folder=folder)}


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("config-inited", set_addresses, priority=100)  # before the extensions that read these
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
