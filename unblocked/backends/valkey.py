"""Valkey, the Redis fork, for one owner alone: on a socket that only this user can reach."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Self

from unblocked.backends import binaries
from unblocked.backends.backend import Backend, ended_on_failure
from unblocked.backends.client import asks_once
from unblocked.faults import Fault
from unblocked.processes import Child, Keeper, keeper
from unblocked.processes.names import numbered

_FAR = 30.0
"""Seconds after which a server that is still starting is given up."""


class Valkey(Backend):
    """A server that keeps nothing on disk.

    Attributes:
        url: its address as `redis.Redis.from_url` takes it, such as `unix:///tmp/unblocked-0-k2m4x8qz/valkey.sock`.

    Example:
        >>> with Valkey() as server:  # doctest: +SKIP
        ...     redis.Redis.from_url(server.url).ping()
        True

    """

    def __init__(self, *, at: Path | None = None) -> None:
        """Start it, and return when it answers.

        Args:
            at: the socket's path; a new one in the owner's own folder if not given. One that has been killed can be
                started anew at the old one's.

        Raises:
            Fault: there is no server to be had here, or it does not start.

        """
        kept_by = keeper()
        self.path = at or _free(kept_by)
        self.url = f"unix://{self.path}"
        child = _started(kept_by, self.path)
        with ended_on_failure(child):
            _await(child, self.path)
        super().__init__(child, name="valkey", where=str(self.path))

    def again(self) -> Self:
        """Start another one in its place, empty. This one is killed, unless it has ended."""
        self.kill()
        return type(self)(at=self.path)

    def __enter__(self) -> Self:
        return self


def _free(kept_by: Keeper) -> Path:
    paths = (kept_by.folder / name for name in numbered("valkey", ".sock"))
    return next(path for path in paths if _is_ours(path))


def _is_ours(path: Path) -> bool:
    """Take a name that is free: the server itself takes it late, and two may be started at once."""
    try:
        path.touch(exist_ok=False)  # the server removes what is there
    except FileExistsError:
        return False
    return True


def command(path: Path) -> list[str]:
    """Give the command of a server that keeps nothing on disk, on this socket."""
    place = ["--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--dir", str(path.parent)]
    return [str(binaries.valkey()), *place, "--save", ""]


def _started(kept_by: Keeper, path: Path) -> Child:
    return kept_by.start(command(path), name="valkey")


def _await(child: Child, path: Path) -> None:
    end = time.monotonic() + _FAR
    while not answers(path):
        if child.code is not None or time.monotonic() > end:
            raise Fault(f"Valkey did not start. It printed:\n\n{child.printed}")
        time.sleep(0.005)


def answers(path: Path) -> bool:
    """Say whether a server answers on this socket, asked once."""
    import redis  # here: see `asks_once`

    with asks_once(f"unix://{path}", within=_FAR) as client:
        try:
            return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError):  # nobody listens yet, or whoever does says nothing
            return False
