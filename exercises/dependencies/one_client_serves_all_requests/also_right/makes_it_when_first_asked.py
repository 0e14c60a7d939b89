"""Makes the client for the first who asks; whoever comes at the same moment waits for the lock, and finds it."""

import os
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI


class Client:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.made: httpx.AsyncClient | None = None

    def __call__(self) -> httpx.AsyncClient:
        with self.lock:
            if self.made is None:
                self.made = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30)
            return self.made

    async def close(self) -> None:
        if self.made is not None:
            await self.made.aclose()
        self.made = None


get_carriers = Client()


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        await get_carriers.close()


Carriers = Annotated[httpx.AsyncClient, Depends(get_carriers)]
app = FastAPI(lifespan=lifespan)


@app.get("/quotes/{parcel}")
async def quote(parcel: int, carriers: Carriers) -> dict[str, float]:
    return {"price": (await carriers.get(f"/carriers/swift/quote?parcel={parcel}")).json()["price"]}


@app.get("/tracks/{parcel}")
async def track(parcel: int, carriers: Carriers) -> dict:
    return (await carriers.get(f"/carriers/turtle/tracks/{parcel}")).json()
