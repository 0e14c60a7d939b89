"""The process above one grading: ends it at its limit, and sees that nothing of it is left."""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from typing import Any, NoReturn

from unblocked.grading.verdict import Ended
from unblocked.processes import kernel
from unblocked.processes.supervisor import Supervisor
from unblocked.server.lines import Lines

_TURN = 0.02


def main(order: dict[str, Any], results: socket.socket) -> NoReturn:
    """Fork the job, wait for its end, its limit or the owner's, clear up, and say how it ended."""
    zygote = os.getppid()
    os.setsid()
    kernel.adopt_orphans()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    overseer = os.getpid()
    job = os.fork()
    if job == 0:
        _be_the_job(order, results, overseer)
    ended = _wait(job, results, zygote=zygote, limit=order["limit"])
    _clear(job)
    Lines(results).send(ended=ended)
    os._exit(0)


def _be_the_job(order: dict[str, Any], results: socket.socket, overseer: int) -> NoReturn:
    from unblocked.grading.job import Job

    os.setsid()
    kernel.die_with_parent(parent=overseer, by=signal.SIGKILL)
    job = Job(order, Lines(results))
    code = 1
    try:
        job.run()
        code = 0
    finally:  # a traceback of the course's own goes to the zygote's log
        if code:
            import traceback

            traceback.print_exc()
        os._exit(code)


def _wait(job: int, results: socket.socket, *, zygote: int, limit: float) -> Ended:
    """Wait for the job; give up at the limit, and when the owner hangs up or the zygote is gone."""
    end = time.monotonic() + limit
    watch = select.poll()
    watch.register(results, select.POLLHUP)
    while time.monotonic() < end:
        for pid, code in kernel.reap():
            if pid == job:
                return "normally" if code == 0 else "in a fault of the course"
        if watch.poll(_TURN * 1000) or os.getppid() != zygote:
            return "crashed"
    return "at the limit"


def _clear(job: int) -> None:
    kernel.signal_group(job, signal.SIGKILL)
    Supervisor.end_orphans()
