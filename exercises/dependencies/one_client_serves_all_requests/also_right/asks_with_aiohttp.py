import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiohttp
from fastapi import FastAPI, Request


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with aiohttp.ClientSession(os.environ["CARRIERS_URL"]) as app.state.carriers:
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/quotes/{parcel}")
async def quote(parcel: int, request: Request) -> dict[str, float]:
    async with request.app.state.carriers.get(f"/carriers/swift/quote?parcel={parcel}") as answer:
        return {"price": (await answer.json())["price"]}


@app.get("/tracks/{parcel}")
async def track(parcel: int, request: Request) -> dict:
    async with request.app.state.carriers.get(f"/carriers/turtle/tracks/{parcel}") as answer:
        return await answer.json()
