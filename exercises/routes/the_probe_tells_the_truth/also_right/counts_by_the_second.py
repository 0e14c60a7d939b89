import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

worst_of: dict[int, float] = {}


async def watch(stop: asyncio.Event) -> None:
    while not stop.is_set():
        began = time.perf_counter()
        try:
            await asyncio.wait_for(stop.wait(), 0.02)
        except TimeoutError:
            late = time.perf_counter() - began - 0.02
            second = int(time.perf_counter())
            worst_of[second] = max(late, worst_of.get(second, 0.0))
            worst_of.pop(second - 30, None)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(watch(stop))
        yield
        stop.set()


app = FastAPI(lifespan=lifespan)


@app.get("/lag")
def lag() -> dict[str, float]:
    now = int(time.perf_counter())
    return {"worst": round(max(worst_of.get(now - age, 0.0) for age in range(11)), 3)}
