"""Starts an app on a port: opens it first, so that no other program can take it, and then starts the process."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from unblocked import surroundings
from unblocked.faults import Fault
from unblocked.processes import keeper, runtime, semaphores
from unblocked.processes.starting import fresh
from unblocked.server.served import Served
from unblocked.server.target import Target
from unblocked.server.warm import warm

if TYPE_CHECKING:  # the process of an app imports this package too, and starts faster without aiohttp
    from unblocked.outside import Outside

_MODULE = "unblocked.server.process"

S = TypeVar("S", bound=Served)


def valid(port: int) -> int:
    """Give the port back if it is one; asked before anything is ended for it."""
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535:
        raise Fault(f"`{port}` is no port: choose 1 to 65535, or 0 for any free one.")
    return port


def listen(port: int = 0) -> socket.socket:
    """Open a listening socket on this machine, so that no other program can take the port between now and the start."""
    address, listening = ("127.0.0.1", valid(port)), socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(2048)
    except OSError as error:
        listening.close()
        if error.errno in {errno.EADDRINUSE, errno.EACCES}:
            raise Fault(
                f"Port {port} is taken or not allowed. Choose another one, or none: any free port is found."
            ) from error
        raise
    return listening


def start(
    target: Target,
    listening: socket.socket,
    *,
    carriers: Outside,
    env: Mapping[str, str],
    record: bool = True,
    held: bool = False,
    make: Callable[..., S],
) -> S:
    """Start the process of an app on a socket that listens; `Served.wait_until_ready` waits for it.

    Args:
        target: what is served.
        listening: the socket.
        carriers: the outside world that it asks.
        env: settings for it, added to the environment.
        record: whether it records what each request does.
        held: whether it waits, once it is imported and before its lifespan begins, for `Served.begin`.
        make: makes what its owner sees of it: `Served`, or what knows more.

    """
    whole = environment(carriers, env)
    of = warm().process(whole)
    words = ["@0", "@1", target.module, target.attribute, str(target.source) if target.is_file else "",
             "record" if record else "plain", "held" if held else "free"]  # fmt: skip
    child, line = keeper().start_with_line(
        [_MODULE, *words] if of else fresh(_MODULE, *words),
        name=target.name,
        env=whole,
        cwd=Path.cwd(),
        descriptors=[listening.fileno()],
        grace=2.0,
        of=of,
    )
    return make(target, child, line, url=f"http://127.0.0.1:{listening.getsockname()[1]}")


def environment(carriers: Outside, env: Mapping[str, str]) -> dict[str, str]:
    """Give the environment of an app, or of what works for it: ours, and where the outside world is."""
    ours = {"CARRIERS_URL": carriers.url} | semaphores.setting(keeper().folder)
    return {**inherited(), **ours, **{name: str(value) for name, value in env.items()}}


def inherited() -> dict[str, str]:
    """Give the part of it that has nothing to do with any app: the learner's own, and our folder."""
    ours = {"PYTHONUNBUFFERED": "1"} | runtime.temporary(keeper().folder)
    return surroundings.clean(os.environ) | ours
