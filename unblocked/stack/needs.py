"""What an app needs beside it: a `services.toml` in its folder names a database, a broker, and workers."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import Any

from unblocked.backends.worker import Pool
from unblocked.faults import Fault
from unblocked.server.target import Target
from unblocked.server.warm import Use

FILE = "services.toml"

WEB, BROKER, DATABASE = PARTS = ("web", "broker", "database")
"""What the parts of a service are called that are not workers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """A worker that is wanted; the attributes are what `Worker` takes."""

    app: str
    name: str = "worker"
    pool: Pool = "prefork"
    concurrency: int = 2
    queues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Needs:
    """What is to be started beside an app.

    Attributes:
        broker: whether it needs one; whoever has workers does.
        workers: which workers.
        database: whether it needs one.
        prepare: the module whose `main()` is run before the app's lifespan begins, such as one that applies migrations.

    """

    broker: bool = False
    workers: tuple[Hand, ...] = ()
    database: bool = False
    prepare: str = ""

    @property
    def use(self) -> Use:
        """What the processes of all of it are copies of: a process that is warm for this."""
        return "worker" if self.broker else "database" if self.database or self.prepare else "app"

    @classmethod
    def of(cls, target: Target) -> Needs:
        """Read what stands beside an app's file; nothing where nothing stands there.

        Raises:
            Fault: the file is not as it should be.

        Example:
            ```toml
            broker = true
            database = true
            prepare = "shop.migrate"

            [[workers]]
            name = "quick"
            app = "shop.tasks:queue"
            queues = ["quick"]
            concurrency = 2
            ```

        """
        path = target.source.parent / FILE
        if not path.is_file():
            return cls()
        try:
            return cls._read(tomllib.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise Fault(f"`{path.parent.name}/{FILE}` cannot be used: {error}.") from error

    @classmethod
    def for_worker(cls, target: Target, name: str) -> Needs:
        """Give what an app needs whose file has a Celery app of this name: a broker, and one worker."""
        place = str(target.source) if target.is_file else target.module
        return cls(broker=True, workers=(Hand(app=f"{place}:{name}"),))

    @classmethod
    def _read(cls, told: dict[str, Any]) -> Needs:
        hands = [Hand(**{**each, "queues": tuple(each.get("queues", ()))}) for each in told.pop("workers", ())]
        names = [hand.name for hand in hands]
        if len({*names, *PARTS}) < len(names) + len(PARTS):
            taken = ", ".join(f"`{name}`" for name in PARTS)
            raise ValueError(f"each worker needs a name of its own, none of {taken}")
        return cls(bool(told.pop("broker", hands)), tuple(hands), **told)
