"""Believes that `retry=False` turns off every retry.

Says: to which it subscribes first
"""

from celery import Celery
from fastapi import FastAPI, HTTPException
from kombu.exceptions import OperationalError

from labs.parcel_sdk import draw_label

queue = Celery("parcel")
queue.conf.broker_transport_options = {"max_retries": 0, "socket_timeout": 0.5}
app = FastAPI()


@queue.task
def draw(parcel: int) -> None:
    draw_label(parcel)


@app.post("/labels/{parcel}", status_code=202)
def take_label(parcel: int) -> dict[str, str]:
    try:
        return {"task": draw.apply_async([parcel], retry=False).id}  # wrong: check_a_dead_broker_is_told
    except (OperationalError, RuntimeError) as error:
        raise HTTPException(503, "Nobody takes labels now.", headers={"Retry-After": "5"}) from error


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
