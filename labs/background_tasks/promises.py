"""Promises: work that belongs to no request, kept until it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


class Promises:
    """Tasks that somebody holds on to, so that a shutdown can wait for them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def make(self, work: Coroutine[Any, Any, None]) -> None:
        """Start work that outlives its request."""
        task = asyncio.create_task(work)
        self._tasks.add(task)  # the event loop alone would not keep it
        task.add_done_callback(self._tasks.discard)

    async def keep(self, *, within: float) -> None:
        """Wait for all of it; what takes longer is cancelled, so that it ends in order."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=within)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
