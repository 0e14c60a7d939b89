"""Believes that an `except` around `gather` keeps what the others have answered.

Says: lost
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, carrier: str, parcel: int) -> float:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
    answer.raise_for_status()
    return answer.json()["price"]


async def quotes(carriers: list[str], parcel: int) -> dict:
    async with httpx.AsyncClient(timeout=30) as client:
        try:
            prices = await asyncio.gather(*(ask(client, carrier, parcel) for carrier in carriers))
        except httpx.HTTPError:  # wrong: check_a_carrier_that_answers_with_an_error_is_reported
            return {"prices": {}, "failed": carriers}
    return {"prices": dict(zip(carriers, prices, strict=True)), "failed": []}
