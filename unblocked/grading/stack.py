"""An answer with a queue, as a check sees it: its app, its broker, and real workers that the check hires and harms."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from time import perf_counter  # kept: an answer may replace what is in `time`
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from unblocked.backends.unacked import keeps
from unblocked.backends.worker import Pool
from unblocked.grading.app import App
from unblocked.grading.board import Channel
from unblocked.grading.checking import Unmet
from unblocked.grading.contract import Contract
from unblocked.grading.order import Order
from unblocked.grading.patience import LOOK, stretch
from unblocked.grading.store import Store
from unblocked.grading.subject import PATIENCE
from unblocked.recorder.notes import Notes, Task

_SOON = 0.5
"""Seconds after which a learner is told that what is tried again is being waited for."""

_START_LIMIT = 30.0
"""Seconds after which a worker that is still starting is given up; more on a machine that is busy."""


class Message(NamedTuple):
    """What waits at the broker for a worker.

    Attributes:
        queue: where it waits.
        content: what Celery has written; `content["headers"]` says which task it is for, and how often it was tried.

    """

    queue: str
    content: dict[str, Any]

    def tried(self, times: int) -> Message:
        """Give the same message, as it is when its task has asked for another try so many times.

        >>> Message("celery", {"headers": {"retries": 0}, "body": ""}).tried(7).content["headers"]
        {'retries': 7}
        """
        headers = {**self.content["headers"], "retries": times}
        return self._replace(content={**self.content, "headers": headers})


class Hand:
    """A worker that a check has hired.

    Attributes:
        name: what it is called.
        pid: its process id.

    """

    def __init__(self, stack: Stack, number: int, name: str) -> None:
        self._stack, self._number, self.name = stack, number, name

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._stack.crew.all("hired")[self._number]["pid"]  # type: ignore[no-any-return]

    @property
    def gone(self) -> bool:
        """Whether it has ended, with all that it has started."""
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def kill(self) -> None:
        """End it and all that it has started as a crash does, in the midst of its tasks; return when it is gone.

        What it acknowledges before it is done is acknowledged by then: that may be under way when a task has begun.
        """
        early = [task.id for task in self._stack.tasks() if task.forgotten_with == self.name]
        self._stack.works(lambda: not keeps(self._stack.broker.url, early))
        os.killpg(self.pid, signal.SIGKILL)
        while not self.gone:
            self._stack.crew.wait(lambda: False, limit=LOOK)
        self._stack.notes.add("gone", worker=self.name)

    def end(self) -> None:
        """Ask it to end, as an orchestrator does: it takes no more tasks, and finishes those that it has."""
        os.kill(self.pid, signal.SIGTERM)


class Stack(App):
    """The learner's `app` on real uvicorn and workers of the learner's `queue`, each in processes of its own.

    Attributes:
        broker: the Valkey between them; it keeps the results too.
        worker: the worker that was hired first; it runs when the check begins.
        on_wait: is called, again and again, while something is waited for that comes late.

    """

    def __init__(self, channel: Channel, *, order: Order, crew: Channel, crew_pid: int, other: socket.socket,
                 broker: Store, notes: Notes, **of_app: Any) -> None:  # fmt: skip
        super().__init__(channel, **of_app)
        self._order, self.crew, self._crew_pid, self._other = order, crew, crew_pid, other
        self.broker, self.notes = broker, notes
        self._hired: list[Hand] = []
        self._earlier: list[dict[str, Any]] = []
        self._echoes = 0
        self.on_wait: Callable[[], object] = lambda: None

    @property
    def worker(self) -> Hand:
        """The worker that was hired first."""
        return self._hired[0]

    def hire(
        self,
        name: str = "",
        *,
        pool: Pool = "prefork",
        concurrency: int = 2,
        queues: Sequence[str] = (),
        wait: bool = True,
    ) -> Hand:
        """Start a worker, and return when it takes tasks.

        Args:
            name: what it is called; a number is found if not given.
            pool: what its tasks run in.
            concurrency: how many tasks at once.
            queues: which queues it serves; the answer's default one if not given.
            wait: whether to wait until it takes tasks; else `is_ready` does.

        Raises:
            Unmet: the answer's `queue` cannot be loaded, or no worker of it starts.

        """
        hand = Hand(self, len(self._hired), name or f"worker-{len(self._hired) + 1}")
        self._hired.append(hand)
        Contract(hand.name, pool, concurrency, tuple(queues)).sign(self._order, hand._number)
        self.crew.send(hire=hand._number)
        if wait and (broken := self.refusal(hand)):
            raise Unmet(did="started a worker of your `queue`", got=broken["message"], expected="that it takes tasks",
                        line=broken["line"], meaning="Without a worker, tasks wait in the broker.")  # fmt: skip
        return hand

    def refusal(self, hand: Hand) -> dict[str, Any] | None:
        """Wait until a worker takes tasks, and give None; or give why it does not."""
        number = hand._number

        def told(key: str) -> list[dict[str, Any]]:
            return [message for message in self.crew.all(key) if message[key] == number]

        self.crew.wait(lambda: told("ready") or told("refused"), limit=_START_LIMIT * stretch())
        if told("ready"):
            return None
        refused = told("refused")
        return refused[0]["broken"] if refused else {"message": "no worker: it is still starting", "line": None}

    def renew(self) -> None:
        """End the app as a crash does, and start it anew: another process, elsewhere. A check can do this once.

        Raises:
            Unmet: it does not start again.

        """
        self._earlier = (super().seen()["recording"] or {"traces": []})["traces"]
        os.killpg(self.pid, signal.SIGKILL)
        self.board.wait(lambda: self.gone, limit=_START_LIMIT * stretch())
        self.crew.send(serve=True)
        self.crew.wait(lambda: self.crew.first("serves"), limit=_START_LIMIT * stretch())
        self.pid, self.url = self.crew.first("serves"), self.crew.first("url")
        self.host, self.blocked = urlsplit(self.url).netloc, None
        self.board = board = Channel(self._other)
        board.wait(lambda: board.first("ready") or board.first("failed"), limit=_START_LIMIT * stretch())
        if not board.first("ready"):
            failed = board.first("failed") or {"message": "no app: it is still starting", "line": None}
            raise Unmet(
                did="killed your app, and started it anew",
                got=failed["message"],
                expected="that it serves",
                meaning="What an app needs must be there again when it starts.",
                line=failed["line"],
            )

    def tasks(self, name: str = "") -> list[Task]:
        """Give what is known of every task that was sent, in the order of their sending; of one name only, if given.

        A name is that of the function: `draw` for a task `parcel.draw`.
        """
        every = self.notes.tasks().values()
        return [task for task in every if name in ("", task.name, task.name.rpartition(".")[2])]

    def take(self) -> list[Message]:
        """Take the messages that wait at the broker out of it, in the order of their sending.

        Hire no worker before: what a worker has fetched waits nowhere.
        """
        with self.broker.client() as client:
            lists = [key for key in client.scan_iter() if client.type(key) == "list"]
            messages = [Message(key, json.loads(each)) for key in lists for each in reversed(client.lrange(key, 0, -1))]
            if lists:
                client.delete(*lists)
        return messages

    def give(self, messages: Iterable[Message]) -> None:
        """Have the broker give these out: those that were taken, or any of them again, as it may at any time."""
        with self.broker.client() as client:
            for message in messages:
                client.lpush(message.queue, json.dumps(message.content))

    def works(self, holds: Callable[[], object], *, patience: float = PATIENCE) -> bool:
        """Wait for something that the workers bring; say whether it came.

        True as soon as it holds. False when a while has gone by and app and workers rest.

        Args:
            holds: says whether it is there.
            patience: seconds that are waited in any case: more where an answer waits before it tries again.

        """
        begun = perf_counter()

        def holds_or_tells() -> object:
            if patience > PATIENCE and perf_counter() - begun > _SOON:
                self.on_wait()
            return holds()

        return self._patience(patience).wait(holds_or_tells, self.crew.wait)

    def finishes(self, *, patience: float = PATIENCE) -> bool:
        """Wait until every task that was sent is over; say whether that came."""
        return self.works(lambda: (tasks := self.tasks()) and all(task.over for task in tasks), patience=patience)

    @property
    def failures(self) -> list[dict[str, Any]]:
        """What tasks raised, as they did: the `task`, the exception's `message`, and the `line` of the answer.

        Where it is to be tried again, `again_in` has the seconds that `retry` was told to wait; else it is None.
        """
        self._catch_up()
        told = [m for m in self.crew.messages if "task" in m]
        known = [{"task": m["task"], "again_in": m.get("again_in")} for m in told]
        return [{**each, **(m.get("raised") or m["retried"])} for each, m in zip(known, told, strict=True)]

    def _catch_up(self) -> None:
        """Take all that workers have told: what they told before a task was over may still be under way."""
        self._echoes += 1
        number = self._echoes
        self.crew.send(echo=number)
        self.crew.wait(lambda: any(each["echo"] == number for each in self.crew.all("echo")), limit=self.limit)

    def _pids(self) -> list[int]:
        is_of_crew = self.pid == self.crew.first("serves")
        return [*([] if self.gone or is_of_crew else [self.pid]), self._crew_pid]

    def seen(self) -> dict[str, Any]:
        """Give what is to be drawn; a request's tasks are in its lane."""
        seen, now, tasks = super().seen(), perf_counter(), self.tasks()

        def with_its_tasks(trace: dict[str, Any]) -> dict[str, Any]:
            of_it = [asdict(each) for task in tasks if task.request == trace["id"] for each in task.seen(now)]
            return {**trace, "stretches": [*trace["stretches"], *of_it]}

        if recording := seen["recording"]:
            recording["traces"] = [with_its_tasks(trace) for trace in (*self._earlier, *recording["traces"])]
        return seen
