import hmac
import os
from typing import Any
from uuid import uuid4

import httpx
from celery import Celery
from celery.result import AsyncResult
from fastapi import FastAPI, HTTPException, Response
from fastapi.concurrency import run_in_threadpool

queue = Celery("parcel", task_track_started=True)
app = FastAPI()
KEY = b"of a setting, in production"


def signature(number: str) -> str:
    return hmac.new(KEY, number.encode(), "sha256").hexdigest()[:16]


@queue.task(bind=True, max_retries=1, default_retry_delay=0.1)
def draw_label(self: Any, parcel: int) -> str:
    try:
        httpx.post(f"{os.environ['CARRIERS_URL']}/printer/labels/{parcel}", timeout=60).raise_for_status()
    except httpx.HTTPError as error:
        raise self.retry(exc=RuntimeError(str(error))) from error
    return f"label {parcel}"


@app.post("/labels/{parcel}", status_code=202)
async def order_label(parcel: int, response: Response) -> dict[str, str]:
    number = uuid4().hex
    job = f"{number}-{signature(number)}"
    await run_in_threadpool(draw_label.apply_async, [parcel], task_id=job)
    response.headers["Location"] = app.url_path_for("read_job", job=job)
    return {"job": job}


def told(job: str) -> dict[str, Any]:
    result = AsyncResult(job, app=queue)
    states = {"PENDING": "waiting", "SUCCESS": "done", "FAILURE": "failed"}
    state = states.get(result.state, "drawing")
    if state == "failed":
        return {"job": job, "state": state, "problem": "We are sorry: no label this time."}
    return {"job": job, "state": state, "label": result.result if state == "done" else None}


@app.get("/labels/jobs/{job}")
async def read_job(job: str) -> dict[str, Any]:
    number, _, signed = job.partition("-")
    if not hmac.compare_digest(signed, signature(number)):
        raise HTTPException(404)
    return await run_in_threadpool(told, job)
