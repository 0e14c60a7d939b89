"""The process that starts a worker whenever a check hires one, and another app. It has one thread: it may fork."""

from __future__ import annotations

import os
import signal
import socket
from typing import Any, NoReturn

from unblocked.grading import offspring
from unblocked.grading.order import Order
from unblocked.processes import kernel
from unblocked.processes.lines import Lines


def main(order: Order, parent: int, check: int, other: int) -> NoReturn:
    """Be this process, until the check has ended; `other` is what the process of another app speaks through."""
    os.setsid()
    kernel.die_with_parent(parent=parent, by=signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # workers are not waited for
    lines, its_end = Lines(socket.socket(fileno=check)), socket.socket(fileno=other)
    for message in lines:
        if "hire" in message:
            offspring.start("hand", order, check, message["hire"], closing=[its_end])
        elif "echo" in message:
            lines.send(echo=message["echo"])  # after all that its workers have told before
        else:
            lines.send(**_serve(order, its_end))
    os._exit(0)


def _serve(order: Order, its_end: socket.socket) -> dict[str, Any]:
    """Start the app in a process of its own, and say which, and where it listens."""
    with its_end, socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
        pid = offspring.start("loaded", order, listening.fileno(), its_end.fileno())
        return {"serves": pid, "url": f"http://127.0.0.1:{listening.getsockname()[1]}"}
