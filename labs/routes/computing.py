"""What Parcel computes itself, and the places where that can be done."""

from __future__ import annotations

import hashlib
from enum import StrEnum

ROUNDS = 200_000


class Place(StrEnum):
    """Where work is done."""

    inline = "inline"
    threads = "threads"
    processes = "processes"


def seal(parcel: int) -> str:
    """Compute a parcel's seal: all of it in C, with the interpreter's lock released meanwhile."""
    return hashlib.pbkdf2_hmac("sha256", b"Parcel", str(parcel).encode(), ROUNDS).hex()
