"""Networks and the data that they learn from; nothing is read before it is asked for."""

from .handwriting import Digits, digits

__all__ = ["Digits", "digits"]
