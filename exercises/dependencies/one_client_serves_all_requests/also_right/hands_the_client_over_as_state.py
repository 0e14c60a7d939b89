"""Gives the lifespan's own state to the requests, and has a class with the client inside."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, TypedDict

import httpx2
from fastapi import Depends, FastAPI, Request


class State(TypedDict):
    carriers: httpx2.AsyncClient


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[State]:
    async with httpx2.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30) as carriers:
        yield {"carriers": carriers}


class Carriers:
    def __init__(self, request: Request) -> None:
        self.client: httpx2.AsyncClient = request.state.carriers

    async def get(self, path: str) -> dict:
        return (await self.client.get(f"/carriers/{path}")).json()


app = FastAPI(lifespan=lifespan)


@app.get("/quotes/{parcel}")
async def quote(parcel: int, carriers: Annotated[Carriers, Depends()]) -> dict[str, float]:
    return {"price": (await carriers.get(f"swift/quote?parcel={parcel}"))["price"]}


@app.get("/tracks/{parcel}")
async def track(parcel: int, carriers: Annotated[Carriers, Depends()]) -> dict:
    return await carriers.get(f"turtle/tracks/{parcel}")
