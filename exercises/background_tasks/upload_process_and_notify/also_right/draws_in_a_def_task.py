import logging
import os
import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import uuid4

import requests
from fastapi import BackgroundTasks, FastAPI, HTTPException, UploadFile

from labs.parcel_sdk import draw_label

LARGEST = 100_000
CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()
jobs: dict[str, dict] = {}


def notify(job: str, state: str) -> None:
    requests.post(f"{CARRIERS}/mail/notices", params={"job": job, "state": state}, timeout=60).raise_for_status()


def draw_all(job: str, path: Path) -> None:
    now = jobs[job]
    try:
        parcels = path.read_text().split()
        now.update(state="working", total=len(parcels))
        for parcel in parcels:
            draw_label(int(parcel))
            now["done"] += 1
        now["state"] = "done"
    except Exception:
        logging.exception("job %s", job)
        now["state"] = "failed"
    finally:
        path.unlink()
    notify(job, now["state"])


@app.post("/label-files", status_code=202, max_body_size=LARGEST)
def take_label_file(upload: UploadFile, tasks: BackgroundTasks) -> dict[str, str]:
    with NamedTemporaryFile(delete=False) as copy:
        shutil.copyfileobj(upload.file, copy)
    job = uuid4().hex
    jobs[job] = {"state": "waiting", "done": 0, "total": 0}
    tasks.add_task(draw_all, job, Path(copy.name))
    return {"job": job}


@app.get("/jobs/{job}")
async def read_job(job: str) -> dict[str, str | int]:
    if job not in jobs:
        raise HTTPException(404)
    return jobs[job]
