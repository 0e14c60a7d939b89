import asyncio
import os
from uuid import uuid4

import httpx
from fastapi import BackgroundTasks, FastAPI, HTTPException, UploadFile

from labs.parcel_sdk import draw_label

LARGEST = 100_000

app = FastAPI()
mail = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60)
jobs: dict[str, dict] = {}


async def notify(job: str, state: str) -> None:
    (await mail.post("/mail/notices", params={"job": job, "state": state})).raise_for_status()


async def draw_one(job: str, parcel: int) -> None:
    await asyncio.to_thread(draw_label, parcel)
    jobs[job]["done"] += 1


async def draw_all(job: str, parcels: list[bytes]) -> None:
    jobs[job]["state"] = "working"
    drawn = await asyncio.gather(*(draw_one(job, int(parcel)) for parcel in parcels), return_exceptions=True)
    failed = any(isinstance(each, Exception) for each in drawn)
    jobs[job]["state"] = "failed" if failed else "done"
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
