import os
import threading
import time
from collections.abc import Callable
from typing import Any

import redis
import requests
from fastapi import FastAPI
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

CARRIERS = os.environ["CARRIERS_URL"]
store = redis.Redis.from_url(
    os.environ["REDIS_URL"], socket_timeout=0.7, socket_connect_timeout=0.7, retry=Retry(NoBackoff(), 0)
)
places = threading.Semaphore(5)
app = FastAPI()
rests_until = float("-inf")


def attempt(question: Callable[..., Any], *args: Any, **options: Any) -> Any:
    global rests_until
    with places:  # not for long: who waits here finds out what the one before has found
        try:
            return None if time.monotonic() < rests_until else question(*args, **options)
        except RedisError:
            rests_until = time.monotonic() + 2
            return None


@app.get("/rates/{zone}")
def read_rate(zone: int) -> dict[str, float]:
    try:
        return {"price": float(attempt(store.get, f"rate:{zone}"))}
    except (TypeError, ValueError):
        pass
    answer = requests.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": zone}, timeout=60)
    answer.raise_for_status()
    price = answer.json()["price"]
    attempt(store.set, f"rate:{zone}", price, ex=60)
    return {"price": price}
