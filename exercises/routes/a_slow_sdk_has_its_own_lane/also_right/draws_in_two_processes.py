"""Draws in two processes, which have to start first."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from multiprocessing import get_context

from fastapi import FastAPI

from labs.parcel_sdk import draw_label


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict[str, str]:
    return {"label": await asyncio.get_running_loop().run_in_executor(app.state.pool, draw_label, parcel)}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
