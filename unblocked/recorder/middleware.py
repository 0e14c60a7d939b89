"""The ASGI wrapper that gives each request a trace and makes it the current one."""

from __future__ import annotations

import itertools
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from unblocked.recorder.tape import TAPE, current
from unblocked.records import REQUEST_HEADER, Trace

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_HEADER = REQUEST_HEADER.encode()
_numbers = itertools.count(1)


class Recorded:
    """Wraps an ASGI app so that every HTTP request is traced. What is not HTTP passes through."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trace = Trace(_name(scope), scope["method"], scope["path"], start=time.perf_counter())
        TAPE.begin(trace)
        current.set(trace)  # this task's context only
        try:
            await self.app(scope, receive, _noting(trace, send))
        finally:
            trace.end = time.perf_counter()


def _name(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == _HEADER:
            return str(value.decode("latin-1"))
    return f"request-{next(_numbers)}"


def _noting(trace: Trace, send: Send) -> Send:
    async def noting(message: MutableMapping[str, Any]) -> None:
        await send(message)
        if message["type"] == "http.response.start":
            trace.status = message["status"]
        elif not message.get("more_body", False):
            trace.answered = time.perf_counter()

    return noting
