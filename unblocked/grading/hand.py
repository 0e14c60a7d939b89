"""The process of a hired worker: a real Celery worker of the answer's `queue`, which says what the check must know."""

from __future__ import annotations

import os
import signal
import socket
import warnings
from contextlib import suppress
from datetime import datetime
from types import ModuleType
from typing import Any, NoReturn

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import task_failure, task_retry, worker_ready

from unblocked.grading import confinement, trial
from unblocked.grading.contract import Contract
from unblocked.grading.loading import broken_by
from unblocked.grading.order import Order
from unblocked.grading.whereabouts import raised_on
from unblocked.processes import kernel
from unblocked.processes.lines import Lines
from unblocked.recorder import note_tasks
from unblocked.server.failure import Failure
from unblocked.server.loading import imported

_SWEEP = 1
"""Seconds that the lock lasts under which a worker looks for what is to be given out again; 300, if nothing is said.

A worker that is killed while it has the lock would keep all others from looking for so long.
"""


def main(order: Order, parent: int, check: int, number: int) -> NoReturn:
    """Be the process of the worker of this number, until it is told to end."""
    os.setsid()
    kernel.die_with_parent(parent=parent, by=signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    lines = Lines(socket.socket(fileno=check))
    lines.send(hired=number, pid=os.getpid())
    try:
        _work(order, lines, number)
    except BaseException as error:  # noqa: BLE001  # whatever it is, it is the answer's, and is told
        lines.send(refused=number, broken=broken_by(error))
    finally:
        trial.flush()
        os._exit(0)


def _work(order: Order, lines: Lines, number: int) -> None:
    contract = Contract.read(order, number)
    confinement.confine()
    module = imported(order.name, str(order.copy))
    queue = getattr(module, "queue", None)
    if not isinstance(queue, Celery):
        lines.send(refused=number, broken={"message": _missing(module), "line": None})
        return
    queue.conf.broker_transport_options = {"unacked_mutex_expire": _SWEEP, **queue.conf.broker_transport_options}
    note_tasks(worker=contract.name)
    _tell(lines, number, file=str(order.copy))
    warnings.simplefilter("ignore", SecurityWarning)  # a container's root is nobody's root
    worker = queue.Worker(
        hostname=f"{contract.name}@grading",
        pool_cls=contract.pool,
        concurrency=contract.concurrency,
        queues=list(contract.queues) or None,
        loglevel="WARNING",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()


def _missing(module: ModuleType) -> str:
    others = [name for name, value in vars(module).items() if isinstance(value, Celery)]
    has = f" It has `{others[0]}`." if others else ""
    return f"The exercise asks for a Celery app `queue` at the top level of your answer.{has}"


def _tell(lines: Lines, number: int, *, file: str) -> None:
    """Say when it takes tasks, and what they raise, in whichever of its processes."""

    def tell(**message: Any) -> None:
        with suppress(ConnectionError):  # the check has ended, and nobody asks any more
            lines.send(**message)

    def ready(**_: Any) -> None:
        tell(ready=number)

    def raised(sender: Any, exception: BaseException, **_: Any) -> None:
        tell(raised=_told(exception, file), task=sender.name)

    def again(sender: Any, reason: BaseException, **_: Any) -> None:
        cause = getattr(reason, "exc", None) or reason
        tell(retried=_told(cause, file), task=sender.name, again_in=_seconds(getattr(reason, "when", None)))

    worker_ready.connect(ready, weak=False)
    task_failure.connect(raised, weak=False)
    task_retry.connect(again, weak=False)


def _seconds(when: datetime | float | None) -> float:
    """Give the seconds until then, as `retry` was told them: as a moment or as a delay."""
    return (when - datetime.now(when.tzinfo)).total_seconds() if isinstance(when, datetime) else when or 0.0


def _told(error: BaseException, file: str) -> dict[str, Any]:
    return {"message": Failure.of(error).message, "line": raised_on(error, file)}
