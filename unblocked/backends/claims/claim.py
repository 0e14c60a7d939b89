"""What was claimed of a server that somebody else runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed database.

    Attributes:
        url: its address.
        server: what runs there, such as `Valkey 9.1.2`.
        give_back: empties or removes it, if it is still ours.

    """

    url: str
    server: str
    give_back: Callable[[], None]


def without_password(url: str) -> str:
    """Give an address that may be shown, be it a right one or not.

    >>> without_password("redis://me:secret@localhost:6379/3")
    'redis://…@localhost:6379/3'
    >>> without_password("unix:///run/valkey.sock?password=secret&db=3")
    'unix:///run/valkey.sock?password=…&db=3'
    """
    before, there, place = url.rpartition("@")
    scheme = re.match(r"\w+://", before)
    shown = f"{scheme[0] if scheme else ''}…@{place}" if there else url
    return re.sub(r"(?<=password=)[^&]+", "…", shown)
