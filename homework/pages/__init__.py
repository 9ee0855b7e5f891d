"""What markers, students and instructors look at."""
