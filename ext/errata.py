"""The directives `{error}` and `{errata}`: an error of others with its right form, and all of them in one table.

    :::{error} small-condition-number
    :right: It is slow if the condition number is *large*: a run needs about $6.9\\,\\kappa$ steps for six digits.
    **"Descent is slow if the condition number is small."** Where such forms come from, and what refutes it.
    :::

The table takes the wrong form from the block, which begins with it in bold, and the right form from the option. It is
filled when its page is written, from the pages as they were read, so that no page depends on which was read first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from ext.claim_blocks import numbers, right_form
from ext.claims import ClaimDirective, Use, claim_node, mark_html, uses_of

HEADS = ("wrong", "right", "refuted in")
Inline = list[nodes.Node]


class right_node(nodes.General, nodes.TextElement):
    """The right form in the block of an error: kept with the page as read, left out of the page as written."""


class errata_node(nodes.General, nodes.Element):
    """The place of the table."""


class ErrorDirective(ClaimDirective):
    """`:::{error} id` with `:right: …` below it, then the wrong form in bold and what refutes it … `:::`"""

    right = ""

    def run(self) -> list[nodes.Node]:
        """Take the right form as it is typed: the parser of options would trip over a quotation mark or a #."""
        self.right, rest = right_form("\n".join(self.content))
        taken = len(self.content) - len(rest.splitlines())
        self.content, self.content_offset = self.content[taken:], self.content_offset + taken
        return super().run()

    def use(self, node: claim_node) -> Use:
        """Keep both forms, and give the block an address."""
        node["ids"].append(nodes.make_id(f"error-{self.arguments[0]}"))
        inline, messages = self.parse_inline(self.right) if self.right else ([], [])
        wrong = "".join(part.astext() for part in wrong_form(node))
        node += right_node("", "", *inline, *messages)
        return replace(super().use(node), wrong=wrong, right=self.right, faults=tuple(_faults(wrong, self.right)))


def _faults(wrong: str, right: str) -> Iterator[str]:
    if not wrong:
        yield "it needs to begin with the wrong form in bold"
    if not right:
        yield "it needs the right form in one sentence: `:right: …` on the line below the id"
        return
    try:
        typed = ", ".join(number.text for number in numbers(right))
    except ValueError as error:
        typed = str(error)
    if typed:
        yield f"`:right:` has a number outside formulas ({typed}), which no test would prove"


def wrong_form(block: claim_node) -> Inline:
    """The bold text with which an error begins; [] if it does not."""
    first = block.children[0] if block.children else None
    inline = first.children if isinstance(first, nodes.paragraph) else []
    bold = next((part for part in inline if part.astext()), None)  # the parser begins with an empty text
    return list(bold.children) if isinstance(bold, nodes.strong) else []


class ErrataDirective(SphinxDirective):
    """`:::{errata}` … `:::`; what stands in it is for readers of the source."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        _tables(self.env).add(self.env.docname)
        return [errata_node()]


def _tables(env: BuildEnvironment) -> set[str]:
    """The pages that hold the table."""
    if not hasattr(env, "errata_pages"):
        env.errata_pages = set()  # type: ignore[attr-defined]
    pages: set[str] = env.errata_pages  # type: ignore[attr-defined]
    return pages


def _forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _tables(env).discard(docname)


def _merge(app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment) -> None:
    _tables(env).update(_tables(other) & set(docnames))


def in_order(env: BuildEnvironment) -> list[str]:
    """The pages that name an error, in the order of the book; what stands in no table of contents comes last."""
    order: dict[str, None] = {}

    def walk(page: str) -> None:
        if page not in order:
            order[page] = None
            for child in env.toctree_includes.get(page, []):
                walk(child)

    walk(env.config.root_doc)
    with_errors = {page for page, uses in uses_of(env).items() if any(use.kind == "error" for use in uses)}
    return [page for page in chain(order, sorted(with_errors - order.keys())) if page in with_errors]


def _marks(env: BuildEnvironment, page: str) -> list[str | None]:
    marks: list[str | None] = getattr(env, "claim_marks", {}).get(page, [])
    return marks


def outdated(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages whose table is no longer as last written: a row has come, gone, changed, moved or lost its mark."""
    now = [
        (page, env.titles[page].astext(), use.name, use.wrong, use.right, mark)
        for page in in_order(env)
        for use, mark in zip(uses_of(env)[page], _marks(env, page), strict=False)
        if use.kind == "error"
    ]
    before = getattr(env, "errata_rows", None)
    env.errata_rows = now  # type: ignore[attr-defined]
    return sorted(_tables(env)) if now != before else []


class FillErrata(SphinxPostTransform):
    """Put the table where the directive stands, before references are resolved: the forms may hold some."""

    default_priority = 3

    def run(self, **kwargs: Any) -> None:
        for place in list(self.document.findall(errata_node)):
            place.replace_self(self._table())

    def _table(self) -> nodes.Element:
        rows = [self._row(page, block, mark) for page in in_order(self.env) for block, mark in self._blocks(page)]
        body = nodes.tbody("", *rows)
        head = nodes.thead("", nodes.row("", *(_entry([nodes.Text(word)]) for word in HEADS)))
        columns = [nodes.colspec(colwidth=1) for _ in HEADS]
        group = nodes.tgroup("", *columns, head, body, cols=len(HEADS))
        return nodes.table("", group, classes=["colwidths-auto", "gd-errata"])

    def _blocks(self, page: str) -> Iterator[tuple[claim_node, str | None]]:
        blocks = self.env.get_doctree(page).findall(claim_node)
        for block, mark in zip(blocks, _marks(self.env, page), strict=False):
            if block["kind"] == "error":
                yield block, mark

    def _row(self, page: str, block: claim_node, mark: str | None) -> nodes.row:
        right = next(block.findall(right_node))
        forms = [_entry(self._brought(part)) for part in (wrong_form(block), right.children)]
        place = _entry([self._link(page, block["ids"][0])])
        place += nodes.raw("", mark_html(mark), format="html")
        return nodes.row("", *forms, place)

    def _brought(self, inline: Iterable[nodes.Node]) -> Inline:
        """A copy for this page; what it refers to is then looked for from here."""
        copies = [part.deepcopy() for part in inline]
        for node in chain.from_iterable(part.findall(nodes.Element) for part in copies):
            if "refdoc" in node:
                node["refdoc"] = self.env.docname
        return copies

    def _link(self, page: str, anchor: str) -> nodes.Node:
        if page == self.env.docname:
            return nodes.reference("", "this page", refid=anchor, internal=True)
        title = [part.deepcopy() for part in self.env.titles[page].children]
        address = f"{self.app.builder.get_relative_uri(self.env.docname, page)}#{anchor}"
        return nodes.reference("", "", *title, refuri=address, internal=True)


def _entry(inline: Iterable[nodes.Node]) -> nodes.entry:
    return nodes.entry("", nodes.paragraph("", "", *inline))


def leave_out_right_forms(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """The block says on its own page what is right, in its own words."""
    for node in list(doctree.findall(right_node)):
        node.parent.remove(node)


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_node(right_node)
    app.add_node(errata_node)
    app.add_directive("error", ErrorDirective, override=True)  # docutils has an admonition of this name
    app.add_directive("errata", ErrataDirective)
    app.add_post_transform(FillErrata)
    app.connect("env-purge-doc", _forget)
    app.connect("env-merge-info", _merge)
    app.connect("env-updated", outdated, priority=600)  # after the claims' marks
    app.connect("doctree-resolved", leave_out_right_forms)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
