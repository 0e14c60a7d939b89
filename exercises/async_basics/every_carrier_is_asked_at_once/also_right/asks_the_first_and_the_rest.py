import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client, carrier, parcel):
    return (await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})).json()["price"]


async def all_of(client, carriers, parcel):
    if not carriers:
        return {}
    first, *rest = carriers
    price, others = await asyncio.gather(ask(client, first, parcel), all_of(client, rest, parcel))
    return {first: price} | others


async def quotes(carriers: list[str], parcel: int) -> dict[str, float]:
    async with httpx.AsyncClient(timeout=30) as client:
        return await all_of(client, carriers, parcel)
