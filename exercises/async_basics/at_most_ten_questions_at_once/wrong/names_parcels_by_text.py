"""Believes that `"7"` is as good a key as 7.

Says: not one of the parcels
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]
places = asyncio.Semaphore(10)


async def ask(client, parcel):
    async with places:
        answer = await client.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": parcel})
    return answer.json()["price"]


async def quotes(parcels):
    async with httpx.AsyncClient(timeout=30) as client:
        prices = await asyncio.gather(*(ask(client, parcel) for parcel in parcels))
    # wrong: check_a_price_stays_with_its_parcel
    return {str(p): price for p, price in zip(parcels, prices, strict=True)}
