"""An assignment as it is written, and as notebooks."""
