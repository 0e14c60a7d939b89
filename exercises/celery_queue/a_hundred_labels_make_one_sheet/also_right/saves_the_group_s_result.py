import os
from uuid import uuid4

import httpx
from celery import Celery, group
from celery.result import AsyncResult, GroupResult
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

queue = Celery("parcel")
app = FastAPI()
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
async def make_sheet(order: Order) -> dict[str, str]:
    return {"sheet": await run_in_threadpool(begin, order.parcels)}


def begin(parcels: list[int]) -> str:
    sheet = uuid4().hex
    joined = (group(draw.s(parcel) for parcel in parcels) | join.s(sheet).set(task_id=sheet)).apply_async()
    labels = GroupResult(sheet, joined.parent.results if joined.parent else [], app=queue)
    labels.save()
    return sheet


@app.get("/sheets/{sheet}")
def read_sheet(sheet: str) -> dict[str, str | int | list[str]]:
    drawn = GroupResult.restore(sheet, app=queue)
    joined = AsyncResult(sheet, app=queue)
    answer = {"state": "drawing", "done": drawn.completed_count(), "total": len(drawn), "labels": []}
    if joined.failed():
        answer["state"] = "failed"
    elif joined.successful():
        answer |= {"state": "done", "labels": joined.get()}
    return answer
