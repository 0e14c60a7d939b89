import os
import time
from typing import Any

import httpx
from celery import Celery, current_task
from fastapi import FastAPI
from pydantic import BaseModel

queue = Celery("parcel")
app = FastAPI()


class Mailing(BaseModel):
    letters: int


@queue.task
def send_letters(letters: int) -> list[int]:
    mail = httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=None)
    for done in range(letters):
        current_task.update_state(state="SENDING", meta=[done, letters])
        while mail.post(f"/mail/customer/{done + 1}").is_error:
            time.sleep(0.1)
    return [letters, letters]


@app.post("/mailings", status_code=202)
async def send_mailing(mailing: Mailing) -> dict[str, str]:
    return {"mailing": send_letters.delay(mailing.letters).id}


@app.get("/mailings/{mailing}")
async def read_mailing(mailing: str) -> dict[str, Any]:
    meta = queue.backend.get_task_meta(mailing)
    done, total = meta["result"] or (0, None)
    state = {"PENDING": "waiting", "SENDING": "sending"}.get(meta["status"], "done")
    return {"state": state, "done": done, "total": total}
