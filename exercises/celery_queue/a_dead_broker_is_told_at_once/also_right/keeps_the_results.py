from celery import Celery
from fastapi import FastAPI, HTTPException
from kombu.exceptions import OperationalError

from labs.parcel_sdk import draw_label

queue = Celery("parcel")
queue.conf.update(
    task_publish_retry=False,
    broker_transport_options={"max_retries": 0, "socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    redis_socket_timeout=0.5,
    redis_socket_connect_timeout=0.5,
    result_backend_transport_options={"retry_policy": {"max_retries": 0}},
)
app = FastAPI()


@queue.task
def draw(parcel: int) -> None:
    draw_label(parcel)


@app.post("/labels/{parcel}", status_code=202)
def take_label(parcel: int) -> dict[str, str]:
    try:
        return {"task": draw.delay(parcel).id}
    except (OperationalError, RuntimeError) as error:
        raise HTTPException(503, "Nobody takes labels now.", headers={"Retry-After": "5"}) from error


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
