import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import httpx
from fastapi import FastAPI, HTTPException, UploadFile
from fastapi.concurrency import run_in_threadpool

from labs.parcel_sdk import draw_label

LARGEST = 100_000


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    app.state.queue = asyncio.Queue()
    worker = asyncio.create_task(work_off(app.state.queue))
    yield
    worker.cancel()


app = FastAPI(lifespan=lifespan, max_body_size=LARGEST)
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


async def work_off(queue: asyncio.Queue[tuple[str, list[bytes]]]) -> None:
    while True:
        job, parcels = await queue.get()
        with suppress(httpx.HTTPError):
            await draw_all(job, parcels)


@app.post("/label-files", status_code=202)
async def take_label_file(upload: UploadFile) -> dict[str, str]:
    parcels = (await upload.read()).split()
    job = uuid4().hex
    jobs[job] = {"state": "waiting", "done": 0, "total": len(parcels)}
    app.state.queue.put_nowait((job, parcels))
    return {"job": job}


@app.get("/jobs/{job}")
async def read_job(job: str) -> dict[str, str | int]:
    if job not in jobs:
        raise HTTPException(404)
    return jobs[job]
