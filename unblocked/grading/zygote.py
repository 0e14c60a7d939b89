"""A warm process: has imported what answers and checks need, and starts one overseer a grading.

It has one thread and stays so, because a fork copies only the thread that calls it.
"""

from __future__ import annotations

import array
import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Iterator

from unblocked.grading import offspring
from unblocked.grading.order import Order
from unblocked.grading.warmth import warm_up
from unblocked.processes.starting import method

_DONE = object()


def main(descriptor: int) -> None:
    """Serve orders from an inherited socket until its other side is gone."""
    gc.disable()  # imports leave little for the collector, which would look through all of it again and again
    warmth = warm_up() if method() == "fork" else iter(())
    next(warmth, None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # overseers are not waited for
    owner = socket.socket(fileno=descriptor)
    while received := _receive(owner, meanwhile=warmth):
        order, results = received
        offspring.start("overseer", order, results, closing=[owner])
        os.close(results)


def _receive(owner: socket.socket, *, meanwhile: Iterator[None]) -> tuple[Order, int] | None:
    """Read one order: a line of JSON, with the descriptor of the socket for its results beside it.

    As long as none has come, take the next step of what is to be done meanwhile.
    """
    while not select.select([owner], [], [], 0)[0] and next(meanwhile, _DONE) is not _DONE:
        pass
    data, descriptors = b"", array.array("i")
    while not data.endswith(b"\n"):
        more, beside, _, _ = socket.recv_fds(owner, 65536, 1)
        if not more:
            return None
        data += more
        descriptors.extend(beside)
    return Order(**json.loads(data)), descriptors[0]


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(int(sys.argv[1]))
