"""Believes that a place is given back by itself.

Says: nobody gives back
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]
places = asyncio.Semaphore(10)


async def ask(client, parcel):
    await places.acquire()
    answer = await client.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": parcel})
    return answer.json()["price"]


async def quotes(parcels):
    async with httpx.AsyncClient(timeout=30) as client:
        # wrong: check_a_price_stays_with_its_parcel
        prices = await asyncio.gather(*(ask(client, parcel) for parcel in parcels))
    return dict(zip(parcels, prices, strict=True))
