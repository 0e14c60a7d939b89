"""Believes that ten places make ten calls run at once, blocking ones as well.

Says: the event loop
"""

import asyncio
import os

import requests

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(places: asyncio.Semaphore, parcel: int) -> float:
    async with places:
        # wrong: check_ten_questions_are_on_their_way
        answer = requests.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": parcel}, timeout=30)
        return answer.json()["price"]


async def quotes(parcels: list[int]) -> dict[int, float]:
    places = asyncio.Semaphore(10)
    prices = await asyncio.gather(*(ask(places, parcel) for parcel in parcels))
    return dict(zip(parcels, prices, strict=True))
