"""Helps a learner on: the next hint, the solution when it is due, and where they stand."""

from unblocked.coaching.advice import hint, solution
from unblocked.coaching.standing import Overview, Standing, progress

__all__ = ["Overview", "Standing", "hint", "progress", "solution"]
