"""What the lessons say, tried: one test for every statement that a new version could make untrue."""
