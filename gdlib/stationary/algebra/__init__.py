"""Exact numbers with signs, polynomials and their systems: what is solved and decided without rounding."""
