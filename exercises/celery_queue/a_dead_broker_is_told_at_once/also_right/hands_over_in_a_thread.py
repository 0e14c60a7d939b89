import asyncio

from celery import Celery
from fastapi import FastAPI, HTTPException
from kombu.exceptions import OperationalError

from labs.parcel_sdk import draw_label

queue = Celery("parcel", broker_transport_options={"max_retries": 0, "socket_timeout": 0.5})
app = FastAPI()


@queue.task(ignore_result=True)
def draw(parcel: int) -> None:
    draw_label(parcel)


@app.post("/labels/{parcel}", status_code=202)
async def take_label(parcel: int) -> dict[str, str]:
    try:
        task = await asyncio.to_thread(draw.apply_async, [parcel], retry=False)
    except OperationalError as error:
        raise HTTPException(503, "Nobody takes labels now.", headers={"Retry-After": "5"}) from error
    return {"task": task.id}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
