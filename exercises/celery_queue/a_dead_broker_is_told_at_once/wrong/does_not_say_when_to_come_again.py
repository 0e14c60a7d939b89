"""Believes that the status says all that a customer needs.

Says: Whoever is not told when to come again
"""

from celery import Celery
from fastapi import FastAPI, HTTPException
from kombu.exceptions import OperationalError

from labs.parcel_sdk import draw_label

queue = Celery("parcel")
queue.conf.update(
    task_ignore_result=True,
    task_publish_retry=False,
    broker_transport_options={"max_retries": 0, "socket_timeout": 0.5, "socket_connect_timeout": 0.5},
)
app = FastAPI()


@queue.task
def draw(parcel: int) -> None:
    draw_label(parcel)


@app.post("/labels/{parcel}", status_code=202)
def take_label(parcel: int) -> dict[str, str]:
    try:
        return {"task": draw.delay(parcel).id}
    except OperationalError as error:
        raise HTTPException(503, "Nobody takes labels now.") from error  # wrong: check_a_dead_broker_is_told


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
