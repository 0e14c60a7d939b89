"""Believes that `async with` and `with` around each use are good style for everything that must be closed.

Says: its own processes
"""

import asyncio
from concurrent.futures import ProcessPoolExecutor

from fastapi import FastAPI

from labs.parcel_sdk import plan_boxes

app = FastAPI()


@app.get("/plans/{parcel}")
async def plan(parcel: int) -> dict[str, int]:
    with ProcessPoolExecutor(max_workers=1) as planner:  # wrong: check_a_process_is_kept_for_the_next_plan
        return {"boxes": await asyncio.get_running_loop().run_in_executor(planner, plan_boxes, parcel)}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
