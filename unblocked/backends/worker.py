"""A Celery worker for one owner: real, in processes of its own, ready when the call returns."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

from unblocked.backends.backend import Backend, ended_on_failure
from unblocked.faults import Fault
from unblocked.processes import Child, keeper
from unblocked.processes.lines import Lines
from unblocked.processes.starting import fresh
from unblocked.server.failure import Failure
from unblocked.server.serving import inherited
from unblocked.server.warm import warm

Pool = Literal["prefork", "threads", "solo"]

START_LIMIT = 60.0
"""Seconds after which a worker that is still starting is given up."""

_LAST_WORDS = 2.0
"""Seconds in which one that has ended has written why."""

_MODULE = "unblocked.backends.working"

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
        wait: bool = True,
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
            wait: whether to wait until it takes tasks; else `wait_until_ready` does.

        Raises:
            Fault: the app cannot be imported (with its own traceback), or the worker is not ready after a minute.

        """
        self._wanted: dict[str, Any] = {"app": app, "env": env, "name": name, "pool": pool, "concurrency": concurrency}
        self._wanted |= {"queues": queues, "cwd": cwd}
        words = ["@0", app, name, pool, str(concurrency), ",".join(queues)]
        whole = {**inherited(), **env}
        of = warm().process(whole)
        child, line = keeper().start_with_line(
            [_MODULE, *words] if of else fresh(_MODULE, *words),
            name=name,
            env=whole,
            cwd=cwd or Path.cwd(),
            grace=_GRACE,
            of=of,
        )
        self._lines = Lines(line)
        super().__init__(child, name=name, where=f"{app}, {pool}, {concurrency} at once")
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Return when it takes tasks.

        Raises:
            Fault: the app cannot be imported (with its own traceback), or it is not ready after a minute.

        """
        with contextlib.closing(self._lines), ended_on_failure(self._child):
            _await(self._lines, self._child, self.name)
        warm().begin("worker")  # for the next one

    def stop(self) -> None:
        """End it in good order, also one that nobody has waited for; return when it is gone."""
        self._lines.close()
        super().stop()

    def again(self) -> Self:
        """Start another one like it; for whoever has killed it."""
        return self.like()

    def like(self, **other: Any) -> Self:
        """Start another one for the same app, with what is given in place of what this one was started with."""
        return type(self)(**{**self._wanted, **other})

    def __enter__(self) -> Self:
        return self


def _await(lines: Lines, child: Child, name: str) -> None:
    message = lines.receive(within=START_LIMIT)
    if message is None:
        child.wait(_LAST_WORDS)
        raise Fault(f"`{name}` did not become ready. Does its broker run? It printed:\n\n{child.printed}")
    if "failed" in message:
        raise Failure(**message["failed"]).fault(name)
