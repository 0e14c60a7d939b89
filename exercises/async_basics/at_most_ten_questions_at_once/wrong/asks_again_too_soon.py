"""Believes that a question without a quick answer is lost.

Says: gave up
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]
places = asyncio.Semaphore(10)


async def ask(client, parcel):
    for _ in range(3):
        async with places:
            try:
                # wrong: check_a_price_stays_with_its_parcel
                answer = await client.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": parcel}, timeout=0.1)
                return answer.json()["price"]
            except httpx.TimeoutException:
                continue
    return 0.0


async def quotes(parcels):
    async with httpx.AsyncClient() as client:
        prices = await asyncio.gather(*(ask(client, parcel) for parcel in parcels))
    return dict(zip(parcels, prices, strict=True))
