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


async def draw_all(job: str, upload: UploadFile) -> None:
    now = jobs[job]
    try:
        parcels = (await upload.read()).split()
        now.update(state="working", total=len(parcels))
        for parcel in parcels:
            await run_in_threadpool(draw_label, int(parcel))
            now["done"] += 1
        now["state"] = "done"
    except Exception:  # noqa: BLE001
        now["state"] = "failed"
    await notify(job, now["state"])


@app.post("/label-files", status_code=202, max_body_size=LARGEST)
async def take_label_file(upload: UploadFile, tasks: BackgroundTasks) -> dict[str, str]:
    job = uuid4().hex
    jobs[job] = {"state": "waiting", "done": 0, "total": 0}
    tasks.add_task(draw_all, job, upload)
    return {"job": job}


@app.get("/jobs/{job}")
async def read_job(job: str) -> dict[str, str | int]:
    if job not in jobs:
        raise HTTPException(404)
    return jobs[job]
