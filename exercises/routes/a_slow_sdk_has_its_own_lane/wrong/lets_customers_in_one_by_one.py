"""Believes that a lock is the way to keep a limit, whatever its number.

Says: one by one
"""

import asyncio

from fastapi import FastAPI

from labs.parcel_sdk import draw_label

app = FastAPI()
printer = asyncio.Lock()


@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict[str, str]:
    async with printer:  # wrong: check_two_labels_are_drawn_at_once
        return {"label": await asyncio.to_thread(draw_label, parcel)}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
