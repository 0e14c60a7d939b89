"""Believes that an average describes a loop: one late look in two hundred hardly counts.

Says: average
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
    with suppress(asyncio.CancelledError):
        await watching


app = FastAPI(lifespan=lifespan)


@app.get("/lag")
async def lag() -> dict[str, float]:
    # wrong: check_a_stall_is_reported
    return {"worst": sum(seconds for _, seconds in late) / max(len(late), 1)}
