import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio.to_thread
import httpx2
from fastapi import FastAPI

from labs.parcel_sdk import draw_label


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with httpx2.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30) as app.state.carriers:
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/health")
async def health() -> dict:
    return {"ok": True}


@app.get("/labels/{parcel}")
def label(parcel: int) -> dict:
    return {"label": draw_label(parcel)}


@app.get("/shipments/{parcel}")
async def shipment(parcel: int) -> dict:
    async with asyncio.TaskGroup() as group:
        price = group.create_task(app.state.carriers.get("/carriers/swift/quote", params={"parcel": parcel}))
        drawn = group.create_task(anyio.to_thread.run_sync(draw_label, parcel))
    return price.result().json() | {"label": drawn.result()}
