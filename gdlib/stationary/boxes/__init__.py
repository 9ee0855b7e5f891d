"""Boxes: enclosures by interval arithmetic, and the proof that a box holds one zero, or none."""
