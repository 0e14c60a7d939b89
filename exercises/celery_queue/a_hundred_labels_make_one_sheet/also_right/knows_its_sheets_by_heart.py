import os
from uuid import uuid4

import httpx
from celery import Celery, chord
from celery.result import GroupResult
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

queue = Celery("parcel")
app = FastAPI()
printer = httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=600)
sheets: dict[str, GroupResult] = {}


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
    sheets[sheet] = joined
    return {"sheet": sheet}


@app.get("/sheets/{sheet}")
def read_sheet(sheet: str) -> dict[str, str | int | list[str]]:
    joined = sheets.get(sheet)
    if joined is None:
        raise HTTPException(404, "There is no such sheet.")
    drawn = joined.parent
    state = {"SUCCESS": "done", "FAILURE": "failed"}.get(joined.state, "drawing")
    labels = joined.result if state == "done" else []
    return {"state": state, "done": drawn.completed_count(), "total": len(drawn), "labels": labels}
