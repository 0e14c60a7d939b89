"""Believes that a semaphore limits the block under it, wherever it was made: each question makes its own.

Says: share
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, parcel: int) -> float:
    async with asyncio.Semaphore(10):  # wrong: check_an_eleventh_question_waits
        answer = await client.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": parcel})
        return answer.json()["price"]


async def quotes(parcels: list[int]) -> dict[int, float]:
    async with httpx.AsyncClient(timeout=30) as client:
        prices = await asyncio.gather(*(ask(client, parcel) for parcel in parcels))
    return dict(zip(parcels, prices, strict=True))
