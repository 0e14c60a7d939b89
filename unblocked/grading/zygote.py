"""A warm process: has imported what answers and checks need, and forks one overseer a grading.

It has one thread and stays so, because a fork copies only the thread that calls it.
"""

from __future__ import annotations

import array
import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys

_WARM = (
    "aiohttp.web", "anyio._backends._asyncio", "asyncio", "fastapi", "fastapi.testclient", "httpx", "httpx2",
    "pydantic_settings", "requests", "uvicorn.lifespan.on", "uvicorn.loops.asyncio", "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto", "unblocked.grading", "unblocked.grading.overseer", "unblocked.recorder",
    "unblocked.server.process",
)  # fmt: skip


def main(descriptor: int) -> None:
    """Serve orders from an inherited socket until its other side is gone."""
    for module in _WARM:
        importlib.import_module(module)
    from unblocked.grading import overseer
    from unblocked.grading.rehearsal import rehearse

    rehearse()
    gc.collect()
    gc.freeze()  # what is shared with the forks stays shared
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # overseers are not waited for
    owner = socket.socket(fileno=descriptor)
    while order := _receive(owner):
        results = socket.socket(fileno=order["results"])
        if os.fork() == 0:
            owner.close()
            overseer.main(order, results)
        results.close()


def _receive(owner: socket.socket) -> dict[str, int] | None:
    """Read one order: a line of JSON, with the socket for its results beside it."""
    data, descriptors = b"", array.array("i")
    while not data.endswith(b"\n"):
        more, beside, _, _ = socket.recv_fds(owner, 65536, 1)
        if not more:
            return None
        data += more
        descriptors.extend(beside)
    return {**json.loads(data), "results": descriptors[0]}


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(int(sys.argv[1]))
