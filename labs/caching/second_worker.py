"""The same service in another process: what a second worker is."""

from labs.caching.app import app

__all__ = ["app"]
