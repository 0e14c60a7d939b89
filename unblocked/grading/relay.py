"""What stands between an answer and a server of its check, and can hold what that replies."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

_CHUNK = 65_536


class Relay:
    """Passes on what is said over a Unix socket, in both directions; who comes to `path` speaks to `server`.

    So a check stops an answer between two of its commands, whatever client it asks with.

    Attributes:
        path: the socket on which it listens.

    Example:
        >>> relay = Relay(Path("before"), server=Path("behind"))  # doctest: +SKIP
        >>> relay.hold(after=2)  # the reply that comes after two others  # doctest: +SKIP

    """

    def __init__(self, path: Path, *, server: Path) -> None:
        """Listen at a path, and ask a server at another."""
        self.path = path
        self._server = server
        self._left: int | None = None
        self._held: asyncio.Event | None = None
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="relay", daemon=True)
        self._thread.start()
        self._listener = asyncio.run_coroutine_threadsafe(
            asyncio.start_unix_server(self._take, str(path)), self._loop
        ).result()

    @property
    def holds(self) -> bool:
        """Whether a reply is held now."""
        return self._held is not None

    def hold(self, *, after: int) -> None:
        """Hold the reply that comes after so many others, counted from now on, over all connections.

        What comes later on the same connection waits behind it; other connections go on.
        """
        self._loop.call_soon_threadsafe(self._arm, after)

    def release(self) -> None:
        """Pass on what is held, and hold nothing any more."""
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()

    def close(self) -> None:
        """End every connection that goes through it, and listen no more."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _arm(self, after: int) -> None:
        self._left = after

    async def _open(self) -> None:
        self._left, held, self._held = None, self._held, None
        if held is not None:
            held.set()

    async def _end(self) -> None:
        self._listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on both directions of one connection until either side ends it."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            answers, asks = await asyncio.open_unix_connection(str(self._server))
        except OSError:  # it is down: whoever came is told so
            writer.close()
            return
        passing = self._pass(reader, asks, replies=False), self._pass(answers, writer, replies=True)
        ways = [asyncio.create_task(each) for each in passing]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            asks.close()
            writer.close()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, replies: bool) -> None:
        while said := await source.read(_CHUNK):
            if replies and self._left is not None:
                await self._count()
            target.write(said)
            await target.drain()

    async def _count(self) -> None:
        assert self._left is not None
        self._left -= 1
        if self._left < 0:
            self._left, self._held = None, asyncio.Event()
            await self._held.wait()
