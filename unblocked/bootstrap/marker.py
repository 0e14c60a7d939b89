"""The note in `.venv` that says who made it, for which folder and Python, and what is installed in it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

NAME = "unblocked.json"


@dataclass(frozen=True, kw_only=True)
class Marker:
    """What is known of an environment.

    Attributes:
        ours: we made it, so we may make it anew; otherwise the learner did, and we only install into it.
        folder: the course folder that it was made for; an environment cannot be moved.
        python: its Python, as `3.12`.
        locks: the locks that are wholly installed, each with the fingerprint it had; none while installing.

    """

    ours: bool
    folder: str
    python: str
    locks: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, venv: Path) -> Marker | None:
        """Read the note; None if there is none, or none that can be understood."""
        try:
            return cls(**json.loads((venv / NAME).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, venv: Path) -> None:
        """Write the note, wholly or not at all."""
        draft = venv / f"{NAME}.new"
        draft.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        draft.replace(venv / NAME)
