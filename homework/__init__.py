"""Homework: from an assignment's one source to a fair grade, with students' code kept in a sandbox."""
