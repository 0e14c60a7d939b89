"""The learner's attempts at exercises, as the history keeps them."""

from __future__ import annotations

from unblocked.workspace import journal


def remember(exercise: str, *, passed: bool, failed: str | None) -> None:
    """Keep one attempt.

    Args:
        exercise: its name.
        passed: whether every check was proven.
        failed: the check that led the refusal, if one did.

    """
    journal.append({"kind": "attempt", "exercise": exercise, "passed": passed, "failed": failed})
