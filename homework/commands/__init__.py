"""The commands of `python -m homework`, a file each: its first sentence is its help."""
