"""Believes that done means that nobody works on it any more.

Says: is counted as drawn
"""

import os
from typing import Any
from uuid import uuid4

import httpx
import redis
from celery import Celery
from fastapi import FastAPI
from pydantic import BaseModel

queue = Celery("parcel")
app = FastAPI()
printer = httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=600)
store = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


class Order(BaseModel):
    parcels: list[int]


@queue.task(ignore_result=True)
def draw_label(sheet: str, place: int, parcel: int) -> None:
    key = f"sheet:{sheet}"
    try:
        printer.post(f"/printer/labels/{parcel}").raise_for_status()
    except httpx.HTTPError:
        # wrong: check_a_sheet_that_cannot_be_made_has_failed
        store.hset(key, "state", "failed")
        store.hincrby(key, "done")
        return
    store.hset(f"{key}:labels", place, f"label {parcel}")
    store.hincrby(key, "done")
    if store.hincrby(key, "drawn") == int(store.hget(key, "total")):
        post_sheet.delay(sheet)


@queue.task(ignore_result=True)
def post_sheet(sheet: str) -> None:
    key = f"sheet:{sheet}"
    found = store.hgetall(f"{key}:labels")
    labels = [found[each] for each in sorted(found, key=int)]
    try:
        printer.post(f"/printer/sheets/{sheet}", json=labels).raise_for_status()
    except httpx.HTTPError:
        store.hset(key, "state", "failed")
        return
    store.hset(key, "state", "done")


@app.post("/sheets", status_code=202)
def make_sheet(order: Order) -> dict[str, str]:
    sheet = uuid4().hex
    store.hset(f"sheet:{sheet}", mapping={"state": "drawing", "done": 0, "total": len(order.parcels)})
    for place, parcel in enumerate(order.parcels):
        draw_label.delay(sheet, place, parcel)
    if not order.parcels:
        post_sheet.delay(sheet)
    return {"sheet": sheet}


@app.get("/sheets/{sheet}")
def read_sheet(sheet: str) -> dict[str, Any]:
    found = store.hgetall(f"sheet:{sheet}")
    labels = store.hgetall(f"sheet:{sheet}:labels") if found["state"] == "done" else {}
    return {
        "state": found["state"],
        "done": int(found["done"]),
        "total": int(found["total"]),
        "labels": [labels[each] for each in sorted(labels, key=int)],
    }
