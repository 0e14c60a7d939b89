import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiohttp
import anyio
from fastapi import FastAPI, HTTPException, Request


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with aiohttp.ClientSession(os.environ["CARRIERS_URL"]) as app.state.carriers:
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/quotes/{parcel}")
async def quote(parcel: int, request: Request) -> dict[str, float]:
    with anyio.move_on_after(0.5):
        async with request.app.state.carriers.get(f"/carriers/swift/quote?parcel={parcel}") as answer:
            return {"price": (await answer.json())["price"]}
    raise HTTPException(504, "The carrier does not answer.")


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
