"""The few mends and additions that the book's builder needs; each module says which."""
