"""A database of a server that `REDIS_URL` or `DATABASE_URL` names, borrowed for one owner and given back with it."""

from __future__ import annotations

import os
import socket
import sys
from typing import Literal, Self

from unblocked.backends.backend import Backend, ended_on_failure
from unblocked.backends.claims.claim import without_password
from unblocked.course import course
from unblocked.faults import Fault
from unblocked.processes import keeper
from unblocked.processes.lines import Lines

_GRACE = 2.0
"""Seconds in which the database is given back."""

Variable = Literal["REDIS_URL", "DATABASE_URL"]


class Borrowed(Backend):
    """A database on somebody else's server. To stop it is to give it back; the server itself goes on.

    Attributes:
        url: its address, such as `redis://localhost:6379/3`.
        server: what runs there, such as `Valkey 9.1.2`.

    """

    def __init__(self, url: str, *, variable: Variable = "REDIS_URL") -> None:
        """Claim a database there: an empty one of a Redis, a new one of a PostgreSQL.

        Args:
            url: the server.
            variable: what has named it, and so what it is.

        Raises:
            Fault: nobody answers there, it is no such server, or there is no database to be had.

        """
        ours, theirs = socket.socketpair()
        with theirs:
            child = keeper().start(
                [sys.executable, "-m", "unblocked.backends.claiming", "@0", variable],
                name="borrowed",
                env={**os.environ, variable: url},
                cwd=course(),
                descriptors=[theirs.fileno()],
                grace=_GRACE,
            )
        with ours, ended_on_failure(child):
            told = Lines(ours).receive()
            if told is None or "failed" in told:
                raise Fault(told["failed"] if told else f"`{variable}` could not be used. {child.printed}")
        self.variable, self.url, self.server = variable, told["url"], told["server"]
        super().__init__(child, name=f"{self.server}, borrowed", where=without_password(self.url))

    def kill(self) -> None:
        """Refuse: it is somebody else's.

        Raises:
            Fault: always.

        """
        raise self._not_ours()

    def pause(self) -> None:
        """Refuse: it is somebody else's.

        Raises:
            Fault: always.

        """
        raise self._not_ours()

    def again(self) -> Self:
        """Refuse: it is never killed.

        Raises:
            Fault: always.

        """
        raise self._not_ours()

    def _not_ours(self) -> Fault:
        return Fault(
            f"`{self.server}` is not the course's to harm. Unset `{self.variable}`: then a server of your own is "
            "started."
        )

    def __enter__(self) -> Self:
        return self
