"""Believes that a customer who has waited for a second had better come again than wait on.

Says: wait their turn
"""

from anyio import CapacityLimiter, fail_after, to_thread
from fastapi import FastAPI, HTTPException

from labs.parcel_sdk import draw_label

app = FastAPI()
printer = CapacityLimiter(2)


@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict[str, str]:
    customer = object()
    try:
        with fail_after(1):
            await printer.acquire_on_behalf_of(customer)
    except TimeoutError:
        # wrong: check_every_label_is_drawn_in_the_end
        raise HTTPException(503, "The printer is busy.") from None
    try:
        return {"label": await to_thread.run_sync(draw_label, parcel)}
    finally:
        printer.release_on_behalf_of(customer)


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
