"""Believes that a task that is called like a function, after the answer, is done by a worker.

Says: it has none with this id
"""

from uuid import uuid4

from celery import Celery
from fastapi import BackgroundTasks, FastAPI

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
async def take_label(parcel: int, tasks: BackgroundTasks) -> dict[str, str]:
    tasks.add_task(draw, parcel)
    return {"task": uuid4().hex}  # wrong: check_a_label_is_taken_and_drawn


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
