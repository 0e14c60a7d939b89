import os

import httpx
from fastapi import FastAPI, UploadFile

from labs.parcel_sdk import draw_label

LARGEST = 100_000

app = FastAPI()
mail = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60)


async def notify(job: str, state: str) -> None:
    (await mail.post("/mail/notices", params={"job": job, "state": state})).raise_for_status()


# TODO: Answer first, draw afterwards, and tell the truth about every job.
@app.post("/label-files", status_code=202)
async def take_label_file(upload: UploadFile) -> dict[str, str]:
    for parcel in (await upload.read()).split():
        draw_label(int(parcel))
    await notify("1", "done")
    return {"job": "1"}


@app.get("/jobs/{job}")
async def read_job(job: str) -> dict[str, str | int]:
    return {"job": job, "state": "done", "done": 0, "total": 0}
