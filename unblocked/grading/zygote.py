"""A warm process: has imported what answers and checks need, and starts one overseer a grading.

It is told what it should be warm for from the start, and gets warm for what else is graded when that is asked for.

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


def main(descriptor: int, *uses: str) -> None:
    """Serve orders from an inherited socket until its other side is gone; get warm for these uses meanwhile."""
    gc.disable()  # imports leave little for the collector, which would look through all of it again and again
    warmth = _warmth(*uses)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # overseers are not waited for
    owner = socket.socket(fileno=descriptor)
    while received := _receive(owner, meanwhile=warmth):
        order, results = received
        for _ in _warmth(*order.uses):
            continue
        offspring.start("overseer", order, results, closing=[owner])
        os.close(results)


def _warmth(*uses: str) -> Iterator[None]:
    return warm_up(*uses) if method() == "fork" else iter(())


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
        main(int(sys.argv[1]), *sys.argv[2:])
