"""A request to the outside world."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qs


@dataclass(slots=True)
class Call:
    """A request that arrived.

    Attributes:
        path: what it asks for, with its query.
        arrived: when, by `time.perf_counter`.
        headers: those it came with.
        body: what was sent with it; empty as long as that is under way.
        left: when it was answered or its client went away; None until then.
        gone: whether its client went away.
        kept: what its handler waits for, where it is held or never answered.
        held: whether `release` lets it go.

    """

    path: str
    arrived: float
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = b""
    left: float | None = None
    gone: bool = False
    kept: asyncio.Future[None] | None = field(default=None, repr=False)
    held: bool = field(default=False, repr=False)

    @property
    def place(self) -> str:
        """The path without its query: what a pattern such as `/carriers/turtle/*` is compared with."""
        return self.path.partition("?")[0]

    @property
    def query(self) -> dict[str, list[str]]:
        """What stands behind the question mark: each name with all of its values."""
        return parse_qs(self.path.partition("?")[2])

    @property
    def json(self) -> Any:
        """Its body as JSON; None where it has none, or that is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def answered(self) -> bool:
        """Whether its client has been given an answer, be it an error: it neither waits nor has gone away."""
        return self.left is not None and not self.gone

    def goes_to(self, pattern: str) -> bool:
        """Say whether it is a request to this path (a pattern)."""
        return fnmatchcase(self.place, pattern)

    def let_go(self) -> None:
        """Let its handler answer, if it is kept; in the thread that answers."""
        if self.kept is not None and not self.kept.done():
            self.kept.set_result(None)

    def break_off(self) -> None:
        """Cancel its handler, if it is kept: its connection is closed without an answer; in the thread that answers."""
        if self.kept is not None and not self.kept.done():
            self.kept.cancel()
