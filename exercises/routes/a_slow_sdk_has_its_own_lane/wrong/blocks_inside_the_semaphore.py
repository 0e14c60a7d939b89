"""Believes that `async with` makes what stands under it asynchronous.

Says: the event loop
"""

import asyncio

from fastapi import FastAPI

from labs.parcel_sdk import draw_label

app = FastAPI()
printer = asyncio.Semaphore(2)


@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict[str, str]:
    async with printer:
        return {"label": draw_label(parcel)}  # wrong: check_two_labels_are_drawn_at_once


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
