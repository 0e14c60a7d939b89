"""Believes that the next look is due an interval after the last one was due, whenever that look came.

Says: for ever
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

worst = 0.0


async def watch() -> None:
    global worst
    loop = asyncio.get_running_loop()
    due = loop.time() + 0.05
    while True:
        await asyncio.sleep(0.05)
        worst = max(loop.time() - due, 0.0)
        due += 0.05  # wrong: check_a_stall_is_forgotten_after_ten_seconds


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
