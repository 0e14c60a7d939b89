"""Parcel's quotes, as they should be."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, HTTPException, Request


class Carrier:
    """The real one, which is asked over the network."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def price(self, parcel: int) -> float:
        """Give its price for a parcel.

        Raises:
            LookupError: it does not know the parcel.
            TimeoutError: it does not answer in time.

        """
        try:
            answer = await self.client.get("/carriers/swift/quote", params={"parcel": parcel}, timeout=2)
        except httpx.TimeoutException:
            raise TimeoutError from None
        if answer.status_code == 404:
            raise LookupError(parcel)
        return answer.json()["price"]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    app.state.share, app.state.given = 0.25, 0
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"]) as app.state.client:
        yield


async def get_carrier(request: Request) -> Carrier:
    return Carrier(request.app.state.client)


app = FastAPI(lifespan=lifespan)


@app.get("/quotes/{parcel}")
async def quote(parcel: int, carrier: Annotated[Carrier, Depends(get_carrier)]) -> dict[str, float]:
    try:
        price = await carrier.price(parcel)
    except LookupError:
        raise HTTPException(404, "The carrier does not know this parcel.") from None
    except TimeoutError:
        raise HTTPException(504, "The carrier does not answer.") from None
    app.state.given += 1
    return {"price": round(price * (1 + app.state.share), 2)}


@app.get("/given")
async def given() -> dict[str, int]:
    return {"quotes": app.state.given}
