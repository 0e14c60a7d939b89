"""Parcel asks a carrier for a price: in a way that blocks the event loop, in a worker thread, and by awaiting."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
import requests
from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Where the carriers answer; `CARRIERS_URL` in the environment."""

    carriers_url: str = "http://127.0.0.1:8100"


class Quote(BaseModel):
    """What a carrier takes for a parcel."""

    carrier: str
    parcel: int
    price: float


settings = Settings()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Keep one client for the whole life of the app."""
    async with httpx.AsyncClient(base_url=settings.carriers_url, timeout=30) as client:
        app.state.carriers = client
        yield


app = FastAPI(title="Parcel", lifespan=lifespan)


async def get_carriers(request: Request) -> httpx.AsyncClient:
    """Give the client that the lifespan made."""
    client: httpx.AsyncClient = request.app.state.carriers
    return client


Carriers = Annotated[httpx.AsyncClient, Depends(get_carriers)]


@app.get("/quotes/blocking/{parcel}")
async def quote_blocking(parcel: int) -> Quote:
    """Ask a carrier, and keep the event loop's only thread meanwhile."""
    answer = requests.get(f"{settings.carriers_url}/carriers/swift/quote?parcel={parcel}", timeout=30)
    return Quote.model_validate(answer.json())


@app.get("/quotes/def/{parcel}")
def quote_def(parcel: int) -> Quote:
    """Ask a carrier from a worker thread: FastAPI runs a `def` route in one."""
    answer = requests.get(f"{settings.carriers_url}/carriers/swift/quote?parcel={parcel}", timeout=30)
    return Quote.model_validate(answer.json())


@app.get("/quotes/awaiting/{parcel}")
async def quote_awaiting(parcel: int, carriers: Carriers) -> Quote:
    """Ask a carrier, and give the thread back until it answers."""
    answer = await carriers.get("/carriers/swift/quote", params={"parcel": parcel})
    return Quote.model_validate(answer.json())


@app.get("/health")
async def health() -> dict[str, bool]:
    """Say that the service is alive."""
    return {"ok": True}
