"""The stage of a check: how an answer comes before it, as a served app, as imported functions, or as tests."""

from __future__ import annotations

import functools
import os
import socket
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from unblocked.grading import confinement, imported, offspring, probes, warmth
from unblocked.grading.app import App
from unblocked.grading.board import Board, Channel
from unblocked.grading.imported import Imported
from unblocked.grading.loading import broken_by
from unblocked.grading.order import Order
from unblocked.grading.patience import Patience, stretch
from unblocked.grading.server import Server
from unblocked.grading.stack import Stack
from unblocked.grading.store import Store
from unblocked.grading.suite import Tests
from unblocked.grading.whereabouts import line_of
from unblocked.outside import Outside
from unblocked.processes.lines import Lines
from unblocked.recorder.notes import SETTING, Notes
from unblocked.stack.beside import settings

_PYTHON_LIMIT = 30.0
"""Seconds that a fresh Python may take until it begins with the answer."""


class Broken(Exception):
    """The answer cannot be run at all: why, and on which line."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.message, self.line = message, line


class Stage(ABC):
    """How an answer comes before a check, in two steps: first what forks, then all that needs threads.

    Attributes:
        name: the parameter by which a check asks for it.
        subject: the answer, as the check sees it; there once the stage is open.
        servers: those that belong to the stage itself.

    """

    name: ClassVar[str]
    subject: Any
    servers: Sequence[Server] = ()

    def __init__(self, order: Order, findings: Lines) -> None:
        self._order, self._findings = order, findings

    def prepare(self, carriers: socket.socket) -> None:  # noqa: B027  # most need nothing
        """Start the processes that it needs. They must not have the outside world's socket."""

    @abstractmethod
    def open(self, carriers: Outside) -> None:
        """Bring the answer up; `Broken` when it cannot be run."""

    def _hangs(self, line: int | None) -> Broken:
        seconds = self._order.start_limit
        never = "Does this line never end?" if line else "Does its lifespan never come to its `yield`?"
        return Broken(f"Your code is still starting after {seconds:g} s. {never}", line)


class Served(Stage):
    """The answer's `app` on real uvicorn, in a process of its own."""

    name = "app"

    def prepare(self, carriers: socket.socket) -> None:
        """Start the server's process on a socket that listens already."""
        self._ours, theirs = socket.socketpair()
        with theirs, socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
            self._url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            self._pid = offspring.start(
                "loaded", self._order, listening.fileno(), theirs.fileno(), closing=[carriers, self._ours]
            )
        self._findings.send(serving=self._pid)

    def open(self, carriers: Outside) -> None:
        """Wait until it serves."""
        self.subject = app = self._made(carriers)
        channel = app.board
        channel.wait(lambda: channel.first("begun"), limit=_PYTHON_LIMIT * stretch())
        patience = Patience.with_process(self._pid, self._order.start_limit)
        patience.wait(lambda: channel.first("ready") or channel.first("failed") or not channel.open, channel.wait)
        if failure := channel.first("failed"):
            raise Broken(failure["message"], failure["line"])
        if not channel.open:
            raise Broken("Your code ended its own process before it could answer.", None)
        if not channel.first("ready"):
            raise self._hangs(app.line)

    def _made(self, carriers: Outside) -> App:
        """Make what the check sees of it."""
        return App(Channel(self._ours), **self._facts(carriers))

    def _facts(self, carriers: Outside) -> dict[str, Any]:
        facts = {"url": self._url, "pid": self._pid, "file": str(self._order.copy)}
        return {"carriers": carriers, "limit": self._order.answer_limit, **facts}


class Queued(Served):
    """The answer's `app` and workers of its `queue`, with a broker between them."""

    name = "stack"

    def prepare(self, carriers: socket.socket) -> None:
        """Start the broker, the process that starts workers, and the app's."""
        self._broker = Store(self._order.folder)
        self.servers = [self._broker]
        self._findings.send(serving=self._broker.pid)
        self._notes = Notes(self._order.place / "tasks.jsonl")
        os.environ.update({**settings(self._broker.url), SETTING: str(self._notes.path)})
        self._check, theirs = socket.socketpair()
        self._other, of_other = socket.socketpair()
        ours = [carriers, self._check, self._other]
        with theirs, of_other:
            self._crew = offspring.start("crew", self._order, theirs.fileno(), of_other.fileno(), closing=ours)
        self._findings.send(serving=self._crew)
        super().prepare(carriers)

    def open(self, carriers: Outside) -> None:
        """Wait until the broker answers, a worker takes tasks, and the app serves."""
        self._broker.wait_until_ready()
        self._stack = self._assembled(carriers)
        first = self._stack.hire(wait=False)
        super().open(carriers)
        if broken := self._stack.refusal(first):
            raise Broken(broken["message"], broken["line"])

    def _made(self, carriers: Outside) -> App:  # noqa: ARG002  # it is there
        return self._stack

    def _assembled(self, carriers: Outside) -> Stack:
        stack = Stack(
            Channel(self._ours),
            order=self._order,
            crew=Channel(self._check),
            crew_pid=self._crew,
            other=self._other,
            broker=self._broker,
            notes=self._notes,
            **self._facts(carriers),
        )
        stack.beside.append(self._broker)
        stack.on_wait = functools.cache(lambda: self._findings.send(waits=True))  # said once
        return stack


class InProcess(Stage):
    """The answer's functions, in the process of the check."""

    name = "answer"

    def open(self, carriers: Outside) -> None:
        """Import it, in a thread: it may hang."""
        warmth.import_all()
        board, file = Board(), str(self._order.copy)
        probes.install(board.post, file)
        confinement.confine()
        loaded: list[Any] = []
        loading = threading.Thread(target=lambda: loaded.append(_attempt(file)), daemon=True)
        loading.start()
        patience = Patience.with_process(os.getpid(), self._order.start_limit)
        if not patience.wait(lambda: not loading.is_alive(), lambda _, *, limit: loading.join(limit)):
            frame = sys._current_frames().get(loading.ident or 0)
            raise self._hangs(line_of(frame, file))
        if isinstance(loaded[0], BaseException):
            raise Broken(**broken_by(loaded[0]))
        self.subject = Imported(board, loaded[0], carriers=carriers, limit=self._order.answer_limit)


class Tested(Stage):
    """The answer's tests, run by pytest in processes of their own."""

    name = "tests"

    def prepare(self, carriers: socket.socket) -> None:
        """Start the process that starts the runs."""
        self._ours, theirs = socket.socketpair()
        with theirs:
            pid = offspring.start("suite_runner", self._order, theirs.fileno(), closing=[carriers, self._ours])
        self._findings.send(serving=pid)

    def open(self, carriers: Outside) -> None:  # noqa: ARG002  # they may ask them, we need not
        """Nothing runs until a check says what the tests are to test."""
        self.subject = Tests(Lines(self._ours), self._order)


KINDS: dict[str, type[Stage]] = {
    "function": InProcess,
    "app": Served,
    "report": Served,
    "test": Tested,
    "queue": Queued,
}
"""The kinds of exercises. A report names what is wrong in a running service, at its top level, and mends it."""


def stage_for(needs: Iterable[str]) -> type[Stage]:
    """Give the stage that a check asks for."""
    wanted = list(needs)
    return next((stage for stage in KINDS.values() if stage.name in wanted), Served)


def _attempt(path: str) -> Any:
    try:
        return imported.load(path)
    except BaseException as error:  # noqa: BLE001  # whatever it is, it is the answer's, and is told
        return error
