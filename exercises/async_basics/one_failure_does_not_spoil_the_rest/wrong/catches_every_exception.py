"""Believes that a call is made robust by catching all that can go wrong: a bug then looks like a carrier's bad day.

Says: bug in Parcel
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, carrier: str, parcel: int) -> float | None:
    try:
        answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
        answer.raise_for_status()
        return answer.json()["price"]
    except Exception:  # noqa: BLE001  # wrong: check_a_bug_reaches_the_caller
        return None


async def quotes(carriers: list[str], parcel: int) -> dict:
    async with httpx.AsyncClient(timeout=30) as client:
        found = await asyncio.gather(*(ask(client, carrier, parcel) for carrier in carriers))
    prices = {carrier: price for carrier, price in zip(carriers, found, strict=True) if price is not None}
    return {"prices": prices, "failed": [carrier for carrier in carriers if carrier not in prices]}
