"""The process of a Celery worker: imports the app, works, and tells its owner when it is ready or why it is not."""

from __future__ import annotations

import dataclasses
import os
import socket
import sys
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import worker_ready

from unblocked.faults import Fault
from unblocked.processes.lines import Lines
from unblocked.recorder import note_tasks
from unblocked.server import modules
from unblocked.server.failure import Failure
from unblocked.server.loading import imported


def run(words: Sequence[str]) -> int:
    """Work until told to end; give the exit code.

    Args:
        words: the number of the inherited socket on which its owner waits for it to be ready; where the Celery app
            is, as `Worker` takes it; what the worker is called; what its tasks run in; how many at once; which queues
            it serves, with commas, or an empty text for the app's default one.

    """
    owner, app, name, pool, concurrency, queues = words
    modules.arrange()
    warnings.simplefilter("ignore", SecurityWarning)  # a container's root is nobody's root
    lines = Lines(socket.socket(fileno=int(owner)))
    try:
        found = _found(app)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is its author's, and is told
        failure = Failure(error.message, "") if isinstance(error, Fault) else Failure.of(error)
        lines.send(failed=dataclasses.asdict(failure))
        return 3

    def ready(**_: Any) -> None:
        lines.send(ready=True)
        lines.close()

    note_tasks(worker=name)
    worker_ready.connect(ready, weak=False)
    found.worker_main(_words(name, pool, concurrency, queues))
    sys.stdout.flush()
    if threading.active_count() > 1:  # redis-py's and kombu's may wait for a broker that is gone
        os._exit(0)
    return 0


def _found(app: str) -> Celery:
    place, _, name = app.partition(":")
    path = Path(place)
    module = imported(path.stem, place) if path.suffix == ".py" else imported(place, None)
    name = name or "app"
    if not hasattr(module, name):
        apps = [each for each, value in vars(module).items() if isinstance(value, Celery)]
        others = "".join(f" It has `{each}`: give `{place}:{each}`." for each in apps[:1])
        raise Fault(f"There is no `{name}` in `{path.name}`.{others}")
    found = getattr(module, name)
    if not isinstance(found, Celery):
        raise Fault(f"`{name}` in `{path.name}` is of type `{type(found).__name__}`, not a `Celery` app.")
    return found


def _words(name: str, pool: str, concurrency: str, queues: str) -> list[str]:
    # A worker that looks for others first, and listens to them, takes a second longer to start.
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    wanted = ["-Q", queues] if queues else []
    return ["worker", "-n", f"{name}@%h", "-P", pool, "-c", concurrency, "-l", "INFO", *alone, *wanted]


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
