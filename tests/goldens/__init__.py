"""Outside answers: what other libraries and second derivations say each rule does, and what asked them."""
