"""Believes that a backoff begins with a moment: it begins with up to a second, and doubles.

Says: A backoff counts in whole seconds
"""

import os
from typing import Annotated
from uuid import NAMESPACE_OID, uuid5

import httpx
import redis
from celery import Celery, Task
from fastapi import Body, FastAPI

queue = Celery("parcel")
queue.conf.update(
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    broker_transport_options={"visibility_timeout": 2, "unacked_restore_interval": 0.2, "unacked_restore_throttle": 1},
)
app = FastAPI()
states = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


@queue.task(bind=True, autoretry_for=(httpx.HTTPError,), retry_backoff=True, max_retries=6)
def charge(self: Task, order: int, cents: int, key: str) -> None:
    if states.get(f"order:{order}") == "charged":
        return
    url = f"{os.environ['CARRIERS_URL']}/bank/charges/{order}"
    # wrong: check_a_bank_that_stays_away_is_given_up
    answer = httpx.post(url, json={"cents": cents}, headers={"Idempotency-Key": key}, timeout=30)
    if answer.status_code == 402:
        states.set(f"order:{order}", "refused")
        return
    if answer.is_error and self.request.retries == self.max_retries:
        states.set(f"order:{order}", "failed")
    answer.raise_for_status()
    states.set(f"order:{order}", "charged")


@app.post("/orders/{order}", status_code=202)
def take_order(order: int, cents: Annotated[int, Body(embed=True)]) -> dict[str, str]:
    if states.get(f"order:{order}") != "charged":
        states.set(f"order:{order}", "charging")
    key = str(uuid5(NAMESPACE_OID, str(order)))
    charge.delay(order, cents, key)
    return {"charge": key}


@app.get("/orders/{order}")
def read_order(order: int) -> dict[str, str | None]:
    return {"state": states.get(f"order:{order}")}
