from celery import Celery
from fastapi import FastAPI, HTTPException
from kombu.exceptions import OperationalError

from labs.parcel_sdk import draw_label

queue = Celery("parcel")
app = FastAPI()
OPTIONS = {"max_retries": 0, "socket_timeout": 0.5}


@queue.task
def draw(parcel: int) -> None:
    draw_label(parcel)


@app.post("/labels/{parcel}", status_code=202)
def take_label(parcel: int) -> dict[str, str]:
    try:
        with queue.connection_for_write(transport_options=OPTIONS) as connection:
            task = draw.apply_async([parcel], connection=connection, retry=False, ignore_result=True)
    except OperationalError as error:
        raise HTTPException(503, "Nobody takes labels now.", headers={"Retry-After": "5"}) from error
    return {"task": task.id}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
