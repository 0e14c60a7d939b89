"""Believes that an exception of one's own finds its way through FastAPI, wherever it is raised.

Says: becomes 400
"""

import os
from uuid import uuid4

import httpx
from fastapi import BackgroundTasks, FastAPI, HTTPException, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from labs.parcel_sdk import draw_label

LARGEST = 100_000


class TooLarge(Exception):
    """More has come than is taken."""


class Limit:
    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app, self.most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        came = 0

        async def counting() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > self.most:
                raise TooLarge  # wrong: check_a_file_that_is_too_large_is_refused_early
            return message

        try:
            await self.app(scope, counting, send)
        except TooLarge:
            await JSONResponse({"detail": "too large"}, 413)(scope, receive, send)


app = FastAPI()
app.add_middleware(Limit, most=LARGEST)
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


@app.post("/label-files", status_code=202)
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
