"""Two probes of the event loop's lag: one that many services have, and one that tells the truth."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

EVERY = 0.1
"""Seconds from one look to the next."""


@dataclass(slots=True)
class Lag:
    """The last few lags that each probe has seen, in seconds."""

    by_timetable: deque[float] = field(default_factory=lambda: deque(maxlen=6))
    by_sleep: deque[float] = field(default_factory=lambda: deque(maxlen=6))


async def compare_with_a_timetable(lags: deque[float]) -> None:
    """Report how late each look is by a timetable that was made at the start."""
    loop = asyncio.get_running_loop()
    due = loop.time() + EVERY
    while True:
        await asyncio.sleep(EVERY)
        lags.append(loop.time() - due)
        due += EVERY  # a delay is never made up for, so every later look is late as well


async def compare_with_the_sleep(lags: deque[float]) -> None:
    """Report how much longer each sleep took than it should."""
    loop = asyncio.get_running_loop()
    while True:
        asleep = loop.time()
        await asyncio.sleep(EVERY)
        lags.append(loop.time() - asleep - EVERY)  # counts from this sleep's own beginning


@asynccontextmanager
async def running() -> AsyncGenerator[Lag]:
    """Run both probes, and give what they report."""
    lag = Lag()
    probes = [
        asyncio.create_task(compare_with_a_timetable(lag.by_timetable)),
        asyncio.create_task(compare_with_the_sleep(lag.by_sleep)),
    ]
    try:
        yield lag
    finally:
        for probe in probes:
            probe.cancel()
