"""Real servers beside the apps: Valkey and a Celery worker, started on demand, private, gone with their owner."""

from unblocked.backends.roll import services

__all__ = ["services"]
