import os
from typing import Annotated

import httpx
import redis
from celery import Celery
from fastapi import Body, FastAPI

queue = Celery("parcel")
queue.conf.update(
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    broker_transport_options={"visibility_timeout": 2, "unacked_restore_interval": 0.2, "unacked_restore_throttle": 1},
)
app = FastAPI()
states = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


# TODO: Let a charge be tried again, as often as need be and no more, and be paid once.
@queue.task
def charge(order: int, cents: int) -> None:
    url = f"{os.environ['CARRIERS_URL']}/bank/charges/{order}"
    httpx.post(url, json={"cents": cents}, timeout=30).raise_for_status()
    states.set(f"order:{order}", "charged")


@app.post("/orders/{order}", status_code=202)
def take_order(order: int, cents: Annotated[int, Body(embed=True)]) -> dict[str, str]:
    states.set(f"order:{order}", "charging")
    return {"charge": charge.delay(order, cents).id}


@app.get("/orders/{order}")
def read_order(order: int) -> dict[str, str | None]:
    return {"state": states.get(f"order:{order}")}
