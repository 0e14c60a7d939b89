"""The request takes the file, the limit and a number; a task has values of its own, and every end of it is an end."""

import logging
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Literal
from uuid import uuid4

import httpx
from fastapi import BackgroundTasks, FastAPI, HTTPException, UploadFile
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from labs.parcel_sdk import draw_label

LARGEST = 100_000


class Job(BaseModel):
    """How far a file of labels is."""

    state: Literal["waiting", "working", "done", "failed"] = "waiting"
    done: int = 0
    total: int = 0


jobs: dict[str, Job] = {}
mail = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    async with mail:
        yield


app = FastAPI(lifespan=lifespan)


async def notify(job: str, state: str) -> None:
    (await mail.post("/mail/notices", params={"job": job, "state": state})).raise_for_status()


async def draw_labels(number: str, parcels: Sequence[bytes]) -> None:
    job = jobs[number]
    try:
        job.state = "working"
        for parcel in parcels:
            await run_in_threadpool(draw_label, int(parcel))  # it blocks: a thread, not the event loop
            job.done += 1  # drawn, not begun
        job.state = "done"
    except Exception:
        logging.exception("job %s has failed", number)
        job.state = "failed"
    await notify(number, job.state)  # outside of the `try`: a notice that is lost makes no job fail


@app.post("/label-files", status_code=202, max_body_size=LARGEST)
async def take_label_file(upload: UploadFile, tasks: BackgroundTasks) -> dict[str, str]:
    parcels = (await upload.read()).split()  # small by now; what the task needs, it gets as values
    number = uuid4().hex
    jobs[number] = Job(total=len(parcels))
    tasks.add_task(draw_labels, number, parcels)
    return {"job": number}


@app.get("/jobs/{job}")
async def read_job(job: str) -> Job:
    if job not in jobs:
        raise HTTPException(404, "There is no such job.")
    return jobs[job]
