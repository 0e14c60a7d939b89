"""Believes that a semaphore in a `def` route only holds up those who want the printer.

Says: worker thread
"""

import threading

from fastapi import FastAPI

from labs.parcel_sdk import draw_label

app = FastAPI()
printer = threading.Semaphore(2)


@app.get("/labels/{parcel}")
def label(parcel: int) -> dict[str, str]:
    with printer:  # wrong: check_other_routes_still_find_a_thread
        return {"label": draw_label(parcel)}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
