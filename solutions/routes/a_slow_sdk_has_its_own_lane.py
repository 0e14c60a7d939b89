"""A limiter of its own lets two calls into threads; the others await their turn on the loop and take nobody's token."""

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI

from labs.parcel_sdk import draw_label

app = FastAPI()
printer = CapacityLimiter(2)


@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict[str, str]:
    return {"label": await to_thread.run_sync(draw_label, parcel, limiter=printer)}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
