import os
from uuid import uuid4

import httpx
from celery import Celery
from fastapi import FastAPI
from pydantic import BaseModel

queue = Celery("parcel")
app = FastAPI()
printer = httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=600)
sheets: dict[str, list[str]] = {}


class Order(BaseModel):
    parcels: list[int]


def draw_label(parcel: int) -> str:
    printer.post(f"/printer/labels/{parcel}").raise_for_status()
    return f"label {parcel}"


def post_sheet(sheet: str, labels: list[str]) -> None:
    printer.post(f"/printer/sheets/{sheet}", json=labels).raise_for_status()


# TODO: Answer first, have every label drawn by a task of its own, and join them when all of them are there.
@app.post("/sheets", status_code=202)
def make_sheet(order: Order) -> dict[str, str]:
    sheet = uuid4().hex
    sheets[sheet] = [draw_label(parcel) for parcel in order.parcels]
    post_sheet(sheet, sheets[sheet])
    return {"sheet": sheet}


@app.get("/sheets/{sheet}")
def read_sheet(sheet: str) -> dict[str, str | int | list[str]]:
    labels = sheets[sheet]
    return {"state": "done", "done": len(labels), "total": len(labels), "labels": labels}
