"""Believes that an error that has a switch is a matter of taste.

Says: each waits for the other
"""

import json
import os
from uuid import uuid4

import httpx
from celery import Celery, group
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
    label = draw_label(parcel)
    store.sadd(f"drawn:{sheet}", place)
    return label


@queue.task
def join(sheet: str, parcels: list[int]) -> None:
    # wrong: check_sheets_do_not_wait_for_each_other
    labels = group(draw.s(sheet, place, parcel) for place, parcel in enumerate(parcels))().get(
        disable_sync_subtasks=False
    )
    post_sheet(sheet, labels)
    store.hset(f"sheet:{sheet}", mapping={"state": "done", "labels": json.dumps(labels)})


@queue.task
def give_up(sheet: str) -> None:
    store.hset(f"sheet:{sheet}", "state", "failed")


@app.post("/sheets", status_code=202)
def make_sheet(order: Order) -> dict[str, str]:
    sheet = uuid4().hex
    store.hset(f"sheet:{sheet}", mapping={"state": "drawing", "total": len(order.parcels)})
    join.s(sheet, order.parcels).on_error(give_up.si(sheet)).delay()
    return {"sheet": sheet}


@app.get("/sheets/{sheet}")
def read_sheet(sheet: str) -> dict[str, str | int | list[str]]:
    kept = store.hgetall(f"sheet:{sheet}")
    if not kept:
        raise HTTPException(404, "There is no such sheet.")
    labels = json.loads(kept.get("labels", "[]"))
    done = store.scard(f"drawn:{sheet}")
    return {"state": kept["state"], "done": done, "total": int(kept["total"]), "labels": labels}
