"""Serves nbgrader's marking page on this machine alone: Jupyter's server with those pages and nothing else on it.

What nbgrader's other pages start would run students' code without a sandbox, so they are not served; neither are files,
kernels or terminals. Text of students is cleaned before it is shown, and the browser is told to run no script but ours
and to ask no other host, so that what cleaning missed has no effect either.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import apihandlers, handlers
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension
from tornado.web import StaticFileHandler
from traitlets.config import Config

from homework.course import Course
from homework.pages.rendering import rendered

TEMPLATES = Path(__file__).parent / "templates" / "marking"
MATHJAX = Path(__file__).parents[2] / "assets" / "vendor" / "mathjax"
FIRST = "/formgrader/gradebook"
PAGES = (  # what a marker needs; every other handler of nbgrader's is left out
    handlers.GradebookAssignmentsHandler,
    handlers.GradebookNotebooksHandler,
    handlers.GradebookNotebookSubmissionsHandler,
    handlers.SubmissionHandler,
    handlers.SubmissionNavigationHandler,
    apihandlers.GradeCollectionHandler,
    apihandlers.GradeHandler,
    apihandlers.CommentCollectionHandler,
    apihandlers.CommentHandler,
    apihandlers.FlagSubmissionHandler,
    apihandlers.AssignmentCollectionHandler,
    apihandlers.NotebookCollectionHandler,
    apihandlers.SubmittedNotebookCollectionHandler,
)


def policy(nonce: str) -> str:
    """What the browser may do on these pages."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


class Templates(jinja2.FileSystemLoader):
    """Ours before nbgrader's, each script of theirs marked as one that may run."""

    def __init__(self, nonce: str) -> None:
        super().__init__([TEMPLATES, Path(handlers.template_path), Path(handlers.template_path) / "formgrade"])
        self.nonce = nonce

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        text, name, fresh = super().get_source(environment, template)
        return text.replace("<script", f'<script nonce="{self.nonce}"'), name, fresh


class Fresh:
    """A handler that forgets what it read once it has answered: grading may go on beside the page."""

    settings: dict[str, Any]

    def on_finish(self) -> None:
        if gradebook := self.settings["nbgrader_gradebook"]:
            gradebook.db.remove()
        super().on_finish()  # type: ignore[misc]


class Exporter(HTMLExporter):
    """A submission's notebook as nbgrader's page for marking it."""

    @jinja2.pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        return rendered(source)


class Marking(FormgradeExtension):  # type: ignore[misc]
    """nbgrader's marking pages for one course, whatever the folder they are started from and its settings say."""

    url_prefix = "."

    def load_config_file(self, **kwargs: Any) -> None:
        """Nothing: the course's own folder says all."""

    def begin(self, course: Course, nonce: str) -> None:
        webapp = self.parent.web_app
        self.load_cwd_config = False
        self.root_dir = str(course.root)
        self.initialize([], root=str(course.root))
        self.init_tornado_settings(webapp)
        loader = Templates(nonce)
        webapp.settings["nbgrader_jinja2_env"] = jinja2.Environment(loader=loader, autoescape=True)
        webapp.settings["nbgrader_exporter"] = Exporter(config=self.config, extra_loaders=[loader])  # type: ignore[no-untyped-call]
        files = [
            (r"/formgrader/static/(.*)", StaticFileHandler, {"path": handlers.static_path}),
            (r"/formgrader/fonts/(.*)", StaticFileHandler, {"path": handlers.fonts_path}),
            (r"/formgrader/mathjax/(.*)", StaticFileHandler, {"path": str(MATHJAX)}),
            (r"/formgrader/homework/(marking\.css)", StaticFileHandler, {"path": str(TEMPLATES)}),
        ]
        ours = [
            (path, type(handler.__name__, (Fresh, handler), {}), *rest)
            for path, handler, *rest in (*handlers.default_handlers, *apihandlers.default_handlers)
            if handler in PAGES
        ]
        webapp.add_handlers(".*$", [(url_path_join("/", path), *rest) for path, *rest in (*files, *ours)])


class Server(ServerApp):
    """Jupyter's server without what it brings for running notebooks, and without this machine's settings of it."""

    default_services = ()  # type: ignore[assignment]

    def load_config_file(self, suppress_errors: bool = True) -> None:  # type: ignore[override]
        """Nothing: another server's settings are not this one's."""


def server(course: Course, port: int) -> tuple[Server, str]:
    """A server of the marking pages, about to start, and the address to open; the next free port where one is taken."""
    nonce, root = secrets.token_urlsafe(16), course.root.resolve()
    made = Server(
        config=Config({"ContentsManager": {"files_handler_class": None}}),
        ip="127.0.0.1",
        port=port,
        root_dir=str(root),
        allow_root=True,
        open_browser=False,
        answer_yes=True,
        terminals_enabled=False,
        default_url=FIRST,
        cookie_secret=os.urandom(32),
        log_level="ERROR",
        tornado_settings={"headers": {"Content-Security-Policy": policy(nonce)}},
    )
    made.initialize(argv=[], find_extensions=False)
    Marking(parent=made).begin(Course(root), nonce)
    return made, f"http://127.0.0.1:{made.port}{FIRST}?token={made.identity_provider.token}"
