"""A service that runs: an app, and the broker and the workers that it needs."""

from __future__ import annotations

import dataclasses
import html
import socket
import time
from collections.abc import Callable, Sequence
from typing import Self

from unblocked.backends.backend import Backend
from unblocked.backends.borrowed import Borrowed
from unblocked.backends.unacked import keeps
from unblocked.backends.valkey import Valkey
from unblocked.backends.worker import Pool, Worker
from unblocked.faults import Fault, unknown
from unblocked.processes import Child
from unblocked.recorder.notes import Notes, Task
from unblocked.records import Recording
from unblocked.server.served import Served
from unblocked.server.target import Target
from unblocked.stack.beside import ended
from unblocked.stack.needs import BROKER, PARTS, WEB

_ON_ITS_WAY = 5.0
"""Seconds after which what has not been acknowledged is not on its way, but late."""

_LOOK = 0.01
"""Seconds between two looks at what has become of tasks."""


class Service(Served):
    """A service that runs. Use it as it is, or in a `with` block, which ends it and all that was started for it.

    Attributes:
        url: its address, such as `http://127.0.0.1:40123`.
        name: the lab, module or file that it was made of.
        pid: the process id of its app.
        parts: what was started beside the app, by name: `broker`, `database`, and its workers.

    Example:
        >>> with serve("routes") as parcel:
        ...     parcel.requests
        0

    """

    def __init__(self, target: Target, child: Child, connection: socket.socket, *, url: str) -> None:
        super().__init__(target, child, connection, url=url)
        self.parts: dict[str, Backend] = {}
        self._notes: Notes | None = None
        self._restart: Callable[[], Service] | None = None
        self._known: dict[str, Recording] = {}

    def equip(self, parts: dict[str, Backend], *, notes: Notes | None, restart: Callable[[], Service]) -> None:
        """Take what was started beside the app, the notes on its tasks, and what starts the app anew."""
        self.parts, self._notes, self._restart = parts, notes, restart

    # What can happen to a part of it.

    def kill(self, part: str = WEB) -> None:
        """End a part as a crash does, without a last word; return when it is gone. The other parts go on.

        Args:
            part: `web`, `broker`, `database`, or a worker's name.

        Raises:
            Fault: there is no such part.

        Example:
            >>> parcel.kill("worker")  # doctest: +SKIP
            >>> parcel.again("worker")  # doctest: +SKIP

        """
        if part == WEB:
            super().kill()
            return
        self._wait_for_acknowledgements(part)
        self._part(part).kill()
        if self._notes:
            self._notes.add("gone", worker=part)

    def _wait_for_acknowledgements(self, worker: str) -> None:
        """Let the broker hear that a worker has begun with tasks that it does not keep: that may be under way."""
        broker, end = self.parts.get(BROKER), time.monotonic() + _ON_ITS_WAY
        early = [task.id for task in self.tasks() if task.forgotten_with == worker]
        while isinstance(broker, Valkey | Borrowed) and keeps(broker.url, early) and time.monotonic() < end:
            time.sleep(_LOOK)

    def pause(self, part: str) -> None:
        """Keep a part from doing anything until `go_on`: whoever asks it is connected, and hears nothing."""
        self._part(part).pause()

    def go_on(self, part: str) -> None:
        """End a pause."""
        self._part(part).go_on()

    def again(self, part: str = WEB) -> None:
        """Start a part anew that was killed, at the place where it was; return when it is ready.

        Raises:
            Fault: it still runs; or it does not start.

        """
        if (self if part == WEB else self._part(part)).running:
            raise Fault(f"`{part}` of `{self.name}` still runs.")
        if part != WEB:
            self.parts[part] = self._part(part).again()
        elif self._restart is not None:
            self._become(self._restart())

    def _part(self, name: str) -> Backend:
        if name not in self.parts:
            raise unknown(f"part of `{self.name}`", name, [WEB, *self.parts])
        return self.parts[name]

    def hire(self, name: str, *, pool: Pool = "prefork", concurrency: int = 2, queues: Sequence[str] = ()) -> None:
        """Start one more worker, and return when it takes tasks.

        Args:
            name: what it is called among the parts.
            pool: what its tasks run in.
            concurrency: how many tasks at once.
            queues: which queues it serves; the default one if not given.

        Raises:
            Fault: there is no worker to take as a model; or the name is taken.

        Example:
            >>> parcel.hire("express", concurrency=1, queues=["quick"])  # doctest: +SKIP

        """
        model = next((part for part in self.parts.values() if isinstance(part, Worker)), None)
        if model is None:
            raise Fault(f"`{self.name}` has no workers.")
        if name in (*PARTS, *self.parts):
            raise Fault(f"`{self.name}` has a part `{name}` already.")
        self.parts[name] = model.like(name=name, pool=pool, concurrency=concurrency, queues=queues)

    def log_of(self, part: str) -> str:
        """Give what a part has printed so far."""
        return self.log if part == WEB else self._part(part).log

    def stop(self) -> None:
        """End it and all that was started for it; return when that is gone."""
        super().stop()
        ended([part for part in self.parts.values() if isinstance(part, Worker)])
        ended([part for part in self.parts.values() if not isinstance(part, Worker)])

    # What has become of its tasks.

    def tasks(self) -> list[Task]:
        """Give every Celery task that it has sent, or that was sent by one of these, in the order of their sending."""
        return list(self._notes.tasks().values()) if self._notes else []

    def wait_for_tasks(self, *, within: float = 60.0) -> None:
        """Return when all tasks that were sent are over.

        Args:
            within: seconds after which it is given up.

        Raises:
            Fault: some are not over by then; it names them.

        """
        end = time.monotonic() + within
        while left := [task for task in self.tasks() if not task.over]:
            if time.monotonic() > end:
                names = ", ".join(sorted({f"`{task.name}`" for task in left}))
                raise Fault(f"After {within:g} s, {len(left)} tasks are not over: {names}.")
            time.sleep(_LOOK)

    def recording(self, prefix: str = "") -> Recording:
        """Give what it recorded of the requests whose id begins with a prefix, and where their tasks were.

        Of an app that was killed, what it had recorded when it was asked last.
        """
        if self._notes is None:
            return super().recording(prefix)
        try:
            self._known = {prefix: super().recording(prefix)}
        except Fault:
            if prefix not in self._known:
                raise
        return _with_tasks(self._known[prefix], self.tasks())

    def _repr_html_(self) -> str:
        if not self.running or not self.parts:
            return super()._repr_html_()
        names = ", ".join(f"<code>{html.escape(name)}</code>" for name in self.parts)
        return super()._repr_html_().replace("</p>", f" · beside it: {names}</p>")

    def __enter__(self) -> Self:
        return self


def _with_tasks(recording: Recording, tasks: list[Task]) -> Recording:
    now = time.perf_counter()
    traces = [
        dataclasses.replace(
            trace,
            stretches=[*trace.stretches, *(s for task in tasks if task.request == trace.id for s in task.seen(now))],
        )
        for trace in recording.traces
    ]
    return dataclasses.replace(recording, traces=traces)
