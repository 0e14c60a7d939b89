"""Believes that the time between two looks is the lag: it measures its own interval.

Says: meant to sleep
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

late: deque[tuple[float, float]] = deque()


async def watch() -> None:
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        await asyncio.sleep(0.05)
        late.append((loop.time(), loop.time() - began))  # wrong: check_a_free_loop_is_not_late
        while late[0][0] < loop.time() - 10:
            late.popleft()


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    watching = asyncio.create_task(watch())
    yield
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


app = FastAPI(lifespan=lifespan)


@app.get("/lag")
async def lag() -> dict[str, float]:
    return {"worst": max((seconds for _, seconds in late), default=0.0)}
