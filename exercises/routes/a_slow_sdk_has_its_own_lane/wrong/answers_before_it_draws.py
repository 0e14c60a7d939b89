"""Believes that a background task may do what the customer asked for.

Says: not drawn yet
"""

import anyio
import anyio.to_thread
from fastapi import BackgroundTasks, FastAPI

from labs.parcel_sdk import draw_label

app = FastAPI()
lane = anyio.CapacityLimiter(2)


async def draw(parcel: int) -> None:
    await anyio.to_thread.run_sync(draw_label, parcel, limiter=lane)


@app.get("/labels/{parcel}")
async def label(parcel: int, tasks: BackgroundTasks) -> dict[str, str]:
    # wrong: check_two_labels_are_drawn_at_once
    tasks.add_task(draw, parcel)
    return {"label": f"label {parcel}"}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
