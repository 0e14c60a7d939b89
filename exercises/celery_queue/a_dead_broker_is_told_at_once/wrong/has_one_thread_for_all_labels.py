"""Believes that one thread for the broker is enough, as each call has a limit.

Says: they stand in a queue
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import kombu.exceptions
from celery import Celery
from fastapi import FastAPI, HTTPException

from labs.parcel_sdk import draw_label

queue = Celery("parcel")
queue.conf.update(
    task_ignore_result=True,
    task_publish_retry=False,
    broker_transport_options={"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 0},
)
app = FastAPI()


@queue.task
def draw(parcel: int) -> None:
    draw_label(parcel)


one = ThreadPoolExecutor(1, thread_name_prefix="broker")


@app.post("/labels/{parcel}", status_code=202)
async def take_label(parcel: int) -> dict[str, str]:
    try:
        # wrong: check_a_silent_broker_is_told
        task = await asyncio.get_running_loop().run_in_executor(one, draw.delay, parcel)
    except kombu.exceptions.OperationalError:
        raise HTTPException(503, headers={"Retry-After": "5"}) from None
    return {"task": task.id}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
