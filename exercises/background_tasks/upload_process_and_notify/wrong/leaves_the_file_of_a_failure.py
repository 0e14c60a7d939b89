"""Believes that a file is removed when the work is done. This one is removed when the work succeeds.

Says: fills the disk
"""

import os
from pathlib import Path
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


async def draw_all(job: str, path: Path) -> None:
    now = jobs[job]
    try:
        parcels = path.read_text().split()
        now.update(state="working", total=len(parcels))
        for parcel in parcels:
            await run_in_threadpool(draw_label, int(parcel))
            now["done"] += 1
        path.unlink()
        now["state"] = "done"
    except Exception:  # noqa: BLE001
        now["state"] = "failed"  # wrong: check_nothing_of_the_file_stays_on_disk
    await notify(job, now["state"])


@app.post("/label-files", status_code=202, max_body_size=LARGEST)
async def take_label_file(upload: UploadFile, tasks: BackgroundTasks) -> dict[str, str]:
    job = uuid4().hex
    path = Path(f"{job}.txt")
    path.write_bytes(await upload.read())
    jobs[job] = {"state": "waiting", "done": 0, "total": 0}
    tasks.add_task(draw_all, job, path)
    return {"job": job}


@app.get("/jobs/{job}")
async def read_job(job: str) -> dict[str, str | int]:
    if job not in jobs:
        raise HTTPException(404)
    return jobs[job]
