"""Believes that a status such as 503 raises by itself.

Says: the prices of the others are lost
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, carrier: str, parcel: int) -> float | None:
    try:
        answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
    except httpx.HTTPError:
        return None
    return answer.json()["price"]  # wrong: check_a_carrier_that_answers_with_an_error_is_reported


async def quotes(carriers: list[str], parcel: int) -> dict:
    async with httpx.AsyncClient(timeout=30) as client:
        found = await asyncio.gather(*(ask(client, carrier, parcel) for carrier in carriers))
    prices = {carrier: price for carrier, price in zip(carriers, found, strict=True) if price is not None}
    return {"prices": prices, "failed": [carrier for carrier in carriers if carrier not in prices]}
