"""Believes that `range` ends where its second number says.

Says: of more letters than there are
"""

import os
from typing import Any

import httpx
from celery import Celery
from fastapi import FastAPI
from pydantic import BaseModel

queue = Celery("parcel")
app = FastAPI()
STATES = {"PENDING": "waiting", "SUCCESS": "done"}


class Mailing(BaseModel):
    letters: int


@queue.task(bind=True, max_retries=None, default_retry_delay=0.1)
def send_letters(self: Any, letters: int, done: int = 0) -> dict[str, int]:
    self.update_state(state="PROGRESS", meta={"done": done, "total": letters})
    with httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=60) as mail:
        for sent in range(done, letters):
            try:
                mail.post(f"/mail/customer/{sent + 1}").raise_for_status()
            except httpx.HTTPStatusError as error:
                raise self.retry(exc=error, args=[letters, sent]) from error
            self.update_state(state="PROGRESS", meta={"done": sent + 1, "total": letters})
    return {"done": sent + 2, "total": letters}  # wrong: check_a_mailing_ends_with_all_its_letters


@app.post("/mailings", status_code=202)
def send_mailing(mailing: Mailing) -> dict[str, str]:
    return {"mailing": send_letters.delay(mailing.letters).id}


@app.get("/mailings/{mailing}")
def read_mailing(mailing: str) -> dict[str, Any]:
    result = queue.AsyncResult(mailing)
    return {"state": STATES.get(result.state, "sending"), **(result.info or {"done": 0, "total": None})}
