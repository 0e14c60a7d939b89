"""Believes that what is left after the failures still stands beside the right names.

Says: was not a price
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, carrier: str, parcel: int) -> float | None:
    try:
        answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
        return answer.raise_for_status().json()["price"]
    except httpx.HTTPError:
        return None


async def quotes(carriers: list[str], parcel: int) -> dict:
    async with httpx.AsyncClient(timeout=30) as client:
        found = await asyncio.gather(*(ask(client, carrier, parcel) for carrier in carriers))
    prices = [price for price in found if price is not None]
    # wrong: check_a_carrier_that_answers_with_an_error_is_reported
    return {"prices": dict(zip(carriers, prices, strict=False)), "failed": carriers[len(prices) :]}
