import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


class NoPrice(Exception):
    """Every carrier has failed."""


async def ask(client: httpx.AsyncClient, carrier: str, parcel: int) -> tuple[str, float]:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
    answer.raise_for_status()
    return carrier, answer.json()["price"]


async def first_price(carriers: list[str], parcel: int) -> tuple[str, float]:
    async with httpx.AsyncClient(timeout=30) as client:
        # TODO: Return the first price as soon as it comes.
        prices = await asyncio.gather(*(ask(client, carrier, parcel) for carrier in carriers))
    return prices[0]
