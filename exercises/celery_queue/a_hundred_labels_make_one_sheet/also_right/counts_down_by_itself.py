import json
import os
from uuid import uuid4

import httpx
from celery import Celery
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from redis import Redis

queue = Celery("parcel")
app = FastAPI()
store = Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
printer = httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=600)


class Order(BaseModel):
    parcels: list[int]


def draw_label(parcel: int) -> str:
    printer.post(f"/printer/labels/{parcel}").raise_for_status()
    return f"label {parcel}"


def post_sheet(sheet: str, labels: list[str]) -> None:
    printer.post(f"/printer/sheets/{sheet}", json=labels).raise_for_status()


@queue.task
def draw(sheet: str, place: int, parcel: int) -> None:
    try:
        store.hset(f"labels:{sheet}", str(place), draw_label(parcel))
    except httpx.HTTPError:
        store.hset(f"sheet:{sheet}", "state", "failed")
        raise
    if store.hlen(f"labels:{sheet}") == int(store.hget(f"sheet:{sheet}", "total") or 0) and store.setnx(
        f"joined:{sheet}", 1
    ):
        join.delay(sheet)


@queue.task
def join(sheet: str) -> None:
    drawn = store.hgetall(f"labels:{sheet}")
    labels = [drawn[str(place)] for place in range(len(drawn))]
    try:
        post_sheet(sheet, labels)
    except httpx.HTTPError:
        store.hset(f"sheet:{sheet}", "state", "failed")
        raise
    store.hset(f"sheet:{sheet}", mapping={"state": "done", "labels": json.dumps(labels)})


@app.post("/sheets", status_code=202)
def make_sheet(order: Order) -> dict[str, str]:
    sheet = uuid4().hex
    store.hset(f"sheet:{sheet}", mapping={"state": "drawing", "total": len(order.parcels)})
    for place, parcel in enumerate(order.parcels):
        draw.delay(sheet, place, parcel)
    if not order.parcels:
        join.delay(sheet)
    return {"sheet": sheet}


@app.get("/sheets/{sheet}")
def read_sheet(sheet: str) -> dict[str, str | int | list[str]]:
    kept = store.hgetall(f"sheet:{sheet}")
    if not kept:
        raise HTTPException(404, "There is no such sheet.")
    labels = json.loads(kept.get("labels", "[]"))
    done = store.hlen(f"labels:{sheet}")
    return {"state": kept["state"], "done": done, "total": int(kept["total"]), "labels": labels}
