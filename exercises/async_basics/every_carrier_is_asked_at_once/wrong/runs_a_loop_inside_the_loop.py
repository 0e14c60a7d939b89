"""Believes that `asyncio.run` is how a coroutine is called, and that `nest_asyncio` mends its error.

Says: nest_asyncio
"""

import asyncio
import os

import httpx
import nest_asyncio

nest_asyncio.apply()
CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client, carrier, parcel):
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
    return answer.json()["price"]


async def all_of_them(carriers, parcel):
    async with httpx.AsyncClient(timeout=30) as client:
        return await asyncio.gather(*(ask(client, carrier, parcel) for carrier in carriers))


async def quotes(carriers: list[str], parcel: int) -> dict[str, float]:
    # wrong: check_other_customers_go_on
    prices = asyncio.run(all_of_them(carriers, parcel))
    return dict(zip(carriers, prices, strict=True))
