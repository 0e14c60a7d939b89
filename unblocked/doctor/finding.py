"""What one look at the machine has found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How good it is."""

    FINE = "fine"
    NOTE = "note"
    """Nothing to mend, but worth knowing."""
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found.

    Attributes:
        about: what was looked at, in one or two words.
        said: what is so.
        state: how good it is.
        mend: for a fault, the sentence with the command that mends it.

    """

    about: str
    said: str
    state: State = State.FINE
    mend: str = ""


def fault(about: str, said: str, mend: str) -> Finding:
    """Make the finding that something keeps the course from working."""
    return Finding(about, said, State.FAULT, mend)


def note(about: str, said: str) -> Finding:
    """Make the finding that something is unusual."""
    return Finding(about, said, State.NOTE)
