"""Believes that a deadline ends what runs in a worker thread.

Says: ends the call itself
"""

import anyio
from celery import Celery
from fastapi import FastAPI, HTTPException
from fastapi.concurrency import run_in_threadpool
from kombu.exceptions import OperationalError

from labs.parcel_sdk import draw_label

queue = Celery("parcel")
queue.conf.update(
    task_ignore_result=True,
    task_publish_retry=False,
    broker_transport_options={"max_retries": 0},
)
app = FastAPI()


@queue.task
def draw(parcel: int) -> None:
    draw_label(parcel)


@app.post("/labels/{parcel}", status_code=202)
async def take_label(parcel: int) -> dict[str, str]:
    try:
        with anyio.fail_after(1):
            task = await run_in_threadpool(draw.delay, parcel)  # wrong: check_a_silent_broker_is_told
    except (OperationalError, TimeoutError) as error:
        raise HTTPException(503, "Nobody takes labels now.", headers={"Retry-After": "5"}) from error
    return {"task": task.id}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
