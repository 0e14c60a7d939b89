"""The lessons: one text in Markdown, and the notebook that is built from it."""
