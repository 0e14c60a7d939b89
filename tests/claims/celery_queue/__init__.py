"""Lesson 05: what it says of Celery, kombu and Redis. What its lab shows is tested in `tests/labs`."""
