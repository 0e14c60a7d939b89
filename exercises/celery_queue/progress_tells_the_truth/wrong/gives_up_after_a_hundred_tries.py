"""Believes that a hundred tries are as often as it takes.

Says: away for an hour
"""

import os
from typing import Any
from uuid import uuid4

import httpx
from celery import Celery
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from redis import Redis

A_DAY = 24 * 60 * 60

queue = Celery("parcel")
app = FastAPI()
progress = Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


class Mailing(BaseModel):
    letters: int


@queue.task(bind=True, default_retry_delay=0.1, max_retries=100)
def send_letters(self: Any, mailing: str, letters: int) -> None:
    progress.hset(mailing, "state", "sending")
    done = int(progress.hget(mailing, "done") or 0)
    with httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=60) as mail:
        for customer in range(done + 1, letters + 1):
            try:
                # wrong: check_a_refused_letter_is_tried_again_and_no_other
                mail.post(f"/mail/customer/{customer}").raise_for_status()
            except httpx.HTTPStatusError as error:
                raise self.retry(exc=error) from error
            progress.hset(mailing, "done", customer)
    progress.hset(mailing, "state", "done")


@app.post("/mailings", status_code=202)
def send_mailing(mailing: Mailing) -> dict[str, str]:
    number = uuid4().hex
    progress.hset(number, mapping={"state": "waiting", "done": 0, "total": mailing.letters})
    progress.expire(number, A_DAY)
    send_letters.delay(number, mailing.letters)
    return {"mailing": number}


@app.get("/mailings/{mailing}")
def read_mailing(mailing: str) -> dict[str, str | int]:
    told = progress.hgetall(mailing)
    if not told:
        raise HTTPException(404, "There is no such mailing.")
    return {"state": told["state"], "done": int(told["done"]), "total": int(told["total"])}
