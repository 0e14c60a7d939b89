import asyncio

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from labs.parcel_sdk import draw_label

app = FastAPI()
printer = asyncio.Semaphore(2)


@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict[str, str]:
    async with printer:
        return {"label": await run_in_threadpool(draw_label, parcel)}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
