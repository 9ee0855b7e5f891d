"""The trace: a plain function called on nodes becomes the graph from which every other form is printed."""

from gdlib.trace.graph import Node, constant, depends_on, in_order, partials, substitute, symbol

__all__ = ["Node", "constant", "depends_on", "in_order", "partials", "substitute", "symbol"]
