"""Believes that a limit belongs beside the call that it limits: each request makes its own.

Says: a limit that all requests share
"""

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI

from labs.parcel_sdk import draw_label

app = FastAPI()


@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict[str, str]:
    printer = CapacityLimiter(2)  # wrong: check_a_third_label_waits_its_turn
    return {"label": await to_thread.run_sync(draw_label, parcel, limiter=printer)}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
