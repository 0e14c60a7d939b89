"""Draws labels in a pool of two processes, which have to start first."""

import asyncio
import os
from collections.abc import AsyncGenerator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from multiprocessing import get_context

import httpx
from fastapi import FastAPI

from labs.parcel_sdk import draw_label


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)
carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30)


async def draw(parcel: int) -> str:
    return await asyncio.get_running_loop().run_in_executor(app.state.pool, draw_label, parcel)


@app.get("/health")
async def health() -> dict:
    return {"ok": True}


@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict:
    return {"label": await draw(parcel)}


@app.get("/shipments/{parcel}")
async def shipment(parcel: int) -> dict:
    return (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json() | {"label": await draw(parcel)}
