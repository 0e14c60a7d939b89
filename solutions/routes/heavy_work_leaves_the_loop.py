"""A process pool that lives as long as the app does the computing, and the event loop only awaits its results."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

from labs.parcel_sdk import plan_boxes


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    with ProcessPoolExecutor(max_workers=2) as planners:
        app.state.planners = planners
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/plans/{parcel}")
async def plan(parcel: int, request: Request) -> dict[str, int]:
    loop = asyncio.get_running_loop()
    return {"boxes": await loop.run_in_executor(request.app.state.planners, plan_boxes, parcel)}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
