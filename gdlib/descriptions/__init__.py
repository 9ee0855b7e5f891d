"""What is said of rules and methods: their docstrings read, their kin, their families, what they do not depend on."""
