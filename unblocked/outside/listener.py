"""The HTTP side of the outside world. It is imported by the thread that serves: aiohttp takes a third of a second."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Self

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as its answer needs it.

    Attributes:
        client: address and port of the other end: they say which connection it came through.
        target: path and query as they were sent.
        path: the path alone, decoded.
        query: the query, decoded.
        headers: by their names in small letters.
        read: gives the body when all of it is there.

    """

    client: object
    target: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    read: Callable[[], Awaitable[bytes]]


Answer = Callable[[Asked], Awaitable[tuple[int, object]]]
"""Gives status and body; it is cancelled when the client goes away."""


class Listener:
    """Takes requests on a socket, on the event loop that it was made on."""

    def __init__(self, runner: web.AppRunner) -> None:
        self._runner = runner

    @classmethod
    async def on(cls, listening: socket.socket, answer: Answer) -> Self:
        """Begin to answer what comes to a socket that listens."""

        async def handle(request: web.Request) -> web.Response:
            client = request.get_extra_info("peername")
            headers = {name.lower(): value for name, value in request.headers.items()}
            asked = Asked(client, request.path_qs, request.path, request.query, headers, request.read)
            status, body = await answer(asked)
            return web.json_response(body, status=status)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        return cls(runner)

    async def close(self) -> None:
        """Stop listening, and end what still waits for its answer."""
        await self._runner.cleanup()
