"""Believes that an upload stays open for who holds it.

Says: is closed with it
"""

import asyncio
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
under_way: set[asyncio.Task[None]] = set()


async def notify(job: str, state: str) -> None:
    (await mail.post("/mail/notices", params={"job": job, "state": state})).raise_for_status()


async def draw_all(job: str, upload: UploadFile) -> None:
    now = jobs[job]
    try:
        parcels = (await upload.read()).split()  # wrong: check_a_file_is_taken_and_drawn
        now.update(state="working", total=len(parcels))
        for parcel in parcels:
            await run_in_threadpool(draw_label, int(parcel))
            now["done"] += 1
        now["state"] = "done"
    except Exception as error:  # noqa: BLE001
        print(f"job {job}: {error!r}")
        now["state"] = "failed"
    await notify(job, now["state"])


@app.post("/label-files", status_code=202, max_body_size=LARGEST)
async def take_label_file(upload: UploadFile) -> dict[str, str]:
    job = uuid4().hex
    jobs[job] = {"state": "waiting", "done": 0, "total": 0}
    task = asyncio.create_task(draw_all(job, upload))
    under_way.add(task)
    task.add_done_callback(under_way.discard)
    return {"job": job}


@app.get("/jobs/{job}")
async def read_job(job: str) -> dict[str, str | int]:
    if job not in jobs:
        raise HTTPException(404)
    return jobs[job]
