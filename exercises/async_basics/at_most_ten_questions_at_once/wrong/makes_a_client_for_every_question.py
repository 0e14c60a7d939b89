"""Believes that `async with` around each use is good style for a client, too.

Says: connection
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(places: asyncio.Semaphore, parcel: int) -> float:
    async with places, httpx.AsyncClient(timeout=30) as client:  # wrong: check_the_questions_share_their_connections
        answer = await client.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": parcel})
        return answer.json()["price"]


async def quotes(parcels: list[int]) -> dict[int, float]:
    places = asyncio.Semaphore(10)
    prices = await asyncio.gather(*(ask(places, parcel) for parcel in parcels))
    return dict(zip(parcels, prices, strict=True))
