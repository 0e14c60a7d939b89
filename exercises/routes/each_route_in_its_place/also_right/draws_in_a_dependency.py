import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import aiohttp
from fastapi import Depends, FastAPI, Request

from labs.parcel_sdk import draw_label


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with aiohttp.ClientSession(os.environ["CARRIERS_URL"]) as app.state.carriers:
        yield


app = FastAPI(lifespan=lifespan)
Label = Annotated[str, Depends(draw_label)]


@app.get("/health")
async def health() -> dict:
    return {"ok": True}


@app.get("/labels/{parcel}")
async def label(drawn: Label) -> dict:
    return {"label": drawn}


@app.get("/shipments/{parcel}")
async def shipment(parcel: int, drawn: Label, request: Request) -> dict:
    carriers = request.app.state.carriers
    async with carriers.get("/carriers/swift/quote", params={"parcel": parcel}) as answer:
        return await answer.json() | {"label": drawn}
