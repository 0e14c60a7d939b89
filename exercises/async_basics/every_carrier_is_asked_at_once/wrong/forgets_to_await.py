"""Believes that calling a coroutine function gives its result.

Says: awaited
"""

import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, carrier: str, parcel: int) -> float:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
    return answer.json()["price"]


async def quotes(carriers: list[str], parcel: int) -> dict[str, float]:
    async with httpx.AsyncClient(timeout=30) as client:
        # wrong: check_each_carrier_s_price_is_returned
        return {carrier: ask(client, carrier, parcel) for carrier in carriers}
