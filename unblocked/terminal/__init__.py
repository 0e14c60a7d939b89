"""The terminal's face of the course: verdicts in letters, and the loop that checks on every save."""
