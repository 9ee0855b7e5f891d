"""Who hands in what, when, and what a course keeps of them."""
