"""Believes that those who wait in threads are no trouble once there are threads enough.

Says: keeps a worker thread
"""

import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI

from labs.parcel_sdk import draw_label


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = 1000
    yield


app = FastAPI(lifespan=lifespan)
two = threading.Semaphore(2)


@app.get("/labels/{parcel}")
def label(parcel: int) -> dict[str, str]:
    # wrong: check_other_routes_still_find_a_thread
    with two:
        return {"label": draw_label(parcel)}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
