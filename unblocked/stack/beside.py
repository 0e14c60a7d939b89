"""What runs beside an app: a database, a broker and workers, and where all of them note what becomes of tasks."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from unblocked.backends.backend import Backend, ended_on_failure
from unblocked.backends.choice import database, redis
from unblocked.backends.postgres import Postgres
from unblocked.backends.worker import Worker
from unblocked.outside import Outside
from unblocked.processes import keeper
from unblocked.recorder.notes import SETTING, Notes
from unblocked.server.serving import environment
from unblocked.stack.needs import BROKER, DATABASE, Hand, Needs
from unblocked.stack.preparation import prepare


class Beside:
    """Starts what is needed: database and broker at once, the workers when they are hired.

    In a `with` block: what is not kept at its end is ended.

    Attributes:
        parts: what was started, by name.
        env: the settings by which an app, and its workers, find database and broker.
        notes: what becomes of tasks; None where there is no broker.

    """

    def __init__(self, needs: Needs, *, carriers: Outside, env: Mapping[str, str]) -> None:
        self.parts: dict[str, Backend] = {}
        self.env: dict[str, str] = dict(env)
        self.notes: Notes | None = None
        self._kept = False
        self._needs, self._carriers = needs, carriers
        with ended_on_failure(self):
            self._start()

    def _start(self) -> None:
        if self._needs.database:
            self._open_database()
        if self._needs.broker:
            broker = redis()
            self.parts[BROKER] = broker
            self.notes = Notes(free(keeper().folder, "tasks", ".jsonl"))
            self.env = {**settings(broker.url), SETTING: str(self.notes.path), **self.env}
        part = self.parts.get(DATABASE)
        if isinstance(part, Postgres):  # it has started meanwhile
            part.wait_until_ready()
        if self._needs.prepare:
            prepare(self._needs.prepare, environment(self._carriers, self.env))

    def _open_database(self) -> None:
        if os.environ.get("DATABASE_URL", "").startswith("sqlite"):
            url = f"sqlite+aiosqlite:///{free(keeper().folder, 'parcel', '.db')}"
        else:
            self.parts[DATABASE] = part = database()
            url = part.url.replace("postgresql:", "postgresql+asyncpg:", 1)
        self.env = {"DATABASE_URL": url, **self.env}

    def hire(self) -> None:
        """Start the workers; `wait_until_ready` waits for them."""
        for hand in self._needs.workers:
            self.parts[hand.name] = _worker(hand, environment(self._carriers, self.env))

    def dismiss(self) -> None:
        """End the workers; what they were at is left to the broker."""
        workers = [self.parts.pop(hand.name) for hand in self._needs.workers if hand.name in self.parts]
        ended(workers)

    def wait_until_ready(self) -> None:
        """Return when every worker takes tasks.

        Raises:
            Fault: one of them does not start.

        """
        for part in list(self.parts.values()):  # a save may end them meanwhile
            if isinstance(part, Worker):
                part.wait_until_ready()

    def keep(self) -> None:
        """Leave all of it to its owner: the end of the block does not end it."""
        self._kept = True

    def stop(self) -> None:
        """End all of it."""
        self.dismiss()
        ended(self.parts.values())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._kept:
            self.stop()


def ended(parts: Collection[Backend]) -> None:
    """End parts side by side; return when they are gone."""
    if parts:
        with ThreadPoolExecutor(len(parts)) as pool:
            list(pool.map(lambda part: part.stop(), parts))


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


def free(folder: Path, stem: str, suffix: str) -> Path:
    """Give a file of this name in a folder that is not there yet."""
    names = (f"{stem}{number}{suffix}" for number in ("", *(f"-{n}" for n in range(2, 1_000_000))))
    return next(path for path in (folder / name for name in names) if not path.exists())
