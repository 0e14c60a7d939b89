"""The way to a server that somebody else runs: it can be cut off and held up like a server of one's own, without harm.

A process of its own passes on what clients and server say. To kill that is to cut them off; to pause it is silence.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_CHUNK = 1 << 16

_SOCKETS = ("/run/postgresql", "/tmp")
"""Where PostgreSQL has its socket on this machine, if an address names no host."""

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Way:
    """Where clients connect, and where that leads.

    Attributes:
        url: the address for clients: the server's, with our end of the way in it.
        near: our end, a path or a port of this machine.
        far: the words that name the server: a path, or host, port and `tls` or `plain`.

    """

    url: str
    near: Path | int
    far: tuple[str, ...]

    def listen(self) -> socket.socket:
        """Open our end; again where it was, if it has been open before."""
        if isinstance(self.near, int):
            return socket.create_server(("127.0.0.1", self.near), backlog=256)
        self.near.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(self.near))
        listening.listen(256)
        return listening


def to_redis(url: str, folder: Path) -> Way:
    """Plan the way to a database of a Redis.

    >>> to_redis("unix:///run/redis.sock?db=3", Path("/tmp/mine")).url
    'unix:///tmp/mine/way.sock?db=3'
    """
    parts = urlsplit(url)
    if parts.scheme == "unix":
        near = folder / "way.sock"
        url = f"unix://{parts.netloc}{near}" + (f"?{parts.query}" if parts.query else "")  # `urlunsplit` drops the `//`
        return Way(url, near, (parts.path,))
    port, (user, at, _) = _free_port(), parts.netloc.rpartition("@")
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query) if not name.startswith("ssl_")])
    shown = parts._replace(scheme="redis", netloc=f"{user}{at}127.0.0.1:{port}", query=query)
    tls = "plain" if parts.scheme == "redis" else "open" if "ssl_cert_reqs=none" in parts.query else "tls"
    return Way(urlunsplit(shown), port, (parts.hostname or "localhost", str(parts.port or 6379), tls))


def to_postgres(url: str, folder: Path) -> Way:
    """Plan the way to a database of a PostgreSQL.

    >>> to_postgres("postgresql://me@/parcel?host=/run/postgresql", Path("/tmp/mine")).url
    'postgresql://me@/parcel?host=%2Ftmp%2Fmine'
    """
    from sqlalchemy import make_url  # slow, and the process of a way needs none

    parts = make_url(url)
    query = dict(parts.query)
    host, port = query.pop("host", parts.host) or _here(), str(query.pop("port", parts.port) or 5432)
    if not isinstance(host, str) or not host.startswith("/"):
        near = _free_port()
        shown = parts.set(host="127.0.0.1", port=near, query=query)
        return Way(shown.render_as_string(hide_password=False), near, (str(host), port, "plain"))
    shown = parts.set(host=None, port=None, query={**query, "host": str(folder)})
    return Way(shown.render_as_string(hide_password=False), folder / ".s.PGSQL.5432", (f"{host}/.s.PGSQL.{port}",))


def _here() -> str:
    sockets = (folder for folder in _SOCKETS if list(Path(folder).glob(".s.PGSQL.*")))
    return next(sockets, "localhost")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


async def _open(far: tuple[str, ...]) -> Ends:
    if len(far) == 1:
        return await asyncio.open_unix_connection(far[0])
    host, port, how = far
    if how == "plain":
        return await asyncio.open_connection(host, int(port))
    context = ssl.create_default_context()
    if how == "open":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return await asyncio.open_connection(host, int(port), ssl=context)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()


def _joined(far: tuple[str, ...]) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await _open(far)
        except OSError as error:
            print(f"the server does not answer: {error}", flush=True)
            writer.close()
            return
        ways = {asyncio.create_task(_pass_on(reader, back)), asyncio.create_task(_pass_on(there, writer))}
        _, others = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in others:
            way.cancel()
        back.close()
        writer.close()

    return joined


async def _serve(listening: socket.socket, far: tuple[str, ...]) -> None:
    open_end = asyncio.start_unix_server if listening.family == socket.AF_UNIX else asyncio.start_server
    server = await open_end(_joined(far), sock=listening)
    await server.serve_forever()


def main(listening: int, *far: str) -> None:
    """Pass on what is said, until told to end.

    Args:
        listening: the inherited socket of our end.
        far: what names the server.

    """
    asyncio.run(_serve(socket.socket(fileno=listening), far))


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
