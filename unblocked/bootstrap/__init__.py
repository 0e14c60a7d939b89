"""From a bare Python to the course: makes `.venv`, installs the lock, hands over. Standard library only."""

from unblocked.bootstrap.entrance import enter

__all__ = ["enter"]
