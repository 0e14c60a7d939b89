"""The same service in another process: what a second worker is."""

from labs.background_tasks.app import app

__all__ = ["app"]
