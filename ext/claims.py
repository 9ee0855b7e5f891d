"""The directive `{claim}`, and what `{error}` shares with it: a sentence whose numbers a test proved.

Each build compares every claim of every page with book/claims.json. A difference, an unknown id or a test that
failed is a warning at the claim. If gdlib, the claim tests or what these read has changed since the file was written,
no claim is called "checked", and one warning says so: a plain build goes on, one with -W fails.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ext import claim_ledger
from ext.claim_blocks import Typed, disagreements, numbers
from ext.claim_ledger import Ledger

logger = logging.getLogger(__name__)


class claim_node(nodes.General, nodes.Element):
    """A claim or an error in the document; `checked` and `href` are set when the page is written."""


@dataclass(frozen=True)
class Use:
    """A claim on a page: what its author typed, or why that cannot be read; of an error also its two forms."""

    kind: str
    name: str
    line: int
    typed: list[Typed]
    unreadable: str = ""
    wrong: str = ""
    right: str = ""
    faults: tuple[str, ...] = ()  # what is wrong with the block itself, told at every build


class ClaimDirective(SphinxDirective):
    """`:::{claim} id` … `:::`"""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        node = claim_node(kind=self.name, name=self.arguments[0])
        self.set_source_info(node)
        self.state.nested_parse(self.content, self.content_offset, node)
        uses_of(self.env).setdefault(self.env.docname, []).append(self.use(node))
        return [node]

    def use(self, node: claim_node) -> Use:
        """What is kept of the block, once it has been read."""
        try:
            return Use(self.name, self.arguments[0], self.lineno, numbers("\n".join(self.content)))
        except ValueError as error:
            return Use(self.name, self.arguments[0], self.lineno, [], str(error))


def uses_of(env: BuildEnvironment) -> dict[str, list[Use]]:
    """Every claim and error of the book, by page, in the order of the page."""
    if not hasattr(env, "claim_uses"):
        env.claim_uses = {}  # type: ignore[attr-defined]
    found: dict[str, list[Use]] = env.claim_uses  # type: ignore[attr-defined]
    return found


def _forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    uses_of(env).pop(docname, None)


def _merge(app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment) -> None:
    uses_of(env).update({name: uses for name, uses in uses_of(other).items() if name in docnames})


def troubles_of(use: Use, ledger: Ledger) -> list[str]:
    """What keeps a claim from being proved by the ledger, in sentences; empty if nothing does."""
    if use.unreadable:
        return [use.unreadable]
    proof = ledger.proofs.get(use.name)
    if proof is None:
        return [f"no test proves it; a test marked @claim({use.name!r}) and `make claims` would"]
    if proof.numbers is None:
        return [f"its test {proof.test} did not pass"]
    return disagreements(use.typed, proof.numbers)


def compare(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Compare every claim, at every build, and name the pages whose marks are not as last written."""
    uses = uses_of(env)
    if not uses:
        return []
    root = Path(app.confdir)
    ledger = claim_ledger.load(root)
    current = ledger is not None and ledger.state == claim_ledger.state_of(root)
    if ledger is None:
        logger.warning("%s is missing, so no claim is checked: run `make claims`", claim_ledger.FILE, type="claims")
    elif not current:
        logger.warning("%s was proved for another state of gdlib, the claim tests or what these read, so no claim is "
                       "checked: run `make claims`", claim_ledger.FILE, type="claims")  # fmt: skip
    marks: dict[str, list[str | None]] = {}
    for docname, of_page in uses.items():
        for use in of_page:
            troubles = troubles_of(use, ledger) if ledger else []
            if troubles or use.faults:
                words, place = "; ".join([*troubles, *use.faults]), (docname, use.line)
                logger.warning("%s %s: %s", use.kind, use.name, words, type="claims", location=place)
            proved = ledger if current and not troubles else None
            marks.setdefault(docname, []).append(_address(app, proved, use.name) if proved else None)
    before = getattr(env, "claim_marks", {})
    env.claim_marks = marks  # type: ignore[attr-defined]
    return [docname for docname in marks if marks[docname] != before.get(docname)]


def _address(app: Sphinx, ledger: Ledger, name: str) -> str:
    """Where the repository shows the claim's test; "" where no repository is set."""
    options, proof = app.config.html_theme_options, ledger.proofs[name]
    if not options.get("repository_url"):
        return ""
    branch = options.get("repository_branch") or "main"
    return f"{options['repository_url'].rstrip('/')}/blob/{branch}/{proof.test.partition('::')[0]}#L{proof.line}"


def mark(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give each claim of a page that is about to be written its mark."""
    marks = getattr(app.env, "claim_marks", {}).get(docname, [])
    for node, address in zip(doctree.findall(claim_node), marks, strict=False):
        node["checked"], node["href"] = address is not None, address or ""


def visit_html(self: Any, node: claim_node) -> None:
    """Open the block; outside checks read data-claim and data-error."""
    attributes = {
        f"data-{node['kind']}": node["name"],
        "data-checked": "true" if node.get("checked") else "false",
    }
    self.body.append(self.starttag(node, "div", CLASS=f"gd-{node['kind']}", **attributes))


def depart_html(self: Any, node: claim_node) -> None:
    """Close the block with its mark."""
    self.body.append(mark_html(node["href"] if node.get("checked") else None) + "</div>\n")


def mark_html(address: str | None) -> str:
    """The mark of a claim: None stands for one that is not checked, "" for one whose test has no address."""
    if address is None:
        mark = '<span class="gd-unchecked">not checked</span>'
    elif address:
        label = "checked: see the test that proves this"
        mark = f'<a class="gd-checked" href="{escape(address)}" aria-label="{label}">checked</a>'
    else:
        mark = '<span class="gd-checked">checked</span>'
    return f'<p class="gd-mark">{mark}</p>'


def _nothing(self: Any, node: claim_node) -> None:
    """Elsewhere than on a page a claim is its text."""


def setup(app: Sphinx) -> dict[str, Any]:
    html, plain = (visit_html, depart_html), (_nothing, _nothing)
    app.add_node(claim_node, html=html, singlehtml=html, latex=plain, text=plain, man=plain, texinfo=plain)
    app.add_directive("claim", ClaimDirective)
    app.add_css_file("claims.css")
    app.connect("env-purge-doc", _forget)
    app.connect("env-merge-info", _merge)
    app.connect("env-updated", compare)
    app.connect("doctree-resolved", mark)
    app.setup_extension("ext.errata")
    return {"version": "3", "env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}
