"""Believes that what is handed to a thread comes back by itself, without an `await`.

Says: raised an exception
"""

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI

from labs.parcel_sdk import draw_label

app = FastAPI()
printer = CapacityLimiter(2)


# wrong: check_a_label_and_an_address_are_given
@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict[str, str]:
    return {"label": to_thread.run_sync(draw_label, parcel, limiter=printer)}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
