from celery import Celery
from fastapi import FastAPI

from labs.parcel_sdk import draw_label

queue = Celery("parcel")
app = FastAPI()


@queue.task
def draw(parcel: int) -> None:
    draw_label(parcel)


# TODO: Tell the customer soon when nobody takes the label, and keep nobody else waiting meanwhile.
@app.post("/labels/{parcel}", status_code=202)
async def take_label(parcel: int) -> dict[str, str]:
    return {"task": draw.delay(parcel).id}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
