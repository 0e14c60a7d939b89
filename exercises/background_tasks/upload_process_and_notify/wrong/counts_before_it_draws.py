"""Believes that a label is as good as drawn when it is begun.

Says: counted as drawn already
"""

import os
from uuid import uuid4

import httpx
from fastapi import BackgroundTasks, FastAPI, HTTPException, UploadFile
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
        for number, parcel in enumerate(parcels, 1):
            jobs[job]["done"] = number  # wrong: check_a_job_tells_how_far_it_is
            await run_in_threadpool(draw_label, int(parcel))
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
    if job not in jobs:
        raise HTTPException(404)
    return jobs[job]
