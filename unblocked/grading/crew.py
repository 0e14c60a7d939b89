"""The process that starts a worker whenever a check hires one. It has one thread, so that it may fork."""

from __future__ import annotations

import os
import signal
import socket
from typing import NoReturn

from unblocked.grading import offspring
from unblocked.grading.order import Order
from unblocked.processes import kernel
from unblocked.processes.lines import Lines


def main(order: Order, parent: int, check: int) -> NoReturn:
    """Be this process, until the check has ended."""
    os.setsid()
    kernel.die_with_parent(parent=parent, by=signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # workers are not waited for
    for message in Lines(socket.socket(fileno=check)):
        offspring.start("hand", order, check, message["hire"])
    os._exit(0)
