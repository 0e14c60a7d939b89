"""Believes that `as_completed` keeps the order of the questions.

Says: in another order
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, places: asyncio.Semaphore, parcel: int) -> float:
    async with places:
        answer = await client.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": parcel})
        return answer.json()["price"]


async def quotes(parcels: list[int]) -> dict[int, float]:
    places = asyncio.Semaphore(10)
    async with httpx.AsyncClient(timeout=30) as client:
        questions = [asyncio.create_task(ask(client, places, parcel)) for parcel in parcels]
        prices = [await price for price in asyncio.as_completed(questions)]
    return dict(zip(parcels, prices, strict=True))  # wrong: check_a_price_stays_with_its_parcel
