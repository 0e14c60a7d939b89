import os
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import requests
from fastapi import FastAPI

CARRIERS = os.environ["CARRIERS_URL"]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    with ThreadPoolExecutor(4) as app.state.pool:
        yield


app = FastAPI(lifespan=lifespan)


def book(order: int) -> None:
    quote = requests.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": order}, timeout=60).json()
    kept = requests.post(f"{CARRIERS}/ledger/orders/{order}", params={"price": quote["price"]}, timeout=60)
    kept.raise_for_status()


@app.post("/orders/{order}", status_code=202)
async def accept(order: int) -> dict[str, int]:
    app.state.pool.submit(book, order)
    return {"order": order}
