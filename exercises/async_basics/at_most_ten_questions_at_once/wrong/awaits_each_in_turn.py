"""Believes that a semaphore of ten starts ten at once: it only lets them, somebody must start them.

Says: starts nothing
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
    prices = {}
    async with httpx.AsyncClient(timeout=30) as client:
        for parcel in parcels:
            async with places:
                prices[parcel] = await ask(client, parcel)  # wrong: check_ten_questions_are_on_their_way
    return prices
