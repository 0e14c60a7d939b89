"""A Celery worker for one owner: real, in processes of its own, ready when the call returns."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Self

from unblocked.backends.backend import Backend, ended_on_failure
from unblocked.course import course
from unblocked.faults import Fault
from unblocked.processes import Child, keeper
from unblocked.server.failure import Failure
from unblocked.server.lines import Lines

Pool = Literal["prefork", "threads", "solo"]

START_LIMIT = 60.0
"""Seconds after which a worker that is still starting is given up."""

_GRACE = 0.5
"""Seconds in which it may end a task before it is killed: what is to be done again is not lost by that."""


class Worker(Backend):
    """A worker that takes tasks from a broker.

    Example:
        >>> with Worker("labs.celery_queue.tasks:queue", env={"REDIS_URL": broker.url}) as worker:  # doctest: +SKIP
        ...     worker.running
        True

    """

    def __init__(
        self,
        app: str,
        *,
        env: Mapping[str, str],
        name: str = "worker",
        pool: Pool = "prefork",
        concurrency: int = 2,
        queues: Sequence[str] = (),
        cwd: Path | None = None,
    ) -> None:
        """Start it, and return when it takes tasks.

        Args:
            app: where the Celery app is: a module or a file, and its name there if that is not `app`.
            env: settings for it, added to the environment.
            name: what it is called in its log and among its like.
            pool: what its tasks run in.
            concurrency: how many tasks at once.
            queues: which queues it serves; the app's default one if not given.
            cwd: its working folder; ours if not given.

        Raises:
            Fault: the app cannot be imported (with its own traceback), or the worker is not ready after a minute.

        """
        ours, theirs = socket.socketpair()
        words = [app, name, pool, str(concurrency), ",".join(queues)]
        with theirs:
            child = keeper().start(
                [sys.executable, "-m", "unblocked.backends.working", "@0", *words],
                name=name,
                env=_environment(env),
                cwd=cwd or Path.cwd(),
                descriptors=[theirs.fileno()],
                grace=_GRACE,
            )
        with ours, ended_on_failure(child):
            _await(Lines(ours), child, name)
        super().__init__(child, name=name, where=f"{app}, {pool}, {concurrency} at once")

    def __enter__(self) -> Self:
        return self


def _await(lines: Lines, child: Child, name: str) -> None:
    message = lines.receive(within=START_LIMIT)
    if message is None:
        raise Fault(f"`{name}` did not become ready. Does its broker run? It printed:\n\n{child.printed}")
    if "failed" in message:
        failure = Failure(**message["failed"])
        raise Fault(f"`{name}` did not start: {failure.summary}\n\n{failure.traceback}".rstrip())


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    path = os.pathsep.join(p for p in (str(course()), os.environ.get("PYTHONPATH", "")) if p)
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **env}
