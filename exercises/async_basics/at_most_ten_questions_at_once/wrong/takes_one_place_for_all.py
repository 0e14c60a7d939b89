"""Believes that a semaphore counts the coroutines that are started under it: it counts who has entered.

Says: on their way
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, parcel: int) -> float:
    answer = await client.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": parcel})
    return answer.json()["price"]


async def quotes(parcels: list[int]) -> dict[int, float]:
    places = asyncio.Semaphore(10)
    async with httpx.AsyncClient(timeout=30) as client, places:  # wrong: check_an_eleventh_question_waits
        prices = await asyncio.gather(*(ask(client, parcel) for parcel in parcels))
    return dict(zip(parcels, prices, strict=True))
