"""The tests of gdlib and of the book; `make test` runs them."""
