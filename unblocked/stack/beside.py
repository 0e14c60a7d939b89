"""What runs beside an app: a broker and workers, and where all of them note what becomes of tasks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from unblocked.backends.backend import Backend
from unblocked.backends.choice import redis
from unblocked.backends.worker import Worker
from unblocked.outside import Outside
from unblocked.processes import keeper
from unblocked.recorder.notes import SETTING, Notes
from unblocked.server.serving import environment
from unblocked.stack.needs import Hand, Needs


class Beside:
    """Starts what is needed. In a `with` block: what is not kept at its end is ended.

    Attributes:
        parts: what was started, by name.
        env: the settings by which an app, and its workers, find the broker.
        notes: what becomes of tasks; None where there is no broker.

    """

    def __init__(self, needs: Needs, *, carriers: Outside, env: Mapping[str, str]) -> None:
        self.parts: dict[str, Backend] = {}
        self.env: dict[str, str] = dict(env)
        self.notes: Notes | None = None
        self._kept = False
        try:
            if needs.broker:
                self._start(needs, carriers)
        except BaseException:
            self._end()
            raise

    def _start(self, needs: Needs, carriers: Outside) -> None:
        broker = redis()
        self.parts["broker"] = broker
        self.notes = Notes(_free(keeper().folder))
        self.env = {**settings(broker.url), SETTING: str(self.notes.path), **self.env}
        for hand in needs.workers:
            self.parts[hand.name] = _worker(hand, environment(carriers, self.env))

    def wait_until_ready(self) -> None:
        """Return when every worker takes tasks.

        Raises:
            Fault: one of them does not start.

        """
        for part in self.parts.values():
            if isinstance(part, Worker):
                part.wait_until_ready()

    def keep(self) -> None:
        """Leave all of it to its owner: the end of the block does not end it."""
        self._kept = True

    def _end(self) -> None:
        for part in reversed(self.parts.values()):
            part.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._kept:
            self._end()


def settings(url: str) -> dict[str, str]:
    """Give the settings by which clients find a Redis: `REDIS_URL`, and what Celery reads where an app names none.

    >>> settings("unix:///tmp/valkey.sock?db=3")["CELERY_BROKER_URL"]
    'redis+socket:///tmp/valkey.sock?virtual_host=3'
    """
    of_celery = url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    broker = os.environ.get("CELERY_BROKER_URL", of_celery)
    results = os.environ.get("CELERY_RESULT_BACKEND", of_celery)
    return {"REDIS_URL": url, "CELERY_BROKER_URL": broker, "CELERY_RESULT_BACKEND": results}


def _worker(hand: Hand, env: Mapping[str, str]) -> Worker:
    return Worker(
        hand.app,
        env=env,
        name=hand.name,
        pool=hand.pool,
        concurrency=hand.concurrency,
        queues=hand.queues,
        wait=False,
    )


def _free(folder: Path) -> Path:
    names = (f"tasks{suffix}.jsonl" for suffix in ("", *(f"-{n}" for n in range(2, 1_000_000))))
    return next(path for path in (folder / name for name in names) if not path.exists())
