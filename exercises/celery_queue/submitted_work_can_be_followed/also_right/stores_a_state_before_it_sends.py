import os
from uuid import uuid4

import httpx
from celery import Celery
from celery.exceptions import CeleryError
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

queue = Celery("parcel")
queue.conf.update(task_track_started=True, task_acks_late=True)
app = FastAPI()
STATES = {"SENT": "waiting", "STARTED": "drawing", "SUCCESS": "done", "FAILURE": "failed"}


class OutOfOrder(CeleryError):
    pass


@queue.task(name="draw")
def draw_label(parcel: int) -> dict[str, str]:
    reply = httpx.post(f"{os.environ['CARRIERS_URL']}/printer/labels/{parcel}", timeout=None)
    if reply.is_error:
        raise OutOfOrder("The printer is out of order.")
    return {"label": f"label {parcel}"}


@app.post("/labels/{parcel}")
def order_label(parcel: int, request: Request) -> JSONResponse:
    job = str(uuid4())
    queue.backend.store_result(job, None, "SENT")
    draw_label.apply_async((parcel,), task_id=job)
    where = str(request.url_for("read_job", job=job))
    return JSONResponse({"job": job}, status_code=202, headers={"location": where})


@app.get("/labels/jobs/{job}")
def read_job(job: str) -> dict[str, str | None]:
    meta = queue.backend.get_task_meta(job)
    if meta["status"] == "PENDING":
        raise HTTPException(404)
    state = STATES.get(meta["status"], "drawing")
    label = meta["result"]["label"] if state == "done" else None
    return {"job": job, "state": state, "label": label, "problem": str(meta["result"]) if state == "failed" else None}
