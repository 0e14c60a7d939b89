"""Has a process compute something while the app starts, so that no customer waits for its start."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI

from labs.parcel_sdk import plan_boxes


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    with ProcessPoolExecutor(2) as pool:
        await asyncio.get_running_loop().run_in_executor(pool, plan_boxes, 1)
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/plans/{parcel}")
async def plan(parcel: int) -> dict[str, int]:
    return {"boxes": await asyncio.get_running_loop().run_in_executor(app.state.pool, plan_boxes, parcel)}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
