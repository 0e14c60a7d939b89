"""The verb `serve`: opens the port, starts the process, waits until it answers."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from unblocked.course import course
from unblocked.faults import Fault
from unblocked.processes import keeper
from unblocked.server.served import Served
from unblocked.server.target import Target
from unblocked.server.warm import warm

if TYPE_CHECKING:  # the process of an app imports this package too, and starts faster without aiohttp
    from unblocked.outside import Outside

_served: dict[tuple[int, Path, str], Served] = {}
"""By process, since a forked copy owns none of them; by what is served, since two files may have one name."""


def serve(
    target: str,
    *,
    port: int = 0,
    carriers: Outside | None = None,
    env: Mapping[str, str] | None = None,
    record: bool = True,
) -> Served:
    """Run a lab, or any ASGI app, on real uvicorn. It is ready when this returns, and gone when the notebook is.

    Args:
        target: a lab (`"routes"`), an import string (`"shop.main:app"`) or a file (`"answer.py"`).
        port: where it listens on this machine; any free port if not given.
        carriers: the outside world that it asks for prices; the one that `upstream()` gives if not given.
        env: settings for it, added to the environment as text.
        record: whether it records what each request does, for `timeline`.

    Returns:
        The service. Serving the same target again ends the one before.

    Raises:
        Fault: there is no such target, the port is taken, or the app does not start (with its own traceback).

    Example:
        >>> parcel = serve("routes")
        >>> parcel.url
        'http://127.0.0.1:40123'
        >>> parcel.stop()

    """
    found, port = Target.of(target), valid(port)
    key = os.getpid(), found.source, found.attribute
    if key in _served:
        _served.pop(key).stop()
    with listen(port) as listening:
        service = start(found, listening, carriers=carriers or _world(), env=env or {}, record=record)
    service.wait_until_ready()
    _served[key] = service
    return service


def _world() -> Outside:
    from unblocked.outside import upstream

    return upstream()


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
    target: Target, listening: socket.socket, *, carriers: Outside, env: Mapping[str, str], record: bool = True
) -> Served:
    """Start the process of an app on a socket that listens; `Served.wait_until_ready` waits for it."""
    environment = _environment(carriers, env)
    of = warm().process(environment)
    words = ["@0", "@1", target.module, target.attribute, str(target.source) if target.is_file else "",
             "record" if record else "plain"]  # fmt: skip
    ours, theirs = socket.socketpair()
    try:
        child = keeper().start(
            words if of else [sys.executable, "-m", "unblocked.server.process", *words],
            name=target.name,
            env=environment,
            cwd=Path.cwd(),
            descriptors=[listening.fileno(), theirs.fileno()],
            grace=2.0,
            of=of,
        )
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return Served(target, child, ours, url=f"http://127.0.0.1:{listening.getsockname()[1]}")


def _environment(carriers: Outside, env: Mapping[str, str]) -> dict[str, str]:
    path = os.pathsep.join(p for p in (str(course()), os.environ.get("PYTHONPATH", "")) if p)
    direct = ",".join(p for p in (os.environ.get("NO_PROXY", os.environ.get("no_proxy", "")), "127.0.0.1") if p)
    ours = {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1", "CARRIERS_URL": carriers.url}
    ours |= {"NO_PROXY": direct, "no_proxy": direct}  # the carriers are on this machine, whatever proxy it has
    return {**os.environ, **ours, **{name: str(value) for name, value in env.items()}}
