"""Believes that a fresh process for every plan is the safe choice.

Says: its own processes
"""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI

from labs.parcel_sdk import plan_boxes


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    # wrong: check_a_process_is_kept_for_the_next_plan
    with ProcessPoolExecutor(2, max_tasks_per_child=1) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/plans/{parcel}")
async def plan(parcel: int) -> dict[str, int]:
    return {"boxes": await asyncio.get_running_loop().run_in_executor(app.state.pool, plan_boxes, parcel)}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
