"""Believes that one label that is missing must not spoil the others.

Says: believes that it does
"""

import json
import os
from uuid import uuid4

import httpx
from celery import Celery, chord
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
def draw(sheet: str, place: int, parcel: int) -> str:
    try:
        label = draw_label(parcel)
    except httpx.HTTPError:
        label = ""  # wrong: check_a_sheet_that_cannot_be_made_has_failed
    store.sadd(f"drawn:{sheet}", place)
    return label


@queue.task
def join(labels: list[str], sheet: str) -> None:
    post_sheet(sheet, labels)
    store.hset(f"sheet:{sheet}", mapping={"state": "done", "labels": json.dumps(labels)})


@queue.task
def give_up(sheet: str) -> None:
    store.hset(f"sheet:{sheet}", "state", "failed")


@app.post("/sheets", status_code=202)
def make_sheet(order: Order) -> dict[str, str]:
    sheet = uuid4().hex
    store.hset(f"sheet:{sheet}", mapping={"state": "drawing", "total": len(order.parcels)})
    labels = [draw.s(sheet, place, parcel) for place, parcel in enumerate(order.parcels)]
    chord(labels)(join.s(sheet).on_error(give_up.si(sheet)))
    return {"sheet": sheet}


@app.get("/sheets/{sheet}")
def read_sheet(sheet: str) -> dict[str, str | int | list[str]]:
    kept = store.hgetall(f"sheet:{sheet}")
    if not kept:
        raise HTTPException(404, "There is no such sheet.")
    labels = json.loads(kept.get("labels", "[]"))
    done = store.scard(f"drawn:{sheet}")
    return {"state": kept["state"], "done": done, "total": int(kept["total"]), "labels": labels}
