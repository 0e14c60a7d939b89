"""A warm process: it has imported what others need, and makes copies of itself that become them. Linux only.

A copy's parent is the supervisor, which reports and ends processes, as if it had started the copy itself. For that the
warm process forks twice: the one in between ends at once, and the system gives its child to the supervisor, who adopts
orphans. The warm process has one thread, because a fork copies only the thread that calls it.
"""

from __future__ import annotations

import array
import json
import os
import select
import signal
import socket
import time
from collections.abc import Iterator
from typing import Any

from unblocked.processes import kernel

_MOST_DESCRIPTORS = 17
_DONE = object()


def become(descriptor: int, *, meanwhile: Iterator[None] | None = None) -> list[str]:
    """Make a copy for every order of the supervisor; return in each copy, once it is in its place.

    Args:
        descriptor: the socket on which the orders come; `@copies` in the warm process's command became its number.
        meanwhile: gets warmer step by step, as long as no order is there.

    Returns:
        The words of the copy's command.

    """
    orders, supervisor = socket.socket(fileno=descriptor), os.getppid()
    while received := _receive(orders, meanwhile or iter(())):
        order, given = received
        told, tell = os.pipe()
        if (between := os.fork()) == 0:
            me = os.getpid()
            if os.fork():
                os._exit(0)
            orders.close()
            os.close(told)
            return _settle(order, given, tell, parents=(me, supervisor))
        for each in (tell, *given):
            os.close(each)
        os.waitpid(between, 0)
        with open(told, "rb") as copy:  # noqa: PTH123  # a descriptor
            orders.sendall(copy.read())
    os._exit(0)


def _receive(orders: socket.socket, meanwhile: Iterator[None]) -> tuple[dict[str, Any], list[int]] | None:
    """Read one order, a line of JSON with descriptors beside it; None when the supervisor is gone."""
    while not select.select([orders], [], [], 0)[0] and next(meanwhile, _DONE) is not _DONE:
        pass
    data, descriptors = b"", array.array("i")
    while not data.endswith(b"\n"):
        more, beside, _, _ = socket.recv_fds(orders, 65536, _MOST_DESCRIPTORS)
        if not more:
            return None
        data += more
        descriptors.extend(beside)
    return json.loads(data), list(descriptors)


def _settle(order: dict[str, Any], given: list[int], tell: int, *, parents: tuple[int, int]) -> list[str]:
    """Be what the supervisor would have started: in a session, a folder and an environment of its own."""
    between, supervisor = parents
    *given, log = given
    os.setsid()
    for number in (1, 2):
        os.dup2(log, number)
    os.close(log)
    os.environ.clear()
    os.environ.update(order["env"])
    try:
        os.chdir(order["cwd"])
    except OSError as error:
        _say(tell, error=f"{error.strerror}: {error.filename}")
        os._exit(1)
    _say(tell, pid=os.getpid())
    while os.getppid() == between:  # until the system has given us to the supervisor, or to the warden if that is gone
        time.sleep(0.0005)
    kernel.die_with_parent(parent=supervisor, by=signal.SIGKILL)
    names = {f"@{place}": str(number) for place, number in enumerate(given)}
    return [names.get(word, word) for word in order["argv"]]


def _say(tell: int, **message: Any) -> None:
    os.write(tell, json.dumps(message).encode() + b"\n")
    os.close(tell)
