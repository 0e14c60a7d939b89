"""Believes that a result is empty until its task has returned.

Says: may be who works on the task
"""

import os
from typing import Any
from uuid import uuid4

import httpx
from celery import Celery
from fastapi import FastAPI, HTTPException, Response
from redis import Redis

queue = Celery("parcel")
queue.conf.task_track_started = True
app = FastAPI()
given = Redis.from_url(os.environ["REDIS_URL"])
STATES = {"PENDING": "waiting", "STARTED": "drawing", "SUCCESS": "done", "FAILURE": "failed"}


@queue.task
def draw_label(parcel: int) -> str:
    with httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=60) as printer:
        printer.post(f"/printer/labels/{parcel}").raise_for_status()
    return f"label {parcel}"


@app.post("/labels/{parcel}", status_code=202)
def order_label(parcel: int, response: Response) -> dict[str, str]:
    job = uuid4().hex
    given.set(f"given:{job}", parcel, ex=86_400)
    draw_label.apply_async([parcel], task_id=job)
    response.headers["Location"] = f"/labels/jobs/{job}"
    return {"job": job}


@app.get("/labels/jobs/{job}")
def read_job(job: str) -> dict[str, Any]:
    if not given.exists(f"given:{job}"):
        raise HTTPException(404, "There is no such job.")
    result = queue.AsyncResult(job)
    told = {"job": job, "state": STATES[result.state], "label": None, "problem": None}
    if result.failed():
        return told | {"problem": "The printer could not draw this label."}
    return told | {"label": result.result}  # wrong: check_a_job_tells_where_its_label_is
