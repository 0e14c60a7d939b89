"""Believes that the greatest stall and its time are all that a window needs.

Says: keeps one figure only
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

worst, since = 0.0, 0.0


async def watch() -> None:
    global worst, since
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + 0.05
        await asyncio.sleep(0.05)
        seconds = loop.time() - due
        if seconds >= worst or loop.time() - since > 10:  # wrong: check_the_worst_of_several_is_reported
            worst, since = seconds, loop.time()


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
    return {"worst": worst}
