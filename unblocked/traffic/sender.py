"""The process that sends: reads plans from a socket, a line each, and writes how far it is and what came of it.

Run as `python -m unblocked.traffic.sender DESCRIPTOR`. Being a process of its own, it is not held up by the notebook's
work, nor by a server that runs in a thread of the notebook.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import resource
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

import aiohttp

from unblocked.records import REQUEST_HEADER
from unblocked.traffic.address import joined
from unblocked.traffic.causes import cause_of, only_once
from unblocked.traffic.plan import Plan

_EVERY = 0.1
"""Seconds between two words on how far it is."""
_LEAD = 0.01
"""Seconds between the plan and the first request, so that everything is in place when it is due."""
_IDLE = 4.0
"""Seconds that a connection may idle. uvicorn closes its side after 5: never send into a connection that is closing."""
_SAID = 200
"""Bytes kept of the first failed answer."""

Say = Callable[..., None]


class Sending:
    """One run: sends what is planned when it is due, whether or not anything was answered."""

    def __init__(self, plan: Plan, say: Say) -> None:
        self._plan, self._say = plan, say
        self._sent = self._answered = self._failed = 0
        self._done: dict[int, tuple[float, float, float, int | None, str]] = {}
        self._said = ""
        self._start = 0.0

    async def run(self) -> None:
        """Send everything, wait for every answer, and report it."""
        async with self._session() as session:
            self._start = time.perf_counter() + _LEAD
            telling = asyncio.create_task(self._tell())
            async with asyncio.TaskGroup() as group:
                for n in range(1, self._plan.count + 1):
                    due = self._start + self._plan.due(n)
                    await _until(due)
                    group.create_task(self._send(session, n, due))
            telling.cancel()
        self._say(requests=[self._done[n] for n in range(1, self._plan.count + 1)], said=self._said)

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=None, keepalive_timeout=_IDLE),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"user-agent": "unblocked"} | self._plan.headers,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),  # `_exchange` has the one limit
            middlewares=(only_once,),
        )

    async def _send(self, session: aiohttp.ClientSession, n: int, due: float) -> None:
        sent = time.perf_counter()
        self._sent += 1
        status, cause = await self._exchange(session, n)
        self._done[n] = (due, sent, time.perf_counter(), status, cause)
        self._answered += not cause
        self._failed += bool(cause)

    async def _exchange(self, session: aiohttp.ClientSession, n: int) -> tuple[int | None, str]:
        plan, status = self._plan, None
        url, name = joined(plan.base, plan.path(n)), {REQUEST_HEADER: plan.id(n)}
        try:
            async with (
                asyncio.timeout(plan.timeout),
                session.request(plan.method, url, headers=name, data=plan.body, allow_redirects=False) as response,
            ):
                status = response.status
                await self._read(response)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # a ValueError is a URL that only yarl refuses
            return status, cause_of(error)
        return status, f"status {status}" if status >= 400 else ""

    async def _read(self, response: aiohttp.ClientResponse) -> None:
        """Read the body to its end, without keeping it; of the first failed answer keep the beginning."""
        keep = response.status >= 400 and not self._said
        start = b""
        async for chunk in response.content.iter_any():
            start += chunk[: _SAID - len(start)] if keep else b""
        if keep and not self._said:
            words = "".join(c if c.isprintable() else " " for c in start.decode(errors="replace")).strip()
            self._said = f"status {response.status}: {words}" if words else ""

    async def _tell(self) -> None:
        while True:
            elapsed = max(0.0, time.perf_counter() - self._start)
            self._say(sent=self._sent, answered=self._answered, failed=self._failed, elapsed=elapsed)
            await asyncio.sleep(_EVERY)


async def _until(due: float) -> None:
    """Wait until it is due. Python's selectors wait in whole milliseconds, so it can be one millisecond later."""
    wait = due - time.perf_counter()
    if wait > 0:
        await asyncio.sleep(wait)


def main() -> None:
    """Serve the owner's plans until it closes its side."""
    _widen()
    gc.freeze()  # what was imported stays: no collection has to look at it while it should be sending
    with socket.socket(fileno=int(sys.argv[1])) as channel, channel.makefile("rwb") as lines:

        def say(**words: Any) -> None:
            lines.write(json.dumps(words).encode() + b"\n")
            lines.flush()

        for line in lines:
            asyncio.run(Sending(Plan.unpacked(line), say).run())


def _widen() -> None:
    """Allow as many open connections as the system lets us: a burst has one for each request."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 32_768 if most == resource.RLIM_INFINITY else min(most, 32_768)
    with contextlib.suppress(OSError, ValueError):  # macOS has a lower limit that it does not tell
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


if __name__ == "__main__":
    main()
