"""Believes that a process waits for its threads. uvicorn, told by SIGTERM, ends by SIGTERM.

Says: SIGTERM ends the process
"""

import os
import threading

import requests
from fastapi import FastAPI

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()


def book(order: int) -> None:
    quote = requests.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": order}, timeout=60).json()
    kept = requests.post(f"{CARRIERS}/ledger/orders/{order}", params={"price": quote["price"]}, timeout=60)
    kept.raise_for_status()


@app.post("/orders/{order}", status_code=202)
async def accept(order: int) -> dict[str, int]:
    # wrong: check_what_waits_for_its_carrier_is_booked
    threading.Thread(target=book, args=[order]).start()
    return {"order": order}
