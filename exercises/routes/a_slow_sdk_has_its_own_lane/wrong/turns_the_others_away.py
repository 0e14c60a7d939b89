"""Believes that a limit means to refuse whoever comes when it is reached.

Says: wait their turn
"""

import asyncio

from fastapi import FastAPI, HTTPException

from labs.parcel_sdk import draw_label

app = FastAPI()
printer = asyncio.Semaphore(2)


@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict[str, str]:
    if printer.locked():
        raise HTTPException(503, "the printer is busy")  # wrong: check_every_label_is_drawn_in_the_end
    async with printer:
        return {"label": await asyncio.to_thread(draw_label, parcel)}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
