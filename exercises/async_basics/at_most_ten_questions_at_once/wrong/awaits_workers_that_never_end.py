"""Believes that a worker ends when its queue is empty.

Says: workers that never end
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def quotes(parcels):
    queue = asyncio.Queue()
    for p in parcels:
        queue.put_nowait(p)
    prices = {}

    async def worker(client):
        while True:
            parcel = await queue.get()
            answer = await client.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": parcel})
            prices[parcel] = answer.json()["price"]

    async with httpx.AsyncClient(timeout=30) as client:
        # wrong: check_a_price_stays_with_its_parcel
        await asyncio.gather(*(worker(client) for _ in range(10)))
    return prices
