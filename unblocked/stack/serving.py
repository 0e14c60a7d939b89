"""The verb `serve`: starts an app and what it needs side by side, and waits until all of it is ready."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from unblocked.backends.backend import ended_on_failure
from unblocked.outside import Outside, upstream
from unblocked.server.serving import listen, start, valid
from unblocked.server.target import Target
from unblocked.server.warm import warm
from unblocked.stack.beside import Beside
from unblocked.stack.needs import Needs
from unblocked.stack.service import Service

_served: dict[tuple[int, Path, str], Service] = {}
"""By process, since a forked copy owns none of them; by what is served, since two files may have one name."""


def serve(
    target: str,
    *,
    port: int = 0,
    carriers: Outside | None = None,
    env: Mapping[str, str] | None = None,
    record: bool = True,
    worker: str = "",
) -> Service:
    """Run a lab, or any ASGI app, on real uvicorn. It is ready when this returns, and gone when the notebook is.

    A database, a broker and workers are started with it where a `services.toml` beside the app asks for them.
    `REDIS_URL` and `DATABASE_URL` in the environment name servers that are used instead.

    Args:
        target: a lab (`"routes"`), an import string (`"shop.main:app"`) or a file (`"answer.py"`).
        port: where it listens on this machine; any free port if not given.
        carriers: the outside world that it asks for prices; the one that `upstream()` gives if not given.
        env: settings for it, added to the environment as text.
        record: whether it records what each request does, for `timeline`.
        worker: the name of a Celery app beside the app, for which a broker and a worker are started, too.

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
    needs = Needs.for_worker(found, worker) if worker else Needs.of(found)
    try:
        service = started(found, needs, port=port, carriers=carriers or upstream(), env=env or {}, record=record)
    finally:
        warm().begin(needs.use)  # now: it would have taken the processor from those who were waited for
    _served[key] = service
    return service


def started(
    target: Target, needs: Needs, *, port: int = 0, carriers: Outside, env: Mapping[str, str], record: bool = True
) -> Service:
    """Start an app and what it needs, and return when all of it is ready; nothing is left of one that fails."""
    with listen(port) as listening, Beside(needs, carriers=carriers, env=env) as beside:
        beside.prepare()
        beside.hire()
        service = start(target, listening, carriers=carriers, env=beside.env, record=record, make=Service, held=True)

        def restart() -> Service:
            with listen(int(service.url.rpartition(":")[2])) as again:
                other = start(target, again, carriers=carriers, env=beside.env, record=record, make=Service)
            other.wait_until_ready()
            return other

        with ended_on_failure(service):
            service.equip(beside.parts, notes=beside.notes, restart=restart)
            beside.wait_until_prepared()
            service.begin()
            service.wait_until_ready()
            beside.wait_until_ready()
        beside.keep()
    return service
