"""Believes that the worst that was ever seen is what an operator wants to know.

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
    while True:
        due = loop.time() + 0.05
        await asyncio.sleep(0.05)
        worst = max(worst, loop.time() - due)  # wrong: check_a_stall_is_forgotten_after_ten_seconds


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
