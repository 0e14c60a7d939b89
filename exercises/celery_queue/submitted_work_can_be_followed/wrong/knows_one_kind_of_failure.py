"""Believes that a printer that cannot draw says so.

Says: The task has failed, and the job does not
"""

import os
import uuid

import httpx
import redis
from celery import Celery
from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse

queue = Celery("parcel", backend=None)
queue.conf.task_ignore_result = True
jobs = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
app = FastAPI()
EMPTY = {"state": "waiting", "label": "", "problem": ""}


@queue.task
def draw_label(job: str, parcel: int) -> None:
    jobs.hset(f"job:{job}", "state", "drawing")
    try:
        with httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=60) as printer:
            printer.post(f"/printer/labels/{parcel}").raise_for_status()
    except httpx.HTTPStatusError:  # wrong: check_a_job_that_fails_says_so_in_a_sentence
        jobs.hset(f"job:{job}", mapping={"state": "failed", "problem": "The printer did not draw your label."})
        raise
    jobs.hset(f"job:{job}", mapping={"state": "done", "label": f"label {parcel}"})


@app.post("/labels/{parcel}")
def order_label(parcel: int):
    job = uuid.uuid4().hex
    with jobs.pipeline() as pipe:
        pipe.hset(f"job:{job}", mapping=EMPTY).expire(f"job:{job}", 86400).execute()
    draw_label.delay(job, parcel)
    return JSONResponse({"job": job}, 202, {"location": f"/labels/jobs/{job}"})


@app.get("/labels/jobs/{job}")
def read_job(job: str):
    kept = jobs.hgetall(f"job:{job}")
    if not kept:
        raise HTTPException(404)
    return {"job": job} | {name: kept[name] or None for name in EMPTY}
