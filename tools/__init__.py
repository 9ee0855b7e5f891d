"""What the Makefile calls: each file is one command, run with the standard library alone unless it says otherwise."""
