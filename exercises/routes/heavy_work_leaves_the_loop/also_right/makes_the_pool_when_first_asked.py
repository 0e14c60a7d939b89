import asyncio
from concurrent.futures import ProcessPoolExecutor
from functools import cache

from fastapi import FastAPI

from labs.parcel_sdk import plan_boxes

app = FastAPI()


@cache
def planners() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(max_workers=4)


def plan_in_words(parcel: int) -> dict[str, int]:
    return {"boxes": plan_boxes(parcel)}


@app.get("/plans/{parcel}")
async def plan(parcel: int) -> dict[str, int]:
    return await asyncio.wrap_future(planners().submit(plan_in_words, parcel))


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
