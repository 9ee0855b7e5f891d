"""A simulated class: submissions of every kind, what each deserves by hand, and the whole course run through them."""
