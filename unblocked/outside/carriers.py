"""A real HTTP server in a thread of its own that holds, delays or refuses, and counts who is in flight."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import zlib
from collections.abc import Generator
from dataclasses import replace
from time import perf_counter  # kept: a check stops the clocks of `time`, and an answer may replace them
from typing import TYPE_CHECKING

from unblocked.faults import Fault
from unblocked.outside.behaviour import Behaviour
from unblocked.outside.call import Call

if TYPE_CHECKING:
    from unblocked.outside.listener import Asked, Listener

_FAR = 30.0
_TURNS = 10


class Outside:
    """Parcel's outside world: `GET /carriers/{name}/quote?parcel=7` answers a price, anything else its own path.

    Args:
        latency: seconds that an answer takes.
        listening: a socket that it listens on; a free port of this machine if not given.

    Attributes:
        url: where it listens, on this machine only.
        in_flight: how many requests wait for an answer now.
        peak: the most that did so at once, since the start or the last `forget()`.
        calls: every request since then, as `Call`.

    Example:
        >>> with Outside(latency=0) as carriers:
        ...     carriers.total
        0

    """

    def __init__(self, *, latency: float = 0.5, listening: socket.socket | None = None) -> None:
        self.owner = os.getpid()
        self._behaviours = _at_first(Behaviour(latency=latency))
        self._changed = threading.Condition()
        self.calls: list[Call] = []
        self.in_flight = self.peak = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="unblocked-outside", daemon=True)
        listening = listening or socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._thread.start()
        self._listener = asyncio.run_coroutine_threadsafe(self._listen(listening), self._loop)

    async def _listen(self, listening: socket.socket) -> Listener:
        from unblocked.outside.listener import Listener  # slow: only who connects early waits for it

        return await Listener.on(listening, self._answer)

    @property
    def open(self) -> bool:
        """Whether it still answers."""
        return self._thread.is_alive()

    @staticmethod
    def price(carrier: str, parcel: int | str) -> float:
        """Give the price that a carrier names for a parcel: it looks alive, and is the same in every run.

        >>> Outside.price("swift", 7)
        14.88
        """
        return round(5 + zlib.crc32(f"{carrier}/{parcel}".encode()) % 2000 / 100, 2)

    @property
    def total(self) -> int:
        """How many requests have arrived."""
        return len(self.calls)

    @property
    def latency(self) -> float:
        """Seconds that an answer takes where nothing else was said."""
        return self._behaviours[0].latency

    def asked(self, path: str = "*") -> list[Call]:
        """Give every request to this path (a pattern) since the start or the last `forget()`, as they came."""
        with self._changed:
            return [call for call in self.calls if call.goes_to(path)]

    def waiting(self, path: str = "*") -> list[Call]:
        """Give those of them that nobody has answered yet, and whose client is still there."""
        with self._changed:
            return [call for call in self.asked(path) if call.left is None]

    def hold(self, path: str = "*") -> None:
        """Keep every request to this path (a pattern) until `release`."""
        self._behave(Behaviour(path, held=True))

    def fail(self, path: str = "*", *, status: int = 503, after: float = 0.0) -> None:
        """Answer with an error, `after` so many seconds."""
        self._behave(Behaviour(path, status=status, latency=after))

    def slow(self, path: str = "*", *, latency: float) -> None:
        """Take so many seconds for an answer."""
        self._behave(Behaviour(path, latency=latency))

    def charge(self, path: str = "*", *, price: float) -> None:
        """Name this price, at once, for whatever parcel."""
        self._behave(Behaviour(path, price=price, latency=0.0))

    def hang(self, path: str = "*") -> None:
        """Never answer: the connection stays open until the client goes away."""
        self._behave(Behaviour(path, hangs=True))

    def mend(self, *, latency: float | None = None) -> None:
        """Forget all of the above, answer everything again after `latency` seconds, and release what is held."""
        base = self._behaviours[0] if latency is None else replace(self._behaviours[0], latency=latency)
        with self._changed:
            self._behaviours = _at_first(base)
            self.release()

    def release(self, n: int | None = None, *, path: str = "*") -> int:
        """Answer what is held, and say how many requests that were.

        Args:
            n: only so many, those that have been held longest; if not given all, and no more are held from now on.
            path: only requests to this path (a pattern).

        """
        if n is not None and (isinstance(n, bool) or not isinstance(n, int) or n < 0):
            raise Fault(f"`{n}` is no number of requests to release: choose 0 or more, or none to release all.")
        with self._changed:
            if n is None:
                self._behaviours = [b for b in self._behaviours if not (b.held and path in {"*", b.pattern})]
            held = [c for c in self.calls if c.held and c.left is None]
            going = [c for c in held if c.goes_to(path)][:n]
            for call in going:
                call.held = False
                self._loop.call_soon_threadsafe(call.let_go)
        return len(going)

    def drop(self, path: str = "*") -> int:
        """Break the connections of what is held or hangs, without an answer, and say how many requests that were.

        A client that asks again is treated as the path is now: say `fail` before, if that should not be held either.
        """
        with self._changed:
            kept = [c for c in self.calls if c.kept is not None and c.left is None]
            dropped = [c for c in kept if c.goes_to(path)]
            for call in dropped:
                self._loop.call_soon_threadsafe(call.break_off)
        self.catch_up()
        return len(dropped)

    def break_off(self, path: str) -> None:
        """Close the connection of what is held, without an answer; a client that asks again by itself gets 503."""
        self.fail(path)
        self.drop(path)

    def wait_for(self, n: int, *, timeout: float = _FAR) -> bool:
        """Wait until n requests are in flight at once; False when that has not come after so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self.in_flight >= n, timeout)

    def wait_until_idle(self, *, timeout: float = _FAR) -> bool:
        """Wait until no request is in flight; False when that has not come after so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self.in_flight == 0, timeout)

    def catch_up(self) -> None:
        """Return when every request that has reached this machine's end of its connection is counted.

        A new connection is accepted in one turn of the loop, read in the next, and its request handled in a third.
        """

        async def turns() -> None:
            for _ in range(_TURNS):
                await _Turn()

        self._listener.result()
        asyncio.run_coroutine_threadsafe(turns(), self._loop).result()

    def forget(self) -> None:
        """Begin counting anew."""
        with self._changed:
            self.calls = [c for c in self.calls if c.left is None]
            self.peak = self.in_flight

    def close(self) -> None:
        """Stop listening; return when its thread has ended."""
        if self._thread.is_alive():
            self.release()
            asyncio.run_coroutine_threadsafe(self._listener.result().close(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def __enter__(self) -> Outside:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<outside world at {self.url}: {self.in_flight} in flight, {self.peak} at most, {self.total} in all>"

    def _behave(self, behaviour: Behaviour) -> None:
        with self._changed:
            others = [b for b in self._behaviours[1:] if b.pattern != behaviour.pattern]
            self._behaviours = [self._behaviours[0], *others, behaviour]

    def _behaviour(self, path: str) -> Behaviour:
        return next(b for b in reversed(self._behaviours) if b.concerns(path))

    async def _answer(self, asked: Asked) -> tuple[int, object]:
        call = Call(asked.target, perf_counter(), asked.headers)
        behaviour = self._arrive(call, asked.path)
        try:
            call.body = await asked.read()
            await (call.kept or asyncio.sleep(behaviour.latency))
        except asyncio.CancelledError:  # the client went away
            call.gone = True
            raise
        finally:
            self._leave(call)
        return behaviour.status, _body(asked, behaviour)

    def _arrive(self, call: Call, path: str) -> Behaviour:
        """Count it and say how it is treated: under one lock, so that no release misses a request that just came."""
        with self._changed:
            behaviour = self._behaviour(path)
            if behaviour.held or behaviour.hangs:
                call.kept, call.held = self._loop.create_future(), behaviour.held
            self.calls.append(call)
            self.in_flight += 1
            self.peak = max(self.peak, self.in_flight)
            self._changed.notify_all()
        return behaviour

    def _leave(self, call: Call) -> None:
        with self._changed:
            call.left = perf_counter()
            self.in_flight -= 1
            self._changed.notify_all()


class _Turn:
    """One turn of the loop. What `asyncio` offers for that may have been replaced by code in this process."""

    def __await__(self) -> Generator[None]:
        yield


def _at_first(base: Behaviour) -> list[Behaviour]:
    """The warehouse and the ledger only take notice: they answer at once, unless they are held."""
    return [base, Behaviour("/warehouse/*", latency=0.0), Behaviour("/ledger/*", latency=0.0)]


def _body(asked: Asked, behaviour: Behaviour) -> dict[str, object]:
    if behaviour.status >= 400:
        return {"detail": f"the carrier answers {behaviour.status} on purpose"}
    match asked.path.split("/"):
        case ["", "carriers", name, "quote"]:
            parcel = asked.query.get("parcel", "1")
            price = Outside.price(name, parcel) if behaviour.price is None else behaviour.price
            return {"carrier": name, "parcel": parcel, "price": price}
        case _:
            return {"path": asked.path, "ok": True}
