"""A new process of a grading: a fork of this one, or a fresh Python where forking is not safe.

What a process does is the `main` of a module of this room, its role: `main(order, parent, *descriptors)`.
It never returns.
"""

from __future__ import annotations

import dataclasses
import gc
import importlib
import json
import os
import socket
import sys
import traceback
from collections.abc import Iterable
from typing import NoReturn

from unblocked.grading.order import Order
from unblocked.processes.starting import fresh, method


def start(role: str, order: Order, *descriptors: int, closing: Iterable[socket.socket] = ()) -> int:
    """Start a process and give its id.

    Args:
        role: the module of this room whose `main` it is.
        order: what is graded.
        descriptors: open files and sockets that it gets, under the same numbers.
        closing: sockets that it must not have; a fork would.

    """
    parent = os.getpid()
    if method() == "spawn":
        return _spawn([role, json.dumps(dataclasses.asdict(order)), str(parent), *map(str, descriptors)], descriptors)
    pid = os.fork()
    if pid == 0:
        for each in closing:
            each.close()
        gc.enable()  # the warm process goes without
        _be(role, order, parent, *descriptors)
    return pid


def _spawn(arguments: list[str], descriptors: Iterable[int]) -> int:
    for descriptor in descriptors:
        os.set_inheritable(descriptor, True)  # noqa: FBT003
    try:
        return os.posix_spawn(sys.executable, fresh(__name__, *arguments), os.environ)
    finally:
        for descriptor in descriptors:
            os.set_inheritable(descriptor, False)  # noqa: FBT003


def _be(role: str, order: Order, parent: int, *descriptors: int) -> NoReturn:
    """Do it, and never come back to the code that forked."""
    try:
        importlib.import_module(f"unblocked.grading.{role}").main(order, parent, *descriptors)
    except BaseException:  # a fault of the course: told in the log of the warm process
        traceback.print_exc()
        raise
    finally:
        os._exit(1)


if __name__ == "__main__":
    [_, _role, _order, *_numbers] = sys.argv
    _be(_role, Order(**json.loads(_order)), *map(int, _numbers))
