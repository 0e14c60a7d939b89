"""Where the course is on this computer."""

from __future__ import annotations

from pathlib import Path


def course() -> Path:
    """Return the folder of the course: the one that has `lessons/`, `labs/` and `exercises/`.

    >>> (course() / "unblocked").is_dir()
    True
    """
    return Path(__file__).resolve().parents[1]
