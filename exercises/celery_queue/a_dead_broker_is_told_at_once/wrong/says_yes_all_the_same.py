"""Believes that a label that could not be handed over is better taken than refused.

Says: Nobody has it
"""

import logging
from uuid import uuid4

from celery import Celery
from fastapi import FastAPI
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
    task = uuid4().hex
    try:
        draw.apply_async([parcel], task_id=task)
    except OperationalError:
        logging.exception("label %s was not handed over", parcel)
    return {"task": task}  # wrong: check_a_dead_broker_is_told


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
