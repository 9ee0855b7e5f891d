"""Formulas: what a text may say, and what SymPy is asked about it."""
