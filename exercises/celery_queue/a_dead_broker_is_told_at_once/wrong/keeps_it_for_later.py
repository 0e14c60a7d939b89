"""Believes that a list in the app is as good a place as the broker.

Says: forgets it when it ends
"""

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
later: list[tuple[str, int]] = []


@queue.task
def draw(parcel: int) -> None:
    draw_label(parcel)


@app.post("/labels/{parcel}", status_code=202)
def take_label(parcel: int) -> dict[str, str]:
    task = uuid4().hex
    later.append((task, parcel))
    while later:
        try:
            draw.apply_async([later[0][1]], task_id=later[0][0])
        except OperationalError:
            break  # the next customer's request tries again
        later.pop(0)
    return {"task": task}  # wrong: check_a_dead_broker_is_told


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
