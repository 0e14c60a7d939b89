import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx
from fastapi import BackgroundTasks, FastAPI, HTTPException, UploadFile
from fastapi.concurrency import run_in_threadpool

from labs.parcel_sdk import draw_label

LARGEST = 100_000


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    with TemporaryDirectory() as folder:
        app.state.folder = Path(folder)
        yield


app = FastAPI(lifespan=lifespan)
mail = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60)
jobs: dict[str, dict] = {}


async def notify(job: str, state: str) -> None:
    (await mail.post("/mail/notices", params={"job": job, "state": state})).raise_for_status()


async def draw_all(job: str, path: Path) -> None:
    now = jobs[job]
    try:
        parcels = await run_in_threadpool(path.read_text)
        now["total"] = len(parcels.split())
        now["state"] = "working"
        for parcel in parcels.split():
            await run_in_threadpool(draw_label, int(parcel))
            now["done"] += 1
        now["state"] = "done"
    except Exception as error:  # noqa: BLE001
        print(error)
        now["state"] = "failed"
    finally:
        path.unlink(missing_ok=True)
        await notify(job, now["state"])


@app.post("/label-files", status_code=202, max_body_size=LARGEST)
async def take_label_file(upload: UploadFile, tasks: BackgroundTasks) -> dict[str, str]:
    job = uuid4().hex
    path = app.state.folder / job
    with path.open("wb") as copy:
        while piece := await upload.read(1 << 16):
            await run_in_threadpool(copy.write, piece)
    jobs[job] = {"state": "waiting", "done": 0, "total": 0}
    tasks.add_task(draw_all, job, path)
    return {"job": job}


@app.get("/jobs/{job}")
async def read_job(job: str) -> dict[str, str | int]:
    if job not in jobs:
        raise HTTPException(404)
    return jobs[job]
