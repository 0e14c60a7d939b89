"""Is the load what it says? Offered against counted, and percentiles against those of a stall that is known.

Run with `python benchmarks/load.py`. It needs about a quarter of a minute, and a machine with nothing else to do.
"""

import asyncio
import datetime
import json
import math
import os
import platform
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import aiohttp
import uvicorn
from fastapi import FastAPI, Header
from rich.console import Console
from rich.table import Table

from unblocked import load
from unblocked.processes import keeper

RATE, SECONDS = 500, 5
STALL_RATE, STALL_SECONDS = 50, 4
STALL_FROM, STALL_TO, WORK = 1.0, 2.0, 0.2
CLIENTS = 10
"""Closed-loop clients: as many as it takes to send `STALL_RATE` a second while nothing stalls."""
PERCENTILES = (50, 80, 90, 95, 99, 100)

console = Console(width=100)


def app() -> FastAPI:
    """A service that counts, answers at once or after `WORK`, and once blocks its loop, at a known moment."""
    made, arrivals = FastAPI(), list[float]()

    @made.get("/trivial")
    async def trivial() -> str:
        arrivals.append(time.perf_counter())
        return "fine"

    @made.get("/arrivals")
    async def seen() -> list[float]:
        return arrivals

    @made.get("/stalls")
    async def stalls(x_unblocked_request: Annotated[str, Header()]) -> str:
        if x_unblocked_request.endswith("-1"):  # the first of a run starts the schedule
            asyncio.get_running_loop().call_later(STALL_FROM, time.sleep, STALL_TO - STALL_FROM)
        await asyncio.sleep(WORK)
        return "fine"

    return made


@contextmanager
def served() -> Iterator[str]:
    """Run the service on uvicorn, in a process that the keeper owns; give its address."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
        child = keeper().start([sys.executable, __file__, "@0"], name="served", descriptors=[listening.fileno()])
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        child.stop()


def serve(descriptor: int) -> None:
    config = uvicorn.Config(app(), access_log=False, log_level="warning", loop="asyncio")
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


def computed() -> list[float]:
    """Give every request's time from the schedule: neither its beginning nor its end can fall into the stall."""
    times = []
    for n in range(STALL_RATE * STALL_SECONDS):
        due = n / STALL_RATE
        done = _past_stall(_past_stall(due) + WORK)
        times.append(done - due)
    return times


def _past_stall(moment: float) -> float:
    return STALL_TO if STALL_FROM <= moment < STALL_TO else moment


async def closed_loop(url: str) -> list[float]:
    """Measure as most scripts do: each client sends its next request when the last one was answered."""
    times: list[float] = []
    async with aiohttp.ClientSession() as session:
        await _asked(session, f"{url}/stalls", "warm-0")
        start = time.perf_counter()
        await asyncio.gather(*(_client(session, url, c, start, times) for c in range(1, CLIENTS + 1)))
    return times


async def _client(session: aiohttp.ClientSession, url: str, number: int, start: float, times: list[float]) -> None:
    while (sent := time.perf_counter()) < start + STALL_SECONDS:
        await _asked(session, f"{url}/stalls", f"closed-{number}" if not times else "closed-again")
        times.append(time.perf_counter() - sent)


async def _asked(session: aiohttp.ClientSession, url: str, name: str) -> str:
    async with session.get(url, headers={"x-unblocked-request": name}) as answer:
        return await answer.text()


def nearest_rank(times: list[float], p: float) -> float:
    return sorted(times)[max(1, math.ceil(p * len(times) / 100)) - 1]


def within(off: float, most: float) -> str:
    return "[green]yes[/]" if abs(off) <= most else "[red]no[/]"


def offered_against_counted(url: str) -> None:
    load(url, "/trivial", n=20)  # the first requests open connections and warm both sides
    before = len(arrivals(url))
    result = load(url, "/trivial", rate=RATE, seconds=SECONDS)
    seen, wanted = arrivals(url)[before:], RATE * SECONDS
    rate = (len(seen) - 1) / (seen[-1] - seen[0])
    table = Table("", "offered", "seen by the server", "off by", "within 2 %?", title="(a) A trivial route")
    for name, right, counted in (("requests", wanted, len(seen)), ("a second", RATE, rate)):
        off = counted / right - 1
        table.add_row(name, f"{right}", f"{counted:.5g}", f"{off:+.2%}", within(off, 0.02))
    console.print(table)
    late = sorted((r.sent - r.due) * 1000 for r in result.requests)
    console.print(f"sent {late[len(late) // 2]:.2f} ms after it was due (median), {late[-1]:.2f} ms (most)")
    console.print(str(result), "\n")


def arrivals(url: str) -> list[float]:
    """Ask the server when it was asked for `/trivial`, by its own clock."""

    async def ask() -> str:
        async with aiohttp.ClientSession() as session:
            return await _asked(session, f"{url}/arrivals", "count")

    moments: list[float] = json.loads(asyncio.run(ask()))
    return moments


def stall_against_schedule(url: str) -> None:
    measured = load(url, "/stalls", rate=STALL_RATE, seconds=STALL_SECONDS)
    closed = asyncio.run(closed_loop(url))
    title = (
        f"(b) {STALL_RATE}/s for {STALL_SECONDS} s, the server's loop blocked from {STALL_FROM:g} s to {STALL_TO:g} s"
    )
    table = Table("percentile", "computed", "measured", "off by", "within 10 %?", "closed loop", title=title)
    times = computed()
    for p in PERCENTILES:
        right, seen = nearest_rank(times, p), measured.percentile(p)
        off = seen / right - 1
        cells = [f"{right * 1000:.0f} ms", f"{seen * 1000:.0f} ms", f"{off:+.1%}", within(off, 0.1)]
        table.add_row(f"{p}", *cells, f"{nearest_rank(closed, p) * 1000:.0f} ms")
    console.print(table)
    console.print(
        f"open loop: {len(measured.requests)} requests; closed loop, {CLIENTS} clients: {len(closed)}, so that the"
    )
    console.print("stall hits one request of each client, and the others, that never got sent, count for nothing")


def main() -> None:
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    today = datetime.datetime.now(tz=datetime.UTC).date()
    console.print(f"load: {machine}, Python {platform.python_version()}, aiohttp {aiohttp.__version__}, {today}\n")
    parts: list[Callable[[str], None]] = [offered_against_counted, stall_against_schedule]
    with served() as url:
        for part in parts:
            part(url)


if __name__ == "__main__":
    serve(int(sys.argv[1])) if sys.argv[1:] else main()
