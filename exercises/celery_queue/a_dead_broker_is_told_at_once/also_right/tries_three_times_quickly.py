from celery import Celery
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from kombu.exceptions import OperationalError

from labs.parcel_sdk import draw_label

queue = Celery("parcel")
queue.conf.update(
    task_ignore_result=True,
    task_publish_retry_policy={"max_retries": 2, "interval_start": 0, "interval_step": 0.05},
    broker_transport_options={"max_retries": 0, "socket_timeout": 0.2},
)
app = FastAPI()


@queue.task
def draw(parcel: int) -> None:
    draw_label(parcel)


@app.exception_handler(OperationalError)
async def nobody_takes_it(_request: Request, _error: OperationalError) -> JSONResponse:
    return JSONResponse({"detail": "Nobody takes labels now."}, 503, headers={"Retry-After": "5"})


@app.post("/labels/{parcel}", status_code=202)
def take_label(parcel: int) -> dict[str, str]:
    return {"task": draw.delay(parcel).id}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
