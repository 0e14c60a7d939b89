import os
from typing import Annotated

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


def key_of(order: int) -> str:
    return f"order-{order}"


@queue.task(bind=True, max_retries=4)
def charge(self: Task, order: int, cents: int) -> None:
    if states.get(f"order:{order}") == "charged":
        return
    url = f"{os.environ['CARRIERS_URL']}/bank/charges/{order}"
    try:
        answer = httpx.post(url, json={"cents": cents}, headers={"Idempotency-Key": self.request.id}, timeout=30)
        if answer.status_code == 402:
            states.set(f"order:{order}", "refused")
            return
        answer.raise_for_status()
    except httpx.HTTPError as error:
        if self.request.retries >= self.max_retries:
            states.set(f"order:{order}", "failed")
            raise
        raise self.retry(exc=error, countdown=0.1) from error
    states.set(f"order:{order}", "charged")


@app.post("/orders/{order}", status_code=202)
def take_order(order: int, cents: Annotated[int, Body(embed=True)]) -> dict[str, str]:
    if states.get(f"order:{order}") != "charged":
        states.set(f"order:{order}", "charging")
    charge.apply_async([order, cents], task_id=key_of(order))
    return {"charge": key_of(order)}


@app.get("/orders/{order}")
def read_order(order: int) -> dict[str, str | None]:
    return {"state": states.get(f"order:{order}")}
