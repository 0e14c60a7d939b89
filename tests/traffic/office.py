"""A server in a thread of the test: real sockets, answers held until the test lets them go, every request noted."""

import asyncio
import contextlib
import json
import socket
import struct
import threading
from dataclasses import dataclass, field

_RESET = struct.pack("ii", 1, 0)


@dataclass
class Seen:
    """A request as it came in. `connection` counts the connections, `gone` says that its client left it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    gone: bool = False


@dataclass
class Office:
    """`/held` waits for `release()`; `/status/500`, `/cut`, `/hangup`, `/reset`, `/garbage`, `/redirect` do so."""

    seen: list[Seen] = field(default_factory=list)
    held: int = 0
    most_held: int = 0
    answered: int = 0
    connections: int = 0

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._released = asyncio.Event()
        self._server = self._loop.run_until_complete(
            asyncio.start_server(self._connected, "127.0.0.1", 0, backlog=1000)
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Answer what is held, and from now on at once."""
        self._loop.call_soon_threadsafe(self._released.set)

    def hold(self) -> None:
        """Hold again, and forget what was seen."""
        self._loop.call_soon_threadsafe(self._released.clear)
        self.seen.clear()
        self.held = self.most_held = self.answered = self.connections = 0

    def close(self) -> None:
        """End the server and its thread."""

        def stop() -> None:
            self._server.close()
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.call_soon(self._loop.stop)

        self._loop.call_soon_threadsafe(stop)
        self._thread.join()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._serve(reader, writer, number):
                pass
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        method, path, _ = head[0].split()
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        seen = Seen(method, path, headers, body, number)
        self.seen.append(seen)
        if path.startswith("/held"):
            await self._hold(reader, seen)
        return self._answer(path, writer)

    async def _hold(self, reader: asyncio.StreamReader, seen: Seen) -> None:
        self.held += 1
        self.most_held = max(self.held, self.most_held)
        released = asyncio.ensure_future(self._released.wait())
        left = asyncio.ensure_future(reader.read(1))  # the client sends nothing more: it can only leave
        try:
            await asyncio.wait([released, left], return_when=asyncio.FIRST_COMPLETED)
            seen.gone = left.done()
            if seen.gone:
                raise ConnectionError
        finally:
            self.held -= 1
            released.cancel()
            left.cancel()
            await asyncio.wait([released, left])

    def _answer(self, path: str, writer: asyncio.StreamWriter) -> bool:
        what, _, code = path.removeprefix("/").partition("/")
        self.answered += 1
        match what:
            case "reset":
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            case "hangup":
                pass
            case "cut":
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this")
            case "garbage":
                writer.write(b"SSH-2.0-OpenSSH_9.9\r\n")
            case "status":
                writer.write(_response(int(code), json.dumps({"detail": f"no \x1b[31m {path}"}).encode()))
            case "redirect":
                writer.write(_response(302, b"", f"location: {self.url}/elsewhere"))
            case "cookie":
                writer.write(_response(200, b"", "set-cookie: a=b; path=/"))
            case _:
                writer.write(_response(200, b"fine"))
        return what not in {"hangup", "reset", "cut", "garbage"}


def _response(status: int, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
