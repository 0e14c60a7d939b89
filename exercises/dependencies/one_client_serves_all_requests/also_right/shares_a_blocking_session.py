"""Shares one session among `def` routes: each waits in a thread, and all of them use the session's connections."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import requests
from fastapi import FastAPI, Request

CARRIERS = os.environ["CARRIERS_URL"]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    with requests.Session() as app.state.carriers:
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/quotes/{parcel}")
def quote(parcel: int, request: Request) -> dict[str, float]:
    answer = request.app.state.carriers.get(f"{CARRIERS}/carriers/swift/quote?parcel={parcel}", timeout=30)
    return {"price": answer.json()["price"]}


@app.get("/tracks/{parcel}")
def track(parcel: int, request: Request) -> dict:
    return request.app.state.carriers.get(f"{CARRIERS}/carriers/turtle/tracks/{parcel}", timeout=30).json()
