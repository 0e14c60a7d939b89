import asyncio
import os
from collections.abc import Iterator

import httpx2

CARRIERS = os.environ["CARRIERS_URL"]


async def work(client: httpx2.AsyncClient, parcels: Iterator[int], prices: dict[int, float]) -> None:
    for parcel in parcels:
        answer = await client.get(f"{CARRIERS}/carriers/swift/quote?parcel={parcel}")
        prices[parcel] = answer.json()["price"]


async def quotes(parcels: list[int]) -> dict[int, float]:
    prices: dict[int, float] = {}
    left = iter(parcels)
    async with httpx2.AsyncClient(timeout=30) as client, asyncio.TaskGroup() as group:
        for _ in range(10):
            group.create_task(work(client, left, prices))
    return prices
