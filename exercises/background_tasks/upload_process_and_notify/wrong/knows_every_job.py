"""Believes that a job which is not known has not begun.

Says: mistypes a number
"""

import os
from uuid import uuid4

import httpx
from fastapi import BackgroundTasks, FastAPI, UploadFile
from fastapi.concurrency import run_in_threadpool

from labs.parcel_sdk import draw_label

LARGEST = 100_000

app = FastAPI()
mail = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60)
jobs: dict[str, dict] = {}


async def notify(job: str, state: str) -> None:
    (await mail.post("/mail/notices", params={"job": job, "state": state})).raise_for_status()


async def draw_all(job: str, parcels: list[bytes]) -> None:
    jobs[job]["state"] = "working"
    try:
        for parcel in parcels:
            await run_in_threadpool(draw_label, int(parcel))
            jobs[job]["done"] += 1
        jobs[job]["state"] = "done"
    except Exception:  # noqa: BLE001
        jobs[job]["state"] = "failed"
    await notify(job, jobs[job]["state"])


@app.post("/label-files", status_code=202, max_body_size=LARGEST)
async def take_label_file(upload: UploadFile, tasks: BackgroundTasks) -> dict[str, str]:
    parcels = (await upload.read()).split()
    job = uuid4().hex
    jobs[job] = {"state": "waiting", "done": 0, "total": len(parcels)}
    tasks.add_task(draw_all, job, parcels)
    return {"job": job}


@app.get("/jobs/{job}")
async def read_job(job: str) -> dict[str, str | int]:
    return jobs.get(job, {"state": "waiting", "done": 0, "total": 0})  # wrong: check_every_job_is_its_own
