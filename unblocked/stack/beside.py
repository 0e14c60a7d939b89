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
from unblocked.processes.names import numbered
from unblocked.recorder.notes import SETTING, Notes
from unblocked.server.serving import environment
from unblocked.server.warm import warm
from unblocked.stack.needs import BROKER, DATABASE, Hand, Needs
from unblocked.stack.preparation import Preparation


class Beside:
    """Starts what is needed: database and broker at once, the workers when they are hired.

    In a `with` block: what is not kept at its end is ended.

    Attributes:
        needs: what is started.
        parts: what was started, by name.
        env: the settings by which an app, and its workers, find database and broker.
        notes: what becomes of tasks; None where there is no broker.

    """

    def __init__(self, needs: Needs, *, carriers: Outside, env: Mapping[str, str]) -> None:
        self.parts: dict[str, Backend] = {}
        self.env: dict[str, str] = dict(env)
        self.notes: Notes | None = None
        self._preparation: Preparation | None = None
        self._kept = False
        self.needs, self._carriers = needs, carriers
        with ended_on_failure(self):
            self._start()

    def _start(self) -> None:
        if self.needs.prepare or self.needs.workers:  # several processes of Python
            warm().begin(self.needs.use)
        if self.needs.database:
            self._open_database()
        if self.needs.broker:
            broker = redis()
            self.parts[BROKER] = broker
            self.notes = Notes(_free("tasks", ".jsonl"))
            self.env = {**settings(broker.url), SETTING: str(self.notes.path), **self.env}
        if self.needs.prepare:
            whole = environment(self._carriers, self.env)
            warm().wait("database", whole)
            self._preparation = Preparation(self.needs.prepare, whole)

    def _open_database(self) -> None:
        if os.environ.get("DATABASE_URL", "").startswith("sqlite"):
            url = f"sqlite+aiosqlite:///{_free('parcel', '.db')}"
        else:
            self.parts[DATABASE] = part = database()
            url = part.url
        self.env = {**database_settings(url), **self.env}

    def prepare(self) -> None:
        """Return when the database takes connections, and is being prepared."""
        part = self.parts.get(DATABASE)
        if isinstance(part, Postgres):
            part.wait_until_ready()
        if self._preparation:
            self._preparation.begin()

    def hire(self) -> None:
        """Start the workers; `wait_until_ready` waits for them."""
        whole = environment(self._carriers, self.env)
        if self.needs.workers:
            warm().wait("worker", whole)
        for hand in self.needs.workers:
            self.parts[hand.name] = _worker(hand, whole)

    def wait_until_prepared(self) -> None:
        """Return when the database has been prepared; then an app may begin.

        Raises:
            Fault: the preparation fails, or does not end.

        """
        if self._preparation:
            self._preparation.wait()

    def dismiss(self) -> None:
        """End the workers; what they were at is left to the broker."""
        workers = [self.parts.pop(hand.name) for hand in self.needs.workers if hand.name in self.parts]
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
        if self._preparation:
            self._preparation.stop()
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


def database_settings(url: str) -> dict[str, str]:
    """Give the settings by which SQLAlchemy's async engine finds a database.

    >>> database_settings("postgresql://parcel@/parcel?host=/tmp")
    {'DATABASE_URL': 'postgresql+asyncpg://parcel@/parcel?host=/tmp'}
    """
    return {"DATABASE_URL": url.replace("postgresql:", "postgresql+asyncpg:", 1)}


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


def _free(stem: str, suffix: str) -> Path:
    """Give a file of the owner's own folder that is not there yet."""
    paths = (keeper().folder / name for name in numbered(stem, suffix))
    return next(path for path in paths if not path.exists())
