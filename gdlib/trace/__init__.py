"""The trace: a plain function called on graph nodes becomes the expression graph that every other form is printed from."""

from gdlib.trace.graph import Node, constant, depends_on, in_order, partials, substitute, symbol

__all__ = ["Node", "constant", "depends_on", "in_order", "partials", "substitute", "symbol"]
