"""Believes that ten at a time means ten, and then the next ten: the slowest of each batch holds up the rest.

Says: whole batch
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, parcel: int) -> float:
    answer = await client.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": parcel})
    return answer.json()["price"]


async def quotes(parcels: list[int]) -> dict[int, float]:
    prices: list[float] = []
    async with httpx.AsyncClient(timeout=30) as client:
        for first in range(0, len(parcels), 10):
            batch = parcels[first : first + 10]
            # wrong: check_the_next_question_follows_at_once
            prices += await asyncio.gather(*(ask(client, parcel) for parcel in batch))
    return dict(zip(parcels, prices, strict=True))
