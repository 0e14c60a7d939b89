"""What was seen of a request: by the client that sent it, and by the server that answered it.

Plain data, shared by whoever sends (`traffic`), records (`recorder`), draws (`drawing`) and judges (`grading`).
All times are seconds of `time.perf_counter`, which is one clock for all processes of a Linux or macOS machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "turn",
    "loop",
    "thread",
    "token",
    "upstream",
    "connection",
    "database",
    "store",
    "broker",
    "worker",
    "await",
    "held",
]
"""Where a request is: waits for its turn, on the event loop, in a worker thread, waits for a thread's token, waits for
another service, waits for a connection of a pool, waits for a database, waits for a key-value store, waits in a
broker's queue, is worked on by a task's worker, awaits something that nobody named. And what it has meanwhile: a
connection of a pool (`held`)."""

REQUEST_HEADER = "x-unblocked-request"
"""The header by which a client names its request, so that both views of it can be joined."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a request's life in the server, in one place."""

    kind: Kind
    start: float
    end: float
    label: str = ""


@dataclass(slots=True)
class Trace:
    """A request as the server saw it. `answered` is when the last byte was handed over, `end` when the app returned."""

    id: str
    method: str
    path: str
    start: float
    answered: float | None = None
    end: float | None = None
    status: int | None = None
    stretches: list[Stretch] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as its client saw it. `cause` says in two words why it failed; it is empty for an answer below 400."""

    id: str
    method: str
    path: str
    due: float
    sent: float
    done: float
    status: int | None = None
    cause: str = ""

    @property
    def ok(self) -> bool:
        """Whether it was answered, with a status below 400."""
        return not self.cause

    @property
    def seconds(self) -> float:
        """From the moment it was due, so that a stall that delays the sending is not hidden."""
        return self.done - self.due


@dataclass(slots=True)
class Recording:
    """What a server recorded: its traces, the event loop's lag, how many threads its pool allows.

    A lag is `(when, late)`: the moment at which the loop came to a callback, and how many seconds late that was.
    """

    traces: list[Trace] = field(default_factory=list)
    lag: list[tuple[float, float]] = field(default_factory=list)
    tokens: int = 40
    dropped: int = 0
