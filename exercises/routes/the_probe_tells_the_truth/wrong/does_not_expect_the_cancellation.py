"""Believes that a task which was cancelled is awaited like any other.

Says: CancelledError
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

late: deque[tuple[float, float]] = deque()


async def watch() -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + 0.05
        await asyncio.sleep(0.05)
        late.append((loop.time(), loop.time() - due))
        while late[0][0] < loop.time() - 10:
            late.popleft()


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    watching = asyncio.create_task(watch())
    yield
    watching.cancel()
    await watching  # wrong: check_the_probe_ends_with_the_app


app = FastAPI(lifespan=lifespan)


@app.get("/lag")
async def lag() -> dict[str, float]:
    return {"worst": max((seconds for _, seconds in late), default=0.0)}
