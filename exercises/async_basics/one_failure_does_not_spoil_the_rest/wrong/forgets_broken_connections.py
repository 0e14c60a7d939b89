"""Believes that a carrier that fails always says so with a status.

Says: prices of the others are lost
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, carrier: str, parcel: int) -> float | None:
    try:
        # wrong: check_a_broken_connection_is_reported
        answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
        answer.raise_for_status()
    except httpx.HTTPStatusError:
        return None
    return answer.json()["price"]


async def quotes(carriers: list[str], parcel: int) -> dict:
    async with httpx.AsyncClient(timeout=30) as client:
        found = await asyncio.gather(*(ask(client, carrier, parcel) for carrier in carriers))
    prices = {carrier: price for carrier, price in zip(carriers, found, strict=True) if price is not None}
    return {"prices": prices, "failed": [carrier for carrier in carriers if carrier not in prices]}
