"""PostgreSQL for one owner alone: on a socket that only this user can reach, with data that is gone with it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Self

from unblocked import surroundings
from unblocked.backends import cluster
from unblocked.backends.backend import Backend, ended_on_failure
from unblocked.faults import Fault
from unblocked.processes import Child, Keeper, keeper, quick
from unblocked.processes.names import numbered

_FAR = 30.0
"""Seconds after which a server that is still starting is given up."""


class Postgres(Backend):
    """A server with one empty database.

    Attributes:
        url: the database's address as `psycopg.connect` takes it, such as
            `postgresql://parcel@/parcel?host=/tmp/unblocked-0-k2m4x8qz/postgres`.

    Example:
        >>> with Postgres() as server:  # doctest: +SKIP
        ...     psycopg.connect(server.url).execute("SELECT 1").fetchone()
        (1,)

    """

    def __init__(self, *, data: Path | None = None, wait: bool = True) -> None:
        """Start it.

        Args:
            data: the files of one that has ended; new ones in the owner's own folder if not given.
            wait: whether to return only when it takes connections; else `wait_until_ready` does.

        Raises:
            Fault: there is no server to be had here, or it does not start.

        """
        kept_by = keeper()
        self.data = data or _free(kept_by) / "data"
        if data is None:
            cluster.lay_out(self.data)
        self.url = cluster.address(self.data)
        child = kept_by.start(
            cluster.server(self.data),
            name="postgres",
            env=surroundings.clean(os.environ),
            polite=signal.SIGQUIT,  # at once: nobody will read the data again
        )
        super().__init__(child, name="postgres", where=str(self.data.parent))
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Return when it takes connections.

        Raises:
            Fault: it does not start.

        """
        with ended_on_failure(self._child):
            _await(self._child, self.data)
        cluster.disown_memory(self.data)

    def kill(self) -> None:
        """End it as a crash of its machine does, in the midst of what it does; return when it is gone.

        What it has committed is there again after `again`.
        """
        cluster.kill(self.pid)
        self._child.wait()

    def again(self) -> Self:
        """Start another one with the same data. This one is killed, unless it has ended."""
        self.kill()
        return type(self)(data=self.data)

    def pause(self) -> None:
        """Keep it from doing anything until `go_on`: who asks it is connected, and hears nothing."""
        cluster.signal_all(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """End the pause."""
        cluster.signal_all(self.pid, signal.SIGCONT)

    def __enter__(self) -> Self:
        return self


def _free(kept_by: Keeper) -> Path:
    paths = (quick.place(kept_by.folder) / name for name in numbered("postgres"))
    return next(path for path in paths if _is_ours(path))


def _is_ours(path: Path) -> bool:
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return False
    return True


def _await(child: Child, data: Path) -> None:
    end = time.monotonic() + _FAR
    while not cluster.is_ready(data, child.pid):
        if child.code is not None or time.monotonic() > end:
            raise Fault(f"PostgreSQL did not start. It printed:\n\n{child.printed}")
        time.sleep(0.005)
