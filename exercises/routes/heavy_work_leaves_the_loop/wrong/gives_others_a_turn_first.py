"""Believes that one `await` beside the computation keeps the event loop free during all of it.

Says: the event loop
"""

import asyncio

from fastapi import FastAPI

from labs.parcel_sdk import plan_boxes

app = FastAPI()


@app.get("/plans/{parcel}")
async def plan(parcel: int) -> dict[str, int]:
    await asyncio.sleep(0)
    return {"boxes": plan_boxes(parcel)}  # wrong: check_health_answers_while_a_plan_is_computed


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
