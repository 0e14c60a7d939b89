import os

import httpx
from celery import Celery
from fastapi import FastAPI

queue = Celery("parcel")
app = FastAPI()


@queue.task
def draw_label(parcel: int) -> str:
    with httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=60) as printer:
        printer.post(f"/printer/labels/{parcel}").raise_for_status()
    return f"label {parcel}"


# TODO: Answer at once, with a job that tells the truth at every step.
@app.post("/labels/{parcel}")
def order_label(parcel: int) -> dict[str, str]:
    return {"label": draw_label.delay(parcel).get()}


@app.get("/labels/jobs/{job}")
def read_job(job: str) -> dict[str, str | None]:
    return {"job": job, "state": queue.AsyncResult(job).state, "label": None, "problem": None}
