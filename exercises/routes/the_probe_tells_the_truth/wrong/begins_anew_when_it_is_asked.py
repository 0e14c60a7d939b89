"""Believes that the last while is the time since somebody asked, and that only one asks.

Says: Asking has changed the figure
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
    worst = max((seconds for _, seconds in late), default=0.0)
    late.clear()  # wrong: check_the_worst_of_several_is_reported
    return {"worst": worst}
