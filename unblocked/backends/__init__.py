"""Valkey, PostgreSQL and Celery workers beside the apps: real, started on demand, private, gone with their owner."""

from unblocked.backends.roll import services

__all__ = ["services"]
