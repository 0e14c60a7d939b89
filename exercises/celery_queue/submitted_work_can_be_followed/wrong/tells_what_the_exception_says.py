"""Believes that an exception is a sentence for whoever asks.

Says: is for your log
"""

import os
from typing import Literal
from uuid import uuid4

import httpx
from celery import Celery
from fastapi import FastAPI, HTTPException, Response
from pydantic import BaseModel
from redis import Redis

A_DAY = 24 * 60 * 60

queue = Celery("parcel")
queue.conf.task_track_started = True
app = FastAPI()
given = Redis.from_url(os.environ["REDIS_URL"])


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
    given.set(f"given:{job}", parcel, ex=A_DAY)
    draw_label.apply_async([parcel], task_id=job)
    response.headers["Location"] = f"/labels/jobs/{job}"
    return {"job": job}


@app.get("/labels/jobs/{job}")
def read_job(job: str) -> Job:
    if not given.exists(f"given:{job}"):
        raise HTTPException(404, "There is no such job.")
    result = queue.AsyncResult(job)
    match result.state:
        case "PENDING":
            return Job(job=job, state="waiting")
        case "SUCCESS":
            return Job(job=job, state="done", label=result.result)
        case "FAILURE":
            said = str(result.result)  # wrong: check_a_job_that_fails_says_so_in_a_sentence
            return Job(job=job, state="failed", problem=said)
        case _:
            return Job(job=job, state="drawing")
