"""Believes that the semaphores of `threading` and of `asyncio` are the same thing.

Says: the event loop's only thread
"""

import asyncio
import threading

from fastapi import FastAPI

from labs.parcel_sdk import draw_label

app = FastAPI()
two = threading.Semaphore(2)


@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict[str, str]:
    # wrong: check_every_label_is_drawn_in_the_end
    with two:
        return {"label": await asyncio.to_thread(draw_label, parcel)}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
