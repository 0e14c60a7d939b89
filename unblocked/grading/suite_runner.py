"""The process that starts a process for every run of an answer's tests. It has one thread, so that it may fork."""

from __future__ import annotations

import os
import select
import signal
import socket
from typing import Any, NoReturn

from unblocked.grading import offspring
from unblocked.grading.order import Order
from unblocked.grading.patience import stretch
from unblocked.processes import kernel
from unblocked.processes.lines import Lines

_GRACE = 25.0
"""Seconds until a run is ended that does not even say that it hangs; more on a machine that is busy."""


def main(_: Order, parent: int, runs: int) -> NoReturn:
    """Be this process, until the check has ended."""
    os.setsid()
    kernel.die_with_parent(parent=parent, by=signal.SIGKILL)
    check = socket.socket(fileno=runs)
    lines = Lines(check)
    for message in lines:
        lines.send(**_run(Order(**message["run"]), check))
    os._exit(0)


def _run(order: Order, check: socket.socket) -> dict[str, Any]:
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            pid = offspring.start("suite_run", order, theirs.fileno(), closing=[check, ours])
        silent = not select.select([ours], [], [], _GRACE * stretch())[0]
        result = None if silent else Lines(ours).receive()
    os.kill(pid, signal.SIGKILL)  # also one that has said everything: a thread may hold it
    _, status = os.waitpid(pid, 0)
    what = (
        "Your tests do not end, and one call of them lets no other thread of Python run."
        if silent
        else f"Your tests ended their own process (exit code {os.waitstatus_to_exitcode(status)})."
    )
    return result or {"broken": {"message": what, "line": None}}
