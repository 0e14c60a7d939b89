"""To hand over is a network call: off the event loop, without retries, with a limit, and a failure that is told."""

from celery import Celery
from fastapi import FastAPI, HTTPException
from kombu.exceptions import OperationalError

from labs.parcel_sdk import draw_label

queue = Celery("parcel")
queue.conf.update(
    task_ignore_result=True,  # else each hand-over subscribes to its result first, with retries of its own
    task_publish_retry=False,
    broker_transport_options={"max_retries": 0, "socket_timeout": 0.5, "socket_connect_timeout": 0.5},
)
app = FastAPI()


@queue.task
def draw(parcel: int) -> None:
    draw_label(parcel)


@app.post("/labels/{parcel}", status_code=202)
def take_label(parcel: int) -> dict[str, str]:  # `def`: the hand-over blocks a thread, not the event loop
    try:
        return {"task": draw.delay(parcel).id}
    except OperationalError as error:
        raise HTTPException(503, "Nobody takes labels now.", headers={"Retry-After": "5"}) from error


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
