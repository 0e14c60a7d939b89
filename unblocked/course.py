"""Where the course is on this computer, and how its lessons' files are called."""

from __future__ import annotations

from pathlib import Path


def course() -> Path:
    """Return the folder of the course: the one that has `lessons/`, `labs/` and `exercises/`.

    >>> (course() / "unblocked").is_dir()
    True
    """
    return Path(__file__).resolve().parents[1]


def slug_of(name: str) -> str:
    """Return a lesson's slug from the name of its text, its notebook or its copy, without the ending.

    >>> slug_of("02_routes")
    'routes'
    """
    return name.partition("_")[2]
