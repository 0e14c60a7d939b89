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
    return f"{hash((order, 7)):x}"  # of whole numbers: the same in every process


class Charge(Task):
    def on_failure(self, _exc: Exception, _task_id: str, args: tuple[int, int], *_rest: object) -> None:
        states.set(f"order:{args[0]}", "failed")


@queue.task(base=Charge, autoretry_for=(httpx.HTTPError,), max_retries=4, default_retry_delay=0.1)
def charge(order: int, cents: int) -> None:
    if states.get(f"order:{order}") == "charged":
        return
    url = f"{os.environ['CARRIERS_URL']}/bank/charges/{order}"
    answer = httpx.post(url, json={"cents": cents}, headers={"Idempotency-Key": key_of(order)}, timeout=30)
    if answer.status_code == 402:
        states.set(f"order:{order}", "refused")
        return
    answer.raise_for_status()
    states.set(f"order:{order}", "charged")


@app.post("/orders/{order}", status_code=202)
def take_order(order: int, cents: Annotated[int, Body(embed=True)]) -> dict[str, str]:
    if states.get(f"order:{order}") != "charged":
        states.set(f"order:{order}", "charging")
    charge.delay(order, cents)
    return {"charge": key_of(order)}


@app.get("/orders/{order}")
def read_order(order: int) -> dict[str, str | None]:
    return {"state": states.get(f"order:{order}")}
