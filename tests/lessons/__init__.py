"""One text, and the notebook that is built from it."""
