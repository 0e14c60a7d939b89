import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

late: deque[tuple[float, float]] = deque()


async def watch() -> None:
    while True:
        due = time.time() + 0.05
        await asyncio.sleep(0.05)
        late.append((time.time(), time.time() - due))
        while late[0][0] < time.time() - 10:
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
