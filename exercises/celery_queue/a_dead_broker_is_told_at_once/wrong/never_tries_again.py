"""Believes that a connection that has failed once is gone until the app is started again.

Says: has left something behind
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
down = False


@queue.task
def draw(parcel: int) -> None:
    draw_label(parcel)


@app.post("/labels/{parcel}", status_code=202)
def take_label(parcel: int) -> dict[str, str]:
    global down
    try:
        if not down:
            return {"task": draw.delay(parcel).id}
    except OperationalError:
        down = True
    # wrong: check_the_next_label_is_taken_when_the_broker_is_back
    raise HTTPException(503, "Nobody takes labels now.", headers={"Retry-After": "5"})


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
