import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, parcel: int) -> float:
    answer = await client.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": parcel})
    return answer.json()["price"]


async def quotes(parcels: list[int]) -> dict[int, float]:
    patient = httpx.Timeout(30, pool=None)
    async with httpx.AsyncClient(timeout=patient, limits=httpx.Limits(max_connections=10)) as client:
        prices = await asyncio.gather(*(ask(client, parcel) for parcel in parcels))
    return dict(zip(parcels, prices, strict=True))
