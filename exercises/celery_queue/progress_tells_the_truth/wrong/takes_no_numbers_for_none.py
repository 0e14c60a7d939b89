"""Believes that a result without numbers says that nothing is sent.

Says: the progress runs backwards
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
        for customer in range(done + 1, letters + 1):
            try:
                mail.post(f"/mail/customer/{customer}").raise_for_status()
            except httpx.HTTPStatusError as error:
                raise self.retry(exc=error, args=[letters, customer - 1]) from error
            self.update_state(state="PROGRESS", meta={"done": customer, "total": letters})
    return {"done": letters, "total": letters}


@app.post("/mailings", status_code=202)
def send_mailing(mailing: Mailing) -> dict[str, str]:
    return {"mailing": send_letters.delay(mailing.letters).id}


@app.get("/mailings/{mailing}")
def read_mailing(mailing: str) -> dict[str, Any]:
    result = queue.AsyncResult(mailing)
    # wrong: check_a_refusal_turns_no_number_back
    numbers = result.info if isinstance(result.info, dict) else {"done": 0, "total": None}
    return {"state": STATES.get(result.state, "sending"), **numbers}
