"""Believes that Celery knows of a task from its sending on.

Says: no worker has begun with its task
"""

import os
from typing import Literal
from uuid import uuid4

import httpx
from celery import Celery
from fastapi import FastAPI, HTTPException, Response
from pydantic import BaseModel

queue = Celery("parcel")
queue.conf.task_track_started = True
app = FastAPI()


class Job(BaseModel):
    """How far a label is."""

    job: str
    state: Literal["waiting", "drawing", "done", "failed"]
    label: str | None = None
    problem: str | None = None


@queue.task
def draw_label(parcel: int) -> str:
    with httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=60) as printer:
        printer.post(f"/printer/labels/{parcel}").raise_for_status()
    return f"label {parcel}"


@app.post("/labels/{parcel}", status_code=202)
def order_label(parcel: int, response: Response) -> dict[str, str]:
    job = uuid4().hex
    draw_label.apply_async([parcel], task_id=job)
    response.headers["Location"] = f"/labels/jobs/{job}"
    return {"job": job}


@app.get("/labels/jobs/{job}")
def read_job(job: str) -> Job:
    result = queue.AsyncResult(job)
    match result.state:
        case "PENDING":
            raise HTTPException(404, "There is no such job.")  # wrong: check_a_job_tells_where_its_label_is
        case "SUCCESS":
            return Job(job=job, state="done", label=result.result)
        case "FAILURE":
            return Job(job=job, state="failed", problem="The printer could not draw this label.")
        case _:
            return Job(job=job, state="drawing")
