import asyncio

from celery import Celery
from fastapi import FastAPI, HTTPException
from kombu.exceptions import OperationalError

from labs.parcel_sdk import draw_label

queue = Celery("parcel")
app = FastAPI()


@queue.task
def draw(parcel: int) -> None:
    draw_label(parcel)


@app.post("/labels/{parcel}", status_code=202)
async def take_label(parcel: int) -> dict[str, str]:
    try:
        task = await asyncio.wait_for(asyncio.to_thread(draw.delay, parcel), 1)
    except (OperationalError, RuntimeError, TimeoutError) as error:
        raise HTTPException(503, "Nobody takes labels now.", headers={"Retry-After": "5"}) from error
    return {"task": task.id}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
