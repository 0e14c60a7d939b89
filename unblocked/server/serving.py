"""The verb `serve`: opens the port, starts the process, waits until it answers."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from unblocked.faults import Fault
from unblocked.outside import Outside, upstream
from unblocked.processes import keeper
from unblocked.server.served import Served
from unblocked.server.target import COURSE, Target

_served: dict[str, Served] = {}


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
        env: settings for it, added to the environment.
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
    found = Target.of(target)
    if found.name in _served:
        _served.pop(found.name).stop()
    with listen(port) as listening:
        service = start(found, listening, carriers=carriers or upstream(), env=env or {}, record=record)
    service.wait_until_ready()
    _served[found.name] = service
    return service


def listen(port: int = 0) -> socket.socket:
    """Open a listening socket on this machine, so that no other program can take the port between now and the start."""
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535:
        raise Fault(f"`{port}` is no port: choose 1 to 65535, or 0 for any free one.")
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
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
    ours, theirs = socket.socketpair()
    with theirs:
        child = keeper().start(
            [sys.executable, "-m", "unblocked.server.process", "@0", "@1", target.module, target.attribute,
             str(target.source) if target.is_file else "", "record" if record else "plain"],
            name=target.name,
            env=_environment(carriers, env),
            cwd=Path.cwd(),
            descriptors=[listening.fileno(), theirs.fileno()],
            grace=2.0,
        )  # fmt: skip
    return Served(target, child, ours, url=f"http://127.0.0.1:{listening.getsockname()[1]}")


def _environment(carriers: Outside, env: Mapping[str, str]) -> dict[str, str]:
    path = os.pathsep.join(p for p in (str(COURSE), os.environ.get("PYTHONPATH", "")) if p)
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", "CARRIERS_URL": carriers.url, **env}
