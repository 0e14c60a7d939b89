import os

import httpx
from celery import Celery
from fastapi import FastAPI
from pydantic import BaseModel
from redis import Redis

queue = Celery("parcel", task_ignore_result=True)
app = FastAPI()
store = Redis.from_url(os.environ["REDIS_URL"])


class Mailing(BaseModel):
    letters: int


@queue.task(autoretry_for=(httpx.HTTPError,), max_retries=None, default_retry_delay=0.05)
def send_letter(mailing: int, letter: int) -> None:
    total = int(store.get(f"mailing:{mailing}:total"))
    store.set(f"mailing:{mailing}:state", "sending")
    if letter <= total:
        url = f"{os.environ['CARRIERS_URL']}/mail/customer/{letter}"
        httpx.post(url, timeout=60).raise_for_status()
        store.incr(f"mailing:{mailing}:done")
    if letter >= total:
        store.set(f"mailing:{mailing}:state", "done")
    else:
        send_letter.delay(mailing, letter + 1)


@app.post("/mailings", status_code=202)
def send_mailing(mailing: Mailing) -> dict[str, int]:
    number = store.incr("mailings")
    store.set(f"mailing:{number}:total", mailing.letters)
    send_letter.delay(number, 1)
    return {"mailing": number}


@app.get("/mailings/{mailing}")
def read_mailing(mailing: int) -> dict[str, int | str]:
    state, done, total = store.mget(f"mailing:{mailing}:{each}" for each in ("state", "done", "total"))
    return {"state": (state or b"waiting").decode(), "done": int(done or 0), "total": int(total)}
