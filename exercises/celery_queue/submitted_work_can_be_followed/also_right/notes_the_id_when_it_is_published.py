import os
from datetime import timedelta
from typing import Any

import httpx
from celery import Celery, Task, states
from celery.signals import before_task_publish
from fastapi import APIRouter, FastAPI, HTTPException, Response, status
from redis import Redis

queue = Celery("parcel")
store = Redis.from_url(os.environ["REDIS_URL"])


class Tracked(Task):
    track_started = True


@before_task_publish.connect
def note(headers: dict[str, Any], **_: Any) -> None:
    store.set(f"sent-{headers['id']}", 1, ex=timedelta(days=1), nx=True)


@queue.task(name="parcel.draw", base=Tracked)
def draw(parcel: int) -> str:
    with httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=60) as printer:
        printer.post(f"/printer/labels/{parcel}").raise_for_status()
    return f"label {parcel}"


labels = APIRouter(prefix="/labels")


@labels.post("/{parcel}", status_code=status.HTTP_202_ACCEPTED)
def order_label(parcel: int, response: Response) -> dict[str, str]:
    task = queue.send_task("parcel.draw", args=[parcel])
    response.headers["Location"] = f"/labels/jobs/{task.id}"
    return {"job": task.id}


@labels.get("/jobs/{job}")
def read_job(job: str) -> dict[str, str | None]:
    result = queue.AsyncResult(job)
    state, label, problem = "drawing", None, None
    if result.state == states.PENDING:
        if not store.exists(f"sent-{job}"):
            raise HTTPException(status.HTTP_404_NOT_FOUND)
        state = "waiting"
    elif result.successful():
        state, label = "done", result.result
    elif result.failed():
        state, problem = "failed", "Your label could not be drawn. Please try again."
    return {"job": job, "state": state, "label": label, "problem": problem}


app = FastAPI()
app.include_router(labels)
