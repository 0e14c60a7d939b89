"""The Pythons that the course runs on. Read by those that are too old, too, as `__main__.py` is."""

LOWEST = (3, 11)
HIGHEST = (3, 14)
"""The newest that the lock is made for; a later one may work."""
