"""Looks for what keeps the course from working on this machine, and says what mends it. Works on a bare Python, too."""

from unblocked.doctor.examination import main

__all__ = ["main"]
