"""Believes that the limit of the worker threads is a limit for one route.

Says: worker thread
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI

from labs.parcel_sdk import draw_label


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    to_thread.current_default_thread_limiter().total_tokens = 2  # wrong: check_other_routes_still_find_a_thread
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/labels/{parcel}")
def label(parcel: int) -> dict[str, str]:
    return {"label": draw_label(parcel)}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
