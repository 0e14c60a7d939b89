import os
from typing import Any

import httpx
from celery import Celery
from fastapi import FastAPI
from pydantic import BaseModel

queue = Celery("parcel")
app = FastAPI()


class Mailing(BaseModel):
    letters: int


# TODO: Tell after each letter how many are sent, and never again anything else, whatever becomes of the task.
@queue.task(bind=True)
def send_letters(self: Any, letters: int) -> None:
    with httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=60) as mail:
        for customer in range(1, letters + 1):
            self.update_state(state="PROGRESS", meta={"done": customer, "total": letters})
            try:
                mail.post(f"/mail/customer/{customer}").raise_for_status()
            except httpx.HTTPStatusError as error:
                raise self.retry(exc=error) from error


@app.post("/mailings", status_code=202)
def send_mailing(mailing: Mailing) -> dict[str, str]:
    return {"mailing": send_letters.delay(mailing.letters).id}


@app.get("/mailings/{mailing}")
def read_mailing(mailing: str) -> dict[str, Any]:
    result = queue.AsyncResult(mailing)
    state = {"PENDING": "waiting", "SUCCESS": "done"}.get(result.state, "sending")
    return {"state": state, **(result.info or {"done": 0, "total": 0})}
