"""A database of a server that `REDIS_URL` or `DATABASE_URL` names, borrowed for one owner and given back with it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, Literal, Self

from unblocked.backends.backend import Backend, ended_on_failure
from unblocked.backends.claims.claim import without_password
from unblocked.backends.way import Way, to_postgres, to_redis
from unblocked.course import course
from unblocked.faults import Fault
from unblocked.processes import Child, keeper
from unblocked.processes.lines import Lines
from unblocked.processes.starting import fresh

_GRACE = 2.0
"""Seconds in which the database is given back."""

Variable = Literal["REDIS_URL", "DATABASE_URL"]

_PLANS = {"REDIS_URL": to_redis, "DATABASE_URL": to_postgres}


class Borrowed(Backend):
    """A database on somebody else's server, and a way to it that is ours: what harms that does not harm the server.

    Attributes:
        url: its address for clients, which is our end of the way.
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
        self._holder, told = _claimed(url, variable)
        with ended_on_failure(self._holder):
            self.server, self._claimed = told["server"], told["url"]
            self._way = _PLANS[variable](told["url"], Path(tempfile.mkdtemp(prefix="way-", dir=keeper().folder)))
            self._begin(_opened(self._way))

    def _begin(self, child: Child) -> None:
        self.url = self._way.url
        super().__init__(child, name=f"{self.server}, borrowed", where=without_password(self._claimed))

    def stop(self) -> None:
        """Give it back; return when that is done."""
        super().stop()
        self._holder.stop()

    def again(self) -> Self:
        """Open the way to it again, with all that is there. It is cut off before, unless it has been."""
        self.kill()
        self._begin(_opened(self._way))
        return self

    def __enter__(self) -> Self:
        return self


def _claimed(url: str, variable: Variable) -> tuple[Child, dict[str, Any]]:
    """Have a process claim a database and hold it; give that, and what it has said."""
    holder, line = keeper().start_with_line(
        fresh("unblocked.backends.claiming", "@0", variable),
        name="borrowed",
        env={**os.environ, variable: url},
        cwd=course(),
        grace=_GRACE,
    )
    with line, ended_on_failure(holder):
        told = Lines(line).receive()
        if told is None or "failed" in told:
            raise Fault(told["failed"] if told else f"`{variable}` could not be used. {holder.printed}")
    return holder, told


def _opened(way: Way) -> Child:
    with way.listen() as listening:
        argv = fresh("unblocked.backends.way", "@0", *way.far)
        return keeper().start(argv, name="way", cwd=course(), descriptors=[listening.fileno()])
