"""Believes that who sends a task has to wait for it.

Says: whatever the labels take
"""

import json
import os
from uuid import uuid4

import httpx
from celery import Celery, chord
from celery.result import result_from_tuple
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
def draw(parcel: int) -> str:
    return draw_label(parcel)


@queue.task
def join(labels: list[str], sheet: str) -> list[str]:
    post_sheet(sheet, labels)
    return labels


@app.post("/sheets", status_code=202)
def make_sheet(order: Order) -> dict[str, str]:
    sheet = uuid4().hex
    joined = chord(draw.s(parcel) for parcel in order.parcels)(join.s(sheet).set(task_id=sheet))
    store.set(f"sheet:{sheet}", json.dumps(joined.as_tuple()))
    joined.get(propagate=False)  # wrong: check_the_customer_has_the_number_first
    return {"sheet": sheet}


@app.get("/sheets/{sheet}")
def read_sheet(sheet: str) -> dict[str, str | int | list[str]]:
    kept = store.get(f"sheet:{sheet}")
    if kept is None:
        raise HTTPException(404, "There is no such sheet.")
    joined = result_from_tuple(json.loads(kept), app=queue)
    drawn = joined.parent
    state = {"SUCCESS": "done", "FAILURE": "failed"}.get(joined.state, "drawing")
    labels = joined.result if state == "done" else []
    return {"state": state, "done": drawn.completed_count(), "total": len(drawn), "labels": labels}
