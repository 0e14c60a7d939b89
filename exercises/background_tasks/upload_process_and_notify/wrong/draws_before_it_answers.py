"""Believes that 202 is a matter of the number in the answer.

Says: must be answered at once
"""

import os
from uuid import uuid4

import httpx
from fastapi import FastAPI, HTTPException, UploadFile
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
async def take_label_file(upload: UploadFile) -> dict[str, str]:
    parcels = (await upload.read()).split()
    job = uuid4().hex
    jobs[job] = {"state": "waiting", "done": 0, "total": len(parcels)}
    await draw_all(job, parcels)  # wrong: check_the_answer_comes_before_the_labels
    return {"job": job}


@app.get("/jobs/{job}")
async def read_job(job: str) -> dict[str, str | int]:
    if job not in jobs:
        raise HTTPException(404)
    return jobs[job]
