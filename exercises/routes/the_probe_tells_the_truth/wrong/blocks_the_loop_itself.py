"""Believes that a coroutine may call `time.sleep`, as it is a probe's job to sleep.

Says: keeps the event loop
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

late: deque[tuple[float, float]] = deque()


async def watch() -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + 0.05
        time.sleep(0.05)  # wrong: check_the_app_starts_and_answers
        late.append((loop.time(), loop.time() - due))
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
